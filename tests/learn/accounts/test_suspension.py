"""Suspension: nobody comes in by the account until it ends, by any road, and then as before."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts import tickets
from learn.accounts.decisions import suspension
from learn.accounts.decisions.roles import LastAdministrator
from learn.accounts.decisions.suspension import NotAhead
from learn.accounts.models import AccountNote, LoginSession, Role, SessionEnd, TicketKind, User
from learn.accounts.people import Gone
from learn.audit import AuditEntry
from tests.people import make_user, sign_in

DAY = timedelta(days=1)


def suspend(session, user_id, **more):
    at = now()
    suspension.suspend(session, user_id, **{"until": at + DAY, "at": at, "by_id": 7, "reason": "Sold a login", **more})
    session.commit()


def test_every_session_ends_and_the_page_says_why(member, new_client, session, learner):
    other = sign_in(new_client(), learner.id)
    suspend(session, learner.id)
    for browser in (member, other):
        assert "reason=suspended" in browser.get("/me", 303).headers["Location"]
    assert session.scalars(select(LoginSession.ended_by)).all() == [SessionEnd.SUSPENDED] * 2


def test_the_reason_is_kept_for_administrators_and_not_in_the_trail(session, learner):
    suspend(session, learner.id)
    note = session.execute(select(AccountNote.user_id, AccountNote.act, AccountNote.reason, AccountNote.by_id)).one()
    assert tuple(note) == (learner.id, "user.suspended", "Sold a login", 7)
    row = session.execute(select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.details)).one()
    assert (row.action, row.actor_id) == ("user.suspended", 7)
    assert set(row.details) == {"user", "until", "sessions"} and "Sold" not in str(row.details)


def test_a_one_time_address_from_before_or_after_lets_nobody_in(client, session, learner):
    before = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    invitation = tickets.give(session, TicketKind.INVITE, now(), user_id=learner.id)
    suspend(session, learner.id)
    client.get(f"/sign-in/once/{before}", 410)
    assert tickets.look(session, invitation, TicketKind.INVITE, now()) is not None
    after = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    session.commit()
    client.get(f"/sign-in/once/{after}")
    client.post(f"/sign-in/once/{after}")
    assert "reason=suspended" in client.get("/me", 303).headers["Location"]


def test_it_ends_by_itself(session, learner, new_client):
    suspend(session, learner.id)
    session.execute(update(User).values(suspended_until=now() - timedelta(seconds=1)))
    session.commit()
    sign_in(new_client(), learner.id).get("/me")


def test_it_is_lifted_once(session, learner, new_client):
    suspend(session, learner.id)
    assert suspension.lift(session, learner.id, now(), by_id=7)
    assert not suspension.lift(session, learner.id, now(), by_id=7)
    session.commit()
    sign_in(new_client(), learner.id).get("/me")
    assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == ["user.suspended", "user.lifted"]


def test_a_second_time_sets_the_end_anew(session, learner):
    suspend(session, learner.id)
    until = now() + 3 * DAY
    suspend(session, learner.id, until=until)
    assert session.scalar(select(User.suspended_until).where(User.id == learner.id)) == until


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_an_end_that_is_not_to_come_is_refused(session, learner, before):
    at = now()
    with pytest.raises(NotAhead):
        suspend(session, learner.id, until=at - before, at=at)
    session.rollback()
    assert session.scalar(select(User.suspended_until).where(User.id == learner.id)) is None


def test_the_last_administrator_cannot_be_suspended(session):
    ada = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    with pytest.raises(LastAdministrator):
        suspend(session, ada.id)
    session.rollback()
    assert session.scalar(select(User.suspended_until).where(User.id == ada.id)) is None


def test_an_account_that_is_gone_is_not_suspended(session, learner):
    session.execute(update(User).values(erased_at=now()))
    session.commit()
    with pytest.raises(Gone):
        suspend(session, learner.id)
