"""The account itself, for export, erasure and merging: the person's row, roles, sessions, one-time ways in, and the trail.

Whoever was erased leaves a row that is a number and nothing more, because the trail and others' rows point to it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts import sessions
from learn.accounts.models import LoginSession, RoleGrant, SessionEnd, Ticket, User
from learn.accounts.personal import Person, PersonalData, Rows
from learn.audit import AuditEntry
from learn.components import plural

_USER, _GRANT, _SESSION, _TICKET, _TRAIL = (
    table_of(each) for each in (User, RoleGrant, LoginSession, Ticket, AuditEntry)
)
_TOLD = ("name", "given_name", "email")
"What platforms and administrators said of a person."
_PROFILE = ("display_name", "profession", "organisation", "region", "setting")
_ACCOUNT = select(
    *(_USER.c[name] for name in _TOLD), _USER.c.claim_key.label("address_for_sign_in"), _USER.c.is_test, _USER.c.teaches,
    _USER.c.created_at, _USER.c.seen_at, _USER.c.suspended_until,
).where(_USER.c.id == bindparam("user"))  # fmt: skip
_PROFILES = select(*(_USER.c[name] for name in _PROFILE), _USER.c.profile_at).where(_USER.c.id == bindparam("user"))
_ROLES = select(_GRANT.c.role, _GRANT.c.themes, _GRANT.c.granted_at, _GRANT.c.reason).where(
    _GRANT.c.user_id == bindparam("user")
)
_SESSIONS = (
    select(
        _SESSION.c.created_at, _SESSION.c.used_at, _SESSION.c.ended_at, _SESSION.c.ended_by, _SESSION.c.browser,
        _SESSION.c.platform_name, _SESSION.c.return_url, _SESSION.c.is_embedded, _SESSION.c.granted,
    )
    .where(_SESSION.c.user_id == bindparam("user"))
    .order_by(_SESSION.c.id)
)  # fmt: skip
_TICKETS = select(_TICKET.c.kind, _TICKET.c.target, _TICKET.c.expires_at).where(_TICKET.c.user_id == bindparam("user"))
_ACTS = (
    select(_TRAIL.c.at, _TRAIL.c.action, _TRAIL.c.actor_id, _TRAIL.c.reference, _TRAIL.c.details)
    .where(or_(_TRAIL.c.actor_id == bindparam("user"), _TRAIL.c.user_id == bindparam("user")))
    .order_by(_TRAIL.c.id)
)
_BOTH = select(_USER).where(_USER.c.id.in_(bindparam("users", expanding=True)))
_GRANTS = select(_GRANT).where(_GRANT.c.user_id.in_(bindparam("users", expanding=True)))

GAPS = (*_TOLD, *_PROFILE, "profile_at")
"What one account says of its person where another of theirs says nothing."
NOTHING: dict[str, Any] = {
    **dict.fromkeys((*_TOLD, *_PROFILE), ""), "email": None, "claim_key": None, "profile_at": None, "teaches": False,
    "is_test": False, "unread": 0, "suspended_until": None,
}  # fmt: skip
"A row of ``user`` that says nothing about anybody."
_NO_SESSION: dict[str, Any] = {
    "registration_id": None, "platform_name": None, "context_pk": None, "resource_link_pk": None, "granted": [],
    "frame_origins": [], "return_url": None, "browser": "", "offers_link": False,
}  # fmt: skip
"A row of ``login_session`` that only lets its browser be told that the account is gone."

KEEPS = (
    "The trail of what was done on this site keeps your number, which then points to nobody. It is there to find faults and "
    "misuse.",
    f"When your sessions began and ended stays for {plural(sessions.KEPT.days, 'day')}, without anything about you, so that "
    "a browser that you left somewhere is told that the account is gone.",
)


def _export(session: Session, person: Person) -> dict[str, Rows]:
    mine = {"user": person.user_id}
    return {
        "account": _rows(session, _ACCOUNT, mine),
        "profile": _rows(session, _PROFILES, mine),
        "roles": _rows(session, _ROLES, mine),
        "sessions": _rows(session, _SESSIONS, mine),
        "one_time_addresses": _rows(session, _TICKETS, mine),
        "trail": _trail(session, person.user_id),
    }


def _rows(session: Session, asked: Any, values: dict[str, Any]) -> Rows:
    return [dict(row) for row in session.execute(asked, values).mappings()]


def _trail(session: Session, user_id: int) -> Rows:
    """What somebody did and what was done to them; who else did it is not theirs to know."""
    found = session.execute(_ACTS, {"user": user_id})
    return [
        {"at": row.at, "action": row.action, "by_you": row.actor_id == user_id, "reference": row.reference,
         "details": row.details} for row in found
    ]  # fmt: skip


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    user_id = person.user_id
    sessions.end_all(session, user_id, SessionEnd.ACCOUNT_GONE, at)
    _drop_tickets(session, user_id)
    session.execute(update(_SESSION).where(_SESSION.c.user_id == user_id).values(**_NO_SESSION))
    session.execute(delete(_GRANT).where(_GRANT.c.user_id == user_id))
    gone = {**NOTHING, "seen_at": at, "erased_at": at}
    session.execute(update(_USER).where(_USER.c.id == user_id).values(**gone))
    return []


def _drop_tickets(session: Session, user_id: int) -> None:
    theirs = select(_SESSION.c.id).where(_SESSION.c.user_id == user_id)
    session.execute(delete(_TICKET).where(or_(_TICKET.c.user_id == user_id, _TICKET.c.session_id.in_(theirs))))


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """Fill what the second says nothing of. Whoever is signed in as the first comes in again."""
    sessions.end_all(session, source.user_id, SessionEnd.ACCOUNT_GONE, at)
    _drop_tickets(session, source.user_id)
    session.execute(update(_SESSION).where(_SESSION.c.user_id == source.user_id).values(user_id=into.user_id))
    _give_roles(session, source.user_id, into.user_id)
    users = {row.id: row for row in session.execute(_BOTH, {"users": [source.user_id, into.user_id]})}
    old, new = users[source.user_id], users[into.user_id]
    more = {name: getattr(old, name) for name in GAPS if getattr(old, name) and not getattr(new, name)}
    span = {"created_at": min(old.created_at, new.created_at), "seen_at": max(old.seen_at, new.seen_at)}
    told = update(_USER).where(_USER.c.id == new.id).values(**more, **span, teaches=old.teaches or new.teaches)
    session.execute(told)
    session.execute(update(_USER).where(_USER.c.id == old.id).values(**NOTHING))


def _give_roles(session: Session, source: int, into: int) -> None:
    """Every role of the two, each once; a facilitator of both looks after the themes of both."""
    rows = session.execute(_GRANTS, {"users": [source, into]}).all()
    held = {row.role: row for row in rows if row.user_id == into}
    for row in rows:
        if row.user_id == into:
            continue
        if row.role not in held:
            session.execute(insert(_GRANT), {**row._mapping, "user_id": into})
        elif held[row.role].themes:
            themes = sorted({*row.themes, *held[row.role].themes}) if row.themes else []
            theirs = (_GRANT.c.user_id == into, _GRANT.c.role == row.role)
            session.execute(update(_GRANT).where(*theirs).values(themes=themes))
    session.execute(delete(_GRANT).where(_GRANT.c.user_id == source))


PERSONAL = PersonalData(
    tables=frozenset(each.__tablename__ for each in (User, RoleGrant, LoginSession, Ticket, AuditEntry)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "account": "your name and address as your platform or an administrator gave them, and when you first and last came",
        "profile": "what you said about yourself in your profile",
        "roles": "what you may do here that others may not, and why it was granted",
        "sessions": "your sessions: when they began and ended, the browser, and the platform that you came from",
        "one_time_addresses": "one-time addresses and windows that wait to be opened",
        "trail": "what you did, or was done to your account, that is noted to find faults and misuse",
    },
    keeps=KEEPS,
)
