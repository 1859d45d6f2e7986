"""The durable queue in the application's own database: put in the commit of the fact, taken by lease, settled by token.

Measured against queue libraries, only this lost nothing at ``kill -9`` with no broker to install. SQLite takes under
the lock of BEGIN IMMEDIATE, PostgreSQL by FOR UPDATE SKIP LOCKED.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from courses.learning import portable
from learn.outbox.models import OutboxItem


@dataclass(frozen=True)
class Taken:
    """An item that a worker holds until its lease ends; ``attempts`` counts this one."""

    id: int
    kind: str
    key: str
    lane: str
    version: int
    attempts: int
    put_at: datetime
    token: str


@dataclass(frozen=True)
class Waiting:
    """What waits: how many items there are, and for how many seconds the oldest due one has."""

    count: int
    oldest_seconds: float


_T = cast("Table", OutboxItem.__table__)
"The table rather than the mapped class: columns are moved here, no objects."
_C = _T.c


def _put_statement(insert_: Any) -> Any:
    new = insert_(_T)
    anew = {name: new.excluded[name] for name in ("lane", "not_before", "put_at", "attempts")}
    return new.on_conflict_do_update(index_elements=["kind", "key"], set_={"version": _C.version + 1, **anew})


def _seed_statement(insert_: Any) -> Any:
    return insert_(_T).on_conflict_do_nothing(index_elements=["kind", "key"])


_PUT = portable.both(_put_statement)
_SEED = portable.both(_seed_statement)
_DUE = (
    select(_C.id, _C.kind, _C.key, _C.lane, _C.version, _C.attempts, _C.put_at)
    .where(
        _C.not_before <= bindparam("at"),
        or_(_C.lease_until.is_(None), _C.lease_until < bindparam("at")),
        _C.kind.in_(bindparam("kinds", expanding=True)),
        _C.lane.not_in(bindparam("closed", expanding=True)),
    )
    .order_by(_C.not_before)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(_T)
    .where(_C.id == bindparam("item"))
    .values(lease_until=bindparam("until"), lease_token=bindparam("token"), attempts=_C.attempts + 1)
)
_MINE = and_(_C.id == bindparam("item"), _C.lease_token == bindparam("token"))
_HELD = select(_C.version).where(_MINE).with_for_update()
_REMOVE = delete(_T).where(_MINE)
_AGAIN = update(_T).where(_MINE).values(lease_until=None, lease_token=None, not_before=bindparam("later"))
_RELEASE = update(_T).where(_MINE).values(lease_until=None, lease_token=None)
_LENGTHEN = update(_T).where(_MINE).values(lease_until=bindparam("until"))
_IDLE_IN_LANE = (
    select(_C.id)
    .where(_C.lane == bindparam("of_lane"), _C.not_before < bindparam("until"), _C.lease_token.is_(None))
    .with_for_update(skip_locked=True)
)
_REST = update(_T).where(_C.id.in_(_IDLE_IN_LANE)).values(not_before=bindparam("until"))
_COUNT = select(func.count()).select_from(_T)
_OLDEST = select(_C.not_before).where(_C.not_before <= bindparam("at")).order_by(_C.not_before).limit(1)


def _row(kind: str, key: str, now: datetime, not_before: datetime | None, lane: str) -> dict[str, Any]:
    return {
        "kind": kind, "key": key, "lane": lane, "version": 1, "not_before": not_before or now, "lease_until": None,
        "lease_token": None, "attempts": 0, "put_at": now,
    }  # fmt: skip


def put(
    session: Session, kind: str, key: str, now: datetime, not_before: datetime | None = None, *, lane: str = ""
) -> None:  # fmt: skip
    """Put an item, or put the one that waits anew, in the caller's transaction."""
    session.execute(portable.here(session, _PUT), _row(kind, key, now, not_before, lane))


def put_all(session: Session, kind: str, items: list[tuple[str, str]], now: datetime) -> None:
    """Put many items, each a key and its lane, by one statement."""
    if items:
        rows = [_row(kind, key, now, None, lane) for key, lane in items]
        session.execute(portable.here(session, _PUT), rows)


def seed(session: Session, kind: str, key: str, now: datetime) -> None:
    """Put an item unless it waits already: for work that puts itself back."""
    session.execute(portable.here(session, _SEED), _row(kind, key, now, now, ""))


def claim(
    session: Session, kinds: Iterable[str], most: int, lease: timedelta, now: datetime, *, closed: Iterable[str] = (),
    room: Callable[[str], int] | None = None,
) -> tuple[list[Taken], int]:  # fmt: skip
    """Take up to ``most`` due items for ``lease``; the caller commits, and holds them from then on.

    None is taken of a ``closed`` lane, and of each other no more than its ``room``. Returns what was taken and how many
    were seen.
    """
    rows = session.execute(_DUE, {"at": now, "kinds": list(kinds), "closed": list(closed), "most": most}).all()
    taken: list[Taken] = []
    left = {row.lane: room(row.lane) if room else most for row in rows}
    for row in rows:
        if left[row.lane] > 0:
            left[row.lane] -= 1
            taken.append(Taken(*row[:5], row.attempts + 1, row.put_at, secrets.token_hex(16)))
    if taken:
        session.execute(_LEASE, [{"item": each.id, "until": now + lease, "token": each.token} for each in taken])
    return taken, len(rows)


def holds(session: Session, taken: Taken) -> int | None:
    """The item's present version if this lease still holds it; None when somebody else took it over."""
    return session.scalar(_HELD, {"item": taken.id, "token": taken.token})


def lengthen(session: Session, taken: Taken, until: datetime) -> None:
    """Hold an item for longer than a lease usually lasts: what is done for it may take minutes."""
    session.execute(_LENGTHEN, {"item": taken.id, "token": taken.token, "until": until})


def settle(session: Session, taken: Taken, version: int, again_at: datetime | None) -> None:
    """Finish with an item that ``holds``: gone when done, later when not; one that was put anew meanwhile stays due."""
    mine = {"item": taken.id, "token": taken.token}
    if version != taken.version:
        session.execute(_RELEASE, mine)
    elif again_at is None:
        session.execute(_REMOVE, mine)
    else:
        session.execute(_AGAIN, {**mine, "later": again_at})


def rest(session: Session, lane: str, until: datetime) -> None:
    """Let nothing of a lane be due before a moment; what is held is left to whoever holds it."""
    session.execute(_REST, {"of_lane": lane, "until": until})


def waiting(session: Session, now: datetime) -> Waiting:
    """How much waits, for whoever watches the site."""
    oldest = session.scalar(_OLDEST, {"at": now})
    return Waiting(session.scalar(_COUNT) or 0, (now - oldest).total_seconds() if oldest else 0.0)
