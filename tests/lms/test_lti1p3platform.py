"""Cross-check with lti1p3platform, which others wrote from the specification: where both speak, both say the same."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from lti1p3platform.exceptions import LtiException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration

from tests.lms import claims, keys
from tests.lms.services.answers import SCOPES

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TheirPlatform(LTI1P3PlatformConfAbstract):
    """Their platform, set up as ours is; ``key_set`` is whose tokens it checks."""

    def init_platform_config(self, lms: Any, key_set: dict[str, Any]) -> None:
        key = lms.keys.current
        self._registration = (
            Registration()
            .set_iss(lms.url)
            .set_client_id(lms.client_id)
            .set_deployment_id(lms.deployment_id)
            .set_oidc_login_url(f"{lms.tool_url}/lti/login")
            .set_launch_url(f"{lms.tool_url}/modules/m1")
            .set_platform_private_key(key.private_pem.decode())
            .set_platform_public_key(key.public_pem.decode())
            .set_tool_key_set(key_set)
        )

    def get_registration_by_params(self, **params: Any) -> Registration:
        return self._registration


class TheirLogin(OIDCLoginAbstract):
    def set_lti_message_hint(self, **hint: Any) -> None:
        self._lti_message_hint = hint["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class TheirLaunch(LTIAdvantageMessageLaunchAbstract):
    def render_launch_form(self, launch_data: dict[str, Any], **more: Any) -> dict[str, Any]:
        return launch_data


@pytest.fixture
def theirs(lms):
    lms.now = time.time
    return TheirPlatform(lms=lms, key_set=lms.keys.key_set())


@pytest.fixture
def learner(lms):
    return lms.state.people["5"]


@pytest.fixture
def activity(lms):
    return next(iter(lms.state.activities.values()))


def test_they_can_check_our_token_by_our_key_set(theirs, lms, learner, activity):
    told = theirs.tool_validate_and_decode(lms.id_token(learner, activity, "n-1"))
    assert told == claims.make(lms, learner, activity, "n-1") | {
        name: told[name] for name in ("iat", "exp", claims.BASIC_OUTCOME, f"{claims.LTI}/launch_presentation")
    }


@pytest.mark.parametrize("name", ["bad_signature", "other_key", "unknown_kid", "two_parts", "alg_none"])
def test_they_refuse_what_we_forge(theirs, lms, learner, activity, name):
    location = f"{lms.url}/mod/lti/auth.php?" + "&".join(
        f"{field}={value}" for field, value in _asked(lms, learner, activity).items()
    )
    token = lms.answer(location, breakage=name)["id_token"]
    with pytest.raises((LtiException, jwt.InvalidTokenError)):
        theirs.tool_validate_and_decode(token)


def test_our_launch_says_all_that_theirs_says(theirs, lms, learner, activity):
    ours = claims.make(lms, learner, activity, "n-1")
    launch = TheirLaunch(None, theirs)
    launch._registration = theirs.get_registration()
    launch.set_user_data(learner.id, ours[f"{claims.LTI}/roles"], learner.name, learner.email)
    launch.set_resource_link_claim(activity.id, activity.description, activity.title)
    launch.set_launch_context_claim(lms.course.id, ["CourseSection"], lms.course.title, lms.course.label)
    launch.set_custom_parameters_claim(ours[f"{claims.LTI}/custom"])
    launch.set_ags(ours[claims.AGS]["lineitems"], ours[claims.AGS]["lineitem"])
    launch.set_nrps(ours[claims.NRPS]["context_memberships_url"])
    for name, value in launch.get_launch_message().items():
        if name == "azp":
            continue
        mine = {each: ours[name][each] for each in value} if isinstance(value, dict) else ours[name]
        assert _told(mine) == _told(value), name


def test_our_login_initiation_has_the_fields_of_theirs(theirs, lms, learner, activity):
    ours = lms.login_form(learner, activity)
    login = TheirLogin(None, theirs)
    login.set_lti_message_hint(hint=ours["lti_message_hint"])
    url = login.prepare_preflight_url(learner.id)
    assert url.partition("?")[0] == f"{lms.tool_url}/lti/login"
    assert dict(parse_qsl(urlsplit(url).query)) == ours


def test_both_grant_a_token_for_the_same_assertion(lms, caller):
    lms.now = time.time
    tool = keys.stranger()
    lms.key_set_of_tool = {"keys": [tool.published()]}
    theirs = TheirPlatform(lms=lms, key_set=lms.key_set_of_tool)
    now = int(time.time())
    told = {"iss": lms.client_id, "sub": lms.client_id, "aud": f"{lms.url}/mod/lti/token.php"}
    asked = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": tool.sign(told | {"iat": now, "exp": now + 60, "jti": "one"}),
        "scope": f"{SCOPES['score']} {SCOPES['result.readonly']} https://other.example/scope",
    }
    ours = caller.http.post("/mod/lti/token.php", base_url=lms.url, data=asked)
    granted = theirs.get_access_token(asked)
    told_by_us = json.loads(ours.data)
    assert told_by_us["scope"] == granted["scope"]
    assert (told_by_us["expires_in"], told_by_us["token_type"].lower()) == (
        granted["expires_in"],
        granted["token_type"],
    )


def _asked(lms: Any, learner: Any, activity: Any) -> dict[str, str]:
    """The tool's authentication request, in response to a fresh login initiation."""
    form = lms.login_form(learner, activity)
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": form["client_id"],
        "redirect_uri": lms.redirect_uris[0],
        "login_hint": form["login_hint"],
        "lti_message_hint": form["lti_message_hint"],
        "state": "s-1",
        "nonce": "n-1",
    }


def _told(value: Any) -> Any:
    """Lists as sets: the order of scopes and roles says nothing. They leave lineitem.readonly out beside lineitem, and
    know of no NRPS 1.0."""
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items()}
    if isinstance(value, list):
        return set(value) - {SCOPES["lineitem.readonly"], "1.0"}
    return value
