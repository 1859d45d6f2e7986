"""Changing and taking back one's own post; what it said before stays to be seen by its writer and by facilitators.

A change goes through the detector as a new text does. What is found in it keeps the old text in sight and the new one in its
writer's draft until a facilitator decides; a change by somebody whose posts are still looked at is looked at too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn import audit, identifiers
from learn.discussion import checking, looked_after, posting, rendering, states, topics
from learn.discussion.acts import drafts
from learn.discussion.acts.drafts import Place
from learn.discussion.models import Post, PostRevision, PostState
from learn.errors import Forbidden, FrontlineError
from learn.moderation import newcomers
from learn.moderation.models import Source

CHANGEABLE = {PostState.VISIBLE, PostState.HELD, PostState.HIDDEN}

_POST, _T = table_of(Post), table_of(PostRevision)
_WRITE = (
    update(_POST)
    .where(_POST.c.id == bindparam("post"))
    .values(body=bindparam("text"), html=bindparam("drawn"), renderer=rendering.RENDERER)
)
_KEEP = portable.both(lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["post_id", "n"]))
_TEXTS = (
    select(_T.c.n, _T.c.editor_id, _T.c.at, _T.c.body, _T.c.reason)
    .where(_T.c.post_id == bindparam("post"))
    .order_by(_T.c.n.desc())
)
_BEFORE = select(_T.c.body).where(_T.c.post_id == bindparam("post"), _T.c.n == bindparam("number"))


class Changed(FrontlineError):
    """Somebody changed the post meanwhile."""

    status = 409
    code = "post_changed"
    title = "This has changed"


def own(session: Session, post_id: int, user_id: int) -> Any:
    """A person's own post that they can still change; Forbidden where it is not theirs, or is gone."""
    row = states.one(session, post_id)
    if row.author_id is None or row.author_id != user_id:
        raise Forbidden("Only the person who wrote this can change it.")
    if row.state not in CHANGEABLE:
        raise Forbidden("This was removed, so it cannot be changed any more.")
    return row


def change(
    session: Session, post_id: int, user_id: int, body: str, *, revision: int, at: datetime, reason: str = "", because: str = ""
) -> bool:  # fmt: skip
    """Give one's own post another text; True when that waits for a facilitator. Changed where ``revision`` is old."""
    row = states.held_fast(session, post_id)
    own(session, post_id, user_id)
    if row.revision != revision:
        raise Changed(
            "It was changed in another window. Below is what you typed; look at how it is now before you save."
        )
    body = rendering.tidy(body)[: posting.LONGEST]
    found = checking.find(session, user_id, {"body": body})
    place = Place(user_id, topic_id=row.topic_id, post_id=post_id)
    waits = {"author_id": user_id, "theme_id": row.theme_id, "at": at}
    if checking.holds(found):
        drafts.save(session, place, at, body=body, title=_title(session, post_id), because=because or posting.NO_REASON)
        if row.state is PostState.HELD:
            write(session, row, identifiers.masked(body, found["body"]))
        audit.note(
            session, "post.held", actor_id=user_id, post=post_id, kinds=sorted({each.kind for each in found["body"]})
        )
        looked_after.wait(session, post_id, Source.DETECTOR, **waits)
        return True
    if row.state is PostState.HELD:
        return _let_go(session, row, body, at)
    drafts.drop_of_post(session, post_id)
    revise(session, row, user_id, body, at, reason)
    if row.state is PostState.HIDDEN or newcomers.is_new(session, user_id):
        looked_after.wait(session, post_id, Source.EDIT, **waits)
    return False


def take_back(session: Session, post_id: int, user_id: int, at: datetime) -> None:
    """Remove one's own post: a tombstone stays, the text is there for facilitators alone."""
    row = states.held_fast(session, post_id)
    own(session, post_id, user_id)
    states.move(session, row, PostState.REMOVED, at, is_taken_back=True)
    drafts.drop_of_post(session, post_id)
    if row.state is PostState.HELD:
        looked_after.wait_no_more(session, post_id, at)
    audit.note(session, "post.taken_back", actor_id=user_id, post=post_id)


def revise(session: Session, row: Any, editor_id: int, body: str, at: datetime, reason: str = "") -> None:
    """Give a post another text and keep the one before; the same text changes nothing."""
    if body == row.body:
        return
    first = {"post_id": row.id, "n": row.revision, "editor_id": row.author_id, "at": row.edited_at or row.created_at, "body": row.body,
             "reason": ""}  # fmt: skip
    session.execute(portable.here(session, _KEEP), first)
    new = {
        "post_id": row.id,
        "n": row.revision + 1,
        "editor_id": editor_id,
        "at": at,
        "body": body,
        "reason": identifiers.masked(reason, identifiers.find(reason))[:200],
    }
    session.execute(insert(_T), new)
    write(session, row, body, edited_at=at, revision=row.revision + 1)
    if row.seq <= topics.FOUND_BY:
        topics.index(session, row.topic_id)


def write(session: Session, row: Any, body: str, **columns: Any) -> None:
    """Set a post's text, drawn anew; the texts before are the caller's matter."""
    values = {"post": row.id, "text": body, "drawn": rendering.html(body)}
    session.execute(_WRITE.values(**columns) if columns else _WRITE, values)


def texts(session: Session, post_id: int) -> Sequence[Any]:
    """The texts that a post had, the newest first: n, editor_id, at, body, reason. None where it was never changed."""
    return session.execute(_TEXTS, {"post": post_id}).all()


def before(session: Session, post_id: int, n: int) -> str | None:
    """One text that a post had."""
    return session.scalar(_BEFORE, {"post": post_id, "number": n})


def _title(session: Session, post_id: int) -> str:
    """The title that waits with a topic's first post."""
    kept = drafts.pending(session, post_id)
    return str(kept.title) if kept else ""


def _let_go(session: Session, row: Any, body: str, at: datetime) -> bool:
    """A held text without what it was held for is seen by all; somebody new is looked at as ever."""
    title = _title(session, row.id)
    if identifiers.holds(identifiers.find(title)):
        place = Place(row.author_id, topic_id=row.topic_id, post_id=row.id)
        drafts.save(session, place, at, body=body, title=title, because=posting.NO_REASON)
        write(session, row, body)
        return True
    if title:
        topics.change(session, row.topic_id, title=title)
    drafts.drop_of_post(session, row.id)
    write(session, row, body)
    states.move(session, row, PostState.VISIBLE, at)
    looked_after.wait_no_more(session, row.id, at)
    if newcomers.is_new(session, row.author_id):
        looked_after.wait(session, row.id, Source.NEW_MEMBER, author_id=row.author_id, theme_id=row.theme_id,  at=at)  # fmt: skip
    return False
