"""The files of their own data that a person asked for, which are data about them too."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.people.models import DataExport

_T = table_of(DataExport)
_FILES = (
    select(_T.c.asked_at, _T.c.asked_by_id, _T.c.state, _T.c.last_error, _T.c.ready_at, _T.c.expires_at)
    .where(_T.c.user_id == bindparam("user"))
    .order_by(_T.c.id)
)


def _export(session: Session, person: Person) -> dict[str, Rows]:
    found = session.execute(_FILES, {"user": person.user_id}).mappings()
    files = [{**row, "asked_by_you": row["asked_by_id"] == person.user_id} for row in found]
    for each in files:
        del each["asked_by_id"]
    return {"files_of_your_data": files}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    session.execute(delete(_T).where(_T.c.user_id == person.user_id))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """A file from before tells half of what the joined account holds."""
    session.execute(delete(_T).where(_T.c.user_id == source.user_id))


PERSONAL = PersonalData(
    tables=frozenset({DataExport.__tablename__}),
    export=_export,
    erase=_erase,
    move=_move,
    words={"files_of_your_data": "the files of your data that were asked for"},
)
