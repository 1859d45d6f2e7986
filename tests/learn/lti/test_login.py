"""OIDC third-party login: rows A1 to A9 of the checklist."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import update

from courses.db import now
from learn.lti.launching import login
from learn.lti.models import Registration
from learn.web import writing
from tests.learn.lti.platform import GONE, TOOL, Platform, connect


def test_a1_a_login_may_come_by_get_or_post(platform, client):
    query = {"iss": platform.issuer, "login_hint": "5", "target_link_uri": f"{TOOL}/", "client_id": platform.client_id}
    for method in ("GET", "POST"):
        given = {"query_string": query} if method == "GET" else {"data": query}
        answer = client.http.open("/lti/login", method=method, base_url=TOOL, **given)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("https://lms.example/mod/lti/auth.php?")


@pytest.mark.parametrize("missing", ["iss", "login_hint", "target_link_uri"])
def test_a2_a_login_without_a_required_parameter_is_refused(platform, client, refused, missing):
    form = {"iss": platform.issuer, "login_hint": "5", "target_link_uri": f"{TOOL}/", "client_id": platform.client_id}
    for value in (None, ""):
        given = {**form, missing: value} if value is not None else {k: v for k, v in form.items() if k != missing}
        refused(client.post("/lti/login", given, 400), "login_incomplete", missing)


def test_a3_hints_come_back_as_they_were(platform, client):
    odd = 'a b&c=d;"é"+%20/🙂\\'
    asked = platform.log_in(client, login_hint=odd, lti_message_hint=odd).asked
    assert (asked["login_hint"], asked["lti_message_hint"]) == (odd, odd)
    assert "lti_message_hint" not in platform.log_in(client, lti_message_hint=GONE).asked


def test_a4_the_platform_is_asked_as_the_specification_says(platform, client):
    asked = platform.log_in(client).asked
    assert asked.pop("state") != asked.pop("nonce")
    asked.pop("lti_message_hint")
    assert asked == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": f"{TOOL}/lti/launch",
        "login_hint": "5",
    }


def test_a5_an_unknown_issuer_is_refused(platform, client, refused):
    for issuer in ("https://other.example", "LMS", "\x00", "https://lms.exämple", "x" * 10000):
        refused(client.post("/lti/login", _form(platform, iss=issuer), 400), "platform_unknown")


def test_a5_an_unknown_client_of_a_known_issuer_is_refused(platform, client, refused):
    refused(client.post("/lti/login", _form(platform, client_id="other"), 400), "client_unknown")


def test_a5_without_a_client_id_the_only_registration_is_taken(platform, client):
    assert platform.log_in(client, client_id=GONE).asked["client_id"] == "client-1"


def test_a5_without_a_client_id_a_deployment_may_choose_of_several(platform, session, client, refused):
    connect(session, Platform(client_id="client-2"), deployments=("7", "8"))
    connect(session, Platform(client_id="client-3"), deployments=("8",), is_active=False)
    assert platform.log_in(client, client_id=GONE, lti_deployment_id="7").asked["client_id"] == "client-2"
    assert platform.log_in(client, client_id=GONE, lti_deployment_id="8").asked["client_id"] == "client-2"
    for deployment in ("9", ""):
        form = _form(platform, client_id="", lti_deployment_id=deployment)
        refused(client.post("/lti/login", form, 400), "client_unclear")


def test_a5_a_registration_that_is_switched_off_is_refused(session, client, refused, platform):
    other = Platform(issuer="https://off.example")
    number = connect(session, other, is_active=False)
    line = refused(client.post("/lti/login", _form(other), 403), "platform_inactive")
    assert line.details["registration"] == number


def test_a6_state_and_nonce_are_new_each_time_and_kept_as_hashes_only(platform, client, session, open_logins):
    logins = [platform.log_in(client) for _ in range(3)]
    assert len({one.state for one in logins} | {one.nonce for one in logins}) == 6
    assert min(len(one.state) for one in logins) >= 40
    assert open_logins() == 3


def test_a6_the_state_cookie_is_kept_in_frames_of_another_site(platform, client):
    answer = client.post("/lti/login", _form(platform), 302)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, _, rest = cookie.partition("=")
    assert name.startswith("__Host-fl-st-") and len(name) == len("__Host-fl-st-") + 8
    assert rest.split("; ")[1:] == ["Max-Age=600", "Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"] or {
        "Max-Age=600",
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=None",
        "Partitioned",
    } <= set(rest.split("; "))


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "http://frontline.localhost:5000@evil.example/",
        "//evil.example/",
        "/modules/x",
        "https://frontline.localhost:5000/",
        "http://frontline.localhost:5001/",
        "javascript:alert(1)",
        "http://[",
        "http://frontline.localhost:5000\\@evil.example",
        f"{TOOL}/?{'x' * 2000}",
    ],
)
def test_a7_a_target_on_another_site_is_refused(platform, client, refused, target):
    refused(client.post("/lti/login", _form(platform, target_link_uri=target), 400), "target_foreign")


def test_a8_a_query_in_the_authentication_address_is_kept(session, client, platform):
    other = Platform(issuer="https://tenant.example")
    connect(session, other, auth_url="https://tenant.example/auth?tenant=5")
    parts = urlsplit(other.log_in(client).url)
    assert dict(parse_qsl(parts.query))["tenant"] == "5"
    assert dict(parse_qsl(parts.query))["scope"] == "openid"
    assert parts.query.count("?") == 0


def test_a_login_that_is_not_answered_is_pruned(app, platform, client, open_logins):
    platform.log_in(client)
    with writing() as session:
        login.prune(session, now() + login.LASTS)
    assert open_logins() == 0


def test_a_change_of_a_registration_is_seen_by_the_next_login(platform, client):
    platform.log_in(client)
    with writing() as session:
        session.execute(
            update(Registration).values(auth_url="https://lms.example/new", version=Registration.version + 1)
        )
    assert platform.log_in(client).url.startswith("https://lms.example/new?")


def _form(platform, **changes):
    return {
        "iss": platform.issuer,
        "login_hint": "5",
        "target_link_uri": f"{TOOL}/",
        "client_id": platform.client_id,
        **changes,
    }


@pytest.mark.parametrize("option", ["--auth-url", "--token-url", "--jwks-url"])
def test_a9_a_platform_without_https_is_not_connected(app, option):
    addresses = {
        "--auth-url": "https://lms.example/a",
        "--token-url": "https://lms.example/t",
        "--jwks-url": "https://lms.example/j",
    }
    addresses[option] = "http://lms.example/plain"
    told = [part for pair in addresses.items() for part in pair]
    result = app.test_cli_runner().invoke(
        args=["platform", "add", "--issuer", "https://lms.example", "--client-id", "c", *told]
    )
    assert result.exit_code == 1
    assert "begins with https://" in result.output
