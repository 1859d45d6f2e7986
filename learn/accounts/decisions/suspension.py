"""Suspension: an account that lets nobody in until a moment that is known from the start."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import audit
from learn.accounts import people, sessions, tickets
from learn.accounts.decisions import notes, roles
from learn.accounts.models import SessionEnd, User
from learn.errors import FrontlineError


class NotAhead(FrontlineError):
    """A suspension that would be over already."""

    status = 422
    code = "not_ahead"
    title = "This cannot be done"


_T = table_of(User)
_SUSPEND = update(_T).where(_T.c.id == bindparam("user")).values(suspended_until=bindparam("until"))
_LIFT = (
    update(_T).where(_T.c.id == bindparam("user"), _T.c.suspended_until > bindparam("at")).values(suspended_until=None)
)  # fmt: skip


def suspend(session: Session, user_id: int, until: datetime, at: datetime, *, by_id: int | None, reason: str) -> None:
    """Let nobody in by this account before ``until``, and end its sessions and tickets; a second time sets the end anew.

    The reason is kept as a note that administrators read. Raises ``NotAhead``, ``LastAdministrator`` and ``Gone``.
    """
    if until <= at:
        raise NotAhead("A suspension ends at a time that is still to come.")
    roles.must_stay(session, user_id)
    people.must_be_there(session, user_id)
    session.execute(_SUSPEND, {"user": user_id, "until": until})
    ended = sessions.end_all(session, user_id, SessionEnd.SUSPENDED, at)
    tickets.take_back(session, user_id)
    notes.write(session, user_id, "user.suspended", reason, at, by_id=by_id)
    audit.note(
        session,
        "user.suspended",
        actor_id=by_id,
        user=user_id,
        until=until.isoformat(timespec="minutes"),
        sessions=ended,
    )


def lift(session: Session, user_id: int, at: datetime, *, by_id: int | None) -> bool:
    """Let somebody in again before their suspension ends; False when they are not suspended."""
    if not session.execute(_LIFT, {"user": user_id, "at": at}).rowcount:  # type: ignore[attr-defined]
        return False
    audit.note(session, "user.lifted", actor_id=by_id, user=user_id)
    return True
