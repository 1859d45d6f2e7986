"""Tries at packages of two learners who are one: none is lost, and the one that was used last is gone on with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning.models import Attempt, Exit, Play

_A, _O = table_of(Attempt), table_of(Play)
_TRIES = (
    select(_A.c.id, _A.c.enrolment_id, _A.c.unit_id, _A.c.n, _A.c.exit, _A.c.changed_at, _A.c.ended_at)
    .where(_A.c.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .order_by(_A.c.unit_id, _A.c.enrolment_id, _A.c.n)
)
_FENCE = (
    update(_O)
    .where(_O.c.attempt_id.in_(bindparam("attempts", expanding=True)), _O.c.fenced_at.is_(None))
    .values(fenced_at=bindparam("at"))
)
_ASIDE = update(_A).where(_A.c.id.in_(bindparam("attempts", expanding=True))).values(n=-_A.c.id)
"Out of the way, so that no number is met twice while they are given anew."
_GIVE = (
    update(_A)
    .where(_A.c.id == bindparam("attempt"))
    .values(
        enrolment_id=bindparam("to_second"), n=bindparam("to_n"), exit=bindparam("to_exit"), ended_at=bindparam("to_end")
    )
)  # fmt: skip


def join(session: Session, into: dict[int, int], now: datetime) -> None:
    """Give the tries of the enrolments that go ({goes: stays}) to those that stay, in the caller's transaction."""
    rows = session.execute(_TRIES, {"enrolments": sorted({*into, *into.values()})}).all()
    found: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        found.setdefault((into.get(row.enrolment_id, row.enrolment_id), row.unit_id), []).append(row)
    given = [
        each
        for (stays, _), mine in found.items()
        if any(row.enrolment_id != stays for row in mine)
        for each in _in_turn(stays, mine, now)
    ]
    if given:
        numbers = {"attempts": [each["attempt"] for each in given]}
        session.execute(_FENCE, {**numbers, "at": now})
        session.execute(_ASIDE, numbers)
        session.execute(_GIVE, given)


def _in_turn(stays: int, rows: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """One learner's tries after the other's; whoever was here last comes last, and only the last one stays open."""
    last = {row.enrolment_id: row.changed_at for row in rows}
    ordered = sorted(rows, key=lambda row: (last[row.enrolment_id], row.enrolment_id, row.n))
    return [
        {"attempt": row.id, "to_second": stays, "to_n": n,
         "to_exit": row.exit if n == len(ordered) else Exit.ENDED,
         "to_end": row.ended_at if n == len(ordered) else row.ended_at or now}
        for n, row in enumerate(ordered, 1)
    ]  # fmt: skip
