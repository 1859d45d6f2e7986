"""Sessions: a small signed cookie names a row, so that a session can be ended from here and shared computers stay safe.

The cookie holds a random name and the CSRF token, nothing about the person. A session ends after the idle time, after
12 hours at most, at sign-out, when somebody else comes in with the same browser, when its person ends it from another
one, and when the account is suspended, joined with another or erased.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g, request
from flask import session as cookie
from flask_login import AnonymousUserMixin, current_user
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import now, rows_met
from courses.learning import plays
from courses.prepared import Prepared
from learn.accounts import browsers
from learn.accounts.by_email import keyed
from learn.accounts.models import LoginSession, RoleGrant, SessionEnd, User
from learn.config import settings
from learn.extensions import db, login_manager
from learn.web import writing

LONGEST = timedelta(hours=12)
KEPT = timedelta(days=30)
"How long a session is told of after its last use."
TOUCH_AFTER = timedelta(seconds=60)
"A use is noted at most once a minute, so that most pages write nothing."
NO_USE = {"accounts.still", "moderation.keep"}
"Endpoints that a page asks by itself."


@dataclass(frozen=True)
class CurrentUser:
    """Whoever came in with this browser: a snapshot of columns, tied to no database session."""

    session_id: int
    id: int | None
    learner_id: int | None
    name: str
    given_name: str
    roles: frozenset[str]
    registration_id: int | None
    platform_name: str | None
    frame_origins: tuple[str, ...]
    is_embedded: bool
    return_url: str | None
    teaches: bool
    unread: int
    "Notices not read yet."
    offers_link: bool
    "The launch gave the address of another account, and the person has not answered what to do about it."
    profile_at: datetime | None
    "When they saved their profile, or put it off; None when they were never asked."
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def is_anonymous_launch(self) -> bool:
        """Came in from a platform that did not say who it is: reads, and keeps nothing."""
        return self.id is None

    @property
    def can_learn(self) -> bool:
        return self.learner_id is not None

    @property
    def typed_key(self) -> str:
        """Name and lock of what this person typed and did not send, 32 hexadecimal digits each: see static/js/typed.js.

        Empty for an anonymous launch, for which nothing is kept.
        """
        return keyed.digest(b"typed", str(self.id)).hex() if self.id is not None else ""

    def get_id(self) -> str:
        return str(self.session_id)


class Nobody(AnonymousUserMixin):
    """Who has not come in, with the names that pages and predicates ask for."""

    id = learner_id = registration_id = platform_name = return_url = profile_at = None
    name = given_name = typed_key = ""
    roles: frozenset[str] = frozenset()
    frame_origins: tuple[str, ...] = ()
    unread = 0
    is_embedded = is_anonymous_launch = can_learn = teaches = offers_link = False


@dataclass(frozen=True)
class Arrival:
    """How somebody comes in: what a new session needs to know."""

    user_id: int | None
    registration_id: int | None = None
    platform_name: str | None = None
    frame_origins: tuple[str, ...] = ()
    is_embedded: bool = False
    return_url: str | None = None
    context_pk: int | None = None
    resource_link_pk: int | None = None
    granted: tuple[str, ...] = ()
    browser: str = ""
    "In a few words; empty lets the browser speak for itself."
    offers_link: bool = False


_ROLES = select(func.count()).where(RoleGrant.user_id == User.id).correlate(User).scalar_subquery().label("role_count")
_FIND = Prepared(  # every page of everybody asks this
    select(
        LoginSession.id, LoginSession.user_id, LoginSession.registration_id, LoginSession.platform_name,
        LoginSession.frame_origins, LoginSession.is_embedded, LoginSession.return_url, LoginSession.granted,
        LoginSession.created_at, LoginSession.used_at, LoginSession.ended_at, LoginSession.ended_by,
        LoginSession.offers_link, User.learner_id, User.name, User.display_name, User.given_name, User.teaches,
        User.unread, User.profile_at, User.suspended_until, User.merged_into_id, User.erased_at, _ROLES,
    )
    .outerjoin(User, User.id == LoginSession.user_id)
    .where(LoginSession.key_hash == bindparam("key_hash"))
)  # fmt: skip
_GRANTED = select(RoleGrant.role).where(RoleGrant.user_id == bindparam("user_id"))
_BEGIN = insert(LoginSession).returning(LoginSession.id)
_END = (
    update(LoginSession)
    .where(LoginSession.id.in_(bindparam("session_ids", expanding=True)), LoginSession.ended_at.is_(None))
    .values(ended_at=bindparam("at"), ended_by=bindparam("why"))
)
_OPEN = select(LoginSession.id).where(
    LoginSession.user_id == bindparam("of_user"), LoginSession.ended_at.is_(None), LoginSession.id != bindparam("but")
)
_TOUCH = update(LoginSession).where(LoginSession.id == bindparam("session_id")).values(used_at=bindparam("at"))
_STAY = (
    update(LoginSession)
    .where(LoginSession.id == bindparam("session_id"), LoginSession.ended_at.is_(None))
    .where(LoginSession.used_at < bindparam("worth_it"), LoginSession.used_at > bindparam("oldest"))
    .values(used_at=bindparam("at"))
)
_WHO = select(LoginSession.id, LoginSession.user_id).where(
    LoginSession.key_hash == bindparam("key_hash"), LoginSession.ended_at.is_(None)
)
_AGAIN = select(
    LoginSession.user_id, LoginSession.registration_id, LoginSession.platform_name, LoginSession.frame_origins,
    LoginSession.is_embedded, LoginSession.return_url, LoginSession.context_pk, LoginSession.resource_link_pk,
    LoginSession.granted, LoginSession.browser, LoginSession.offers_link,
).where(LoginSession.id == bindparam("session_id"), LoginSession.ended_at.is_(None))  # fmt: skip
_OFFER_NO_MORE = update(LoginSession).where(LoginSession.id == bindparam("session_id")).values(offers_link=False)


def hashed(key: str) -> str:
    """How a random name is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def begin(session: Session, arrival: Arrival, at: datetime) -> str:
    """Begin a session for this browser and end the one it had; returns the random name for ``keep``.

    Somebody else's arrival starts with an empty cookie, so that no form of the person before can be sent in their name;
    the same person's second frame keeps the CSRF token, so that the first frame's forms still work.
    """
    key = secrets.token_urlsafe(32)
    begun = session.execute(_BEGIN, {
        "key_hash": hashed(key), "user_id": arrival.user_id, "registration_id": arrival.registration_id,
        "platform_name": arrival.platform_name, "frame_origins": list(arrival.frame_origins),
        "is_embedded": arrival.is_embedded, "return_url": arrival.return_url, "context_pk": arrival.context_pk,
        "resource_link_pk": arrival.resource_link_pk, "granted": list(arrival.granted),
        "browser": arrival.browser or browsers.words(request.headers.get("User-Agent")), "offers_link": arrival.offers_link,
        "created_at": at, "used_at": at, "ended_at": None, "ended_by": None,
    }).scalar_one()  # fmt: skip
    before = cookie.get("key")
    found = session.execute(_WHO, {"key_hash": hashed(before)}).first() if before else None
    g.is_same_person = found is not None and arrival.user_id is not None and found.user_id == arrival.user_id
    if found is not None:
        if g.is_same_person:
            plays.hand_over(session, found.id, begun)
        end(session, found.id, SessionEnd.REPLACED, at)
    return key


def keep(key: str) -> None:
    """Put the new session's name into the browser's cookie; after the commit that began it."""
    if not g.get("is_same_person"):
        cookie.clear()
    cookie["key"] = key


def forget() -> None:
    """Empty the browser's cookie."""
    cookie.clear()


def end(session: Session, session_id: int, why: SessionEnd, at: datetime) -> None:
    """End a session; the browser's cookie is worth nothing any more."""
    _end(session, [session_id], why, at)


def end_all(session: Session, user_id: int, why: SessionEnd, at: datetime, *, but: int = 0) -> int:
    """End every session of a person but one; returns how many were open."""
    open_ones = list(session.scalars(_OPEN, {"of_user": user_id, "but": but}))
    _end(session, open_ones, why, at)
    return len(open_ones)


def _end(session: Session, session_ids: list[int], why: SessionEnd, at: datetime) -> None:
    """And what was opened in them: a player has no cookie that could end with the session."""
    session.execute(_END, {"session_ids": session_ids, "why": why, "at": at})
    plays.end_of_sessions(session, session_ids, at)


def stay(session: Session, session_id: int, at: datetime) -> None:
    """Note that a session is in use where no page of it is asked for; one that idled out stays so."""
    spans = {"worth_it": at - TOUCH_AFTER, "oldest": at - timedelta(seconds=settings().idle_seconds)}
    session.execute(_STAY, {"session_id": session_id, "at": at, **spans})


def arrival_of(session: Session, session_id: int | None) -> Arrival | None:
    """A session that lasts, as the arrival that would begin it anew; None when it is over."""
    row = session.execute(_AGAIN, {"session_id": session_id}).first()
    if row is None:
        return None
    return Arrival(**{**row._asdict(), "frame_origins": tuple(row.frame_origins), "granted": tuple(row.granted)})


def offer_no_more(session: Session, session_id: int) -> None:
    """Linking two accounts is not offered any more in this session."""
    session.execute(_OFFER_NO_MORE, {"session_id": session_id})


def load(_request: Any) -> CurrentUser | None:
    """Who came in with this browser, by one select; None when nobody or not any more."""
    key = cookie.get("key")
    if not isinstance(key, str):
        return None
    row = _FIND.one(db.session.connection(), {"key_hash": hashed(key)})
    if row is None:
        return None
    over = _over(row, now())
    if over is not SessionEnd.ACCOUNT_GONE:  # its row says no more where it was framed
        g.frame_origins = row.frame_origins  # of an ended session too: its page has to be seen in the frame
    if over is not None:
        g.session_end = over.value
        return None
    roles = frozenset(db.session.scalars(_GRANTED, {"user_id": row.user_id})) if row.role_count else frozenset()
    roles |= frozenset(row.granted)
    g.session_used_at = row.used_at
    return CurrentUser(
        session_id=row.id, id=row.user_id, learner_id=row.learner_id,
        name=row.display_name or row.name or "", given_name=row.given_name or "",
        roles=roles, registration_id=row.registration_id, platform_name=row.platform_name,
        frame_origins=tuple(row.frame_origins), is_embedded=row.is_embedded, return_url=row.return_url,
        teaches=bool(row.teaches), unread=row.unread or 0, offers_link=row.offers_link, profile_at=row.profile_at,
    )  # fmt: skip


def _over(row: Any, at: datetime) -> SessionEnd | None:
    if row.ended_at is not None:
        return SessionEnd(row.ended_by or SessionEnd.SIGNED_OUT)
    if row.merged_into_id is not None or row.erased_at is not None:
        return SessionEnd.ACCOUNT_GONE
    if row.suspended_until is not None and row.suspended_until > at:
        return SessionEnd.SUSPENDED
    if at - row.created_at > LONGEST:
        return SessionEnd.TOO_LONG
    if (at - row.used_at).total_seconds() > settings().idle_seconds:
        return SessionEnd.IDLE
    return None


def touch(person: Any, at: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    if g.get("session_used_at") is None or at - g.session_used_at < TOUCH_AFTER:
        return
    g.session_used_at = at
    with writing() as session:
        session.execute(_TOUCH, {"session_id": person.session_id, "at": at})


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove sessions that were last used long ago."""
    return {"sessions": rows_met(session, delete(LoginSession).where(LoginSession.used_at < at - KEPT))}


def init_app(app: Flask) -> None:
    """Tell Flask-Login how a person is found and who nobody is; note each use."""
    login_manager.init_app(app)
    login_manager.anonymous_user = Nobody
    login_manager.session_protection = None
    login_manager.request_loader(load)

    @app.before_request
    def _note_use() -> None:
        if current_user.is_authenticated and request.endpoint not in NO_USE:
            touch(current_user, now())
