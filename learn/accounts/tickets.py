"""One-time tickets: a new window for a framed session, the administrator's address, and a platform's invitation."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from courses.db import rows_met
from learn.accounts.models import Ticket, TicketKind
from learn.accounts.sessions import hashed

LIVES = {
    TicketKind.WINDOW: timedelta(minutes=2),
    TicketKind.SIGN_IN: timedelta(minutes=10),
    TicketKind.INVITE: timedelta(days=7),
}

_MINE = (
    Ticket.key_hash == bindparam("key_hash"),
    Ticket.kind == bindparam("of_kind"),
    Ticket.expires_at > bindparam("at"),
)
_FIND = select(Ticket.user_id, Ticket.session_id, Ticket.target, Ticket.expires_at).where(*_MINE)
_TAKE = delete(Ticket).where(*_MINE)


def give(
    session: Session,
    kind: TicketKind,
    at: datetime,
    *,
    user_id: int | None,
    session_id: int | None = None,
    target: str = "/",
) -> str:
    """Make a ticket; only its hash is kept."""
    key = secrets.token_urlsafe(32)
    session.execute(insert(Ticket), {
        "key_hash": hashed(key), "kind": kind, "user_id": user_id, "session_id": session_id, "target": target,
        "expires_at": at + LIVES[kind],
    })  # fmt: skip
    return key


def look(session: Session, key: str, kind: TicketKind, at: datetime) -> Row[Any] | None:
    """What a ticket would open, without using it up."""
    found: Row[Any] | None = session.execute(_FIND, {"key_hash": hashed(key), "of_kind": kind, "at": at}).first()  # type: ignore[assignment]
    return found


def take(session: Session, key: str, kind: TicketKind, at: datetime) -> Row[Any] | None:
    """Use a ticket up: the row goes, and of two that come at once exactly one gets it."""
    found = look(session, key, kind, at)
    gone = session.execute(_TAKE, {"key_hash": hashed(key), "of_kind": kind, "at": at})
    return found if gone.rowcount == 1 else None  # type: ignore[attr-defined]


def take_back(session: Session, user_id: int) -> None:
    """Let no ticket bring a person in any more; a platform's invitation, which brings in nobody, stays."""
    session.execute(delete(Ticket).where(Ticket.user_id == user_id, Ticket.kind != TicketKind.INVITE))


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove what nobody can use any more."""
    return {"one_time_addresses": rows_met(session, delete(Ticket).where(Ticket.expires_at <= at))}
