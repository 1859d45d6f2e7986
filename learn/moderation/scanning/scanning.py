"""A look for patient identifiers at everything that readers see already: begun by an administrator, done by the worker.

It goes through each kind of thing that hands in its texts, some hundred at a time, each time in a transaction of its own that
also says how far it is: a worker that is killed looks at no more than those again. What it finds waits for a facilitator;
what one has kept since the site looked at it before is left in peace.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import audit, identifiers
from learn.moderation import items, queue
from learn.moderation.models import Decision, ReviewItem, ReviewScan, Source
from learn.outbox import queue as outbox
from learn.outbox.queue import Taken

KIND = "review_scan"
BATCH = 200
SOON = timedelta(milliseconds=200)
"Between two batches, so that others get their turn."

_T, _ITEM, _D = table_of(ReviewScan), table_of(ReviewItem), table_of(Decision)
_ADD = insert(_T).returning(_T.c.id)
_LAST = select(*_T.c).order_by(_T.c.id.desc()).limit(1)
_ONE = select(*_T.c).where(_T.c.id == bindparam("number"))
_SET = update(_T).where(_T.c.id == bindparam("number"))
_KEPT = (
    select(_ITEM.c.target_id)
    .join(_D, _D.c.item_id == _ITEM.c.id)
    .where(
        _ITEM.c.kind == bindparam("of_kind"), _ITEM.c.target_id.in_(bindparam("targets", expanding=True)),
        _ITEM.c.source.in_((Source.SCAN, Source.DETECTOR)), _D.c.act == "keep", _D.c.undone_at.is_(None),
    )
)  # fmt: skip


def begin(session: Session, at: datetime, *, actor_id: int) -> int:
    """Have everything looked at; the number of the scan that runs already where one does."""
    running = last(session)
    if running is not None and running.ended_at is None:
        return int(running.id)
    first = _kinds()[0] if _kinds() else ""
    row = {"kind": first, "after_id": 0, "seen": 0, "found": 0, "began_at": at, "ended_at": None}
    number = int(session.execute(_ADD, row).scalar_one())
    outbox.put(session, KIND, str(number), at)
    audit.note(session, "review.scanned", actor_id=actor_id, scan=number)
    return number


def last(session: Session) -> Any | None:
    """How far the last scan is; None when there never was one."""
    return session.execute(_LAST).first()


class Scanning:
    """The outbox's handler: calls nobody, and comes back until everything was looked at."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime | None:
        """Look at the next ones."""
        return at + SOON if step(session, int(taken.key), at) else None

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


def step(session: Session, number: int, at: datetime) -> bool:
    """Look at the next ones of a scan; False when it is over."""
    scan = session.execute(_ONE, {"number": number}).first()
    if scan is None or scan.ended_at is not None:
        return False
    kinds = _kinds()
    kind = scan.kind if scan.kind in kinds else ""
    texts = items.kinds()[kind].texts if kind else None
    rows = texts(session, scan.after_id, BATCH) if texts is not None else []
    found = _look(session, kind, rows, at)
    done: dict[str, Any] = {"seen": scan.seen + len(rows), "found": scan.found + found}
    if len(rows) < BATCH:
        after = kinds.index(kind) + 1 if kind else len(kinds)
        done |= {"kind": kinds[after], "after_id": 0} if after < len(kinds) else {"kind": "", "ended_at": at}
    else:
        done["after_id"] = rows[-1][0]
    session.execute(_SET.values(**done), {"number": number})
    return "ended_at" not in done


def _look(session: Session, kind: str, rows: Sequence[tuple[int, Sequence[str]]], at: datetime) -> int:
    holding = [number for number, texts in rows if any(identifiers.holds(identifiers.find(text)) for text in texts)]
    if not holding:
        return 0
    kept = set(session.scalars(_KEPT, {"of_kind": kind, "targets": holding}))
    waits = [number for number in holding if number not in kept]
    origin = items.kinds()[kind].origin
    for number in waits:  # rare: one statement each is fine
        where = origin(session, number)
        if where is not None:
            queue.put(
                session, kind, number, Source.SCAN, author_id=where.author_id, theme_id=where.theme_id, priority=queue.PATIENT,
                at=at,
            )  # fmt: skip
    return len(waits)


def _kinds() -> list[str]:
    return sorted(name for name, kind in items.kinds().items() if kind.texts is not None)
