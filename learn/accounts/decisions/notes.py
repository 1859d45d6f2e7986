"""Why an administrator changed what somebody may do here: the words beside the trail, which holds numbers and codes only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, aliased

from courses.db import table_of
from learn.accounts.models import AccountNote, User
from learn.accounts.personal import Person, PersonalData, Rows

MOST = 50
"Notes on one person that are shown, the newest; more than a handful is rare."

_T: Any = table_of(AccountNote)
_BY = aliased(User)
_ADD = insert(_T)
_LAST = (
    select(_T.c.act, _T.c.about, _T.c.reason, _T.c.at, _T.c.by_id, _BY.name.label("by_name"))
    .outerjoin(_BY, _BY.id == _T.c.by_id)
    .where(_T.c.user_id == bindparam("user"))
    .order_by(_T.c.id.desc())
    .limit(MOST)
)
_ALL = select(_T.c.act, _T.c.about, _T.c.reason, _T.c.at).where(_T.c.user_id == bindparam("user")).order_by(_T.c.id)


def write(
    session: Session, user_id: int, act: str, reason: str, at: datetime, *, by_id: int | None, about: str = ""
) -> None:  # fmt: skip
    """Keep why something was done, in the transaction that does it; without a reason nothing is kept."""
    if reason:
        row = {"user_id": user_id, "act": act, "about": about, "by_id": by_id, "reason": reason, "at": at}
        session.execute(_ADD, row)


def written(session: Session, user_id: int) -> Sequence[Any]:
    """The last notes on a person, the newest first, each with the administrator's number and name."""
    return session.execute(_LAST, {"user": user_id}).all()


def _export(session: Session, person: Person) -> dict[str, Rows]:
    return {"decisions": [dict(row) for row in session.execute(_ALL, {"user": person.user_id}).mappings()]}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    session.execute(delete(_T).where(_T.c.user_id == person.user_id))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    session.execute(update(_T).where(_T.c.user_id == source.user_id).values(user_id=into.user_id))


PERSONAL = PersonalData(
    tables=frozenset({AccountNote.__tablename__}),
    export=_export,
    erase=_erase,
    move=_move,
    words={"decisions": "why an administrator changed what you may do, or closed your account for a time"},
)
