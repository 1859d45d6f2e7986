"""Notices, mails and choices as somebody's own data; and what goes because it is old."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from learn.accounts.models import User
from learn.accounts.personal import Person
from learn.notifications import choices, mail, notices, personal
from learn.notifications.models import Mail, MailChoice, MailState, Notification
from learn.notifications.personal import PERSONAL
from tests.people import make_user

TABLES = (Notification, MailChoice, Mail)


def person(user):
    return Person(user.id, (user.learner_id,), ())


def count(session, model, user):
    return session.scalar(select(func.count()).select_from(model).where(model.user_id == user.id))


def unread(session, user):
    return session.scalar(select(User.unread).where(User.id == user.id))


@pytest.fixture
def give(session):
    def do(user, *kinds):
        for kind in kinds:
            notices.notify(session, user.id, kind, now())
        choices.choose(session, user.id, ["linked"], set())

    return do


@pytest.fixture
def other(session):
    return make_user(session)


def test_the_file_says_what_was_told_mailed_and_chosen(session, learner, other, give):
    give(learner, "merged")
    give(other, "export_ready")
    told = PERSONAL.export(session, person(learner))
    assert [row["words"][:15] for row in told["notices"]] == ["Another account"]
    assert [(row["kind"], row["state"]) for row in told["emails_sent_to_you"]] == [("notice", "queued")]
    assert told["emails_chosen"] == [{"kind": "linked", "is_wanted": False}]
    assert PERSONAL.tables == {"mail", "mail_choice", "notification"}


def test_all_of_it_goes_with_the_person_and_nothing_of_others(app, session, learner, other, give):
    give(learner, "merged", "export_ready")
    give(other, "merged")
    session.commit()
    assert PERSONAL.erase(session, person(learner), now()) == []
    assert [count(session, model, learner) for model in TABLES] == [0, 0, 0]
    assert [count(session, model, other) for model in TABLES] == [1, 1, 1]
    assert (unread(session, learner), unread(session, other)) == (0, 1)
    assert PERSONAL.export(session, person(learner)) == {"notices": [], "emails_sent_to_you": [], "emails_chosen": []}


def test_files_of_their_mails_go_too_and_what_stays_is_told(app, session, learner, give):
    give(learner, "merged")
    folder = Path(app.config["FRONTLINE"].folder) / "mail"
    folder.mkdir()
    own, code = folder / f"{session.scalar(select(Mail.id))}.eml", folder / "9999.eml"
    own.write_text("To: amina")
    code.write_text("To: somebody")
    assert PERSONAL.erase(session, person(learner), now()) == [personal.FILES]
    assert not own.exists() and code.exists()


def test_a_mail_that_waited_for_an_erased_person_is_not_sent(app, session, learner, give, work, make_due):
    give(learner, "merged")
    PERSONAL.erase(session, person(learner), now())
    session.commit()
    make_due()
    work()
    assert list(Path(app.config["FRONTLINE"].folder).glob("mail/*")) == []


def test_all_of_it_goes_along_into_another_account_and_unread_is_right(session, learner, other, give):
    give(learner, "merged", "export_ready", "merged")
    give(other, "merged")
    notices.read(session, learner.id, session.scalar(select(func.min(Notification.id))), now())
    choices.choose(session, learner.id, ["merged"], set())
    choices.choose(session, other.id, ["linked"], {"linked"})
    PERSONAL.move(session, person(learner), person(other), now())
    session.commit()
    assert [count(session, model, learner) for model in TABLES] == [0, 0, 0]
    assert (count(session, Notification, other), count(session, Mail, other)) == (4, 4)
    assert (unread(session, learner), unread(session, other)) == (0, 3)
    assert choices.wants(session, other.id, "linked") and not choices.wants(session, other.id, "merged")


def test_notices_go_90_days_after_they_were_read_and_a_year_after_they_were_told(session, learner, other, give):
    give(learner, "merged", "export_ready", "merged")
    give(other, "merged")
    notices.read(session, learner.id, session.scalar(select(func.min(Notification.id))), now())
    personal.prune(session, now() + timedelta(days=89))
    assert (count(session, Notification, learner), unread(session, learner)) == (3, 2)
    personal.prune(session, now() + timedelta(days=91))
    assert (count(session, Notification, learner), unread(session, learner)) == (2, 2)
    session.execute(
        update(Notification).where(Notification.user_id == other.id).values(created_at=now() + timedelta(days=9))
    )
    personal.prune(session, now() + timedelta(days=366))
    assert (count(session, Notification, learner), unread(session, learner)) == (0, 0)
    assert (count(session, Notification, other), unread(session, other)) == (1, 1)


def test_mails_and_their_files_go_90_days_after_they_were_settled(app, session):
    for state in (MailState.SENT, MailState.FAILED, MailState.WAITING):
        number = mail.put(session, "code", "1", now())
        settled_at = None if state is MailState.WAITING else now()
        session.execute(update(Mail).where(Mail.id == number).values(state=state, settled_at=settled_at))
    folder = Path(app.config["FRONTLINE"].folder) / "mail"
    folder.mkdir()
    old, new = folder / "1.eml", folder / "2.eml"
    for path, days in ((old, 91), (new, 1)):
        path.write_text("To: amina")
        os.utime(path, ((now() - timedelta(days=days)).timestamp(),) * 2)
    mail.prune(session, now())
    assert len(session.scalars(select(Mail.id)).all()) == 3
    assert not old.exists() and new.exists()
    mail.prune(session, now() + timedelta(days=91))
    assert session.scalars(select(Mail.state)).all() == [MailState.WAITING]


def test_the_worker_does_so_every_day(app):
    (pruning,) = (make() for kind, make in app.extensions["frontline_outbox"].items() if kind == "prune")
    assert personal.prune in pruning.prune
