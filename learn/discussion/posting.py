"""Posting: a message in a discussion, numbered in a safe order, checked before anybody sees it.

What may hold a patient's number is kept with it masked and waits for a facilitator; as it was typed it lies in its writer's
own draft alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import audit, identifiers
from learn.accounts.by_email import limits
from learn.accounts.models import User
from learn.discussion import checking, looked_after, rendering, states, telling, topics
from learn.discussion.acts import drafts, marks
from learn.discussion.acts.drafts import Place
from learn.discussion.models import Post, PostState, Topic, TopicKind, TopicState
from learn.errors import FrontlineError, NotFound
from learn.identifiers import Finding
from learn.moderation import newcomers
from learn.moderation.models import Source

LONGEST = 20_000
"Letters of a post."
DEEPEST = 3
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PLACES = 4
"Base-36 digits of a post's number in its path."
WINDOW = timedelta(minutes=10)
MOST, MOST_NEW = 10, 3
"Posts within it, of everybody and of who is new."
TWICE = timedelta(minutes=2)
"So long the same words by the same person at the same place are the same button pressed again."
NO_REASON = "No reason was given."

_POST, _TOPIC, _USER = table_of(Post), table_of(Topic), table_of(User)
_NEXT = (
    update(_TOPIC)
    .where(_TOPIC.c.id == bindparam("topic"))
    .values(next_seq=_TOPIC.c.next_seq + 1)
    .returning(
        _TOPIC.c.next_seq, _TOPIC.c.kind, _TOPIC.c.state, _TOPIC.c.is_locked, _TOPIC.c.theme_id, _TOPIC.c.visible_count
    )
)
_PARENT = select(_POST.c.id, _POST.c.path, _POST.c.depth, _POST.c.state, _POST.c.author_id).where(
    _POST.c.id == bindparam("parent"), _POST.c.topic_id == bindparam("topic")
)
_WRITER = select(_USER.c.id).where(_USER.c.id == bindparam("author")).with_for_update()
_LATELY = (
    select(_POST.c.id, _POST.c.topic_id, _POST.c.parent_id, _POST.c.seq, _POST.c.state, _POST.c.body, _TOPIC.c.theme_id, _TOPIC.c.title)
    .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
    .where(
        _POST.c.author_id == bindparam("author"), _POST.c.created_at > bindparam("since"),
        _POST.c.state.in_([PostState.VISIBLE, PostState.HELD]),
    )
    .order_by(_POST.c.created_at.desc(), _POST.c.id.desc())
    .limit(MOST)
)  # fmt: skip
_ADD = insert(_POST).returning(_POST.c.id)


@dataclass(frozen=True)
class Posted:
    """What became of it."""

    post_id: int
    topic_id: int
    is_held: bool
    findings: dict[str, list[Finding]]
    "By title and body; empty where nothing was found."


class Closed(FrontlineError):
    """Nobody can add to this discussion."""

    status = 409
    code = "discussion_closed"
    title = "This discussion is closed"


class Gone(FrontlineError):
    """What somebody wanted to answer is not there any more."""

    status = 409
    code = "answered_gone"
    title = "What you answer is gone"


def post(
    session: Session, topic_id: int, author_id: int, body: str, *, parent_id: int | None = None, at: datetime, because: str = "",
    may_when_locked: bool = False,
) -> Posted:  # fmt: skip
    """Add a message, in the caller's transaction; held when the detector says so, with ``because`` as its writer's reason.

    NotFound without such a topic, Closed where it is locked or taken away, Gone where the answered post is.
    """
    body = rendering.tidy(body)[:LONGEST]
    found = checking.find(session, author_id, {"body": body})
    place = Place(author_id, topic_id=topic_id, parent_id=parent_id)
    made = _add(session, topic_id, author_id, body, found, parent_id=parent_id, at=at, is_free=may_when_locked)
    drafts.drop(session, place)
    is_held = checking.holds(found)
    if is_held:
        drafts.save(
            session, Place(author_id, topic_id=topic_id, post_id=made), at, body=body, because=because or NO_REASON
        )
    return Posted(made, topic_id, is_held, found)


def start(
    session: Session, theme_id: int, author_id: int, title: str, body: str, *, at: datetime, because: str = ""
) -> Posted:  # fmt: skip
    """Start a topic under a theme with its first post; while that is held, nobody else sees either."""
    title = one_line(title)
    texts = {"title": title, "body": rendering.tidy(body)[:LONGEST]}
    found = checking.find(session, author_id, texts)
    is_held = checking.holds(found)
    shown = identifiers.masked(title, found.get("title", [])) if is_held else title
    topic_id = topics.make(session, TopicKind.THEME, None, theme_id, shown, at, author_id)
    made = _add(session, topic_id, author_id, texts["body"], found, parent_id=None, at=at)
    drafts.drop(session, Place(author_id, theme_id=theme_id))
    if is_held:
        drafts.save(
            session, Place(author_id, topic_id=topic_id, post_id=made), at, body=texts["body"], title=title,
            because=because or NO_REASON,
        )  # fmt: skip
    return Posted(made, topic_id, is_held, found)


def twice(
    session: Session, author_id: int, body: str, at: datetime, *, topic_id: int | None = None, parent_id: int | None = None,
    theme_id: int | None = None, title: str = "",
) -> Posted | None:  # fmt: skip
    """What somebody sent a moment ago with the same words to the same place; None where this is the first time.

    For a new topic ``theme_id`` and ``title``, else ``topic_id``. Of two at once the second waits here for the first.
    """
    session.execute(_WRITER, {"author": author_id})
    asked = (theme_id, _shown(one_line(title))) if topic_id is None else (topic_id, parent_id)
    for row in session.execute(_LATELY, {"author": author_id, "since": at - TWICE}):
        there = (row.theme_id, row.title) if topic_id is None else (row.topic_id, row.parent_id)
        if there == asked and row.body == _shown(rendering.tidy(body)[:LONGEST]) and (topic_id or row.seq == 1):
            return Posted(row.id, row.topic_id, row.state is PostState.HELD, {})
    return None


def _shown(words: str) -> str:
    """Words as they are kept: with everything that was found masked, where any of it is held."""
    found = identifiers.find(words)
    return identifiers.masked(words, found) if identifiers.holds(found) else words


def too_often(session: Session, author_id: int, at: datetime) -> int | None:
    """Count one more post of a person; seconds to wait where that is too many."""
    most = MOST_NEW if newcomers.is_new(session, author_id) else MOST
    return limits.count(session, "post", str(author_id), at, window=WINDOW, most=most)


def one_line(title: str) -> str:
    """A title as it is kept."""
    return " ".join(rendering.tidy(title).split())[: topics.LONGEST_TITLE].rstrip()


def _add(
    session: Session, topic_id: int, author_id: int, body: str, found: dict[str, list[Finding]], *, parent_id: int | None,
    at: datetime, is_free: bool = False,
) -> int:  # fmt: skip
    """One row of ``post``, and everything that is counted or told with it."""
    topic = _numbered(session, topic_id, is_free=is_free)
    seq = topic.next_seq - 1
    above = _parent(session, topic_id, parent_id)
    is_held = checking.holds(found)
    shown = identifiers.masked(body, found.get("body", [])) if is_held else body
    made = session.execute(_ADD, {
        "topic_id": topic_id, "seq": seq, "parent_id": parent_id, **placed(above, seq), "author_id": author_id,
        "state": PostState.HELD if is_held else PostState.VISIBLE, "created_at": at, "edited_at": None, "body": shown,
        "html": rendering.html(shown), "renderer": rendering.RENDERER,
    }).scalar_one()  # fmt: skip
    marks.wrote(session, author_id, topic_id, seq)
    waits = {"author_id": author_id, "theme_id": topic.theme_id, "at": at}
    if is_held:
        kinds = sorted({each.kind for findings in found.values() for each in findings})
        audit.note(session, "post.held", actor_id=author_id, post=made, kinds=kinds)
        looked_after.wait(session, made, Source.DETECTOR, **waits)
        return int(made)
    states.recount(session, topic_id, 1, at)
    telling.put(session, made, at)
    if newcomers.is_new(session, author_id):
        looked_after.wait(session, made, Source.NEW_MEMBER, **waits)
    return int(made)


def _numbered(session: Session, topic_id: int, *, is_free: bool) -> Any:
    """Take the next number, which locks the topic until the transaction ends."""
    topic = session.execute(_NEXT, {"topic": topic_id}).first()
    if topic is None:
        raise NotFound("There is no such discussion.")
    if topic.state is not TopicState.VISIBLE:
        raise Closed("A facilitator took this discussion away. What you typed is kept as a draft.")
    # An answer would bring the title of what nobody can read into sight.
    is_out_of_sight = topic.kind is TopicKind.THEME and not topic.visible_count and topic.next_seq > 2
    if is_out_of_sight:
        raise Closed(
            "Nothing in this discussion can be read for now, so nobody can answer. What you typed is kept as a draft."
        )
    if topic.is_locked and not is_free:
        raise Closed("A facilitator closed this discussion for new posts. What you typed is kept as a draft.")
    return topic


def _parent(session: Session, topic_id: int, parent_id: int | None) -> Any | None:
    if parent_id is None:
        return None
    above = session.execute(_PARENT, {"parent": parent_id, "topic": topic_id}).first()
    if above is None or above.state is not PostState.VISIBLE:
        raise Gone("What you answer is not there any more. You can still add what you typed to the discussion.")
    return above


def placed(above: Any | None, seq: int) -> dict[str, Any]:
    """Path and depth: below what is answered, beside it where that is at the deepest already."""
    code = ""
    for _ in range(PLACES):
        seq, digit = divmod(seq, 36)
        code = DIGITS[digit] + code
    if above is None:
        return {"path": code, "depth": 1}
    if above.depth >= DEEPEST:
        return {"path": above.path[:-PLACES] + code, "depth": DEEPEST}
    return {"path": above.path + code, "depth": above.depth + 1}
