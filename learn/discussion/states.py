"""The one door for a post's state, and what is counted with it: how many are seen, and which was the last."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.discussion import telling, topics
from learn.discussion.models import Post, PostState, Topic
from learn.errors import NotFound

_POST, _TOPIC = table_of(Post), table_of(Topic)
_ONE = select(
    _POST.c.id, _POST.c.topic_id, _POST.c.seq, _POST.c.parent_id, _POST.c.path, _POST.c.depth, _POST.c.author_id, _POST.c.state,
    _POST.c.is_taken_back, _POST.c.created_at, _POST.c.edited_at, _POST.c.revision, _POST.c.body, _POST.c.html, _TOPIC.c.theme_id,
    _TOPIC.c.kind.label("topic_kind"), _TOPIC.c.title.label("topic_title"),
).join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id).where(_POST.c.id == bindparam("post"))  # fmt: skip
_LOCKED = _ONE.with_for_update(of=_POST)
_MOVE = (
    update(_POST)
    .where(_POST.c.id == bindparam("post"))
    .values(state=bindparam("to"), is_taken_back=bindparam("taken_back"))
)
_LAST = (
    select(_POST.c.id, _POST.c.author_id, _POST.c.created_at)
    .where(_POST.c.topic_id == bindparam("topic"), _POST.c.state == "visible")
    .order_by(_POST.c.seq.desc())
    .limit(1)
)
_COUNT = (
    update(_TOPIC)
    .where(_TOPIC.c.id == bindparam("topic"))
    .values(visible_count=_TOPIC.c.visible_count + bindparam("by"))
)
_SETTLE = (
    update(_TOPIC)
    .where(_TOPIC.c.id == bindparam("topic"))
    .values(last_post_at=bindparam("last_at"), last_post_id=bindparam("last"), last_poster_id=bindparam("poster"))
)


def one(session: Session, post_id: int) -> Any:
    """A post with theme and title of its topic; NotFound where there is none."""
    found = session.execute(_ONE, {"post": post_id}).first()
    if found is None:
        raise NotFound("There is no such comment.")
    return found


def held_fast(session: Session, post_id: int) -> Any:
    """The same, and nobody else changes it before this transaction ends."""
    found = session.execute(_LOCKED, {"post": post_id}).first()
    if found is None:
        raise NotFound("There is no such comment.")
    return found


def move(session: Session, post: Any, to: PostState, at: datetime, *, is_taken_back: bool = False) -> None:
    """Change a post's state. Lists, counts and the search are right in the same transaction."""
    session.execute(_MOVE, {"post": post.id, "to": to, "taken_back": is_taken_back})
    by = (to is PostState.VISIBLE) - (post.state is PostState.VISIBLE)
    if by > 0 and post.state is PostState.HELD:
        telling.put(session, post.id, at)
    if by:
        recount(session, post.topic_id, by, at)


def recount(session: Session, topic_id: int, by: int, at: datetime) -> None:
    """Count so many visible posts more or fewer, and find the last one."""
    session.execute(_COUNT, {"topic": topic_id, "by": by})
    last = session.execute(_LAST, {"topic": topic_id}).first()
    row = topics.there(session, topic_id)
    session.execute(_SETTLE, {
        "topic": topic_id, "last_at": last.created_at if last else row.created_at, "last": last.id if last else None,
        "poster": last.author_id if last else None,
    })  # fmt: skip
    topics.count(session, row, at)
    topics.index(session, topic_id)
