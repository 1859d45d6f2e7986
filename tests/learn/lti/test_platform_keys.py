"""A platform's keys: parsed once, fetched only with reason, never lost to an outage."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from courses.db import now
from learn.app import create_app
from learn.extensions import db
from learn.lti.launching import platform_keys
from learn.lti.models import PlatformKeys
from learn.lti.services import http
from tests.learn.lti.platform import GONE, jwk, sign
from tests.pages import PageClient


def launch_with(platform, client, kid, status=303, name=None):
    """Launch with a token that names a key, signed by the key of that name."""
    login = platform.log_in(client)
    return platform.answer(
        client, login, sign({"alg": "RS256", "kid": kid}, platform.claims(login), name or kid), status
    )


def test_a_warm_launch_asks_nobody_and_parses_no_key(platform, client, monkeypatch):
    platform.launch(client)
    assert platform.calls == 1
    monkeypatch.setattr(platform_keys, "parse", lambda served: pytest.fail("a key was parsed"))
    monkeypatch.setattr(platform_keys, "recall", lambda *a: pytest.fail("the database was asked"))
    for _ in range(3):
        platform.launch(client)
    assert platform.calls == 1


def test_another_process_takes_the_keys_from_the_database(platform, app, client, environment):
    platform.launch(client)
    other = create_app(environment)
    other.testing = True
    with other.app_context():
        platform.launch(PageClient(other))
        db.engine.dispose()
    assert platform.calls == 1


def test_b1_a_new_key_of_the_platform_is_followed_at_once(platform, client):
    platform.launch(client)
    platform.served = {"keys": [jwk("second"), jwk("first")]}
    launch_with(platform, client, "second")
    assert platform.calls == 2
    platform.served = {"keys": [jwk("third")]}
    launch_with(platform, client, "third")
    launch_with(platform, client, "third")
    assert platform.calls == 3
    launch_with(platform, client, "second", 400)


def test_b1_an_unknown_key_is_asked_for_once_and_then_refused(platform, client, refused):
    refused(launch_with(platform, client, "unknown", 400), "key_unknown")
    assert platform.calls == 1
    platform.launch(client)
    assert platform.calls == 1


def test_made_up_key_ids_cannot_keep_us_asking(platform, client, monkeypatch):
    for number in range(12):
        launch_with(platform, client, f"made-up-{number}", 400, "first")
    assert platform.calls == platform_keys.VAIN
    platform.launch(client)
    platform.served = {"keys": [jwk("second")]}
    launch_with(platform, client, "second", 400)
    later = now() + platform_keys.VAIN_WINDOW
    monkeypatch.setattr("learn.lti.views.now", lambda: later)
    login = platform.log_in(client)
    token = sign(
        {"alg": "RS256", "kid": "second"},
        platform.claims(login, iat=later.timestamp(), exp=later.timestamp() + 60),
        "second",
    )
    platform.answer(client, login, token)


@pytest.mark.parametrize(
    "trouble",
    [
        http.CallFailed("timeout"),
        http.CallFailed("refused", 500),
        http.CallFailed("not_json", 200),
        RecursionError(),
        {"error": "something went wrong"},
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": None},
        [],
        None,
        "text",
        {"keys": ["text", None, 5]},
        {"keys": [jwk("first", kty="EC")]},
        {"keys": [{"kty": "RSA", "kid": "first"}]},
        {"keys": [jwk("first", n="AQAB")]},
        {"keys": [jwk("first")] * 101},
    ],
)
def test_the_last_good_keys_are_kept_while_the_platform_is_down_or_answers_rubbish(
    platform, client, refused, trouble, session
):
    platform.launch(client)
    platform.served = trouble
    refused(launch_with(platform, client, "second", 400), "keys_unreachable")
    assert platform.calls == 2
    platform.launch(client)
    assert list(platform_keys.known(1).keys) == ["first"]
    assert [key["kid"] for key in session.scalars(select(PlatformKeys.jwks)).one()["keys"]] == ["first"]


def test_a_platform_that_is_down_is_left_alone_for_a_while(platform, client, refused, monkeypatch):
    good, platform.served = platform.served, http.CallFailed("timeout")
    for _ in range(3):
        refused(platform.launch(client, 400), "keys_unreachable")
    assert platform.calls == 1
    platform.served = good
    later = now() + platform_keys.RETRY
    monkeypatch.setattr("learn.lti.views.now", lambda: later)
    platform.launch(client)
    assert platform.calls == 2


def test_an_old_set_is_read_again_and_kept_where_that_fails(platform, client, monkeypatch):
    platform.launch(client)
    later = now() + platform_keys.FRESH + timedelta(minutes=1)
    monkeypatch.setattr("learn.lti.views.now", lambda: later)
    at = {"iat": later.timestamp(), "exp": later.timestamp() + 60}
    platform.served = http.CallFailed("timeout")
    platform.launch(client, **at)
    platform.launch(client, **at)
    assert platform.calls == 2
    much_later = later + platform_keys.RETRY_STALE
    monkeypatch.setattr("learn.lti.views.now", lambda: much_later)
    at = {"iat": much_later.timestamp(), "exp": much_later.timestamp() + 60}
    platform.served = {"keys": [jwk("second")]}
    platform.launch(client, 400, **at)
    assert platform.calls == 3


def test_keys_that_cannot_prove_rs256_are_left_out_and_odd_members_do_no_harm():
    served = {
        "keys": [
            jwk("first", x5c=["…"], odd={"a": 1}),
            jwk("bare", "first", alg=GONE, use=GONE),
            jwk("sealing", "first", use="enc"),
            jwk("longer", "first", alg="RS512"),
            jwk("", "first"),
            jwk("n", "first", n=5),
            jwk("e", "first", e="not base64!"),
            jwk("even", "first", e="Ag"),
            jwk("zero", "first", n="AA"),
            {"kid": "x"},
            "text",
            None,
            {**jwk("nameless", "first"), "kid": None},
        ]
    }
    assert sorted(platform_keys.parse(served)) == ["bare", "first"]


@pytest.mark.parametrize("segment", ["", "a", "ab=", "a+b/", "a b", "é", "abc\n"])
def test_what_is_not_base64url_is_refused(segment):
    with pytest.raises(ValueError):
        platform_keys.decode(segment.encode())


def test_no_call_is_made_while_a_transaction_is_open(platform, member):
    """``Platform.get_json`` asserts it, here with a person signed in, whose session was read before."""
    member.get("/")
    platform.launch(member)
    assert platform.calls == 1
