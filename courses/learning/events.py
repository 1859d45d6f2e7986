"""The one door for progress: an act is recorded, counters move, and what happened is returned.

One act touches a fixed, small number of rows whatever has gone before: it reads the enrolment with the unit (locked), writes
the unit's progress and one statement, and the enrolment only when something changed in it. Completion never goes backwards.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, not_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import ModuleVersion, ScorePolicy, Unit
from courses.db import table_of
from courses.errors import NotAllowedHere
from courses.learning import completion, effects, enrolments, portable
from courses.learning.acts import Act, Watched
from courses.learning.effects import Attempt, Effect
from courses.learning.models import Attempt as Try
from courses.learning.models import Enrolment, Statement, Status, UnitProgress, Verb
from courses.prepared import Prepared


@dataclass(frozen=True)
class Recorded:
    """What an act changed. ``percent`` is of the module; the two flags are true only for the act that completed it."""

    enrolment_id: int
    module_id: int
    position: int
    percent: int
    best_score: int | None
    status: Status
    unit_completed: bool
    module_completed: bool
    watched_percent: int = 0
    attempt: Attempt | None = None
    is_followed: bool = False


_PROGRESS = and_(UnitProgress.enrolment_id == Enrolment.id, UnitProgress.unit_id == Unit.id)
_READ = Prepared(
    select(
        Unit.id.label("unit_id"), Unit.position, Unit.kind, Unit.rule, Unit.threshold, Unit.max_attempts, Unit.weight, Unit.is_required,
        Unit.score_policy,
        ModuleVersion.id.label("version_id"), ModuleVersion.module_id, ModuleVersion.required_weight, ModuleVersion.required_mask,
        Enrolment.id.label("enrolment_id"), Enrolment.status, Enrolment.done, Enrolment.done_count, Enrolment.done_weight,
        Enrolment.best_score, Enrolment.score_sum, Enrolment.score_count, Enrolment.completed_at,
        Enrolment.is_followed, UnitProgress.status.label("unit_status"), UnitProgress.best_score.label("unit_score"),
        UnitProgress.attempts, UnitProgress.watched,
    )
    .join(ModuleVersion, ModuleVersion.id == Unit.version_id)
    .join(Enrolment, and_(Enrolment.version_id == ModuleVersion.id, Enrolment.learner_id == bindparam("learner_id")))
    .outerjoin(UnitProgress, _PROGRESS)
    .where(Unit.id == bindparam("unit_id"))
)  # fmt: skip
_LOCK = Prepared(
    select(Enrolment.id)
    .join(Unit, Unit.version_id == Enrolment.version_id)
    .where(Unit.id == bindparam("unit_id"), Enrolment.learner_id == bindparam("learner_id"))
    .with_for_update(of=Enrolment)
)
"""PostgreSQL: taken by a statement of its own, because a row that is waited for is read anew but what is joined to it is not.
SQLite's writers hold the whole database's lock since BEGIN IMMEDIATE."""


def _upsert_progress(insert_: Any) -> Any:
    new = insert_(table_of(UnitProgress))
    changed = {name: new.excluded[name] for name in ("status", "best_score", "attempts", "watched", "completed_at")}
    return new.on_conflict_do_update(index_elements=["enrolment_id", "unit_id"], set_=changed)


_PUT_PROGRESS = Prepared(
    portable.both(_upsert_progress),
    ("enrolment_id", "unit_id", "status", "best_score", "attempts", "watched", "first_at", "completed_at"),
)
_SAY = Prepared(insert(table_of(Statement)), ("enrolment_id", "unit_id", "verb", "result", "at"))
_MOVE = Prepared(
    update(table_of(Enrolment))
    .where(table_of(Enrolment).c.id == bindparam("enrolment_id"))
    .values(**{name: bindparam(name) for name in (
        "status", "done", "done_count", "done_weight", "best_score", "score_sum", "score_count", "last_position", "active_at", "completed_at",
    )})
)  # fmt: skip


def record(session: Session, learner_id: int, unit_id: int, act: Act, now: datetime) -> Recorded:
    """Record an act of a learner on a unit, enrolling first where needed.

    Raises NotAllowedHere when the act does not fit the unit or no tries are left, Locked when other modules come first.
    """
    connection = session.connection()
    row = _read(session, learner_id, unit_id, now)
    effect = effects.EFFECTS[type(act)](session, row, act, now)
    unit_completed = effect.is_done and row.unit_status != Status.COMPLETED
    score = _score(connection, row, effect)
    _put_progress(connection, row, effect, score, now)
    _SAY.run(connection, {
        "enrolment_id": row.enrolment_id, "unit_id": row.unit_id, "verb": effect.verb, "result": effect.result, "at": now,
    })  # fmt: skip
    moved = _moved(row, score, unit_completed, now)
    module_completed = moved["status"] is Status.COMPLETED and row.status != Status.COMPLETED
    if not isinstance(act, Watched) or unit_completed:
        _MOVE.run(connection, {"enrolment_id": row.enrolment_id, **moved})
    if module_completed:
        _SAY.run(connection, {
            "enrolment_id": row.enrolment_id, "unit_id": None, "verb": Verb.COMPLETED, "result": {"completion": True}, "at": now,
        })  # fmt: skip
    return Recorded(
        row.enrolment_id, row.module_id, row.position,
        100 if moved["status"] is Status.COMPLETED else completion.percent(moved["done_weight"], row.required_weight),
        moved["best_score"], moved["status"], unit_completed, module_completed,
        completion.watched_percent(effect.watched), effect.attempt, bool(row.is_followed),
    )  # fmt: skip


def _read(session: Session, learner_id: int, unit_id: int, now: datetime) -> Any:
    """The unit with the learner's state, locked; a learner who is not enrolled yet is enrolled."""
    asked = {"learner_id": learner_id, "unit_id": unit_id}
    connection = session.connection()
    if portable.has_row_locks(session):
        _LOCK.run(connection, asked)
    row = _READ.one(connection, asked)
    if row is None:
        enrolments.enrol_for_unit(session, learner_id, unit_id, now)
        row = _READ.one(connection, asked)
    if row is None:
        raise NotAllowedHere(enrolments.OTHER_VERSION)
    return row


def _moved(row: Any, score: int | None, unit_completed: bool, now: datetime) -> dict[str, Any]:
    """The enrolment's counters after the act."""
    done = completion.set_bit(row.done, row.position) if unit_completed else row.done
    is_complete = row.status == Status.COMPLETED or completion.covers(done, row.required_mask)
    score_sum, score_count = row.score_sum, row.score_count
    if score is not None:
        score_sum += score - (row.unit_score or 0)
        score_count += row.unit_score is None
    return {
        "status": Status.COMPLETED if is_complete else Status.STARTED,
        "done": done,
        "done_count": row.done_count + unit_completed,
        "done_weight": row.done_weight + (row.weight if unit_completed and row.is_required else 0),
        "best_score": score_sum // score_count if score_count else None,
        "score_sum": score_sum,
        "score_count": score_count,
        "last_position": row.position,
        "active_at": now,
        "completed_at": row.completed_at or (now if is_complete else None),
    }


_SAME_STEP = select(Unit.stable_key).where(Unit.id == bindparam("of_unit")).scalar_subquery()
_OTHER_TRIES = Prepared(
    select(func.max(Try.score).label("best"))
    .join(Unit, Unit.id == Try.unit_id)
    .where(
        Try.enrolment_id == bindparam("of_enrolment"), Unit.stable_key == _SAME_STEP,
        not_(and_(Try.unit_id == bindparam("this_unit"), Try.n == bindparam("this_n"))),
    )
)  # fmt: skip
"Those in earlier versions that the learner was on count too."


def _score(connection: Connection, row: Any, effect: Effect) -> int | None:
    """The unit's score after the act, by its policy; None while no try gave one."""
    before: int | None = row.unit_score
    if effect.score is None or before is None:
        return before if effect.score is None else effect.score
    if row.score_policy == ScorePolicy.LAST or (row.score_policy == ScorePolicy.FIRST and effect.tries == 1):
        return effect.score
    if row.score_policy == ScorePolicy.FIRST:
        return before
    return _best(connection, row, effect, before, effect.score)


def _best(connection: Connection, row: Any, effect: Effect, before: int, score: int) -> int:
    """The best of the tries. A package's running score may fall within one (right, then wrong): what it says last is that
    try's. Once the unit is completed nothing is lowered: some packages begin again at 0 when they are opened once more."""
    is_open_try = effect.tries is not None and effect.attempt is None and row.unit_status != Status.COMPLETED
    if score >= before or not is_open_try:
        return max(before, score)
    asked = {"of_enrolment": row.enrolment_id, "of_unit": row.unit_id, "this_unit": row.unit_id, "this_n": effect.tries}
    others = _OTHER_TRIES.one(connection, asked).best
    return score if others is None else max(score, others)


def _put_progress(connection: Connection, row: Any, effect: Effect, best: int | None, now: datetime) -> None:
    is_done = effect.is_done or row.unit_status == Status.COMPLETED
    # The upsert keeps first_at, and a completion keeps the moment it first came.
    completed_at = now if effect.is_done and row.unit_status != Status.COMPLETED else None
    if is_done and completed_at is None:
        return _put_score_only(connection, row, effect, best, now)
    _PUT_PROGRESS.run(connection, {
        "enrolment_id": row.enrolment_id, "unit_id": row.unit_id,
        "status": Status.COMPLETED if is_done else Status.STARTED, "best_score": best,
        "attempts": max(effect.tries or 0, row.attempts or 0),
        "watched": effect.watched if effect.watched is not None else row.watched, "first_at": now, "completed_at": completed_at,
    })  # fmt: skip
    return None


_AFTERWARDS = Prepared(
    update(table_of(UnitProgress))
    .where(
        table_of(UnitProgress).c.enrolment_id == bindparam("of_enrolment"),
        table_of(UnitProgress).c.unit_id == bindparam("of_unit"),
    )
    .values(best_score=bindparam("best"), attempts=bindparam("tries"), watched=bindparam("seen"))
)


def _put_score_only(connection: Connection, row: Any, effect: Effect, best: int | None, now: datetime) -> None:
    """After completion only a better score, a further try or more of a video can still come."""
    _AFTERWARDS.run(connection, {
        "of_enrolment": row.enrolment_id, "of_unit": row.unit_id, "best": best,
        "tries": max(effect.tries or 0, row.attempts),
        "seen": effect.watched if effect.watched is not None else row.watched,
    })  # fmt: skip
