"""Telling of answers: whoever is answered and whoever follows, once until they looked."""

import pytest
from sqlalchemy import select

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.discussion import posting, states, telling
from learn.discussion.acts import editing, marks
from learn.discussion.models import PostState
from learn.notifications import by_mail, kinds, notices
from learn.notifications.models import Notification
from learn.notifications.names import Names
from learn.outbox import worker
from learn.outbox.worker import Pace
from tests.discussing import make_writer, say

OURS = (telling.ANSWERED, telling.FOLLOWED)


def told(session):
    session.rollback()
    asked = select(Notification.user_id, Notification.kind).where(Notification.kind.in_(OURS)).order_by(Notification.id)
    rows = session.execute(asked)
    return [tuple(row) for row in rows]


def work(app):
    worker.Worker(app, Pace(concurrency=1)).run(once=True)


def test_the_starter_is_told_of_an_answer_and_an_answered_person_of_theirs(app, session, topic, sam, ann, helen):
    first = say(session, topic.topic_id, ann)
    say(session, topic.topic_id, helen, parent_id=first)
    session.commit()
    work(app)
    assert sorted(told(session)) == [(sam.id, "topic_answered"), (ann.id, "post_answered")]
    found, _ = notices.listed(session, sam.id)
    assert found[0].words == "There is something new in Finding time for consent."
    assert found[0].path == f"/topics/{topic.topic_id}/unread"


def test_nobody_is_told_twice_before_they_looked(app, as_, session, topic, sam, ann):
    for _ in range(3):
        say(session, topic.topic_id, ann)
        session.commit()
        work(app)
    assert told(session) == [(sam.id, "topic_answered")]
    browser = as_(sam)
    browser.get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert notices.listed(session, sam.id)[0][0].is_read
    say(session, topic.topic_id, ann)
    session.commit()
    work(app)
    assert len(told(session)) == 2


def test_whoever_writes_is_not_told_of_their_own(app, session, topic, sam):
    say(session, topic.topic_id, sam, parent_id=topic.post_id)
    session.commit()
    work(app)
    assert told(session) == []


def test_what_is_held_is_told_when_it_is_shown_and_what_was_hidden_meanwhile_is_not(
    app, session, topic, sam, ann, number
):
    held = posting.post(session, topic.topic_id, ann.id, f"See {number}", at=now())
    session.commit()
    work(app)
    assert told(session) == []
    states.move(session, states.held_fast(session, held.post_id), PostState.VISIBLE, now())
    states.move(session, states.held_fast(session, held.post_id), PostState.HIDDEN, now())
    session.commit()
    work(app)
    assert told(session) == []


def letters(session, user):
    """What mails would say if they went out now."""
    session.rollback()
    asked = select(Notification.id).where(Notification.user_id == user.id, Notification.kind.in_(OURS))
    return [by_mail.notice(session, str(each), user.id) for each in session.scalars(asked.order_by(Notification.id))]


@pytest.mark.parametrize("is_answer", [True, False])
def test_no_mail_tells_of_what_was_taken_back_meanwhile(app, session, topic, sam, ann, is_answer):
    mine.add(session, sam.id, parse("sam@example.org"), now())
    above = topic.post_id if is_answer else None
    post = say(session, topic.topic_id, ann, parent_id=above)
    session.commit()
    work(app)
    assert [letter.to for letter in letters(session, sam)] == ["sam@example.org"]
    editing.take_back(session, post, ann.id, now())
    session.commit()
    assert letters(session, sam) == [None]
    say(session, topic.topic_id, ann, "In other words", parent_id=above)
    session.commit()
    assert letters(session, sam) != [None]


def test_a_mail_that_somebody_answered_is_not_sent_for_something_else_that_was_said(app, session, topic, sam, ann):
    mine.add(session, sam.id, parse("sam@example.org"), now())
    post = say(session, topic.topic_id, ann, parent_id=topic.post_id)
    session.commit()
    work(app)
    editing.take_back(session, post, ann.id, now())
    say(session, topic.topic_id, ann, "To everybody")
    session.commit()
    assert letters(session, sam) == [None]


def test_many_followers_are_told_a_batch_at_a_time(app, session, topic, sam, ann, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    monkeypatch.setattr(telling, "_FOLLOWERS", telling._FOLLOWERS.limit(2))
    people = [make_writer(session, f"Person {n}") for n in range(5)]
    for each in people:
        marks.follow(session, each.id, topic.topic_id, follows=True)
    say(session, topic.topic_id, ann)
    session.commit()
    work(app)
    assert sorted(user for user, _ in told(session)) == sorted([sam.id, *(each.id for each in people)])


@pytest.mark.parametrize("kind", [telling.ANSWERED, telling.FOLLOWED])
def test_a_notice_of_what_is_gone_names_no_title(kind):
    nothing = Names({}, {}, {}, {}, {})
    assert "discussion" in kinds.KINDS[kind].words({"topic": 7}, nothing)
