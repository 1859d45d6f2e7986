"""What waits: put here by whatever needs a facilitator, in the transaction of the fact, and closed when it needs none.

A thing waits once: whatever else is wrong with it raises the one item that is open.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, literal, select, text, union_all, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.accounts import people
from learn.moderation import facilitators, hours
from learn.moderation.models import ReviewItem, ReviewState, Source
from learn.notifications import notices
from learn.notifications.models import Notification

PATIENT, SAFETY, REPORT, FIRST_POST, STORY = range(5)
"Priorities, the gravest first."
TARGETS: dict[int, dict[str, int]] = {
    PATIENT: {"hours": 1},
    SAFETY: {"hours": 4},
    REPORT: {"days": 2},
    FIRST_POST: {"days": 2},
    STORY: {"days": 5},
}
"Working hours or days within which each is looked at."
TABS = {"reports": (PATIENT, FIRST_POST), "stories": (STORY, STORY)}
"The tabs of the page, by the first and the last priority of each."
WAITS = "review_waits"
MOST_COUNTED = 99
"Of each tab: more is not counted."

_T: Any = table_of(ReviewItem)
_N = table_of(Notification)
OPEN = text("review_item.state = 'open'")
"Literal, as the partial indexes have it."


def _put_statement(insert_: Any) -> Any:
    new = insert_(_T)
    asked = new.excluded
    is_graver = asked.priority < _T.c.priority
    raised = {name: case((is_graver, asked[name]), else_=_T.c[name]) for name in ("priority", "source")}
    raised["due_at"] = case((asked.due_at < _T.c.due_at, asked.due_at), else_=_T.c.due_at)
    raised["theme_id"] = asked.theme_id  # its topic may have been moved since
    return new.on_conflict_do_update(
        index_elements=["kind", "target_id"], index_where=text("state = 'open'"), set_={**raised, "version": _T.c.version + 1},
    ).returning(_T.c.id, _T.c.version)  # fmt: skip


_PUT = portable.both(_put_statement)
_CLOSE = (
    update(_T)
    .where(_T.c.kind == bindparam("of_kind"), _T.c.target_id == bindparam("target"), OPEN)
    .values(
        state=ReviewState.CLOSED,
        closed_at=bindparam("at"),
        lease_by_id=None,
        lease_until=None,
        version=_T.c.version + 1,
    )
)
_TOLD = select(_N.c.user_id).where(
    _N.c.user_id.in_(bindparam("users", expanding=True)), _N.c.kind == WAITS, _N.c.read_at.is_(None)
)


def _counted(*more: Any) -> Any:
    """Reports and stories, each counted to its own end, by one statement."""
    tabs = [
        select(literal(name).label("tab"), func.count().label("count")).select_from(
            select(_T.c.id)
            .where(OPEN, _T.c.priority.between(*between), _T.c.author_id.is_distinct_from(bindparam("me")), *more)
            .limit(MOST_COUNTED)
            .subquery()
        )
        for name, between in TABS.items()
    ]
    return union_all(*tabs)


_COUNTED = _counted()
_COUNTED_OF = _counted(_T.c.theme_id.in_(bindparam("themes", expanding=True)))


@dataclass(frozen=True)
class Waiting:
    """How much waits, each counted to 99 at most."""

    reports: int = 0
    stories: int = 0

    @property
    def total(self) -> int:
        """Both together, no more than 99."""
        return min(self.reports + self.stories, MOST_COUNTED)


def put(
    session: Session, kind: str, target_id: int, source: Source, *, author_id: int | None, theme_id: int | None,
    priority: int, at: datetime,
) -> int:  # fmt: skip
    """Let a thing wait for a facilitator, or raise what waits already; returns the number of its open item.

    Who looks after it is told once, until they have read that something waits. A decision that was being made about the
    item has to look again: its version is another.
    """
    row = session.execute(portable.here(session, _PUT), {
        "kind": kind, "target_id": target_id, "source": source, "theme_id": theme_id, "author_id": author_id,
        "priority": priority, "state": ReviewState.OPEN, "created_at": at, "due_at": hours.due(at, **TARGETS[priority]),
        "version": 1,
    }).one()  # fmt: skip
    if row.version == 1 and source is not Source.FACILITATOR:
        _tell(session, theme_id, author_id, at)
    return int(row.id)


def close(session: Session, kind: str, target_id: int, at: datetime) -> None:
    """A thing needs no facilitator any more, as when its author took it back; nothing where none waits."""
    session.execute(_CLOSE, {"of_kind": kind, "target": target_id, "at": at})


def waiting(session: Session, person: Any, theirs: facilitators.Scope | None = None) -> Waiting:
    """How much waits that somebody may decide: every page of a facilitator shows it."""
    theirs = theirs or facilitators.scope(session, person)
    if theirs.is_all:
        return Waiting(**dict(session.execute(_COUNTED, {"me": person.id}).all()))
    if not theirs.theme_ids:
        return Waiting()
    return Waiting(**dict(session.execute(_COUNTED_OF, {"me": person.id, "themes": sorted(theirs.theme_ids)}).all()))


def _tell(session: Session, theme_id: int | None, author_id: int | None, at: datetime) -> None:
    theirs = [user for user in facilitators.of(session, theme_id, at) if user != author_id]
    told = set(session.scalars(_TOLD, {"users": theirs})) if theirs else set()
    if len(told) < len(theirs):
        people.hold(session, theirs)
    for user in theirs:
        if user not in told:
            notices.notify(session, user, WAITS, at, path="/moderation")
