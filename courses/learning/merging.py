"""Two learners who are one person: what the first of them did is given to the second, and nothing is ever lowered.

A module that only the first began goes along as it is. Where both are on the same version the two become one: a unit
that either completed is completed, the best scores count, tries follow each other. Where they are on different versions
the one that is further goes on; the other stays whole with a learner who is merged into the second, so that it is still
theirs to see and to take along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import ModuleVersion, Unit
from courses.db import table_of
from courses.learning import completion, learners, merging_tries, plays
from courses.learning.models import (
    Enrolment,
    Learner,
    QuizAttempt,
    Reflection,
    Statement,
    Status,
    UnitProgress,
    Verb,
)


@dataclass(frozen=True)
class Merged:
    """What became of the first learner's modules: gone along, made one with the second's, left apart."""

    moved: int
    joined: int
    apart: int


@dataclass(frozen=True)
class _Pair:
    """One module that both began."""

    first: Any
    second: Any

    @property
    def both(self) -> tuple[Any, Any]:
        return self.first, self.second


_E, _P, _Q, _R, _S, _L = (
    table_of(each) for each in (Enrolment, UnitProgress, QuizAttempt, Reflection, Statement, Learner)
)
_UNIT, _VERSION = table_of(Unit), table_of(ModuleVersion)

_THEIRS = (
    select(_E, _VERSION.c.required_weight, _VERSION.c.required_mask)
    .join(_VERSION, _VERSION.c.id == _E.c.version_id)
    .where(_E.c.learner_id.in_(bindparam("learners", expanding=True)))
    .order_by(_E.c.id)
    .with_for_update(of=_E)
)
"""Locked in one order, so that two merges at once wait for each other, and an act that is being recorded is waited for."""
_OF_BOTH: Any = bindparam("enrolments", expanding=True)
_PROGRESS = (
    select(_P, _UNIT.c.position, _UNIT.c.weight, _UNIT.c.is_required, _UNIT.c.version_id)
    .join(_UNIT, _UNIT.c.id == _P.c.unit_id)
    .where(_P.c.enrolment_id.in_(_OF_BOTH))
)
_REFLECTIONS = select(_R).where(_R.c.enrolment_id.in_(_OF_BOTH))
_GIVE_TRIES = (
    update(_Q)
    .where(_Q.c.enrolment_id == bindparam("of_first"), _Q.c.unit_id == bindparam("of_unit"))
    .values(enrolment_id=bindparam("to_second"), n=_Q.c.n + bindparam("after"))
)
_GIVE_STATEMENTS = (
    update(_S).where(_S.c.enrolment_id == bindparam("of_first")).values(enrolment_id=bindparam("to_second"))
)
_COUNTERS = (
    "status", "done", "done_count", "done_weight", "best_score", "score_sum", "score_count", "last_position",
    "started_at", "active_at", "completed_at", "is_followed",
)  # fmt: skip
_SET = update(_E).where(_E.c.id == bindparam("enrolment")).values({name: bindparam(f"to_{name}") for name in _COUNTERS})
_GIVE = update(_E).where(_E.c.id.in_(bindparam("enrolments", expanding=True))).values(learner_id=bindparam("to"))
_POINT = (
    update(_L)
    .where(or_(_L.c.id == bindparam("of_first"), _L.c.merged_into_id == bindparam("of_first")))
    .values(merged_into_id=bindparam("into"))
)


def merge(session: Session, first: int, second: int, now: datetime) -> Merged:
    """Give everything of the first learner to the second, in the caller's transaction; once more changes nothing.

    Tries at a quiz add up, so that a limit of tries is not got round by a second account.
    """
    rows = session.execute(_THEIRS, {"learners": [first, second]}).all() if first != second else []
    seconds = {row.module_id: row for row in rows if row.learner_id == second}
    firsts = [row for row in rows if row.learner_id == first]
    pairs = [_Pair(row, seconds[row.module_id]) for row in firsts if row.module_id in seconds]
    same = [pair for pair in pairs if pair.first.version_id == pair.second.version_id]
    apart = [pair for pair in pairs if pair.first.version_id != pair.second.version_id]
    alone = [row.id for row in firsts if row.module_id not in seconds]
    if same:
        _join(session, same, now)
    if apart:
        alone += _choose(session, apart, second, now)
    if alone:
        session.execute(_GIVE, {"enrolments": alone, "to": second})
    if first != second:
        session.execute(_POINT, {"of_first": first, "into": second})
    return Merged(len(firsts) - len(pairs), len(same), len(apart))


def _choose(session: Session, pairs: Sequence[_Pair], second: int, now: datetime) -> list[int]:
    """Of versions that differ, let the further one go on and keep the other aside; returns the first's that go on."""
    won = [pair for pair in pairs if _standing(pair.first) > _standing(pair.second)]
    if won:
        aside = learners.add(session, now)
        session.execute(update(_L).where(_L.c.id == aside).values(merged_into_id=second))
        session.execute(_GIVE, {"enrolments": [pair.second.id for pair in won], "to": aside})
    kept = [(pair.first, pair.second) if pair in won else (pair.second, pair.first) for pair in pairs]
    for _, other in kept:
        plays.fence_enrolment(session, other.id, now)  # what is still done there would count for nobody
    session.execute(_SET, [_counted(one, {**_own(one), **_together(one, other)}) for one, other in kept])
    return [pair.first.id for pair in won]


def _standing(row: Any) -> tuple[Any, ...]:
    """How far somebody is, to be compared."""
    share = completion.percent(row.done_weight, row.required_weight)
    return row.status == Status.COMPLETED, share, row.best_score or 0, row.active_at


def _own(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _COUNTERS}


def _together(one: Any, other: Any) -> dict[str, Any]:
    """What counts of two enrolments whatever their versions: the better score, and when it all began, went on and ended."""
    scores = [row.best_score for row in (one, other) if row.best_score is not None]
    ended = [row.completed_at for row in (one, other) if row.completed_at is not None]
    return {
        "best_score": max(scores, default=None), "started_at": min(one.started_at, other.started_at),
        "active_at": max(one.active_at, other.active_at), "is_followed": one.is_followed or other.is_followed,
        "completed_at": min(ended, default=None),
    }  # fmt: skip


def _counted(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {"enrolment": row.id, **{f"to_{name}": value for name, value in values.items()}}


def _join(session: Session, pairs: Sequence[_Pair], now: datetime) -> None:
    """Make one of two enrolments in the same version."""
    place = {row.id: pair.second.id for pair in pairs for row in pair.both}
    both = {"enrolments": sorted(place)}
    units = _by_unit(session.execute(_PROGRESS, both).all(), place)
    texts = _by_unit(session.execute(_REFLECTIONS, both).all(), place)
    _give_what_was_said(session, pairs, units)
    merging_tries.join(session, {pair.first.id: pair.second.id for pair in pairs}, now)
    _put_anew(session, _P, both, [_unit(where, rows) for where, rows in units.items()])
    _put_anew(session, _R, both, [_text(where, rows) for where, rows in texts.items()])
    counted = [_joined(pair, units, now) for pair in pairs]
    session.execute(_SET, [_counted(pair.second, values) for pair, values in zip(pairs, counted, strict=True)])
    _say_completed(session, pairs, counted, now)
    session.execute(delete(_E).where(_E.c.id.in_([pair.first.id for pair in pairs])))


def _by_unit(rows: Sequence[Any], place: dict[int, int]) -> dict[tuple[int, int], list[Any]]:
    """Rows by (enrolment that goes on, unit): one or two each, its own first."""
    found: dict[tuple[int, int], list[Any]] = {}
    for row in sorted(rows, key=lambda each: place[each.enrolment_id] != each.enrolment_id):
        found.setdefault((place[row.enrolment_id], row.unit_id), []).append(row)
    return found


def _give_what_was_said(session: Session, pairs: Sequence[_Pair], units: dict[tuple[int, int], list[Any]]) -> None:
    """Tries and statements; a try's number goes on from where the second's ended."""
    tries = [
        {"of_first": row.enrolment_id, "to_second": into, "of_unit": unit,
         "after": rows[0].attempts if rows[0].enrolment_id == into else 0}
        for (into, unit), rows in units.items() for row in rows if row.attempts and row.enrolment_id != into
    ]  # fmt: skip
    if tries:
        session.execute(_GIVE_TRIES, tries)
    session.execute(_GIVE_STATEMENTS, [{"of_first": pair.first.id, "to_second": pair.second.id} for pair in pairs])


def _put_anew(session: Session, table: Any, both: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    session.execute(delete(table).where(table.c.enrolment_id.in_(both["enrolments"])))
    if rows:
        session.execute(insert(table), rows)


def _unit(where: tuple[int, int], rows: Sequence[Any]) -> dict[str, Any]:
    """One unit's state out of one or two."""
    scores = [row.best_score for row in rows if row.best_score is not None]
    done = [row.completed_at for row in rows if row.completed_at is not None]
    watched = [row.watched for row in rows if row.watched is not None]
    return {
        "enrolment_id": where[0], "unit_id": where[1],
        "status": Status.COMPLETED if any(row.status == Status.COMPLETED for row in rows) else Status.STARTED,
        "best_score": max(scores, default=None), "attempts": sum(row.attempts for row in rows),
        "watched": completion.either(*watched) if watched else None,
        "first_at": min(row.first_at for row in rows), "completed_at": min(done, default=None),
    }  # fmt: skip


def _text(where: tuple[int, int], rows: Sequence[Any]) -> dict[str, Any]:
    """One reflection out of one or two: where they differ both stand, the older first."""
    texts = dict.fromkeys(row.text.strip() for row in sorted(rows, key=lambda each: each.written_at))
    return {
        "enrolment_id": where[0], "unit_id": where[1],
        "text": "\n\n".join(texts) if len(texts) > 1 else rows[0].text,
        "written_at": min(row.written_at for row in rows), "changed_at": max(row.changed_at for row in rows),
    }  # fmt: skip


def _joined(pair: _Pair, units: dict[tuple[int, int], list[Any]], now: datetime) -> dict[str, Any]:
    """The counters of two enrolments that became one, as if all had been done in it."""
    states = [
        (rows[0], _unit(where, rows)) for where, rows in units.items()
        if where[0] == pair.second.id and rows[0].version_id == pair.second.version_id
    ]  # fmt: skip
    done = completion.either(pair.first.done, pair.second.done)
    is_complete = any(row.status == Status.COMPLETED for row in pair.both) or completion.covers(
        done, pair.second.required_mask
    )
    scores = [state["best_score"] for _, state in states if state["best_score"] is not None]
    together = _together(*pair.both)
    mean = sum(scores) // len(scores) if scores else None
    return {
        **together,
        "status": Status.COMPLETED if is_complete else Status.STARTED,
        "done": done, "done_count": completion.count_bits(done),
        "done_weight": sum(
            unit.weight for unit, state in states if unit.is_required and state["status"] is Status.COMPLETED
        ),
        "best_score": max((each for each in (mean, together["best_score"]) if each is not None), default=None),
        "score_sum": sum(scores), "score_count": len(scores),
        "last_position": max(pair.both, key=lambda row: row.active_at).last_position,
        "completed_at": together["completed_at"] or (now if is_complete else None),
    }  # fmt: skip


def _say_completed(session: Session, pairs: Sequence[_Pair], counted: list[dict[str, Any]], now: datetime) -> None:
    """A module that neither had completed may be complete with what both did."""
    said = [
        {"enrolment_id": pair.second.id, "unit_id": None, "verb": Verb.COMPLETED, "result": {"completion": True}, "at": now}
        for pair, values in zip(pairs, counted, strict=True)
        if values["status"] is Status.COMPLETED and all(row.status != Status.COMPLETED for row in pair.both)
    ]  # fmt: skip
    if said:
        session.execute(insert(_S), said)
