"""The one door: whoever changes the state of a story comes through ``move``, which checks who may and leaves a row."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn import audit
from learn.components import moment_words
from learn.errors import Forbidden, FrontlineError, NotFound
from learn.identifiers import find, masked
from learn.moderation import decisions, facilitators
from learn.stories.models import Story, StoryEvent, StoryRevision, StoryState

DRAFT, SUBMITTED, IN_REVIEW, ASKED = (
    StoryState.DRAFT,
    StoryState.SUBMITTED,
    StoryState.IN_REVIEW,
    StoryState.CHANGES_REQUESTED,
)
APPROVED, PUBLISHED, ARCHIVED = StoryState.APPROVED, StoryState.PUBLISHED, StoryState.ARCHIVED
REJECTED, WITHDRAWN, RETRACTED = StoryState.REJECTED, StoryState.WITHDRAWN, StoryState.RETRACTED


class Who(enum.StrEnum):
    """In what part somebody acts on a story. Its author is nothing but its author, whatever roles they have."""

    AUTHOR = "its author"
    FACILITATOR = "a facilitator of its theme"
    SITE = "the site itself"


A, F, S = Who.AUTHOR, Who.FACILITATOR, Who.SITE

TABLE: dict[tuple[StoryState, StoryState], frozenset[Who]] = {
    (DRAFT, SUBMITTED): frozenset({A}),
    (ASKED, SUBMITTED): frozenset({A}),
    (SUBMITTED, IN_REVIEW): frozenset({F}),
    (IN_REVIEW, APPROVED): frozenset({F}),
    (IN_REVIEW, ASKED): frozenset({F}),
    (IN_REVIEW, REJECTED): frozenset({F}),
    (APPROVED, PUBLISHED): frozenset({F}),
    # What came with the site is published by it.
    (DRAFT, PUBLISHED): frozenset({S}),
    # A published story is changed through a new revision, or its change is dropped.
    (PUBLISHED, DRAFT): frozenset({A, S}),
    (PUBLISHED, ASKED): frozenset({F}),
    (ARCHIVED, DRAFT): frozenset({A}),
    (REJECTED, DRAFT): frozenset({A}),
    (WITHDRAWN, DRAFT): frozenset({A}),
    (PUBLISHED, ARCHIVED): frozenset({F, S}),
    (ARCHIVED, PUBLISHED): frozenset({A, F}),
    (RETRACTED, PUBLISHED): frozenset({F}),
    (PUBLISHED, WITHDRAWN): frozenset({A}),
    (ARCHIVED, WITHDRAWN): frozenset({A}),
    **{(before, WITHDRAWN): frozenset({A}) for before in (SUBMITTED, IN_REVIEW, ASKED, REJECTED)},
    **{
        (before, RETRACTED): frozenset({F})
        for before in (DRAFT, SUBMITTED, IN_REVIEW, ASKED, REJECTED, PUBLISHED, ARCHIVED)
    },
}
"Every change there is, and who may make it."
DROPS = {(before, PUBLISHED): frozenset({A}) for before in (DRAFT, SUBMITTED, IN_REVIEW, ASKED, REJECTED)}
"An author who does not want the change of a story that readers find any more: it is as it was."

SAID = {
    "submitted": "It was sent to the facilitators",
    "in_review": "A facilitator began to read it",
    "changes_requested": "A facilitator asked for changes",
    "approved": "A facilitator approved it",
    "published": "It was published",
    "draft": "Its author began to change it",
    "rejected": "A facilitator decided not to publish it",
    "withdrawn": "Its author withdrew it",
    "retracted": "A facilitator retracted it",
    "archived": "It was archived",
    "hidden": "A facilitator hid it",
    "shown": "A facilitator made it visible again",
    "masked": "A facilitator took a passage out",
    "redacted": "A facilitator erased its text",
    "asked": "Its author was asked whether it is still right",
    "confirmed": "It was confirmed that it is still right",
}
"What happened, by what an event has as the state after, which is a state or, where that stays, what was done."


class Changed(decisions.Changed):
    """Somebody was faster: the message says what they did and when."""

    code = "story_changed"
    title = "This story has changed"


class CannotMove(FrontlineError):
    """From the state that it is in, the story cannot go there."""

    status = 409
    code = "story_cannot_move"
    title = "This cannot be done with this story now"


_T, _EVENT, _REVISION = table_of(Story), table_of(StoryEvent), table_of(StoryRevision)
_ONE = select(_T).where(_T.c.id == bindparam("story"))
_HELD = _ONE.with_for_update()
_MOVE = (
    update(_T)
    .where(_T.c.id == bindparam("story"), _T.c.version == bindparam("known"), _T.c.state == bindparam("before"))
    .values(state=bindparam("after"), version=_T.c.version + 1)
)
_TOUCH = update(_T).where(_T.c.id == bindparam("story")).values(version=_T.c.version + 1)
_WRITE = insert(_EVENT)
_LAST = (
    select(_EVENT.c.after, _EVENT.c.at)
    .where(_EVENT.c.story_id == bindparam("story"))
    .order_by(_EVENT.c.id.desc())
    .limit(1)
)
_FIELDS = select(_REVISION).where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("n"))


def one(session: Session, story_id: int) -> Any:
    """A story's row; NotFound where there is none."""
    return _there(session.execute(_ONE, {"story": story_id}).first())


def held(session: Session, story_id: int) -> Any:
    """A story's row, locked until the transaction ends; NotFound where there is none."""
    return _there(session.execute(_HELD, {"story": story_id}).first())


def revision(session: Session, story_id: int, n: int) -> Any:
    """One revision's row; NotFound where there is none."""
    return _there(session.execute(_FIELDS, {"story": story_id, "n": n}).first())


def move(
    session: Session, story_id: int, to: StoryState, *, actor_id: int | None, at: datetime, reason: str = "", version: int,
    is_undo: bool = False,
) -> int:  # fmt: skip
    """Bring a story into another state; returns its new version.

    ``version`` is the one that the act was chosen for: ``Changed`` where it is not the story's any more. Raises
    ``CannotMove`` where the table has no such change, ``Forbidden`` for somebody who may not make it. With ``is_undo`` the
    change is one that a facilitator may make, the other way round; moderation, which undoes, has checked who may.
    """
    story = held(session, story_id)
    if story.version != version:
        raise changed(session, story)
    before = StoryState(story.state)
    if not may(session, story, to, actor_id, is_undo=is_undo):
        raise _refusal(story, before, to, is_undo)
    values = {"story": story_id, "known": version, "before": before, "after": to}
    if not rows_met(session, _MOVE, values):
        raise changed(session, one(session, story_id))
    _write(session, story, to.value, actor_id, reason, at)
    audit.note(
        session, "story.moved", actor_id=actor_id, story=story_id, before=before.value, after=to.value, revision=story.draft_n,
    )  # fmt: skip
    return version + 1


def note(session: Session, story: Any, what: str, *, actor_id: int | None, at: datetime, reason: str = "") -> None:
    """Write down what was done to a story without changing its state: hidden, shown, masked, redacted, asked, confirmed."""
    session.execute(_TOUCH, {"story": story.id})
    _write(session, story, what, actor_id, reason, at)
    audit.note(session, f"story.{what}", actor_id=actor_id, story=story.id, revision=story.draft_n)


def may(session: Session, story: Any, to: StoryState, actor_id: int | None, *, is_undo: bool = False) -> bool:
    """Whether somebody may bring a story into that state from the one that it is in."""
    before = StoryState(story.state)
    who = part(session, story, actor_id)
    if is_undo:
        return who in (F, S) and F in TABLE.get((to, before), ())
    if to is RETRACTED and story.published_n is None:
        return False
    if who is A and story.is_out and who in DROPS.get((before, to), ()):
        return True
    if who is S and to is not ARCHIVED and not story.is_starter:
        return False
    return who in TABLE.get((before, to), ())


def part(session: Session, story: Any, actor_id: int | None) -> Who | None:
    """In what part somebody acts on a story; None for somebody who has none in it."""
    if actor_id is None:
        return S
    if actor_id == story.author_id:
        return A
    return F if actor_id in facilitators.of(session, story.theme_id) else None


def safe(words: str) -> str:
    """Words for a row that others read: without what the detector would hold."""
    return masked(words, [found for found in find(words) if found.response == "hold"])


def changed(session: Session, story: Any) -> Changed:
    """The refusal for somebody who acts on what they saw before."""
    last = session.execute(_LAST, {"story": story.id}).first()
    what = f"{SAID.get(last.after, 'It was changed')} on {moment_words(last.at)}." if last else "It was changed."
    return Changed(
        f"{what} Nothing of yours was done.",
        next_steps=("Open the story again and look at it as it is now.", "What you typed is still on the page before."),
    )


def _write(session: Session, story: Any, after: str, actor_id: int | None, reason: str, at: datetime) -> None:
    session.execute(_WRITE, {
        "story_id": story.id, "before": StoryState(story.state), "after": after, "revision_n": story.draft_n,
        "actor_id": actor_id, "reason": safe(reason), "at": at,
    })  # fmt: skip


def _refusal(story: Any, before: StoryState, to: StoryState, is_undo: bool) -> FrontlineError:
    allowed = TABLE.get((to, before) if is_undo else (before, to), frozenset())
    if not allowed:
        return CannotMove(f"{SAID[before]}, so this is not possible any more.", next_steps=("Open the story again.",))
    return Forbidden(f"Only {' or '.join(sorted(allowed))} can do this.")


def _there(row: Any) -> Any:
    if row is None:
        raise NotFound("There is no such story.", next_steps=("Look for it among your stories.",))
    return row
