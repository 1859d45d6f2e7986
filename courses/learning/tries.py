"""Tries at a package: the one that is open, and starting again. A learner's enrolment is locked meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Unit
from courses.db import table_of
from courses.errors import NotAllowedHere
from courses.learning import enrolments
from courses.learning.models import Attempt, Enrolment, Exit, Play

NO_TRIES_LEFT = "You have used all your tries at this unit."

_A, _P = table_of(Attempt), table_of(Play)
_WHERE = (
    select(Enrolment.id, Unit.max_attempts)
    .join(Unit, Unit.version_id == Enrolment.version_id)
    .where(Unit.id == bindparam("unit_id"), Enrolment.learner_id == bindparam("learner_id"))
    .with_for_update(of=Enrolment)
)
_OF = (_A.c.enrolment_id == bindparam("of_enrolment"), _A.c.unit_id == bindparam("of_unit"))
_LATEST = (
    select(_A.c.id, _A.c.n, _A.c.exit, _A.c.is_complete, _A.c.is_passed, _A.c.state, _A.c.ended_at)
    .where(*_OF)
    .order_by(_A.c.n.desc())
    .limit(1)
)
_ALL = (
    select(_A.c.n, _A.c.started_at, _A.c.score, _A.c.is_complete, _A.c.is_passed, _A.c.seconds, _A.c.exit)
    .where(*_OF)
    .order_by(_A.c.n)
)
_ADD = insert(_A).returning(_A.c.id)
_ONE = _A.c.id == bindparam("attempt_id")
_END = update(_A).where(_ONE).values(exit=Exit.ENDED, ended_at=bindparam("at"))
_FENCE = (
    update(_P)
    .where(_P.c.attempt_id == bindparam("of_attempt"), _P.c.fenced_at.is_(None), _P.c.ended_at.is_(None))
    .values(fenced_at=bindparam("at"))
)


def where(session: Session, learner_id: int, unit_id: int, now: datetime) -> Any:
    """The learner's enrolment with the unit (id, max_attempts), locked; enrols first where needed.

    Raises Locked when other modules come first, NotAllowedHere when the unit is of another version or gone.
    """
    asked = {"learner_id": learner_id, "unit_id": unit_id}
    row = session.execute(_WHERE, asked).first()
    if row is None:
        enrolments.enrol_for_unit(session, learner_id, unit_id, now)
        row = session.execute(_WHERE, asked).first()
    if row is None:
        raise NotAllowedHere(enrolments.OTHER_VERSION)
    return row


def open_one(session: Session, learner_id: int, unit_id: int, now: datetime) -> tuple[int, bool]:
    """The try to go on with, made where there is none; and whether it can only be looked at any more.

    A completed try that its package has ended is looked at. A failed one that was ended makes way for the next, unless no
    try is left.
    """
    place = where(session, learner_id, unit_id, now)
    latest = session.execute(_LATEST, {"of_enrolment": place.id, "of_unit": unit_id}).first()
    if latest is None:
        return _add(session, place.id, unit_id, 1, now), False
    if latest.ended_at is not None:
        return _add(session, place.id, unit_id, latest.n + 1, now), False
    if latest.exit is not Exit.ENDED:
        return latest.id, False
    if latest.is_passed is False and not latest.is_complete and _is_left(place, latest):
        _end(session, latest.id, now)
        return _add(session, place.id, unit_id, latest.n + 1, now), False
    return latest.id, latest.is_complete or latest.is_passed is not None


def start_again(session: Session, learner_id: int, unit_id: int, now: datetime) -> None:
    """End the open try; the next play opens another. What is completed stays so, and which score counts is the unit's to say.

    Changes nothing where nothing was begun yet. Raises NotAllowedHere when no tries are left.
    """
    place = where(session, learner_id, unit_id, now)
    latest = session.execute(_LATEST, {"of_enrolment": place.id, "of_unit": unit_id}).first()
    if latest is None or latest.ended_at is not None or not latest.state:
        return
    if not _is_left(place, latest):
        raise NotAllowedHere(NO_TRIES_LEFT)
    _end(session, latest.id, now)


def attempts_of(session: Session, enrolment_id: int, unit_id: int) -> list[Any]:
    """A learner's tries at a unit, the first first: n, started_at, score, is_complete, is_passed, seconds, exit."""
    return list(session.execute(_ALL, {"of_enrolment": enrolment_id, "of_unit": unit_id}).all())


def fence(session: Session, attempt_id: int, now: datetime) -> None:
    """Let no play of this try commit any more."""
    session.execute(_FENCE, {"of_attempt": attempt_id, "at": now})


def _is_left(place: Any, latest: Any) -> bool:
    return place.max_attempts is None or latest.n < place.max_attempts


def _end(session: Session, attempt_id: int, now: datetime) -> None:
    session.execute(_END, {"attempt_id": attempt_id, "at": now})
    fence(session, attempt_id, now)


def _add(session: Session, enrolment_id: int, unit_id: int, n: int, now: datetime) -> int:
    made = session.execute(_ADD, {
        "enrolment_id": enrolment_id, "unit_id": unit_id, "n": n, "state": b"", "exit": Exit.OPEN, "is_complete": False,
        "is_passed": None, "score": None, "seconds": 0, "play_seconds": 0, "commit_seq": 0, "started_at": now,
        "changed_at": now, "ended_at": None,
    })  # fmt: skip
    return int(made.scalar_one())
