"""What is over goes every night, and the trail says how much of what."""

from datetime import timedelta

from sqlalchemy import insert, select

from courses.db import now
from learn.accounts import sessions, tickets
from learn.accounts.by_email import limits
from learn.accounts.by_email.models import Tally
from learn.accounts.models import LoginSession, TicketKind
from learn.audit import AuditEntry
from learn.lti.launching import login
from learn.outbox import pruning
from learn.outbox.models import OutboxItem
from learn.outbox.worker import Pace, Worker
from learn.people.coming_in import joining
from learn.people.own_data import requests as own_data
from learn.people.own_data import retention
from tests.people import make_user, sign_in


def test_the_nightly_run_removes_what_is_over_and_says_so_in_one_line(app, session, administrator, new_client):
    at = now()
    user = make_user(session)
    session.commit()
    for _ in range(2):
        sign_in(new_client(), user.id)
    session.execute(
        LoginSession.__table__.update().where(LoginSession.user_id == user.id).values(used_at=at - sessions.KEPT)
    )
    tickets.give(session, TicketKind.SIGN_IN, at - timedelta(days=1), user_id=user.id)
    session.execute(insert(Tally), {"kind": "a", "who": "b", "began_at": at - timedelta(days=3), "count": 1})
    session.commit()
    Worker(app, Pace(idle=0.01)).run(once=True)
    session.rollback()
    lines = session.scalars(select(AuditEntry.details).where(AuditEntry.action == pruning.RAN)).all()
    assert lines == [{"sessions": 2, "one_time_addresses": 1, "counts_of_tries": 1}]
    page = administrator.get("/admin/audit?about=retention")
    assert "Removed what was over" in page.words
    for told in ("sessions: 2", "one time addresses: 1", "counts of tries: 1"):
        assert told in page.words


def test_a_night_with_nothing_to_remove_says_so_too(app, session, administrator):
    Worker(app, Pace(idle=0.01)).run(once=True)
    assert "Nothing was over" in administrator.get("/admin/audit?about=retention").words
    again = session.scalar(select(OutboxItem.not_before).where(OutboxItem.kind == pruning.KIND))
    assert again is not None and again > now() + pruning.EVERY - timedelta(minutes=5)


def test_every_feature_counts_what_it_removes(app, session):
    """Each part answers with numbers under names that no other uses."""
    handler = app.extensions["frontline_outbox"][pruning.KIND]()
    answers = [prune(session, now()) for prune in handler.prune]
    names = [name for answer in answers for name in answer]
    assert len(names) == len(set(names)) >= len(answers)
    assert all(count == 0 for answer in answers for count in answer.values())


def test_the_privacy_page_says_the_periods_of_the_code(client, monkeypatch):
    page = client.get("/privacy")
    rows = {row.th.text: row.td.text for row in page.select("table")[1].select("tbody tr")}
    assert rows == dict(retention.rules())
    assert rows["Your sessions"] == "30 days after their last use"
    assert rows["A file of your data that you asked for"] == "7 days after it was ready"
    assert rows["A request to come in"].startswith("1 year ")
    assert retention.period(login.LASTS) == "10 minutes"
    monkeypatch.setattr(sessions, "KEPT", timedelta(days=12))
    monkeypatch.setattr(own_data, "LIVES", timedelta(hours=5))
    monkeypatch.setattr(limits, "DAY", timedelta(days=1))
    monkeypatch.setattr(joining, "KEPT", timedelta(days=730))
    words = client.get("/privacy").words
    for told in ("12 days after their last use", "5 hours after it was ready", "2 years after it was decided", "1 day"):
        assert told in words


def test_the_privacy_page_says_what_stays_and_that_unused_accounts_do(client):
    words = client.get("/privacy").words
    assert "Accounts that nobody has used for long are not removed by themselves" in words
    for sentence in own_data.keeps():
        assert sentence in words
    assert "__Host-frontline-code" in words
