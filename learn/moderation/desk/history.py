"""Who wrote a thing, and what facilitators decided about them before: read beside it, so that nobody decides without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts import profile
from learn.accounts.models import User
from learn.components import plural
from learn.moderation import items, newcomers
from learn.moderation.acts import ACTS, REASONS
from learn.moderation.models import Decision, Flag, FlagState, ReviewItem
from learn.moderation.newcomers import ENOUGH

MOST = 100
"Counted no further."
LATELY = 5
"Decisions that are shown."

_ITEM, _FLAG, _D = table_of(ReviewItem), table_of(Flag), table_of(Decision)
_U: Any = table_of(User)


def _flags(state: FlagState) -> Any:
    found = (
        select(_FLAG.c.id)
        .join(_ITEM, _ITEM.c.id == _FLAG.c.item_id)
        .where(_ITEM.c.author_id == bindparam("user"), _FLAG.c.state == state)
        .limit(MOST)
        .subquery()
    )
    return select(func.count()).select_from(found).scalar_subquery()


_WHO = select(
    _U.c.name, _U.c.display_name, _U.c.profession, _U.c.organisation, _U.c.created_at,
    newcomers.KEPT.scalar_subquery().label("kept"), _flags(FlagState.UPHELD).label("upheld"), _flags(FlagState.DISMISSED).label("dismissed"),
).where(_U.c.id == bindparam("user"))  # fmt: skip
_DECIDED = (
    select(_D.c.act, _D.c.reason, _D.c.at, _ITEM.c.kind)
    .join(_ITEM, _ITEM.c.id == _D.c.item_id)
    .where(
        _ITEM.c.author_id == bindparam("user"), _D.c.actor_id.is_not(None), _D.c.undone_at.is_(None), _D.c.item_id != bindparam("but")
    )
    .order_by(_D.c.id.desc())
    .limit(LATELY)
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """What is known of somebody who wrote something."""

    byline: str
    written: str
    """As in "23 comments, no earlier reports."."""
    decisions: list[dict[str, Any]]
    "The last ones: what, why, when."


def of(session: Session, author_id: int | None, *, but: int) -> History | None:
    """Somebody's history but for the item ``but``; None where nobody is known any more."""
    row = session.execute(_WHO, {"user": author_id}).first() if author_id is not None else None
    if row is None or author_id is None:
        return None
    decided = session.execute(_DECIDED, {"user": author_id, "but": but})
    kinds = items.kinds()
    return History(
        byline=profile.byline(row.display_name or row.name, row.profession, row.organisation),
        written=_written(session, kinds, author_id, row),
        decisions=[_line(each, kinds) for each in decided],
    )


def _written(session: Session, kinds: Mapping[str, items.ItemKind], author_id: int, row: Any) -> str:
    counts = [(kind.label, kind.written(session, author_id)) for kind in kinds.values() if kind.written is not None]
    said = [
        plural(count, label, _many(label)) if count < MOST else f"{MOST} {_many(label)} or more"
        for label, count in counts
        if count
    ]
    first = "" if row.kept >= ENOUGH else f" New here: {row.kept} of {ENOUGH} first ones kept."
    reports = (
        f"{row.upheld} of {plural(row.upheld + row.dismissed, 'earlier report')} upheld"
        if row.upheld + row.dismissed
        else "no earlier reports"
    )
    return f"{', '.join([*said, reports]).capitalize()}.{first}"


def _many(label: str) -> str:
    return f"{label[:-1]}ies" if label.endswith("ory") else f"{label}s"


def _line(row: Any, kinds: Mapping[str, items.ItemKind]) -> dict[str, Any]:
    label = kinds[row.kind].label if row.kind in kinds else row.kind
    return {
        "what": f"{label.capitalize()}: {ACTS[row.act].past.lower()}",
        "why": REASONS.get(row.reason, ""),
        "at": row.at,
    }
