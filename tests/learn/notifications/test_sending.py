"""Mail against a real server on loopback: taken, busy, refused, away; and without one, in the data folder."""

from collections.abc import Callable
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.models import User
from learn.notifications import mail
from learn.notifications.letters import Letter
from learn.notifications.models import Mail, MailState, Notification
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from learn.outbox.worker import Worker
from tests.learn.notifications.conftest import PACE, Mailbox
from tests.people import NURSE, make_user

TO = NURSE


@pytest.fixture
def put(app: Any, session: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Put a mail whose letter is what the test says, or None."""

    def do(letter: Letter | None = None, *, is_wanted: bool = True) -> int:
        found = letter or Letter(TO, "A subject\r\nBcc: all@example.nhs.uk", "join_refused", "You asked.", NAMES)
        monkeypatch.setitem(app.extensions["frontline_letters"], "test", lambda *_: found if is_wanted else None)
        number = mail.put(session, "test", "1", now())
        session.commit()
        return number

    return do


NAMES = {"site": "Frontline", "name": "Amina", "answer": "Not yet <b>", "contact": "", "address": "http://a.example/"}


def work(app: Any, session: Any) -> Any:
    session.rollback()
    Worker(app, PACE).run(once=True)
    session.rollback()
    return session.execute(select(Mail.state, Mail.last_error, Mail.attempts)).one()


def due_again(session: Any) -> None:
    session.execute(update(OutboxItem).values(not_before=now()))
    session.commit()


def test_a_mail_is_taken_with_plain_text_first_and_says_why_it_came(at_server, app, session, put, mailbox):
    number = put()
    assert work(app, session).state is MailState.SENT
    [got] = mailbox.taken
    assert got["To"] == TO and got["Auto-Submitted"] == "auto-generated" and f"frontline-{number}@" in got["Message-ID"]
    text, html = got.get_body(("plain",)).get_content(), got.get_body(("html",)).get_content()
    assert "You asked." in text and "Not yet <b>" in text
    assert "You asked." in html and "<b>" not in html and "style=" not in html


def test_a_line_break_in_a_subject_makes_no_header(at_server, app, session, put, mailbox):
    put()
    work(app, session)
    assert mailbox.taken[0]["Bcc"] is None and "Bcc:" in mailbox.taken[0]["Subject"]


def test_a_busy_server_is_tried_again_and_it_is_the_same_mail(at_server, app, session, put, mailbox):
    put()
    mailbox.answers = ["451 later"]
    row = work(app, session)
    assert (row.state, row.last_error) == (MailState.WAITING, "server_busy")
    due_again(session)
    row = work(app, session)
    assert row.state is MailState.SENT and row.attempts == 2 and len(mailbox.taken) == 1


def test_a_recipient_that_is_refused_for_good_marks_the_address(at_server, app, session, put, mailbox):
    user = make_user(session)
    mine.add(session, user.id, parse(TO), now())
    put()
    mailbox.answers = ["550 no such person"]
    assert work(app, session) == (MailState.FAILED, "address_refused", 1)
    address = session.execute(select(EmailAddress.id, EmailAddress.bounced_at)).one()
    assert address.bounced_at is not None
    told = select(Notification.user_id, Notification.kind, Notification.path, Notification.facts)
    assert session.execute(told).all() == [(user.id, "address_bounced", "/me/addresses", {"address": address.id})]
    assert session.scalar(select(User.unread).where(User.id == user.id)) == 1


def test_an_address_of_nobody_that_is_refused_tells_nobody(at_server, app, session, put, mailbox):
    put()
    mailbox.answers = ["550 no such person"]
    assert work(app, session).state is MailState.FAILED
    assert session.scalars(select(Notification.id)).all() == []


def test_a_second_mail_that_is_refused_tells_the_owner_no_second_time(at_server, app, session, put, mailbox):
    mine.add(session, make_user(session).id, parse(TO), now())
    mailbox.answers = ["550 no such person"] * 2
    put()
    put()
    session.rollback()
    Worker(app, PACE).run(once=True)
    session.rollback()
    assert session.scalars(select(Mail.state)).all() == [MailState.FAILED] * 2
    assert len(session.scalars(select(Notification.id)).all()) == 1


def test_a_mail_that_is_put_again_while_it_goes_out_goes_out_once(at_server, app, session, put, mailbox):
    number = put()
    work(app, session)
    queue.put(session, mail.KIND, str(number), now(), lane=mail.LANE)
    session.commit()
    assert work(app, session).state is MailState.SENT and len(mailbox.taken) == 1


def test_a_server_that_is_away_loses_nothing(at_server, app, session, put, free_port):
    put()
    row = work(app, session)
    assert (row.state, row.last_error) == (MailState.WAITING, "server_away")
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port)
    server.start()
    due_again(session)
    try:
        assert work(app, session).state is MailState.SENT
    finally:
        server.stop()


def test_nothing_goes_in_the_clear_where_tls_is_required(environment, mailbox, free_port, request):
    environment["FRONTLINE_SMTP_URL"] = f"smtp://127.0.0.1:{free_port}?starttls=required"
    app, session = request.getfixturevalue("app"), request.getfixturevalue("session")
    request.getfixturevalue("put")()
    row = work(app, session)
    assert (row.state, row.last_error) == (MailState.WAITING, "no_tls") and mailbox.taken == []


def test_a_letter_that_nobody_wants_any_more_is_dropped(at_server, app, session, put, mailbox):
    put(is_wanted=False)
    assert work(app, session).state is MailState.DROPPED and mailbox.taken == []


def test_without_a_server_the_mail_lies_in_the_data_folder(app, session, put):
    number = put()
    assert work(app, session).state is MailState.SENT
    assert (app.config["FRONTLINE"].folder / "mail" / f"{number}.eml").is_file()
