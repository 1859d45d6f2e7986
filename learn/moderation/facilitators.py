"""Who looks after what: one rule, by which facilitators are told, and by which they list, open and decide.

Administrators look after everything. A grant names its themes, or none for all of them; a role that a rule on somebody's
platform gives for a session is for all themes, but for whoever has a grant. What belongs to no theme is for those of all themes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, cast, exists, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import now, table_of
from learn.accounts.models import LoginSession, Role, RoleGrant, User
from learn.lti.role_rules import RoleRule

LONGEST = timedelta(hours=12)
"A session lasts no longer."


@dataclass(frozen=True)
class Scope:
    """What somebody looks after."""

    is_all: bool
    theme_ids: frozenset[int] = frozenset()
    "Where it is not all; empty for nothing."

    def covers(self, theme_id: int | None) -> bool:
        """Whether something of a theme, or of none, is theirs to look after."""
        return self.is_all or (theme_id is not None and theme_id in self.theme_ids)


_GRANT, _USER, _THEME, _LOGIN, _RULE = (table_of(each) for each in (RoleGrant, User, Theme, LoginSession, RoleRule))
_THEMES = select(_THEME.c.id, _THEME.c.slug)
_MINE = select(_GRANT.c.themes).where(_GRANT.c.user_id == bindparam("user"), _GRANT.c.role == Role.FACILITATOR)
_CAN_COME = (
    _USER.c.merged_into_id.is_(None), _USER.c.erased_at.is_(None),
    or_(_USER.c.suspended_until.is_(None), _USER.c.suspended_until <= bindparam("at")),
)  # fmt: skip
_GRANTED = (
    select(_GRANT.c.user_id, _GRANT.c.role, _GRANT.c.themes)
    .join(_USER, _USER.c.id == _GRANT.c.user_id)
    .where(_GRANT.c.role.in_((Role.FACILITATOR, Role.ADMINISTRATOR)), *_CAN_COME)
)
_BY_RULE = (
    select(_LOGIN.c.user_id)
    .join(_RULE, _RULE.c.registration_id == _LOGIN.c.registration_id)
    .join(_USER, _USER.c.id == _LOGIN.c.user_id)
    .where(
        _RULE.c.grants == Role.FACILITATOR.value, _LOGIN.c.ended_at.is_(None), _LOGIN.c.created_at > bindparam("since"),
        cast(_LOGIN.c.granted, String).contains(f'"{Role.FACILITATOR.value}"'), *_CAN_COME,
        ~exists().where(_GRANT.c.user_id == _LOGIN.c.user_id, _GRANT.c.role == Role.FACILITATOR),
    )
    .distinct()
)  # fmt: skip


_MINE_BY_RULE = _BY_RULE.where(_LOGIN.c.user_id == bindparam("user"))


def scope(session: Session, person: Any) -> Scope:
    """What somebody who came in looks after, by their ``id`` and ``roles``.

    Their roles are those of the moment when they asked: a grant that was taken since, while they waited to write, is for nothing.
    """
    if person.id is None:
        return Scope(is_all=False)
    if Role.ADMINISTRATOR in person.roles:
        return Scope(is_all=True)
    if Role.FACILITATOR not in person.roles:
        return Scope(is_all=False)
    granted = session.execute(_MINE, {"user": person.id}).first()
    if granted is not None:
        return _scope(session, granted.themes)
    at = now()
    return Scope(session.scalar(_MINE_BY_RULE, {"user": person.id, "at": at, "since": at - LONGEST}) is not None)


def may(session: Session, person: Any, theme_id: int | None) -> bool:
    """Whether somebody who came in looks after things of a theme, or of none."""
    return scope(session, person).covers(theme_id)


def of(session: Session, theme_id: int | None, at: datetime | None = None) -> list[int]:
    """Everybody who looks after things of a theme, or of none, and can come in: by number, in order."""
    slug = dict(session.execute(_THEMES).all()).get(theme_id)
    moment = at or now()
    found = {
        row.user_id
        for row in session.execute(_GRANTED, {"at": moment})
        if row.role is Role.ADMINISTRATOR or not row.themes or slug in row.themes
    }
    found |= set(session.scalars(_BY_RULE, {"at": moment, "since": moment - LONGEST}))
    return sorted(found)


def _scope(session: Session, slugs: list[str]) -> Scope:
    if not slugs:
        return Scope(is_all=True)
    return Scope(False, frozenset(row.id for row in session.execute(_THEMES) if row.slug in slugs))
