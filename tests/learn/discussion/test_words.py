"""What somebody wrote is called what its page calls it: a post in the forum, a comment under a story and a module."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from courses.db import now
from learn.moderation import decisions, flags, undoing
from learn.moderation.models import FlagReason, ReviewItem
from learn.moderation.reporting import letters
from learn.notifications.models import Notification
from tests.discussing import say, story_topic


@pytest.fixture
def written(session, topic, sam, ann):
    """What Ann wrote, by what it is called."""
    return {"post": say(session, topic.topic_id, ann), "comment": say(session, story_topic(session, sam), ann)}


def report(session, post, **who):
    told = flags.Told(FlagReason.UNSAFE, "", who.pop("email", ""))
    return flags.report(session, "post", post, told, now(), network="192.0.2.1", **{"reporter_id": None, **who})


def actor(helen):
    return SimpleNamespace(id=helen.id, roles={"facilitator"})


def decide(session, post, helen, act):
    item = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.target_id == post)).one()
    made = decisions.decide(session, item.id, actor(helen), act, "unsafe", "It is wrong.", item.version, now(), {})
    session.commit()
    return made.decision_id


@pytest.mark.parametrize("thing", ["post", "comment"])
def test_notices_and_the_pages_behind_them_call_it_so(session, written, thing, ann, helen, sam, as_):
    browser = as_(sam)
    assert browser.get(f"/report/post/{written[thing]}").h1 == f"Report this {thing}"
    number = report(session, written[thing], reporter_id=sam.id)
    decision = decide(session, written[thing], helen, "remove")
    assert browser.get(f"/reports/{number}").h1 == f"Your report of a {thing}"
    assert f"A facilitator removed your {thing}" in as_(ann).get("/me/notifications").words
    assert as_(ann).get(f"/decisions/{decision}").h1 == f"A facilitator removed your {thing}"
    undoing.undo(session, decision, actor(helen), now())
    session.commit()
    assert f"took back a decision about your {thing}" in as_(ann).get("/me/notifications").words


@pytest.mark.parametrize("thing", ["post", "comment"])
def test_the_letter_to_a_reporter_without_an_account_calls_it_so(session, written, thing, helen):
    number = report(session, written[thing], email="jo@example.org")
    decide(session, written[thing], helen, "remove")
    assert letters.settled(session, str(number), None).names["label"] == thing


def test_a_topic_is_closed_to_new_posts(session, topic, sam, helen, as_):
    facts = {"thing": "topic", "act": "lock", "topic": topic.topic_id}
    session.add(Notification(user_id=sam.id, kind="review_decided", facts=facts, path="", created_at=now()))
    session.commit()
    assert "to new posts" in as_(sam).get("/me/notifications").words
