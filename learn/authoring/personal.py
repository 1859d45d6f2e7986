"""What an author brought, for export, erasure and merging. What came of it belongs to the site and says nobody's name."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.authoring.models import Upload
from learn.authoring.uploading import receiving

_T = table_of(Upload)
_MINE = (
    select(_T.c.id, _T.c.name, _T.c.size, _T.c.state, _T.c.report, _T.c.began_at, _T.c.checked_at)
    .where(_T.c.user_id == bindparam("user"))
    .order_by(_T.c.id)
)
_FILES = select(_T.c.key, _T.c.wanted).where(_T.c.user_id == bindparam("user"))
STAYS = "Modules that you uploaded or wrote stay. Nothing in them says who did."


def _export(session: Session, person: Person) -> dict[str, Rows]:
    found = session.execute(_MINE, {"user": person.user_id}).mappings()
    return {"uploads": [{**row, "state": row["state"].value} for row in found]}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    for row in session.execute(_FILES, {"user": person.user_id}).all():
        receiving.remove_files(row)
    session.execute(delete(_T).where(_T.c.user_id == person.user_id))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    session.execute(update(_T).where(_T.c.user_id == source.user_id).values(user_id=into.user_id))


PERSONAL = PersonalData(
    tables=frozenset({Upload.__tablename__}),
    export=_export,
    erase=_erase,
    move=_move,
    words={"uploads": "the files that you uploaded as an author: their names, their reports, and when"},
    keeps=(STAYS,),
)
