"""What a platform says of an address: nothing by itself, an account only where an administrator trusts it, never an administrator's."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.models import LoginSession, Role, User
from learn.audit import AuditEntry
from learn.lti.connect import switch
from learn.lti.models import PlatformUser, Registration
from learn.notifications.models import Notification
from learn.people.merging import merge
from tests.learn.lti.platform import GONE, INSTRUCTOR, Platform, connect
from tests.people import NURSE, make_user, sign_in


@pytest.fixture
def trust(session, platform):
    """Trust the platform's addresses, or do so no more."""

    def go(trusts=True):
        session.rollback()
        switch.trust(session, session.scalar(select(Registration.id)), trusts)
        session.commit()

    return go


def came(session):
    """Who came in last."""
    session.rollback()
    return session.scalar(select(LoginSession.user_id).order_by(LoginSession.id.desc()).limit(1))


def suspend(session, user_id, **until):
    session.execute(update(User).where(User.id == user_id).values(suspended_until=now() + timedelta(**until)))
    session.commit()


def test_nobody_is_trusted_until_an_administrator_says_so(platform, session, owner, client):
    assert session.scalars(select(Registration.trusts_email)).all() == [False]
    platform.launch(client, email=NURSE)
    assert came(session) != owner.id


def test_a_trusted_platforms_new_person_joins_the_account_of_their_address(platform, session, owner, trust, new_client):
    trust()
    browser = new_client()
    platform.launch(browser, email=NURSE.upper(), roles=[INSTRUCTOR])
    assert came(session) == owner.id
    assert session.scalars(select(User.id)).all() == [owner.id]
    assert browser.get("/").select("#link-offer") == []
    number = session.scalar(select(Registration.id))
    told = session.execute(select(Notification.user_id, Notification.kind, Notification.facts)).all()
    assert told == [(owner.id, "linked", {"platform": number})]
    line = session.execute(select(AuditEntry).where(AuditEntry.action == "user.linked_by_trust")).scalar_one()
    assert (line.actor_id, line.details) == (owner.id, {"registration": number})
    platform.launch(new_client(), email=NURSE)
    assert came(session) == owner.id
    assert len(session.scalars(select(Notification.id)).all()) == 1


def test_trust_that_was_taken_back_joins_nobody_any_more(platform, session, owner, trust, new_client):
    trust()
    platform.launch(new_client(), email="other@nhs.net", sub="9")
    trust(False)
    platform.launch(new_client(), email=NURSE)
    assert came(session) != owner.id


def test_trust_joins_at_the_first_launch_alone(platform, session, owner, trust, new_client):
    """Whoever was here before keeps their account, whatever the platform says of their address later."""
    platform.launch(new_client(), email="other@nhs.net")
    first = came(session)
    trust()
    browser = new_client()
    platform.launch(browser, email=NURSE)
    assert came(session) == first != owner.id
    assert browser.get("/").select("#link-offer")


def test_an_administrators_account_is_joined_by_no_platforms_word(platform, session, trust, new_client):
    administrator = make_user(session, "Ada Administrator", roles=(Role.FACILITATOR, Role.ADMINISTRATOR))
    mine.add(session, administrator.id, parse(NURSE), now())
    session.commit()
    trust()
    browser = new_client()
    platform.launch(browser, email=NURSE)
    assert came(session) != administrator.id
    assert browser.get("/").select("#link-offer")


def test_a_second_person_of_the_platform_with_the_same_address_is_another(platform, session, owner, trust, new_client):
    trust()
    platform.launch(new_client(), email=NURSE, sub="1")
    platform.launch(new_client(), email=NURSE, sub="2")
    assert came(session) != owner.id


def test_an_address_that_an_account_only_claims_is_none_to_join(platform, session, trust, new_client):
    make_user(session, email=NURSE, claim_key=parse(NURSE).key)
    session.commit()
    trust()
    platform.launch(new_client(), email=NURSE)
    assert len(session.scalars(select(User.id)).all()) == 2


def test_the_trust_in_one_platform_is_none_in_another(session, owner, trust, new_client):
    trust()
    other = Platform(issuer="https://two.example")
    connect(session, other)
    other.launch(new_client(), email=NURSE)
    assert came(session) != owner.id


@pytest.mark.parametrize("more", [
    {"sub": GONE}, {"email": GONE}, {"email": "amina.nurse@example.nhs.uk.evil.example"}, {"email": f"<{NURSE}>"},
    {"roles": ["http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]},
])  # fmt: skip
def test_trusted_is_only_the_very_address_of_somebody_who_is_named(platform, session, owner, trust, new_client, more):
    trust()
    platform.launch(new_client(), **{"email": NURSE, **more})
    assert came(session) != owner.id


def test_whoever_runs_the_site_alone_decides_whom_it_trusts(member, session, platform):
    number = session.scalar(select(Registration.id))
    member.get("/")
    assert "administrators" in member.post(f"/admin/platforms/{number}/trust", {"trusts": "yes"}, 403).words
    session.rollback()
    assert session.scalars(select(Registration.trusts_email)).all() == [False]


def test_trust_is_given_and_taken_on_the_platforms_page_and_counts_at_once(app, session, platform, owner, new_client):
    administrator = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    browser = sign_in(new_client(), administrator.id)
    platform.launch(new_client(), email="other@nhs.net", sub="9")  # the platform is kept in the process from here on
    number = session.scalar(select(Registration.id))
    page = browser.get(f"/admin/platforms/{number}")
    assert "Whoever can change an address on that platform can then come in" in page.words
    page = browser.follow(f"/admin/platforms/{number}/trust", {"trusts": "yes"})
    assert "The addresses of this platform are trusted" in page.words
    platform.launch(new_client(), email=NURSE)
    assert came(session) == owner.id
    assert (
        "An address that this platform gives is not believed"
        in browser.follow(f"/admin/platforms/{number}/trust", {"trusts": "no"}).words
    )
    session.rollback()
    lines = session.scalars(select(AuditEntry.details).where(AuditEntry.action == "platform.trusts_email")).all()
    assert lines == [{"registration": number, "trusts": True}, {"registration": number, "trusts": False}]
    browser.post("/admin/platforms/4711/trust", {"trusts": "yes"}, 404)


# Suspended, merged


def test_whoever_is_suspended_comes_in_by_no_launch_and_reads_until_when(platform, session, new_client, refused):
    platform.launch(new_client())
    suspend(session, came(session), days=3)
    page = platform.launch(new_client(), 403)
    assert "closed your account until" in page.words and "ask whoever runs this site" in page.words
    refused(page, "suspended")
    back = page.select_one("a[href*='lti_errormsg']")
    assert back is not None and "Amina" not in back["href"]
    assert len(session.scalars(select(LoginSession.id)).all()) == 1


def test_a_suspension_that_is_over_refuses_nobody(platform, session, new_client):
    platform.launch(new_client())
    suspend(session, came(session), days=-1)
    platform.launch(new_client())


def test_a_suspended_account_is_not_got_round_by_a_trusted_platform(platform, session, owner, trust, new_client):
    trust()
    suspend(session, owner.id, days=3)
    assert "closed your account until" in platform.launch(new_client(), 403, email=NURSE).words
    assert session.scalars(select(PlatformUser.id)).all() == []


def test_a_platforms_person_goes_on_as_the_account_that_took_theirs_in(platform, session, owner, new_client):
    platform.launch(new_client())
    merge(session, came(session), owner.id, now(), by_id=None)
    session.commit()
    platform.launch(new_client())
    assert came(session) == owner.id
