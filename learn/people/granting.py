"""Roles and entry, granted and taken away, with a notice to whom it is about.

Pages and shell alike act through here: the acts themselves lie in accounts, which is below notices and knows none.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from learn.accounts.decisions import roles, suspension
from learn.accounts.models import Role
from learn.notifications import notices

GRANTED = "role_granted"
REVOKED = "role_revoked"
LIFTED = "suspension_lifted"
"Kinds of notices. Nobody is told of a suspension by a notice: it could not be read before it ends."


def grant(
    session: Session, user_id: int, role: Role, at: datetime, *, by_id: int | None = None, reason: str = "",
    themes: Iterable[str] = (),
) -> bool:  # fmt: skip
    """Grant a role and say so to the person; False when it was so before."""
    chosen = sorted(set(themes))
    if not roles.grant(session, user_id, role, at, by_id=by_id, reason=reason, themes=chosen):
        return False
    notices.notify(session, user_id, GRANTED, at, facts={"role": role.value, "themes": chosen})
    return True


def revoke(
    session: Session, user_id: int, role: Role, at: datetime, *, by_id: int | None = None, reason: str = ""
) -> bool:  # fmt: skip
    """Take a role away and say so to the person; False when it was not held."""
    if not roles.revoke(session, user_id, role, at, by_id=by_id, reason=reason):
        return False
    notices.notify(session, user_id, REVOKED, at, facts={"role": role.value})
    return True


def lift(session: Session, user_id: int, at: datetime, *, by_id: int | None = None) -> bool:
    """End a suspension now and say so to the person; False when there is none."""
    if not suspension.lift(session, user_id, at, by_id=by_id):
        return False
    notices.notify(session, user_id, LIFTED, at)
    return True
