"""The units of a module as a list: each with its state in words and a shape, and why it is closed where it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Rule, Unit, UnitKind
from courses.learning.completion import has_bit
from courses.learning.models import Attempt, UnitProgress
from courses.questions.models import Question, QuestionKind
from courses.releasing import Wait, waits
from learn.components import date, local, moment_words
from learn.player.queries import STATES, number

KINDS = {
    "page": "reading", "video": "video", "reflection": "reflection", "link": "link", "file": "file", "pdf": "PDF",
    "web": "interactive page", "scorm": "interactive", "h5p": "interactive",
}  # fmt: skip
PASSABLE = (Rule.QUIZ_PASSED, Rule.SCORE)
"Rules that are met by a score, so that what is completed was passed."

_ASKED = (Question.unit_id == Unit.id, Question.kind != QuestionKind.DESCRIPTION)
_QUESTIONS = select(func.count()).where(*_ASKED).correlate(Unit).scalar_subquery()
_LAST_TRY = (
    select(Attempt.is_passed)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.unit_id == Unit.id)
    .order_by(Attempt.n.desc())
    .limit(1)
    .correlate(Unit)
    .scalar_subquery()
)
_PASSED_ONCE = (
    select(Attempt.id)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.unit_id == Unit.id, Attempt.is_passed.is_(True))
    .correlate(Unit)
    .exists()
)
_MINE = and_(UnitProgress.unit_id == Unit.id, UnitProgress.enrolment_id == bindparam("enrolment_id"))
_UNITS = (
    select(
        Unit.id, Unit.position, Unit.title, Unit.kind, Unit.minutes, Unit.is_required, Unit.rule, Unit.stable_key, Unit.release,
        Unit.max_attempts, Unit.play["identifier"].as_string().label("identifier"),
        Unit.play["prerequisites"].as_string().label("prerequisites"), _QUESTIONS.label("questions"),
        UnitProgress.status, UnitProgress.best_score.label("score"), UnitProgress.attempts.label("tries"),
        _LAST_TRY.label("is_passed"), _PASSED_ONCE.label("was_passed"),
    )
    .outerjoin(UnitProgress, _MINE)
    .where(Unit.version_id == bindparam("version_id"))
    .order_by(Unit.position)
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One unit in the list beside it. ``wait`` says why it is closed; ``url`` is None where the whole module is."""

    position: int
    title: str
    kind_words: str
    minutes: int
    state: str
    words: str
    url: str | None
    is_current: bool
    is_done: bool
    tries: int
    wait: Wait | None


def read(
    session: Session, row: Any, now: datetime, *, current: int | None, is_open: bool, keeps_nothing: bool
) -> list[Line]:
    """The module's units with their states, in one statement; ``row`` is the module with the learner's counters."""
    found = session.execute(_UNITS, {"version_id": row.version_id, "enrolment_id": row.enrolment_id}).all()
    done = row.done or b""
    closed = waits(found, done, now, keeps_nothing=keeps_nothing)
    return [_line(unit, row, done, current, is_open, closed.get(unit.position)) for unit in found]


def _line(unit: Any, row: Any, done: bytes, current: int | None, is_open: bool, wait: Wait | None) -> Line:
    is_done = has_bit(done, unit.position)
    is_here = row.enrolment_id is not None and unit.position in (current, row.last_position)
    state, words = _state(unit, is_done, is_here, is_open, wait)
    return Line(
        unit.position, unit.title, _kind(unit), unit.minutes, state, words,
        f"/modules/{row.slug}/units/{unit.position}" if is_open else None, unit.position == current, is_done,
        unit.tries or 0, wait,
    )  # fmt: skip


def _kind(unit: Any) -> str:
    return number(unit.questions, "question") if unit.kind is UnitKind.QUIZ else KINDS[unit.kind]


def _state(unit: Any, is_done: bool, is_here: bool, is_open: bool, wait: Wait | None) -> tuple[str, str]:
    """The shape and the words. Completion says most, then what keeps somebody out, then how the tries went."""
    score = "" if unit.score is None else f", score {unit.score}%"
    if is_done:
        return "completed", ("Passed" if unit.was_passed or unit.rule in PASSABLE else "Completed") + score
    if not is_open:
        return "locked", STATES["locked"]
    if wait is not None:
        return "locked", wait.words(day)
    has_tried = unit.kind is UnitKind.QUIZ and unit.score is not None
    if unit.is_passed is False or (has_tried and unit.max_attempts and (unit.tries or 0) >= unit.max_attempts):
        return "failed", "Failed" + score
    if has_tried:
        return "in_progress", "Not passed yet" + score
    if is_here or unit.status is not None:
        return "in_progress", STATES["in_progress"] + score
    return "not_started", STATES["not_started"]


def day(moment: datetime) -> str:
    """A date as in "3 December 2026", with the time where it is not the day's beginning."""
    shown = local(moment)
    return date(moment) if (shown.hour, shown.minute) == (0, 0) else moment_words(moment)


def minutes_left(lines: Iterable[Line]) -> int:
    """Minutes of the units that are not done."""
    return sum(line.minutes for line in lines if not line.is_done)
