"""The LTI 1.1 migration claim links nobody before its signature was found good."""

import base64
import hmac
from hashlib import sha256

import pytest
from sqlalchemy import func, select

from learn.accounts.models import User
from learn.lti.models import PlatformUser, Registration
from tests.learn.lti.platform import LTI, TOOL, sign

KEY, SECRET = "old-key", "old-secret"


@pytest.fixture
def old(app, platform, client, session):
    """Somebody who launched under the old identifier, on a platform whose old secret is known."""
    platform.launch(client, sub="old-5", name="Lee Learner")
    session.rollback()
    number = session.scalar(select(Registration.id))
    result = app.test_cli_runner().invoke(args=["platform", "legacy", str(number), "--key", KEY, "--secret", SECRET])
    assert result.exit_code == 0, result.output
    return number


def launch(platform, browser, *, secret=SECRET, key=KEY, user_id="old-5", sub="new-5", **wrong):
    login = platform.log_in(browser, f"{TOOL}/")
    body = platform.claims(login, sub=sub)
    covered = "&".join(
        (
            key,
            body[LTI + "deployment_id"],
            body["iss"],
            body["aud"],
            str(body["exp"]),
            wrong.get("nonce", body["nonce"]),
        )
    )
    made = base64.b64encode(hmac.new(secret.encode(), covered.encode(), sha256).digest()).decode()
    body[LTI + "lti1p1"] = {"oauth_consumer_key": key, "oauth_consumer_key_sign": made, "user_id": user_id}
    body[LTI + "lti1p1"] |= wrong.get("claim", {})
    token = sign({"typ": "JWT", "alg": "RS256", "kid": "first"}, body)
    return platform.answer(browser, login, token)


def people(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(User))


def test_b20_a_signed_claim_makes_both_identifiers_one_person(old, platform, new_client, session):
    launch(platform, new_client())
    assert people(session) == 1
    assert set(session.scalars(select(PlatformUser.sub))) == {"old-5", "new-5"}
    launch(platform, new_client())
    assert people(session) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "guessed"}, {"key": "another"}, {"nonce": "of-another-launch"}, {"user_id": "nobody"},
        {"claim": {"oauth_consumer_key_sign": ""}}, {"claim": {"oauth_consumer_key_sign": 5}},
        {"claim": {"user_id": None}}, {"claim": {"oauth_consumer_key": "x" * 300}},
    ],
)  # fmt: skip
def test_b20_a_claim_that_is_not_signed_as_it_must_be_links_nobody(old, platform, new_client, session, wrong):
    launch(platform, new_client(), **wrong)
    assert people(session) == 2


def test_b20_without_a_secret_nothing_is_believed(platform, client, new_client, session):
    platform.launch(client, sub="old-5")
    launch(platform, new_client(), secret="")
    assert people(session) == 2


def test_b20_another_platforms_people_are_out_of_reach(old, platform, new_client, session):
    from tests.learn.lti.platform import Platform, connect

    other = Platform(issuer="https://other.example", client_id="client-9")
    other.served = platform.served
    connect(session, other)
    launch(other, new_client())
    assert people(session) == 2


def test_b20_the_secret_is_sealed(old, session):
    session.rollback()
    assert SECRET not in session.scalar(select(Registration.legacy_secret))
