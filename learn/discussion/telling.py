"""Telling of answers: the outbox takes a post's number and tells whoever it answers and whoever follows, a batch at a time.

Nobody is told twice of one discussion before they looked at it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.discussion.acts import marks
from learn.discussion.models import Post, Topic, TopicRead
from learn.notifications import notices
from learn.notifications.models import Notification
from learn.outbox import queue
from learn.outbox.queue import Taken

KIND = "post_told"
ANSWERED = "post_answered"
FOLLOWED = "topic_answered"
BATCH = 100

_POST, _TOPIC, _READ, _NOTICE = (table_of(each) for each in (Post, Topic, TopicRead, Notification))
_ABOVE = _POST.alias("above")
_ONE = (
    select(_POST.c.topic_id, _POST.c.author_id, _POST.c.seq, _ABOVE.c.author_id.label("answers"))
    .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
    .outerjoin(_ABOVE, _ABOVE.c.id == _POST.c.parent_id)
    .where(_POST.c.id == bindparam("post"), _POST.c.state == "visible", _TOPIC.c.state == "visible")
)
_FOLLOWERS = (
    select(_READ.c.user_id)
    .where(
        _READ.c.topic_id == bindparam("topic"), _READ.c.follows, _READ.c.user_id > bindparam("after"),
        _READ.c.last_seq < bindparam("seq"),
    )
    .order_by(_READ.c.user_id)
    .limit(BATCH)
)  # fmt: skip
_TOLD = select(_NOTICE.c.user_id).where(
    _NOTICE.c.user_id.in_(bindparam("users", expanding=True)),
    _NOTICE.c.path == bindparam("page"),
    _NOTICE.c.read_at.is_(None),
)
_TOLD_ONE = select(
    exists().where(
        _NOTICE.c.user_id == bindparam("user"), _NOTICE.c.path == bindparam("page"), _NOTICE.c.read_at.is_(None)
    )
)
_LATER = _POST.alias("later")
_LEFT = (
    select(_LATER.c.id)
    .join(_POST, (_POST.c.topic_id == _LATER.c.topic_id) & (_POST.c.seq <= _LATER.c.seq))
    .where(
        _POST.c.id == bindparam("post"), _LATER.c.state == "visible", _LATER.c.author_id != bindparam("user"),
    )
    .limit(1)
)  # fmt: skip
_ANSWERS_LEFT = _LEFT.join(_ABOVE, _ABOVE.c.id == _LATER.c.parent_id).where(_ABOVE.c.author_id == bindparam("user"))


def put(session: Session, post_id: int, at: datetime) -> None:
    """Tell of a post that has just become visible, in the caller's transaction."""
    queue.put(session, KIND, f"{post_id}:0", at)


class Telling:
    """The outbox's handler; it calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime | None:
        """Tell one batch of followers; the next is an item of its own."""
        post_id, after = map(int, taken.key.split(":"))
        last = tell(session, post_id, after, at)
        if last is not None:
            queue.put(session, KIND, f"{post_id}:{last}", at)
        return None

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


def tell(session: Session, post_id: int, after: int, at: datetime) -> int | None:
    """Tell the answered person, at the first batch, and followers with a higher number than ``after``.

    Returns the last number of a full batch, else None.
    """
    row = session.execute(_ONE, {"post": post_id}).first()
    if row is None:
        return None
    page = marks.unread_page(row.topic_id)
    facts = {"topic": row.topic_id, "post": post_id}
    is_answer = after == 0 and row.answers not in (None, row.author_id)
    if is_answer and not session.scalar(_TOLD_ONE, {"user": row.answers, "page": page}):
        notices.notify(session, row.answers, ANSWERED, at, path=page, facts=facts)
    users = list(session.scalars(_FOLLOWERS, {"topic": row.topic_id, "after": after, "seq": row.seq}))
    told = set(session.scalars(_TOLD, {"users": users, "page": page})) if users else set()
    for user_id in users:
        if user_id not in told and user_id not in (row.author_id, row.answers):
            notices.notify(session, user_id, FOLLOWED, at, path=page, facts=facts)
    return users[-1] if len(users) == BATCH else None


def _is_left(asked: Any) -> Callable[[Session, int, dict[str, Any]], bool]:
    """A callable that says whether a person can still read the post that a notice tells of, or one like it that came after."""

    def is_there(session: Session, user_id: int, facts: dict[str, Any]) -> bool:
        post = facts.get("post")  # notices of before have none
        return post is None or session.scalar(asked, {"post": post, "user": user_id}) is not None

    return is_there


READABLE = {ANSWERED: _is_left(_ANSWERS_LEFT), FOLLOWED: _is_left(_LEFT)}
"By kind of notice: asked before its mail goes out."
