"""What an administrator sees of the platforms: the list, one of them, and what went wrong lately, in words."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.audit import AuditEntry
from learn.lti.launching.refusals import WORDS
from learn.lti.models import Context, Deployment, Registration
from learn.lti.role_rules import RoleRule

MOST = 200
"Platforms on the list, and refusals of one; a site has a handful."
LAST = 20

_COLUMNS = (
    Registration.id, Registration.name, Registration.issuer, Registration.client_id, Registration.is_active,
    Registration.is_pending, Registration.product, Registration.created_at,
)  # fmt: skip
_LIST = select(*_COLUMNS).order_by(Registration.is_pending.desc(), Registration.id).limit(MOST)
_ONE = select(
    *_COLUMNS, Registration.auth_url, Registration.token_url, Registration.jwks_url, Registration.token_audience,
    Registration.frame_origins, Registration.scopes, Registration.trusts_email,
).where(Registration.id == bindparam("number"))  # fmt: skip
_COURSES = (
    select(Context.id, Context.title, Context.label, Context.context_id)
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .where(Deployment.registration_id == bindparam("number"))
    .order_by(Context.id.desc())
    .limit(MOST)
)
_RULES = (
    select(RoleRule.id, RoleRule.lti_scope, RoleRule.lti_role, RoleRule.grants, Context.title, Context.context_id)
    .outerjoin(Context, Context.id == RoleRule.context_pk)
    .where(RoleRule.registration_id == bindparam("number"))
    .order_by(RoleRule.id)
)
_PLACES = (
    select(Deployment.deployment_id).where(Deployment.registration_id == bindparam("number")).order_by(Deployment.id)
)
_REFUSED = (
    select(AuditEntry.at, AuditEntry.reference, AuditEntry.details)
    .where(
        AuditEntry.action == "launch.refused",
        AuditEntry.details["registration"].as_integer() == bindparam("number"),
    )
    .order_by(AuditEntry.id.desc())
    .limit(LAST)
)


def state_of(row: Any) -> str:
    """Where a platform stands: pending, on or paused."""
    return "pending" if row.is_pending else "on" if row.is_active else "paused"


def listed(session: Session) -> list[dict[str, Any]]:
    """Every platform, those that wait first."""
    return [{**row._mapping, "state": state_of(row)} for row in session.execute(_LIST)]


def one(session: Session, number: int) -> dict[str, Any] | None:
    """One platform with its deployments; None when there is none."""
    row = session.execute(_ONE, {"number": number}).first()
    if row is None:
        return None
    places = session.scalars(_PLACES, {"number": number}).all()
    return {**row._mapping, "state": state_of(row), "deployments": list(places)}


def courses(session: Session, number: int) -> list[tuple[str, str]]:
    """A platform's courses for a list of choices: number as text, and what people call it."""
    rows = session.execute(_COURSES, {"number": number})
    return [(str(row.id), row.title or row.label or f"Course {row.context_id}") for row in rows]


def rules(session: Session, number: int) -> list[Any]:
    """A platform's rules on roles."""
    return list(session.execute(_RULES, {"number": number}))


def refused(session: Session, number: int) -> list[dict[str, Any]]:
    """The launches of a platform that were refused last: when, the reference that somebody may quote, why."""
    found = []
    for row in session.execute(_REFUSED, {"number": number}):
        at: datetime = row.at
        code = str(row.details.get("code", ""))
        why, _ = WORDS.get(code, ("It is not known any more.", ()))
        detail = str(row.details.get("detail") or "")
        found.append({"at": at, "reference": row.reference, "why": why, "code": f"{code} {detail}".strip()})
    return found
