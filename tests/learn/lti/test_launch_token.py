"""The platform's token: rows B1 to B6 of the checklist, and what anybody may post without a signature."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import LoginSession, User
from learn.lti.models import LtiLogin
from learn.web import writing
from tests.learn.lti.platform import GONE, Platform, base64url, connect, jwk, key, sign

HEADER = {"typ": "JWT", "alg": "RS256", "kid": "first"}


def test_b1_a_good_token_opens_the_site(platform, client, session):
    answer = platform.launch(client)
    assert answer.headers["Location"] == "/"
    assert client.get("/").h1
    assert session.scalars(select(User.name)).all() == ["Lee Learner"]


def test_b1_a_signature_that_was_changed_is_refused(platform, client, refused):
    login = platform.log_in(client)
    head, body, signature = platform.token(login).split(".")
    for wrong in ("", base64url(b"x" * 256), signature[:-4] + "AAAA", signature[:-8], signature + "AAAA"):
        refused(platform.answer(client, login, f"{head}.{body}.{wrong}", 400), "signature")


def test_b1_a_body_that_was_changed_is_refused(platform, client, refused):
    login = platform.log_in(client)
    head, _, signature = platform.token(login).split(".")
    other = base64url(json.dumps(platform.claims(login, sub="1")).encode())
    refused(platform.answer(client, login, f"{head}.{other}.{signature}", 400), "signature")


def test_b1_a_token_signed_with_another_key_is_refused(platform, client, refused):
    login = platform.log_in(client)
    refused(platform.answer(client, login, sign(HEADER, platform.claims(login), "other"), 400), "signature")


@pytest.mark.parametrize("kid", [GONE, None, "", 5, ["first"]])
def test_b1_a_token_without_a_key_id_is_refused(platform, client, refused, kid):
    header = {"typ": "JWT", "alg": "RS256"} | ({} if kid is GONE else {"kid": kid})
    login = platform.log_in(client)
    refused(platform.answer(client, login, sign(header, platform.claims(login)), 400), "key_unknown", "kid")


def test_b1_a_key_in_the_header_itself_is_not_taken(platform, client, refused):
    header = {
        **HEADER,
        "kid": "mine",
        "jwk": jwk("mine", "other"),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x",
    }
    login = platform.log_in(client)
    refused(platform.answer(client, login, sign(header, platform.claims(login), "other"), 400), "key_unknown")


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS256", "RS512", "PS256", "ES256", "rs256", None, 5, [], {"a": 1}]
)
def test_b1_every_algorithm_but_rs256_is_refused(platform, client, refused, algorithm):
    login = platform.log_in(client)
    token = sign({**HEADER, "alg": algorithm}, platform.claims(login))
    refused(platform.answer(client, login, token, 400), "token_algorithm")


def test_b1_no_signature_under_algorithm_none_is_refused(platform, client, refused):
    login = platform.log_in(client)
    token = sign({"alg": "none"}, platform.claims(login)).rpartition(".")[0] + "."
    refused(platform.answer(client, login, token, 400), "token_algorithm")


def test_b1_the_public_key_as_a_shared_secret_is_refused(platform, client, refused):
    login = platform.log_in(client)
    signed = sign({**HEADER, "alg": "HS256"}, platform.claims(login)).rpartition(".")[0]
    secret = json.dumps(jwk("first")).encode()
    token = f"{signed}.{base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"
    refused(platform.answer(client, login, token, 400), "token_algorithm")


def test_b1_a_critical_header_is_refused(platform, client, refused):
    login = platform.log_in(client)
    for critical in (["b64"], [], None):
        token = sign({**HEADER, "crit": critical}, platform.claims(login))
        refused(platform.answer(client, login, token, 400), "token_algorithm")


def test_b1_what_is_no_token_is_refused(platform, client, refused):
    login = platform.log_in(client)
    good = platform.token(login)
    head, body, signature = good.split(".")
    deep = base64url(b"[" * 40000)
    for wrong in (
        f"{head}.{body}",
        f"{good}.{signature}",
        "x",
        "...",
        ".",
        "a.b.c",
        f"{head}.{body}=.{signature}",
        f"{head}.{body} .{signature}",
        f"{head}.{base64.b64encode(b'not json at all').decode()}.{signature}",
        f"{deep}.{body}.{signature}",
        f"{head}.é.{signature}",
        f"{head}.{base64url(bytes([255, 254, 0]))}.{signature}",
        f"{head}.{body}.{signature[:-1]}",
        "x" * 70000,
        f"{head}.{base64url(b'1' * 5000)}.{signature}",
    ):
        refused(platform.answer(client, login, wrong, 400), "token_unreadable")
    refused(platform.answer(client, login, "", 400), "token_missing")
    refused(platform.answer(client, login, GONE, 400), "token_missing")


@pytest.mark.parametrize("body", [[], [1], "text", 5, None, True, [{"iss": "https://lms.example"}]])
def test_b1_a_body_that_is_no_object_is_refused_and_never_an_error_of_ours(platform, client, refused, body):
    login = platform.log_in(client)
    refused(platform.answer(client, login, sign(HEADER, body), 400), "token_unreadable")
    refused(platform.answer(client, login, sign(body, platform.claims(login)), 400), "token_unreadable")


@pytest.mark.parametrize("issuer", [GONE, None, "", 5, [], {"a": 1}, "x" * 600, "\ud800", "\x00", "é"])
def test_b2_an_issuer_of_the_wrong_kind_is_refused(platform, client, refused, issuer):
    refused(platform.launch(client, 400, iss=issuer), "claim", "iss")


def test_b2_an_issuer_that_is_not_connected_is_refused(platform, client, refused):
    refused(platform.launch(client, 400, iss="https://other.example"), "platform_unknown")


def test_b3_the_audience_may_be_a_text_or_a_list(platform, client):
    platform.launch(client, aud=["client-1"])
    platform.launch(client, aud="client-1", azp="client-1")
    platform.launch(client, aud=["other", "client-1"], azp="client-1")
    platform.launch(client, aud=["client-1", "other"], azp="client-1")


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"aud": "other"}, "audience", ""),
        ({"aud": ["other"]}, "audience", ""),
        ({"aud": "client-1", "azp": "other"}, "audience", "azp"),
        ({"aud": ["client-1", "other"], "azp": "other"}, "audience", ""),
        ({"aud": ["client-1", "other"]}, "claim", "azp"),
        ({"aud": ["client-1"], "azp": 5}, "claim", "azp"),
        ({"aud": GONE}, "claim", "aud"),
        ({"aud": []}, "claim", "aud"),
        ({"aud": ""}, "claim", "aud"),
        ({"aud": 5}, "claim", "aud"),
        ({"aud": {"client-1": 1}}, "claim", "aud"),
        ({"aud": ["client-1", 5]}, "claim", "aud"),
        ({"aud": "\ud800"}, "claim", "aud"),
    ],
)
def test_b3_a_message_for_somebody_else_is_refused(platform, client, refused, changes, code, detail):
    refused(platform.launch(client, 400, **changes), code, detail)


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"exp": GONE}, "claim", "exp"),
        ({"iat": GONE}, "claim", "iat"),
        ({"exp": lambda at: str(at + 60)}, "claim", "exp"),
        ({"iat": True}, "claim", "iat"),
        ({"exp": float("nan")}, "claim", "exp"),
        ({"exp": float("inf")}, "claim", "exp"),
        ({"exp": 10**400}, "claim", "exp"),
        ({"iat": None}, "claim", "iat"),
        ({"exp": lambda at: at - 61}, "expired", "exp"),
        ({"iat": lambda at: at - 700, "exp": lambda at: at + 60}, "expired", "iat"),
        ({"iat": lambda at: at - 86400, "exp": lambda at: at + 60}, "expired", "iat"),
        ({"iat": lambda at: at + 90, "exp": lambda at: at + 150}, "clock", ""),
        ({"nbf": lambda at: at + 90}, "clock", ""),
        ({"nbf": "soon"}, "claim", "nbf"),
        ({"exp": lambda at: at + 10 * 365 * 86400}, "claim", "exp"),
    ],
)
def test_b4_a_message_out_of_its_time_is_refused(platform, client, refused, changes, code, detail):
    at = int(time.time())
    made = {name: value(at) if callable(value) else value for name, value in changes.items()}
    refused(platform.launch(client, 400, **made), code, detail)


def test_b4_a_clock_that_differs_a_little_is_no_reason_to_refuse(platform, client):
    at = int(time.time())
    platform.launch(client, iat=at + 5, exp=at + 65)
    platform.launch(client, iat=at + 50, exp=at + 110)
    platform.launch(client, iat=at - 110, exp=at - 50)
    platform.launch(client, iat=at + 0.15, exp=at + 60.5)
    platform.launch(client, iat=at - 300, exp=at + 3600)


@pytest.mark.parametrize("nonce", [GONE, None, "", 5, ["n"], "x" * 300])
def test_b5_a_message_without_a_nonce_is_refused(platform, client, refused, nonce):
    refused(platform.launch(client, 400, nonce=nonce), "claim", "nonce")


def test_b5_a_nonce_that_is_not_ours_is_refused(platform, client, refused):
    refused(platform.launch(client, 400, nonce="somebody-elses"), "used")
    first, second = platform.log_in(client), platform.log_in(client)
    refused(platform.launch(client, 400, nonce=first.nonce), "used")
    refused(platform.answer(client, second, platform.token(first), 400), "used")


def test_b5_a_replayed_token_is_refused(platform, client, refused, open_logins, session):
    login = platform.log_in(client)
    token = platform.token(login)
    name = _state_cookie(client)
    platform.answer(client, login, token)
    assert open_logins() == 0
    client.http.set_cookie(name, login.state, domain="frontline.localhost")
    refused(platform.answer(client, login, token, 400), "used")
    client.http.set_cookie(name, login.state, domain="frontline.localhost")
    refused(platform.answer(client, login, platform.token(login, sub="1"), 400), "used")
    assert len(session.scalars(select(LoginSession.id)).all()) == 1


def test_b5_a_login_that_ended_is_refused(platform, client, refused):
    login = platform.log_in(client)
    with writing() as session:
        session.execute(update(LtiLogin).values(expires_at=now() - timedelta(seconds=1)))
    refused(platform.answer(client, login, platform.token(login), 400), "used")


def test_b5_a_login_with_one_platform_does_not_let_another_in(platform, session, client, refused):
    other = Platform(client_id="client-2")
    connect(session, other)
    login = platform.log_in(client)
    refused(platform.answer(client, login, other.token(login), 400), "used")
    platform.answer(client, platform.log_in(client), platform.token(platform.log_in(client)), 400)


def test_b5_a_refused_token_leaves_the_login_open_and_changes_nothing(platform, client, open_logins, session):
    login = platform.log_in(client)
    platform.answer(client, login, platform.token(login, exp=5), 400)
    assert open_logins() == 1
    assert session.scalars(select(User.id)).all() == []
    assert session.scalars(select(LoginSession.id)).all() == []


@pytest.mark.parametrize("state", [GONE, ""])
def test_b6_an_answer_without_a_state_is_refused(platform, client, refused, state):
    login = platform.log_in(client)
    refused(platform.answer(client, login, platform.token(login), 400, state=state), "state_missing")


def test_b6_an_answer_in_another_browser_is_refused(platform, client, new_client, refused, open_logins):
    login = platform.log_in(client)
    other = new_client()
    refused(platform.answer(other, login, platform.token(login), 400), "state_unknown")
    own = platform.log_in(other)
    refused(platform.answer(other, login, platform.token(login), 400, state=own.state), "used")
    refused(platform.answer(other, login, platform.token(login), 400, state="é\x00"), "state_unknown")
    platform.answer(client, login, platform.token(login))


def test_b6_the_state_cookie_is_taken_away_at_the_launch(platform, client):
    answer = platform.launch(client)
    gone = [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith("__Host-fl-st-")]
    assert len(gone) == 1 and "Max-Age=0" in gone[0] and "Partitioned" in gone[0] and "SameSite=None" in gone[0]
    assert not [name for name in _cookies(client) if name.startswith("__Host-fl-st-")]


def _cookies(client):
    return [cookie.key for cookie in client.http._cookies.values()]


def _state_cookie(client):
    (name,) = [name for name in _cookies(client) if name.startswith("__Host-fl-st-")]
    return name


def test_the_forged_keys_are_as_large_as_real_ones():
    assert key("first").key_size == 2048
