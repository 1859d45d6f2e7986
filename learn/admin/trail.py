"""What went wrong and who did what, from the audit trail."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.accounts.models import User
from learn.admin.places import FIRST, PAGE, Paged, paged
from learn.audit import AuditEntry
from learn.lti.models import Registration

LATELY = timedelta(days=30)
MOST = 2000
"Refusals that are counted; a site where more happen in a month has one cause for most of them."
REFUSED = "launch.refused"

_REFUSED = (
    select(AuditEntry.at, AuditEntry.details)
    .where(AuditEntry.action == REFUSED, AuditEntry.at > bindparam("since"))
    .order_by(AuditEntry.id.desc())
    .limit(MOST)
)
_QUOTED = (
    select(AuditEntry.at, AuditEntry.action, AuditEntry.reference, AuditEntry.details)
    .where(AuditEntry.reference == bindparam("reference"))
    .order_by(AuditEntry.id.desc())
    .limit(PAGE)
)
_LINES = (
    select(
        AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.actor_id, AuditEntry.reference, AuditEntry.details,
        User.name,
    )
    .outerjoin(User, User.id == AuditEntry.actor_id)
    .where(AuditEntry.id < bindparam("before"))
    .order_by(AuditEntry.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip
_NAMES = select(Registration.id, Registration.name)


def errors(session: Session, at: datetime) -> list[dict[str, Any]]:
    """Refused launches of the last 30 days by code, the most frequent first: count, last time, platforms by name."""
    names: dict[int, str] = {row.id: row.name for row in session.execute(_NAMES)}
    found: dict[str, dict[str, Any]] = {}
    for row in session.execute(_REFUSED, {"since": at - LATELY}):
        code = str(row.details.get("code", ""))
        here = found.setdefault(code, {"code": code, "count": 0, "last": row.at, "platforms": set(), "details": set()})
        here["count"] += 1
        here["platforms"] |= {names[number]} if (number := row.details.get("registration")) in names else set()
        here["details"] |= {str(row.details["detail"])} if row.details.get("detail") else set()
    for each in found.values():
        each["platforms"], each["details"] = sorted(each["platforms"]), sorted(each["details"])
    return sorted(found.values(), key=lambda each: -int(each["count"]))


def quoted(session: Session, reference: str) -> list[Any]:
    """What the trail has under a reference that somebody quotes."""
    return list(session.execute(_QUOTED, {"reference": reference}))


def lines(session: Session, *, before: int | None = None, about: str = "") -> Paged:
    """The trail, newest first; ``about`` is an action's object, for example platform."""
    asked = _LINES.where(AuditEntry.action.startswith(f"{about}.", autoescape=True)) if about else _LINES
    return paged(session.execute(asked, {"before": before or FIRST}).all())
