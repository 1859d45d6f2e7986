"""Login initiation, the authorization endpoint, and the id_token, against the recorded ones."""

import json
import re
from urllib.parse import urlencode

import jwt
import pytest
from bs4 import BeautifulSoup

from tests.lms import forging
from tests.lms.claims import AGS, BASIC_OUTCOME, LTI, NRPS
from tests.lms.launching import NoAnswer

RECORDED_CLAIMS = {
    "nonce", "iat", "exp", "iss", "aud", "sub", "given_name", "family_name", "name", "email", AGS, NRPS, BASIC_OUTCOME,
    *(f"{LTI}/{name}" for name in (
        "deployment_id", "target_link_uri", "lis", "roles", "context", "message_type", "resource_link", "ext",
        "launch_presentation", "tool_platform", "version", "custom",
    )),
}  # fmt: skip


@pytest.fixture
def learner(lms):
    return lms.state.people["5"]


@pytest.fixture
def activity(lms):
    return lms.state.activities["1"]


def asked(lms, form, **changes):
    """The tool's authentication request that follows a login initiation; None leaves a field out."""
    made = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none", "state": "s-1",
        "nonce": "n-1", "client_id": lms.client_id, "redirect_uri": "https://tool.example/lti/launch",
        "login_hint": form["login_hint"], "lti_message_hint": form["lti_message_hint"], **changes,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def read(lms, token):
    return jwt.decode(token, lms.keys.current.public_pem, ["RS256"], audience=lms.client_id,
                      options={"verify_exp": False, "verify_iat": False})  # fmt: skip


def test_login_initiation_has_the_recorded_fields(lms, learner, activity):
    form = lms.login_form(learner, activity)
    hint = form.pop("lti_message_hint")
    assert form == {
        "iss": "https://lms.example", "target_link_uri": "https://tool.example/modules/m1", "login_hint": "5",
        "client_id": "PUy6FGYcvX2B0UG", "lti_deployment_id": "1",
    }  # fmt: skip
    assert re.fullmatch(r'\{"cmid":32,"launchid":"ltilaunch1_\d+"\}', hint)


def test_the_token_has_the_recorded_shape(lms, learner, activity, clock):
    token, state = lms.answer_auth(urlencode(asked(lms, lms.login_form(learner, activity))))
    assert state == "s-1"
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "RS256", "kid": lms.keys.current.kid}
    claims = read(lms, token)
    assert set(claims) == RECORDED_CLAIMS
    assert (claims["exp"] - claims["iat"], claims["iat"], claims["nonce"], claims["sub"]) == (
        60,
        int(clock()),
        "n-1",
        "5",
    )
    assert claims[f"{LTI}/roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
    assert claims[f"{LTI}/resource_link"] == {"title": "Module 1", "description": "", "id": "1"}
    assert claims[f"{LTI}/custom"]["frontline_target"] == "/modules/m1"
    assert claims[f"{LTI}/launch_presentation"]["document_target"] == "iframe"
    assert claims[AGS]["lineitem"] == "https://lms.example/mod/lti/services.php/2/lineitems/16/lineitem?type_id=1"
    assert json.loads(claims[BASIC_OUTCOME]["lis_result_sourcedid"])["data"]["userid"] == "5"


def test_an_activity_without_a_grade_has_no_line_item(lms, learner):
    claims = read(lms, lms.id_token(learner, lms.add_activity("Community", has_line_item=False), "n"))
    assert set(claims[AGS]) == {"scope", "lineitems"}
    assert BASIC_OUTCOME not in claims


ROLES = [("5", ["Learner"]), ("3", ["Instructor"]), ("4", ["Administrator", "Instructor", "Administrator"])]


@pytest.mark.parametrize("person, roles", ROLES)
def test_roles_are_the_recorded_ones(lms, activity, person, roles):
    claims = read(lms, lms.id_token(lms.state.people[person], activity, "n"))
    assert [role.rpartition("#")[2] for role in claims[f"{LTI}/roles"]] == roles


def test_a_token_of_ones_own_making_changes_and_leaves_out_claims(lms, learner, activity):
    claims = read(lms, lms.id_token(learner, activity, "n", sub=None, version="1.1", extra={"a": 1}))
    assert (claims[f"{LTI}/version"], claims["extra"], "sub" in claims) == ("1.1", {"a": 1}, False)


REFUSED = [
    ({"client_id": "somebody-else"}, "unauthorized_client"),
    ({"scope": "profile"}, "invalid_scope"),
    ({"response_type": "code"}, "unsupported_response_type"),
    ({"response_mode": "query"}, "invalid_request"),
    ({"response_mode": None}, "invalid_request"),
    ({"prompt": "login"}, "invalid_request"),
    ({"nonce": None}, "invalid_request"),
    ({"lti_message_hint": None}, "invalid_request"),
    ({"lti_message_hint": '{"cmid":32,"launchid":"ltilaunch1_0"}'}, "invalid_request"),
    ({"login_hint": "6"}, "access_denied"),
]


@pytest.mark.parametrize("changes, error", REFUSED)
def test_a_wrong_request_is_answered_with_an_error_and_the_state(lms, caller, learner, activity, changes, error):
    query = asked(lms, lms.login_form(learner, activity), **changes)
    answer = caller.http.get("/mod/lti/auth.php", base_url=lms.url, query_string=query)
    form = BeautifulSoup(answer.text, "html.parser").form
    fields = {each["name"]: each["value"] for each in form.select("input")}
    assert (form["action"], fields["error"], fields["state"]) == ("https://tool.example/lti/launch", error, "s-1")
    assert "id_token" not in fields


def test_nothing_is_sent_to_a_foreign_redirect_address(lms, caller, learner, activity):
    query = asked(lms, lms.login_form(learner, activity), redirect_uri="https://other.example/lti/launch")
    answer = caller.http.get("/mod/lti/auth.php", base_url=lms.url, query_string=query)
    assert (answer.status_code, "other.example" in answer.text) == (400, False)
    with pytest.raises(NoAnswer):
        lms.answer_auth(query)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_answer_is_a_form_with_a_button(lms, caller, learner, activity, method):
    query = asked(lms, lms.login_form(learner, activity))
    given = {"query_string": query} if method == "GET" else {"data": query}
    page = BeautifulSoup(
        caller.http.open("/mod/lti/auth.php", method=method, base_url=lms.url, **given).text, "html.parser"
    )
    assert [each["name"] for each in page.select("form[method=post] input")] == ["id_token", "state"]
    assert page.button.get_text() == "Continue"


def test_a_hint_ends(lms, clock, learner, activity):
    query = asked(lms, lms.login_form(learner, activity))
    clock.move(601)
    with pytest.raises(NoAnswer, match="lti_message_hint"):
        lms.answer_auth(query)


def test_the_key_set_and_the_configuration(lms, caller):
    found = caller.http.get("/mod/lti/certs.php", base_url=lms.url).json
    assert [set(key) for key in found["keys"]] == [{"kty", "alg", "kid", "e", "n", "use"}]
    first, second = lms.keys.current.kid, lms.rotate_key()
    found = caller.http.get("/mod/lti/certs.php", base_url=lms.url).json
    assert [key["kid"] for key in found["keys"]] == [second, first]
    told = caller.http.get("/mod/lti/openid-configuration.php", base_url=lms.url).json
    assert told["authorization_endpoint"] == "https://lms.example/mod/lti/auth.php"
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


@pytest.mark.parametrize("name", [*forging.BROKEN, *forging.ACCEPTED])
def test_every_forged_token_is_a_text_and_differs(lms, learner, activity, name):
    query = asked(lms, lms.login_form(learner, activity))
    token, _ = lms.answer_auth(query)
    claims = read(lms, token)
    forged = {**forging.BROKEN, **forging.ACCEPTED}[name](lms, claims)
    assert isinstance(forged, str)
    assert forged != lms.keys.current.sign(claims)


@pytest.mark.parametrize("name", forging.ACCEPTED)
def test_what_must_be_accepted_is_rightly_signed(lms, learner, activity, name):
    claims = read(lms, lms.id_token(learner, activity, "n"))
    assert read(lms, forging.ACCEPTED[name](lms, claims))["nonce"] == "n"
