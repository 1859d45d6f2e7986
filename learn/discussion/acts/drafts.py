"""Drafts: what somebody typed and has not sent, kept on the server so that a shared computer keeps nothing.

One for each person and place: an answer, the discussion itself, a topic to be started, a change of a post. Of a held post
the draft is the only place where its text is not masked. Once that is kept, the draft lies aside, under no topic, so that
undoing the decision brings it back with its writer's reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.discussion.models import PostDraft

KEPT = timedelta(days=30)
"So long a draft waits that nobody sends."
KEPT_WORDS = (
    ("What you began to write in a discussion and did not send", KEPT, "after you last saved it"),
    ("Your reason why something in a post is not a patient\u2019s number", KEPT, "after a facilitator kept the post"),
)
"For the privacy page."

_T: Any = table_of(PostDraft)


@dataclass(frozen=True)
class Place:
    """What a draft is for."""

    user_id: int
    topic_id: int | None = None
    theme_id: int | None = None
    parent_id: int | None = None
    post_id: int | None = None

    @property
    def given(self) -> dict[str, int]:
        """As the statements take it."""
        return {f"of_{name}": value for name, value in self.columns.items() if value is not None}

    @property
    def columns(self) -> dict[str, int | None]:
        """As the table has it."""
        return {name: getattr(self, name) for name in ("user_id", "topic_id", "theme_id", "parent_id", "post_id")}


def _at(place: Place) -> list[Any]:
    return [
        _T.c[name].is_(None) if value is None else _T.c[name] == bindparam(f"of_{name}")
        for name, value in place.columns.items()
    ]


@cache
def _find(missing: frozenset[str]) -> Any:
    """One statement for each kind of place, by what it leaves out: every page of a discussion asks."""
    there = [
        _T.c[name].is_(None) if name in missing else _T.c[name] == bindparam(f"of_{name}") for name in Place(0).columns
    ]
    return select(_T.c.title, _T.c.body, _T.c.because, _T.c.saved_at).where(*there)


_PENDING = (
    select(_T.c.id, _T.c.user_id, _T.c.title, _T.c.body, _T.c.because)
    .where(_T.c.post_id == bindparam("post"), _T.c.topic_id.is_not(None), _T.c.because != "")
    .order_by(_T.c.id.desc())
    .limit(1)
)
_DROP = delete(_T).where(_T.c.post_id == bindparam("post"))
_ASIDE = (_T.c.post_id == bindparam("post"), _T.c.topic_id.is_(None))
_DROP_ASIDE = delete(_T).where(*_ASIDE)
_PUT_ASIDE = update(_T).where(_T.c.post_id == bindparam("post")).values(topic_id=None, saved_at=bindparam("at"))
_PUT_BACK = update(_T).where(*_ASIDE).values(topic_id=bindparam("topic"))
_OLD = delete(_T).where(
    _T.c.saved_at < bindparam("before"), or_(_T.c.because == "", _T.c.post_id.is_(None), _T.c.topic_id.is_(None))
)


def find(session: Session, place: Place) -> Any | None:
    """What is kept for a place: title, body, because, saved_at."""
    missing = frozenset(name for name, value in place.columns.items() if value is None)
    return session.execute(_find(missing), place.given).first()


def save(session: Session, place: Place, at: datetime, *, body: str, title: str = "", because: str = "") -> None:
    """Keep it; an empty one is dropped."""
    if not body.strip() and not title.strip():
        drop(session, place)
        return
    row = {"title": title[:150], "body": body, "because": because[:500], "saved_at": at}
    if not rows_met(session, update(_T).where(*_at(place)).values(**row), place.given):
        session.execute(insert(_T), {**place.columns, **row})


def drop(session: Session, place: Place) -> None:
    """It was sent, or is not wanted any more."""
    session.execute(delete(_T).where(*_at(place)), place.given)


def pending(session: Session, post_id: int) -> Any | None:
    """What waits for a facilitator's decision on a post: its text, or a change of it, as it was typed."""
    return session.execute(_PENDING, {"post": post_id}).first()


def drop_of_post(session: Session, post_id: int) -> None:
    """Nothing waits for a decision, or for its writer, on this post any more."""
    session.execute(_DROP, {"post": post_id})


def put_aside(session: Session, post_id: int, at: datetime) -> None:
    """What waited on this post was kept as it was typed."""
    session.execute(_DROP_ASIDE, {"post": post_id})
    session.execute(_PUT_ASIDE, {"post": post_id, "at": at})


def put_back(session: Session, post_id: int, topic_id: int) -> bool:
    """Let what was put aside wait again; False where nothing is there any more."""
    return bool(rows_met(session, _PUT_BACK, {"post": post_id, "topic": topic_id}))


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove drafts that nobody came back to; what waits for a decision stays."""
    return {"drafts_of_posts": rows_met(session, _OLD, {"before": at - KEPT})}
