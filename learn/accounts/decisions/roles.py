"""Roles: granted and taken away with a reason, and never so that nobody is left to run the site."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import now, table_of
from courses.learning import portable
from learn import audit
from learn.accounts import people
from learn.accounts.decisions import notes
from learn.accounts.models import Role, RoleGrant, User
from learn.errors import FrontlineError


class LastAdministrator(FrontlineError):
    """Nobody could run the site any more."""

    status = 409
    code = "last_administrator"
    title = "Somebody has to run this site"

    def __init__(self) -> None:
        super().__init__(
            "This is the only administrator who can come in. Nothing was changed.",
            next_steps=("Make somebody else an administrator first.",),
        )


class NoSuchTheme(FrontlineError):
    """A theme that is not there, or one for somebody who looks after none."""

    status = 422
    code = "no_such_theme"
    title = "This role cannot be granted so"


_T, _USER = table_of(RoleGrant), table_of(User)
_OF_ONE = (_T.c.user_id == bindparam("user"), _T.c.role == bindparam("of_role"))
_THEMES = select(_T.c.themes).where(*_OF_ONE)
_REVOKE = delete(_T).where(*_OF_ONE)
_LOCK = select(_T.c.user_id).where(_T.c.role == Role.ADMINISTRATOR).order_by(_T.c.user_id).with_for_update()
_ANOTHER = (
    select(_USER.c.id)
    .join(_T, _T.c.user_id == _USER.c.id)
    .where(
        _T.c.role == Role.ADMINISTRATOR, _USER.c.id != bindparam("user"),
        _USER.c.merged_into_id.is_(None), _USER.c.erased_at.is_(None),
        or_(_USER.c.suspended_until.is_(None), _USER.c.suspended_until <= bindparam("at")),
    )
    .limit(1)
)  # fmt: skip


def _put(insert_: Any) -> Any:
    asked = insert_(_T)
    anew = {name: asked.excluded[name] for name in ("granted_at", "themes", "granted_by_id", "reason")}
    return asked.on_conflict_do_update(index_elements=["user_id", "role"], set_=anew)


_GRANT = portable.both(_put)


def grant(
    session: Session, user_id: int, role: Role, at: datetime, *, by_id: int | None = None, reason: str = "",
    themes: Iterable[str] = (),
) -> bool:  # fmt: skip
    """Grant a role, a facilitator's for the ``themes`` of these slugs or for all; False when it was so before.

    Raises ``Gone`` and ``NoSuchTheme``. Whoever calls it tells the person: notices lie above this room.
    """
    chosen = _checked(session, role, themes)
    people.must_be_there(session, user_id)
    held = session.execute(_THEMES, {"user": user_id, "of_role": role}).first()
    if held is not None and held.themes == chosen:
        return False
    session.execute(portable.here(session, _GRANT), {
        "user_id": user_id, "role": role, "granted_at": at, "themes": chosen, "granted_by_id": by_id, "reason": reason,
    })  # fmt: skip
    notes.write(session, user_id, "role.granted", reason, at, by_id=by_id, about=role.value)
    audit.note(session, "role.granted", actor_id=by_id, user=user_id, role=role.value, themes=chosen)
    return True


def revoke(
    session: Session, user_id: int, role: Role, at: datetime, *, by_id: int | None = None, reason: str = ""
) -> bool:  # fmt: skip
    """Take a role away, from this moment on; False when it was not held. Raises ``LastAdministrator``."""
    if role is Role.ADMINISTRATOR:
        must_stay(session, user_id)
    gone = session.execute(_REVOKE, {"user": user_id, "of_role": role})
    if not gone.rowcount:  # type: ignore[attr-defined]
        return False
    notes.write(session, user_id, "role.revoked", reason, at, by_id=by_id, about=role.value)
    audit.note(session, "role.revoked", actor_id=by_id, user=user_id, role=role.value)
    return True


def must_stay(session: Session, user_id: int) -> None:
    """Raise ``LastAdministrator`` where the site would be left with no administrator who can come in.

    To be called first in a transaction that revokes, suspends, erases or joins an account: it locks the administrators'
    rows in the order of their numbers, so that of two who remove each other the second waits, and then sees what the
    first one did, by a select of its own.
    """
    session.execute(_LOCK).all()
    if is_last_administrator(session, user_id):
        raise LastAdministrator()


def is_last_administrator(session: Session, user_id: int) -> bool:
    """Whether nobody else could run the site; in a transaction that acts on it, ``must_stay`` asks."""
    held = session.execute(_THEMES, {"user": user_id, "of_role": Role.ADMINISTRATOR}).first()
    return held is not None and session.scalar(_ANOTHER, {"user": user_id, "at": now()}) is None


def _checked(session: Session, role: Role, themes: Iterable[str]) -> list[str]:
    chosen = sorted(set(themes))
    if not chosen:
        return []
    if role is not Role.FACILITATOR:
        raise NoSuchTheme("Only a facilitator looks after themes.")
    there = set(session.scalars(select(Theme.slug)))
    unknown = [slug for slug in chosen if slug not in there]
    if unknown:
        raise NoSuchTheme(
            f"There is no theme {', '.join(unknown)}.", next_steps=(f"Choose of {', '.join(sorted(there))}.",)
        )
    return chosen
