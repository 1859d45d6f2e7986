"""Notices in the product: told, listed, read. ``User.unread`` is counted in the transaction that changes one.

Whoever changes notices that are there locks the person's row first, so that two at once wait for each other and each counts
only what it changed itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts import people
from learn.accounts.models import User
from learn.notifications import choices, kinds, mail
from learn.notifications.models import Notification

MAIL = "notice"
"Kind of the mail that carries a notice."
HELD = timedelta(minutes=10)
"So long a mail waits for the person to read the notice here."
PAGE = 20
FIRST = 2**62
"Above every number of a row."

_T, _USER = table_of(Notification), table_of(User)
_ADD = insert(_T).returning(_T.c.id)
_MORE = update(_USER).where(_USER.c.id == bindparam("user")).values(unread=_USER.c.unread + bindparam("by"))
_LISTED = (
    select(_T.c.id, _T.c.kind, _T.c.facts, _T.c.path, _T.c.created_at, _T.c.read_at)
    .where(_T.c.user_id == bindparam("user"), _T.c.id < bindparam("before"))
    .order_by(_T.c.id.desc())
    .limit(PAGE + 1)
)
_ONE = select(_T.c.id, _T.c.kind, _T.c.facts, _T.c.path, _T.c.read_at).where(
    _T.c.user_id == bindparam("user"), _T.c.id == bindparam("number")
)
_MINE_UNREAD = update(_T).where(_T.c.user_id == bindparam("user"), _T.c.read_at.is_(None))
_READ = _MINE_UNREAD.where(_T.c.id == bindparam("number")).values(read_at=bindparam("at"))
_READ_ABOUT = _MINE_UNREAD.where(_T.c.path == bindparam("about")).values(read_at=bindparam("at"))
_READ_ALL = _MINE_UNREAD.where(_T.c.id <= bindparam("newest")).values(read_at=bindparam("at"))
_LEFT = select(func.count()).where(_T.c.user_id == bindparam("user"), _T.c.read_at.is_(None))


@dataclass(frozen=True)
class Notice:
    """One notice, as it is shown."""

    id: int
    words: str
    path: str
    created_at: datetime
    is_read: bool


def notify(
    session: Session, user_id: int, kind: str, at: datetime, *, path: str = "", facts: dict[str, Any] | None = None
) -> None:  # fmt: skip
    """Tell a person something, in the caller's transaction, and by mail if they want that and do not read it here before.

    KeyError for a kind that ``kinds`` has no words for.
    """
    row = {"user_id": user_id, "kind": kind, "facts": facts or {}, "path": path, "created_at": at, "read_at": None}
    number = session.execute(_ADD, row).scalar_one()
    session.execute(_MORE, {"user": user_id, "by": 1})
    if choices.wants(session, user_id, kind):
        mail.put(session, MAIL, str(number), at, user_id=user_id, not_before=at + HELD)


def listed(session: Session, user_id: int, before: int = FIRST) -> tuple[list[Notice], int | None]:
    """A person's notices, the newest first, and the key of the next page; None at the end."""
    rows = session.execute(_LISTED, {"user": user_id, "before": before}).all()
    shown = rows[:PAGE]
    found = [
        Notice(row.id, words, row.path, row.created_at, row.read_at is not None)
        for row, words in zip(shown, kinds.said(session, user_id, shown), strict=True)
    ]
    return found, found[-1].id if len(rows) > PAGE else None


def one(session: Session, user_id: int, number: int) -> Any | None:
    """One notice of a person; None where they have no such one."""
    return session.execute(_ONE, {"user": user_id, "number": number}).first()


def read(session: Session, user_id: int, number: int, at: datetime) -> str | None:
    """Note that a person has read a notice; returns its page, which may be empty, or None where they have no such notice."""
    found = one(session, user_id, number)
    if found is None:
        return None
    people.hold(session, [user_id])
    _count_down(session, user_id, session.execute(_READ, {"user": user_id, "number": number, "at": at}))
    return str(found.path)


def read_about(session: Session, user_id: int, path: str, at: datetime) -> int:
    """Note that a person saw the page that notices lead to; returns how many there were that they had not read."""
    people.hold(session, [user_id])
    return _count_down(session, user_id, session.execute(_READ_ABOUT, {"user": user_id, "about": path, "at": at}))


def read_all(session: Session, user_id: int, newest: int, at: datetime) -> int:
    """Note that a person has read all up to the newest that they saw; returns how many they had not."""
    people.hold(session, [user_id])
    return _count_down(session, user_id, session.execute(_READ_ALL, {"user": user_id, "newest": newest, "at": at}))


def count_anew(session: Session, user_id: int) -> None:
    """Set how many notices a person, whose row is held, has not read."""
    left = session.scalar(_LEFT, {"user": user_id})
    session.execute(update(_USER).where(_USER.c.id == user_id).values(unread=left))


def _count_down(session: Session, user_id: int, done: Any) -> int:
    changed = int(done.rowcount)
    if changed:
        session.execute(_MORE, {"user": user_id, "by": -changed})
    return changed
