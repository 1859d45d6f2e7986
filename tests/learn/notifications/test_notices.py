"""Notices: told once, listed newest first, and the number of unread ones right whatever happens at once."""

import threading

import pytest
from sqlalchemy import event, insert, select, update

from courses.db import now
from learn.accounts.models import User
from learn.extensions import db
from learn.notifications import notices
from learn.notifications.models import Mail, Notification
from learn.web import writing
from tests.people import make_user


def unread(session, user):
    session.rollback()
    return session.scalar(select(User.unread).where(User.id == user.id))


@pytest.fixture
def told(session, learner):
    """Three notices to one person and one to another; returns the numbers of the three, the newest first."""
    other = make_user(session)
    for user, kind in (
        (learner, "merged"),
        (learner, "export_ready"),
        (other, "merged"),
        (learner, "suspension_lifted"),
    ):
        notices.notify(session, user.id, kind, now(), path="/me/data" if kind == "export_ready" else "")
    session.commit()
    return [each.id for each in notices.listed(session, learner.id)[0]]


def test_each_notice_counts_one(session, learner, told):
    assert unread(session, learner) == 3
    assert session.scalars(select(User.unread).where(User.id != learner.id)).all() == [1]


def test_a_kind_without_words_is_refused_where_it_is_told(session, learner):
    with pytest.raises(KeyError):
        notices.notify(session, learner.id, "something_else", now())


def test_reading_one_counts_down_once_and_gives_its_page(session, learner, told):
    for _ in range(3):
        assert notices.read(session, learner.id, told[1], now()) == "/me/data"
        session.commit()
    assert unread(session, learner) == 2
    assert [each.is_read for each in notices.listed(session, learner.id)[0]] == [False, True, False]


def test_somebody_elses_notice_is_not_read(session, learner, told):
    number = session.scalar(select(Notification.id).where(Notification.user_id != learner.id))
    assert notices.read(session, learner.id, number, now()) is None
    assert session.scalar(select(Notification.read_at).where(Notification.id == number)) is None
    assert unread(session, learner) == 3


def test_all_are_read_up_to_the_newest_that_was_seen(session, learner, told):
    assert notices.read_all(session, learner.id, told[1], now()) == 2
    assert notices.read_all(session, learner.id, told[1], now()) == 0
    session.commit()
    assert unread(session, learner) == 1
    assert [each.is_read for each in notices.listed(session, learner.id)[0]] == [False, True, True]


def test_many_are_listed_page_by_page_by_key(session, learner):
    row = {"user_id": learner.id, "kind": "merged", "facts": {}, "path": "", "created_at": now()}
    session.execute(insert(Notification), [row] * (2 * notices.PAGE + 1))
    found, before, lengths = [], notices.FIRST, []
    while before is not None:
        page, before = notices.listed(session, learner.id, before)
        found += [each.id for each in page]
        lengths.append(len(page))
    assert lengths == [notices.PAGE, notices.PAGE, 1]
    assert found == sorted(set(found), reverse=True) and len(found) == 2 * notices.PAGE + 1


def test_a_page_of_notices_costs_the_same_however_many_names_they_need(session, learner):
    for slug in range(15):
        notices.notify(
            session, learner.id, "role_granted", now(), facts={"role": "facilitator", "themes": [f"t{slug}"]}
        )
        notices.notify(session, learner.id, "linked", now(), facts={"platform": slug + 1})
    session.commit()
    spent = []
    event.listen(db.engine, "before_cursor_execute", note := lambda c, cur, statement, *rest: spent.append(statement))
    notices.listed(session, learner.id)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in spent if each.startswith("SELECT")]) == 3


def test_what_is_read_and_told_at_once_is_counted_exactly(app, session, learner, told):
    start, failures = threading.Barrier(6), []

    def at_once(act):
        with app.app_context():
            start.wait()
            try:
                with writing() as own:
                    act(own)
            except Exception as problem:
                failures.append(problem)
            db.session.remove()

    acts = [lambda own: notices.read_all(own, learner.id, told[0], now())] * 2
    acts += [lambda own: notices.read(own, learner.id, told[2], now())] * 2
    acts += [lambda own: notices.notify(own, learner.id, "merged", now())] * 2
    session.rollback()
    threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert unread(session, learner) == 2
    assert len(session.scalars(select(Notification.id).where(Notification.read_at.is_(None))).all()) == 3


def test_no_mail_is_put_for_a_kind_that_never_goes_by_mail(session, learner):
    notices.notify(session, learner.id, "address_bounced", now())
    assert session.scalars(select(Mail.id)).all() == []


def test_the_count_that_was_wrong_is_put_right(session, learner, told):
    session.execute(update(User).values(unread=40))
    notices.count_anew(session, learner.id)
    session.commit()
    assert unread(session, learner) == 3
