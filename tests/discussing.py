"""Discussions for tests: a theme with topics and posts by the product's own road, and people who may write."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courses.db import now
from learn.discussion import posting, rules, topics
from learn.discussion.models import TopicKind
from tests.modules import make_theme
from tests.people import make_user


def make_writer(session: Session, name: str = "Sam Reed", **more: Any) -> Any:
    """A person who accepted the rules."""
    user = make_user(session, name, **more)
    rules.accept(session, user.id, now())
    return user


def make_topic(
    session: Session, author: Any, title: str = "Finding time for consent", body: str = "How do you do it?", **more: Any
) -> Any:
    """A topic that somebody started: its number and its first post's."""
    theme_id = more.pop("theme_id", None) or make_theme(session)
    return posting.start(session, theme_id, author.id, title, body, at=more.pop("at", None) or now(), **more)


def say(session: Session, topic_id: int, author: Any, body: str = "We do it after the round.", **more: Any) -> int:
    """One more post; its number."""
    return posting.post(session, topic_id, author.id, body, at=more.pop("at", None) or now(), **more).post_id


def story_topic(session: Session, author: Any, subject_id: int = 7, at: datetime | None = None) -> int:
    """The topic that a story would have."""
    return topics.make(session, TopicKind.STORY, subject_id, make_theme(session), "A story", at or now(), author.id)
