"""One person as an administrator sees them: who they are, what they may do, why, and their trail."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session, aliased

from courses.catalogue import Theme
from learn.accounts.models import RoleGrant, User
from learn.audit import AuditEntry
from learn.lti.models import PlatformUser, Registration

LAST = 20
"Lines of the trail that are shown."
MOST = 50
"Platforms that are shown; most people have one."

_BY = aliased(User)
_ONE = select(
    User.id, User.name, User.display_name, User.given_name, User.email, User.claim_key, User.is_test, User.created_at,
    User.seen_at, User.teaches, User.profession, User.organisation, User.region, User.setting, User.profile_at,
    User.suspended_until, User.merged_into_id, User.erased_at,
).where(User.id == bindparam("user"))  # fmt: skip
_PLATFORMS = (
    select(Registration.id, Registration.name, PlatformUser.created_at)
    .join(Registration, Registration.id == PlatformUser.registration_id)
    .where(PlatformUser.user_id == bindparam("user"))
    .order_by(PlatformUser.id)
    .limit(MOST)
)
_GRANTS = (
    select(
        RoleGrant.role, RoleGrant.themes, RoleGrant.granted_at, RoleGrant.reason,
        RoleGrant.granted_by_id.label("by_id"), _BY.name.label("by_name"),
    )
    .outerjoin(_BY, _BY.id == RoleGrant.granted_by_id)
    .where(RoleGrant.user_id == bindparam("user"))
    .order_by(RoleGrant.role)
)  # fmt: skip
_THEMES = select(Theme.slug, Theme.title).order_by(Theme.position, Theme.id)


def _last(column: Any) -> Any:
    """The last lines with this person in one column: read from the end of that column's index."""
    lines = select(AuditEntry.id).where(column == bindparam("user")).order_by(AuditEntry.id.desc()).limit(LAST)
    return select(lines.subquery().c.id)


_TRAIL = (
    select(
        AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.actor_id, AuditEntry.reference, AuditEntry.details,
        _BY.name,
    )
    .outerjoin(_BY, _BY.id == AuditEntry.actor_id)
    .where(AuditEntry.id.in_(union_all(_last(AuditEntry.actor_id), _last(AuditEntry.user_id))))
    .order_by(AuditEntry.id.desc())
    .limit(LAST)
)  # fmt: skip


def one(session: Session, number: int) -> Any | None:
    """One person's own row; None when there is nobody of this number."""
    return session.execute(_ONE, {"user": number}).first()


def shown(row: Any) -> str:
    """What a person is called on these pages."""
    return str(row.display_name or row.name or f"Person {row.id}")


def platforms(session: Session, number: int) -> Sequence[Any]:
    """The learning platforms that know the person: id, name, created_at."""
    return session.execute(_PLATFORMS, {"user": number}).all()


def grants(session: Session, number: int) -> Sequence[Any]:
    """The roles a person has, each with since when, by whom and why."""
    return session.execute(_GRANTS, {"user": number}).all()


def themes(session: Session) -> dict[str, str]:
    """Title by slug, in their order."""
    return {row.slug: row.title for row in session.execute(_THEMES)}


def trail(session: Session, number: int) -> Sequence[Any]:
    """The last lines that the person wrote or that are about them, newest first."""
    return session.execute(_TRAIL, {"user": number}).all()
