"""What was decided, the newest first: by whom, why, and whether it can still be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.models import User
from learn.moderation import items, records, undoing
from learn.moderation.acts import ACTS, REASONS
from learn.moderation.facilitators import Scope
from learn.moderation.listing import SHOWN_NAME
from learn.moderation.models import Decision, ReviewItem

PAGE = 25
FIRST = 2**62

_ITEM, _D, _U = table_of(ReviewItem), table_of(Decision), table_of(User)
_LISTED = (
    select(
        _D.c.id, _D.c.item_id, _D.c.act, _D.c.reason, _D.c.words, _D.c.actor_id, _D.c.at, _D.c.before, _D.c.undone_at,
        SHOWN_NAME.label("actor_name"), _ITEM.c.kind, _ITEM.c.target_id,
    )
    .join(_ITEM, _ITEM.c.id == _D.c.item_id)
    .outerjoin(_U, _U.c.id == _D.c.actor_id)
    .where(_D.c.id < bindparam("before"))
    .order_by(_D.c.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip
_OF_THEMES = _LISTED.where(_ITEM.c.theme_id.in_(bindparam("themes", expanding=True)))


def listed(
    session: Session, theirs: Scope, at: datetime, *, before: int = FIRST
) -> tuple[list[dict[str, Any]], int | None]:
    """A page of what somebody looks after, and the key of the next; None at the end."""
    if theirs.is_all:
        rows = session.execute(_LISTED, {"before": before}).all()
    else:
        rows = session.execute(_OF_THEMES, {"before": before, "themes": sorted(theirs.theme_ids)}).all()
    shown = rows[:PAGE]
    wanted: dict[str, list[int]] = {}
    for row in shown:
        wanted.setdefault(row.kind, []).append(row.target_id)
    known = items.kinds()
    cards = {
        kind: known[kind].cards(session, sorted(set(numbers))) for kind, numbers in wanted.items() if kind in known
    }
    lines = [_line(row, cards.get(row.kind, {}).get(row.target_id), at) for row in shown]
    return lines, shown[-1].id if len(rows) > PAGE else None


def _line(row: Any, card: items.Card | None, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id, "item_id": row.item_id, "title": card.title if card is not None else "Not there any more",
        "past": ACTS[row.act].past, "reason": REASONS.get(row.reason, ""), "at": row.at,
        "who": row.actor_name or ("The site" if records.is_by_report(row) else "A facilitator"),
        "is_undone": row.undone_at is not None, "can_undo": undoing.can_undo(row, at),
    }  # fmt: skip
