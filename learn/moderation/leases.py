"""Who has what open: a lease of fifteen minutes, so that no two facilitators work on one thing, and none is lost in a drawer.

It is lengthened while the page is open, and ends with the decision, by leaving for another item, or by itself.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.moderation.models import ReviewItem
from learn.moderation.queue import OPEN

LENGTH = timedelta(minutes=15)

_T: Any = table_of(ReviewItem)
_TAKE = (
    update(_T)
    .where(
        _T.c.id == bindparam("item"), OPEN,
        or_(_T.c.lease_by_id.is_(None), _T.c.lease_by_id == bindparam("user"), _T.c.lease_until <= bindparam("at")),
    )
    .values(
        lease_by_id=bindparam("user"), lease_until=bindparam("until"),
        first_seen_at=func.coalesce(_T.c.first_seen_at, bindparam("at", type_=_T.c.first_seen_at.type)),
    )
)  # fmt: skip
_KEEP = (
    update(_T)
    .where(
        _T.c.id == bindparam("item"), _T.c.lease_by_id == bindparam("user"), _T.c.lease_until > bindparam("at"), OPEN
    )
    .values(lease_until=bindparam("until"))
)
_MINE = (
    select(_T.c.id)
    .where(_T.c.lease_by_id == bindparam("user"), _T.c.id != bindparam("but"), OPEN)
    .with_for_update(skip_locked=True)
)
"Without waiting for whoever works on one of them just now: two who let go and take would else wait for each other."
_RELEASE = update(_T).where(_T.c.id.in_(_MINE)).values(lease_by_id=None, lease_until=None)
_FREE = select(_T.c.id).where(_T.c.id == bindparam("item"), OPEN).with_for_update(skip_locked=True)


def take(session: Session, item_id: int, user_id: int, at: datetime) -> bool:
    """Have an item open, and no other any more; False where somebody else has it, or it does not wait any more."""
    release(session, user_id, but=item_id)
    return rows_met(session, _TAKE, {"item": item_id, "user": user_id, "at": at, "until": at + LENGTH}) == 1


def take_at_once(session: Session, item_id: int, user_id: int, at: datetime) -> bool:
    """As ``take``, but False also where somebody works on it at this moment: for a transaction that has changed other items."""
    return session.scalar(_FREE, {"item": item_id}) is not None and take(session, item_id, user_id, at)


def keep(session: Session, item_id: int, user_id: int, at: datetime) -> bool:
    """Lengthen a lease; False where it ended, so that what is decided now may come too late."""
    return rows_met(session, _KEEP, {"item": item_id, "user": user_id, "at": at, "until": at + LENGTH}) == 1


def release(session: Session, user_id: int, *, but: int = 0) -> None:
    """Let go of everything that somebody has open, but one."""
    session.execute(_RELEASE, {"user": user_id, "but": but})


def holder(item: Any, at: datetime) -> int | None:
    """Who has an item open now, by number, from its ``lease_by_id`` and ``lease_until``."""
    return item.lease_by_id if item.lease_by_id is not None and item.lease_until > at else None
