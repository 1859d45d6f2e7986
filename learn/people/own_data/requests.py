"""A person's own data: a file of it asked for and handed out, and all of it erased. What a feature holds, it answers for itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn import audit
from learn.accounts import people
from learn.accounts.decisions import roles
from learn.accounts.personal import PersonalData
from learn.errors import NotFound
from learn.outbox import queue
from learn.people.models import DataExport, ExportState
from learn.people.person import person_of

KIND = "data_export"
LIVES = timedelta(days=7)
"How long a file can be downloaded."
KEPT = timedelta(days=30)
"How long it is told that a file was asked for, after it ended or failed."
COPIES = "Copies that were made of the whole database before stay until whoever runs this site replaces them."

_T = table_of(DataExport)
_STANDING = (
    select(
        _T.c.id, _T.c.user_id, _T.c.asked_by_id, _T.c.state, _T.c.done, _T.c.parts, _T.c.last_error, _T.c.asked_at,
        _T.c.ready_at, _T.c.expires_at, func.length(_T.c.content).label("size"),
    )
    .where(_T.c.user_id == bindparam("user"))
    .order_by(_T.c.id.desc())
    .limit(1)
)  # fmt: skip
_ASKED_BY = _STANDING.where(_T.c.asked_by_id == bindparam("by"))
_OPEN = select(_T.c.id).where(
    _T.c.user_id == bindparam("user"), _T.c.asked_by_id == bindparam("by"), _T.c.state == ExportState.QUEUED
)
_FILE = select(_T.c.id, _T.c.user_id, _T.c.asked_by_id, _T.c.content, _T.c.ready_at).where(
    _T.c.id == bindparam("number"), _T.c.state == ExportState.READY, _T.c.expires_at > bindparam("at")
)


def parts() -> Sequence[PersonalData]:
    """What each feature answers for. The account itself comes last: the others look there for whose things are."""
    return tuple(current_app.extensions["frontline_personal"])


def held() -> list[str]:
    """What is held of people, in words: the account itself first, as people look for it."""
    return [words for part in reversed(parts()) for words in part.words.values()]


def keeps() -> list[str]:
    """What erasing leaves and why, as far as it is the same for everybody."""
    return [*(sentence for part in parts() for sentence in part.keeps), COPIES]


def ask_export(session: Session, user_id: int, by_id: int, at: datetime) -> int:
    """Ask for a file of a person's data, for whoever asks: themselves, or an administrator at their request.

    Returns its number; one that is being made for the same asker is given back. ``people.Gone`` where nobody is there any more.
    """
    people.must_be_there(session, user_id)
    waiting = session.scalar(_OPEN, {"user": user_id, "by": by_id})
    if waiting is not None:
        return int(waiting)
    row = {"user_id": user_id, "asked_by_id": by_id, "state": ExportState.QUEUED, "done": 0, "parts": len(parts()) + 1,
           "content": None, "last_error": "", "asked_at": at, "ready_at": None, "expires_at": None}  # fmt: skip
    number = int(session.execute(insert(_T).returning(_T.c.id), row).scalar_one())
    queue.put(session, KIND, str(number), at)
    audit.note(session, "export.asked", actor_id=by_id, user=user_id, export=number)
    return number


def standing(session: Session, user_id: int, *, by_id: int | None = None) -> Any | None:
    """Where the last file of a person stands, or the last that somebody asked for; None where none was asked for.

    Its ``size`` in bytes is of the file once it is ready, and of what was gathered before; None after it was removed.
    """
    if by_id is None:
        return session.execute(_STANDING, {"user": user_id}).first()
    return session.execute(_ASKED_BY, {"user": user_id, "by": by_id}).first()


def file(session: Session, number: int, reader: Any, at: datetime) -> Any:
    """A file, for its person or for the administrator who asked for it; NotFound, which tells nobody more, for others."""
    row = session.execute(_FILE, {"number": number, "at": at}).first()
    is_asker = row is not None and row.asked_by_id == reader.id and "administrator" in reader.roles
    if row is None or not (row.user_id == reader.id or is_asker):
        raise NotFound("There is no such file, or it is too old. A file of your data can be made again at any time.")
    return row


def erase(session: Session, user_id: int, at: datetime, *, by_id: int | None) -> list[str]:
    """Erase everything about a person, in the caller's transaction, and end their sessions; says what is kept and why.

    ``people.Gone`` where nobody is there any more, ``roles.LastAdministrator`` where nobody would be left to run the site.
    """
    roles.must_stay(session, user_id)
    people.must_be_there(session, user_id)
    person, kept = person_of(session, user_id), keeps()
    for part in parts():
        kept += part.erase(session, person, at)
    audit.note(session, "user.erased", actor_id=by_id, user=user_id, platforms=len(person.platform_user_ids))
    return list(dict.fromkeys(kept))


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Take away files that are too old, and later the rows that tell of them."""
    is_old = (_T.c.expires_at <= at) & _T.c.content.is_not(None)
    ended = rows_met(session, update(_T).where(is_old).values(content=None))
    is_over = or_(
        _T.c.expires_at < at - KEPT, (_T.c.state == ExportState.FAILED) & (_T.c.asked_at < at - KEPT)
    )  # fmt: skip
    return {"files_of_own_data": ended, "old_requests_for_own_data": rows_met(session, delete(_T).where(is_over))}
