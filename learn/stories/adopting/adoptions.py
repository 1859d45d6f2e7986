"""Who tried the same where they work: one record a person and story, counted on the story while readers see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.models import User
from learn.moderation import newcomers, queue
from learn.moderation.models import Source
from learn.stories.around import Adoption, Outcome
from learn.stories.models import Story

KIND = "adoption"
PAGE = 20
FIRST = 2**62
"Above every number of a row."
WORDS = {
    Outcome.WORKED: "It worked here",
    Outcome.PARTLY: "It worked in part",
    Outcome.DID_NOT: "It did not work here",
    Outcome.TOO_EARLY: "It is too early to say",
}
FIRST_ONES = 3
"Priority of what somebody new wrote, or changed: seen at once, looked at after."

_T, _STORY, _USER = table_of(Adoption), table_of(Story), table_of(User)
_COLUMNS = (
    _T.c.id, _T.c.story_id, _T.c.user_id, _T.c.organisation, _T.c.region, _T.c.tried_on, _T.c.outcome, _T.c.words, _T.c.because,
    _T.c.is_visible, _T.c.at,
)  # fmt: skip
_LISTED = (
    select(*_COLUMNS, _USER.c.name, _USER.c.display_name, _USER.c.profession)
    .outerjoin(_USER, _USER.c.id == _T.c.user_id)
    .where(_T.c.story_id == bindparam("story"), _T.c.is_visible, _T.c.id < bindparam("before"))
    .order_by(_T.c.id.desc())
    .limit(PAGE + 1)
)
_MINE = select(*_COLUMNS).where(_T.c.story_id == bindparam("story"), _T.c.user_id == bindparam("user"))
_ONE = select(*_COLUMNS).where(_T.c.id == bindparam("adoption"))
_HOLD = select(_STORY.c.id).where(_STORY.c.id == bindparam("story")).with_for_update()
_ADD = insert(_T).returning(_T.c.id)
_CHANGE = update(_T).where(_T.c.id == bindparam("adoption"))
_REMOVE = delete(_T).where(_T.c.id == bindparam("adoption"))
_COUNT = (
    update(_STORY)
    .where(_STORY.c.id == bindparam("story"))
    .values(adoption_count=_STORY.c.adoption_count + bindparam("by"))
)


@dataclass(frozen=True)
class Told:
    """What somebody says about their try; checked and cleaned."""

    organisation: str
    region: str
    tried_on: date
    outcome: Outcome
    words: str
    because: str = ""
    "Why what was found in it is not a patient's number; empty where nothing was found."


def listed(session: Session, story_id: int, before: int = FIRST) -> tuple[Sequence[Any], int | None]:
    """A page of who tried it, the newest first, and the key of the next page; None at the end."""
    rows = session.execute(_LISTED, {"story": story_id, "before": before}).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def mine(session: Session, story_id: int, user_id: int) -> Any | None:
    """Somebody's own record about a story; None where they have none."""
    return session.execute(_MINE, {"story": story_id, "user": user_id}).first()


def one(session: Session, adoption_id: int) -> Any | None:
    """One record; None where it is gone."""
    return session.execute(_ONE, {"adoption": adoption_id}).first()


def save(session: Session, story: Any, user_id: int, told: Told, at: datetime) -> bool:
    """Keep what somebody says; returns whether readers see it. A first one is seen at once, and so is a change of it.

    What somebody new says, or what a facilitator took out of sight before, waits for a facilitator. So does, out of sight, what
    may hold a patient's number of which its writer says that it is none.
    """
    session.execute(_HOLD, {"story": story.id})
    there = mine(session, story.id, user_id)
    was_visible = there is not None and bool(there.is_visible)
    is_visible = not told.because and (there is None or was_visible)
    values = {"organisation": told.organisation, "region": told.region, "tried_on": told.tried_on, "outcome": told.outcome,
              "words": told.words, "because": told.because, "is_visible": is_visible, "at": at}  # fmt: skip
    if there is None:
        number = session.execute(_ADD, {**values, "story_id": story.id, "user_id": user_id}).scalar_one()
    else:
        number = there.id
        session.execute(_CHANGE.values(**values), {"adoption": number})
    if is_visible != was_visible:
        session.execute(_COUNT, {"story": story.id, "by": 1 if is_visible else -1})
    if not is_visible or newcomers.is_new(session, user_id):
        source = Source.DETECTOR if told.because else Source.NEW_MEMBER if there is None else Source.EDIT
        priority = queue.PATIENT if told.because else FIRST_ONES
        queue.put(session, KIND, number, source, author_id=user_id, theme_id=story.theme_id, priority=priority, at=at)
    return is_visible


def remove(session: Session, story_id: int, user_id: int, at: datetime) -> None:
    """Take one's own record back; nothing where there is none."""
    session.execute(_HOLD, {"story": story_id})
    there = mine(session, story_id, user_id)
    if there is None:
        return
    session.execute(_REMOVE, {"adoption": there.id})
    if there.is_visible:
        session.execute(_COUNT, {"story": story_id, "by": -1})
    queue.close(session, KIND, there.id, at)


def show(session: Session, adoption_id: int, *, is_visible: bool) -> None:
    """Let readers see a record or not, and count it so; what is so already stays."""
    there = one(session, adoption_id)
    if there is None or there.is_visible == is_visible:
        return
    session.execute(_HOLD, {"story": there.story_id})
    session.execute(_CHANGE.values(is_visible=is_visible), {"adoption": adoption_id})
    session.execute(_COUNT, {"story": there.story_id, "by": 1 if is_visible else -1})


def rewrite(session: Session, adoption_id: int, **columns: str) -> None:
    """Set words or organisation, as a facilitator decided."""
    session.execute(_CHANGE.values(**columns), {"adoption": adoption_id})
