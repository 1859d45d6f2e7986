"""What a facilitator asks to change in a field, and what the author says to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.errors import NotFound
from learn.moderation.decisions import Wrong
from learn.stories import fields as template
from learn.stories.models import StoryRemark
from learn.stories.review import door, rounds

PREFIX = "remark."
"Before a field's name, in a form; alone for the story as a whole."
LONGEST = 2000
"Characters of a remark or an answer."

_T = table_of(StoryRemark)
_ADD = insert(_T)
_ALL = select(_T).where(_T.c.story_id == bindparam("story")).order_by(_T.c.round_n, _T.c.id)
_ANSWER = (
    update(_T)
    .where(_T.c.id == bindparam("remark"), _T.c.story_id == bindparam("story"))
    .values(answer=bindparam("said"))
)
_TAKE_BACK = delete(_T).where(_T.c.id.in_(bindparam("remarks", expanding=True)))


def asked(form: Mapping[str, str]) -> dict[str, str]:
    """The remarks of a form by field, those that say something; for a field that there is not, none."""
    found = {name.removeprefix(PREFIX): words.strip() for name, words in form.items() if name.startswith(PREFIX)}
    known = {"", rounds.FILES, *template.FIELDS}
    return {field: short(PREFIX + field, words) for field, words in found.items() if words and field in known}


def add(
    session: Session, story_id: int, round_n: int, by_id: int | None, at: datetime, said: dict[str, str]
) -> list[int]:
    """Keep remarks about a round; returns their numbers."""
    return [
        int(session.execute(_ADD.returning(_T.c.id), {
            "story_id": story_id, "round_n": round_n, "field": field, "words": door.safe(words), "by_id": by_id, "at": at,
            "answer": "",
        }).scalar_one())
        for field, words in said.items()
    ]  # fmt: skip


def of(session: Session, story_id: int) -> dict[int, list[Any]]:
    """All remarks about a story, by round."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(_ALL, {"story": story_id}):
        found.setdefault(row.round_n, []).append(row)
    return found


def answer(session: Session, story_id: int, remark_id: int, words: str) -> None:
    """Keep what the author says to a remark; NotFound where there is none of that number."""
    said = door.safe(short(f"answer.{remark_id}", words.strip()))
    if not rows_met(session, _ANSWER, {"story": story_id, "remark": remark_id, "said": said}):
        raise NotFound("There is no such remark.")


def take_back(session: Session, numbers: list[int]) -> None:
    """Forget remarks whose decision was undone."""
    session.execute(_TAKE_BACK, {"remarks": numbers})


def short(where: str, words: str) -> str:
    """The words; ``Wrong`` at that field of the form where they are too many."""
    if len(words) > LONGEST:
        raise Wrong([(where, f"Use at most {LONGEST:,} letters: these are {len(words):,}")])
    return words
