"""What waits, in order: the gravest first, then what waits longest. Pages go on after a key; nothing is skipped or counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import SmallInteger, bindparam, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from courses.db import UtcDateTime, table_of
from learn.accounts.models import User
from learn.moderation import leases
from learn.moderation.facilitators import Scope
from learn.moderation.models import ReviewItem
from learn.moderation.queue import OPEN, PATIENT, STORY, TABS

PAGE = 25
TRIES = 5
"Items of which the next is taken: others may be quicker."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_T: Any = table_of(ReviewItem)
_U = table_of(User)
_ORDER = (_T.c.priority, _T.c.created_at, _T.c.id)
_KEY = tuple_(*_ORDER)
_AFTER = tuple_(
    bindparam("priority", type_=SmallInteger),
    bindparam("since", type_=UtcDateTime),
    bindparam("number", type_=_T.c.id.type),
)
SHOWN_NAME = func.coalesce(func.nullif(_U.c.display_name, ""), _U.c.name)
COLUMNS = (
    _T.c.id, _T.c.kind, _T.c.target_id, _T.c.source, _T.c.theme_id, _T.c.author_id, _T.c.priority, _T.c.state, _T.c.created_at,
    _T.c.due_at, _T.c.lease_by_id, _T.c.lease_until, _T.c.first_seen_at, _T.c.closed_at, _T.c.version,
    SHOWN_NAME.label("holder_name"),
)  # fmt: skip
_FREE = or_(_T.c.lease_by_id.is_(None), _T.c.lease_by_id == bindparam("me"), _T.c.lease_until <= bindparam("at"))
_IN_ORDER = (
    select(*COLUMNS)
    .outerjoin(_U, _U.c.id == _T.c.lease_by_id)
    .where(OPEN, _T.c.priority <= bindparam("last"), _KEY > _AFTER)
    .order_by(*_ORDER)
)
_PAGE = _IN_ORDER.limit(PAGE + 1)
_NEXT = _IN_ORDER.where(_T.c.author_id.is_distinct_from(bindparam("me")), _FREE).limit(TRIES)


@dataclass(frozen=True)
class Key:
    """Where an item stands in the order."""

    priority: int = -1
    since: datetime = EPOCH
    number: int = 0

    def __str__(self) -> str:
        """As an address has it."""
        return f"{self.priority}-{(self.since - EPOCH) // timedelta(microseconds=1)}-{self.number}"


FIRST = Key()


def key_of(item: Any) -> Key:
    """Where an item stands."""
    return Key(item.priority, item.created_at, item.id)


def read_key(text: str) -> Key:
    """What an address has; the beginning where it has none that makes sense."""
    try:
        priority, since, number = (int(part) for part in text.split("-"))
        if not (PATIENT <= priority <= STORY and 0 <= number < 2**62):
            return FIRST
        return Key(priority, EPOCH + timedelta(microseconds=since), number)
    except (ValueError, OverflowError):
        return FIRST


def page(
    session: Session, theirs: Scope, tab: str, *, after: Key = FIRST, theme_id: int | None = None, priority: int | None = None
) -> tuple[list[Any], Key | None]:  # fmt: skip
    """A page of what somebody looks after, and the key of the next page; None at the end.

    ``theme_id`` shows that theme alone, ``priority`` that priority alone.
    """
    found = _rows(session, _PAGE, theirs, tab, after, theme_id=theme_id, priority=priority)
    shown = found[:PAGE]
    return shown, key_of(shown[-1]) if len(found) > PAGE else None


def take_next(
    session: Session, theirs: Scope, user_id: int, tab: str, at: datetime, *, after: Key = FIRST, but: int = 0
) -> int | None:  # fmt: skip
    """Have the next item open that nobody else has, none of one's own; None when nothing is left."""
    candidates = _rows(session, _NEXT, theirs, tab, after, me=user_id, at=at)
    return next(
        (row.id for row in candidates if row.id != but and leases.take_at_once(session, row.id, user_id, at)), None
    )


def tab_of(priority: int) -> str:
    """The tab that shows an item."""
    return "stories" if priority == STORY else "reports"


def _rows(
    session: Session, asked: Any, theirs: Scope, tab: str, after: Key, *, theme_id: int | None = None, priority: int | None = None,
    **more: Any,
) -> list[Any]:  # fmt: skip
    first, last = TABS[tab] if priority is None else (priority, priority)
    after = after if after.priority >= first else Key(first)
    values = {"last": last, "priority": after.priority, "since": after.since, "number": after.number, **more}
    if theme_id is None and theirs.is_all:
        return list(session.execute(asked, values))
    themes: Sequence[int] = (
        sorted(theirs.theme_ids) if theme_id is None else [theme_id] if theirs.covers(theme_id) else []
    )
    if not themes:
        return []
    named = {f"theme_{n}": theme for n, theme in enumerate(themes)}
    return list(session.execute(_of_themes(asked is _NEXT, len(themes)), {**values, **named}))


@cache
def _of_themes(is_next: bool, count: int) -> Any:
    """Each theme by its own index to its own end, then the first of them all: however little one of them has."""
    asked = _NEXT if is_next else _PAGE
    parts = [select(asked.where(_T.c.theme_id == bindparam(f"theme_{n}")).subquery()) for n in range(count)]
    if count == 1:
        return parts[0]
    together = union_all(*parts).subquery()
    return select(together).order_by(*(together.c[each.name] for each in _ORDER)).limit(TRIES if is_next else PAGE + 1)
