"""Who is new: whoever has fewer than three things that a facilitator kept. What they write is seen at once, and looked at after."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.models import Role, RoleGrant
from learn.moderation.models import Decision, ReviewItem

ENOUGH = 3
KEEPS = ("keep", "approve", "edit", "mask", "restore")
"Acts after which readers see a thing."

_ITEM: Any = table_of(ReviewItem)
_D, _GRANT = table_of(Decision), table_of(RoleGrant)
KEPT = select(func.count()).select_from(
    select(_ITEM.c.id)
    .where(
        _ITEM.c.author_id == bindparam("user"),
        select(_D.c.id)
        .where(_D.c.item_id == _ITEM.c.id, _D.c.act.in_(KEEPS), _D.c.undone_at.is_(None))
        .correlate(_ITEM)
        .exists(),
    )
    .limit(ENOUGH)
    .subquery()
)
"How many things of a ``user`` were looked at and kept, counted to three."
_LOOKS_AFTER = (
    select(_GRANT.c.user_id)
    .where(_GRANT.c.user_id == bindparam("user"), _GRANT.c.role.in_((Role.FACILITATOR, Role.ADMINISTRATOR)))
    .exists()
)
_BOTH = select(KEPT.scalar_subquery().label("kept"), _LOOKS_AFTER.label("looks_after"))


def is_new(session: Session, user_id: int) -> bool:
    """Whether what somebody writes is looked at; not that of facilitators and administrators."""
    row = session.execute(_BOTH, {"user": user_id}).one()
    return not row.looks_after and row.kept < ENOUGH
