"""Mail that did not go out, as an administrator sees it and tries it again."""

import pytest
from sqlalchemy import func, insert, select, update

from courses.db import now
from learn.admin import mail as page_of_mail
from learn.audit import AuditEntry
from learn.notifications import mail
from learn.notifications.models import Mail, MailState
from learn.notifications.smtp import Handed
from learn.outbox.models import OutboxItem

HERE = "/admin/mail"


@pytest.fixture
def put(session):
    """A mail in some state, out of the queue."""

    def do(state=MailState.FAILED, why="server_refused", kind="notice", user_id=None):
        number = mail.put(session, kind, "1", now(), user_id=user_id)
        session.execute(OutboxItem.__table__.delete())
        session.execute(update(Mail).where(Mail.id == number).values(state=state, last_error=why, attempts=3))
        session.commit()
        return number

    return do


def states(session):
    session.rollback()
    return {row.id: row.state for row in session.execute(select(Mail.id, Mail.state))}


def queued(session):
    session.rollback()
    return sorted(int(key) for key in session.scalars(select(OutboxItem.key).where(OutboxItem.kind == mail.KIND)))


def test_when_nothing_failed_the_page_says_so_and_no_number_stands_in_the_menu(administrator):
    page = administrator.get(HERE)
    assert page.words.count("None.") == 2 and "nobody receives it" in page.words
    assert page.select_one(f'.rooms a[href="{HERE}"]').get_text() == "Mail"


def test_nobody_else_sees_it(member, session, put):
    number = put()
    member.get(HERE, 403)
    member.get("/me/addresses")
    member.post(f"{HERE}/{number}/again", status=403)
    member.get("/me/addresses")
    member.post(f"{HERE}/again", status=403)
    assert states(session) == {number: MailState.FAILED}


def test_each_is_shown_with_whom_why_and_since_when(administrator, session, learner, put):
    put(user_id=learner.id)
    put(MailState.WAITING, "server_away", kind="code")
    put(MailState.SENT, "", kind="join_refused")
    page = administrator.get(HERE)
    failed, waiting = page.select("tbody tr")
    assert "A notice" in failed.text and f"Person {learner.id}, Research Nurse" in failed.text
    assert "refused the mail for good" in failed.text
    assert (
        "A code" in waiting.text and "Whoever asked for it" in waiting.text and "could not be reached" in waiting.text
    )
    assert "refused to" not in page.words and "1 need help" in " ".join(page.select_one(".rooms").text.split())


def test_a_mistyped_address_is_shown_but_is_no_fault_of_the_site(administrator, session, put):
    put(why="address_refused", kind="code")
    page = administrator.get(HERE)
    assert "knows no such address" in page.words
    assert page.select_one(f'.rooms a[href="{HERE}"]').get_text() == "Mail"


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.WAITING])
def test_one_is_tried_again(administrator, session, put, state):
    number = put(state)
    administrator.get(HERE)
    assert "tried again now" in administrator.follow(f"{HERE}/{number}/again").words
    assert states(session) == {number: MailState.QUEUED} and queued(session) == [number]
    entry = session.execute(select(AuditEntry.action, AuditEntry.details)).one()
    assert entry == ("mail.again", {"mail": number})


@pytest.mark.parametrize("state", [MailState.SENT, MailState.DROPPED, MailState.QUEUED])
def test_what_went_out_or_waits_its_turn_is_not_sent_twice(administrator, session, put, state):
    number = put(state)
    administrator.get(HERE)
    assert administrator.post(f"{HERE}/{number}/again", status=409).h1 == "This mail does not wait any more"
    administrator.get(HERE)
    administrator.post(f"{HERE}/{10**25}/again", status=409)
    assert queued(session) == []


def test_all_that_failed_are_tried_again_in_batches(administrator, session, put, monkeypatch):
    monkeypatch.setattr(mail, "BATCH", 2)
    monkeypatch.setattr(mail, "_NEXT", mail._NEXT.limit(2))
    numbers = [put() for _ in range(5)]
    put(MailState.SENT, "")
    administrator.get(HERE)
    assert "5 mails are tried again" in administrator.follow(f"{HERE}/again").words
    assert queued(session) == numbers
    administrator.get(HERE)
    assert "0 mails are tried again" in administrator.follow(f"{HERE}/again").words


def test_many_go_on_by_a_key(administrator, session):
    row = {"kind": "code", "about": "1", "state": MailState.FAILED, "attempts": 1, "last_error": "server_refused",
           "created_at": now()}  # fmt: skip
    session.execute(insert(Mail), [row] * 120)
    session.commit()
    seen, path = [], HERE
    while path:
        page = administrator.get(path)
        seen += [form["action"] for form in page.select("tbody form")]
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert len(seen) == len(set(seen)) == 120
    administrator.get(f"{HERE}?failed={10**30}&waiting=x")


def test_the_number_in_the_menu_is_read_from_an_index_alone(session, put):
    for _ in range(3):
        put()
    put(why="address_refused")
    assert mail.needing_help(session) == 3
    if session.get_bind().dialect.name == "sqlite":
        asked = str(mail._NEEDING_HELP.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all())
        assert "COVERING INDEX ix_mail_state" in plan


def test_every_kind_of_mail_and_every_failure_has_words(app):
    assert set(app.extensions["frontline_letters"]) == set(page_of_mail.KINDS)
    assert set(mail.STAFF_WHY) == set(Handed) - {Handed.TAKEN}


def test_the_count_stands_on_pages_of_this_room_alone(administrator, session, put):
    put()
    assert session.scalar(select(func.count()).select_from(Mail)) == 1
    session.rollback()
    assert "need help" not in administrator.get("/learn").words
    assert "need help" in administrator.get("/admin/platforms").words
