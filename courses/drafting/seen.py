"""What somebody saw of a unit before they changed it: nobody overwrites what another has written meanwhile. Nothing here commits."""

import hashlib
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Unit
from courses.drafting.drafts import Changed, Gone

_SEEN = (
    Unit.id, Unit.title, Unit.minutes, Unit.is_required, Unit.weight, Unit.rule, Unit.threshold, Unit.max_attempts,
    Unit.score_policy, Unit.release, Unit.source, Unit.body_html, Unit.prompt, Unit.url,
)  # fmt: skip
_UNIT = select(*_SEEN).where(Unit.id == bindparam("unit_id"))


def mark(unit: Any) -> str:
    """A short name of a unit's present state; the form that changes it carries it along."""
    said = [getattr(unit, column.key) for column in _SEEN]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def check(session: Session, unit_id: int, seen: str) -> None:
    """Changed when the unit is not any more what was seen; call it with the draft opened."""
    row = session.execute(_UNIT, {"unit_id": unit_id}).first()
    if row is None:
        raise Gone("This unit is not in the draft any more.")
    if mark(row) != seen:
        raise Changed(
            "Somebody changed this unit after you opened it. Copy what you typed, open the unit again, and put it in."
        )
