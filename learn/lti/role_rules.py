"""Rules by which a platform's role stands for one of ours: an LMS role alone never gives one.

A rule gives its role for the session of a launch only, so that whoever loses the role on the platform loses it here at
the next launch. Administrators are granted by administrators; no rule makes one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, BigKey, intpk, moment, short
from learn import audit
from learn.accounts.models import LoginSession, Role
from learn.lti.models import Registration
from learn.lti.roles import Roles

GRANTS = (Role.FACILITATOR.value, Role.AUTHOR.value)
ROLES = {
    "context": ("Instructor", "ContentDeveloper", "Manager", "Mentor", "Officer", "Administrator"),
    "institution": ("Administrator", "Faculty", "Instructor", "Mentor", "Staff"),
    "system": ("AccountAdmin", "Administrator", "Creator", "SysAdmin", "SysSupport"),
}
"Roles that a rule may name, by scope. Learners are left out: a rule for all of them would let everybody moderate."


class RoleRule(Base):
    """Lets a platform's role stand for one of ours: only an administrator makes one, and never for administrators."""

    __tablename__ = "role_rule"

    id: Mapped[intpk]
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"), index=True)
    "The platform."
    context_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("context.id"))
    "Only in this context; null for all of the platform."
    lti_scope: Mapped[str] = mapped_column(String(12))
    "Whether it is a context, institution or system role."
    lti_role: Mapped[short]
    "Its short name, for example Instructor."
    grants: Mapped[str] = mapped_column(String(20))
    "facilitator or author."
    created_at: Mapped[moment]
    "When it was made."


@dataclass(frozen=True)
class Rule:
    """One rule as a launch reads it."""

    context_pk: int | None
    lti_scope: str
    lti_role: str
    grants: str


_COLUMNS = (RoleRule.context_pk, RoleRule.lti_scope, RoleRule.lti_role, RoleRule.grants)
_OF = select(*_COLUMNS).where(RoleRule.registration_id == bindparam("number")).order_by(RoleRule.id)
_THERE = select(RoleRule.id).where(
    RoleRule.registration_id == bindparam("number"), RoleRule.context_pk.is_not_distinct_from(bindparam("in_context")),
    RoleRule.lti_scope == bindparam("scope"), RoleRule.lti_role == bindparam("role"),
    RoleRule.grants == bindparam("gives"),
)  # fmt: skip
_DROP = delete(RoleRule).where(RoleRule.id == bindparam("rule"), RoleRule.registration_id == bindparam("number"))
_GIVEN_BACK = (
    update(LoginSession)
    .where(LoginSession.registration_id == bindparam("number"), LoginSession.ended_at.is_(None))
    .values(granted=[])
    .execution_options(synchronize_session=False)
)
_CHANGED = (
    update(Registration)
    .where(Registration.id == bindparam("number"))
    .values(version=Registration.version + 1)
    .execution_options(synchronize_session=False)
)


def of(session: Session, registration_id: int) -> tuple[Rule, ...]:
    """A platform's rules; they are kept with the registration, so a launch reads nothing for them."""
    return tuple(Rule(*row) for row in session.execute(_OF, {"number": registration_id}))


def granted(rules: tuple[Rule, ...], held: Roles, context_pk: int | None) -> tuple[str, ...]:
    """Our roles that somebody's roles on the platform stand for in this context, in order of the alphabet."""
    given = {
        rule.grants
        for rule in rules
        if rule.lti_role in getattr(held, rule.lti_scope) and rule.context_pk in (None, context_pk)
    }
    return tuple(sorted(given & set(GRANTS)))


def add(session: Session, registration_id: int, rule: Rule, at: datetime, *, actor_id: int | None) -> None:
    """Make a rule in the caller's transaction; one that is there already stays as it is."""
    if rule.grants not in GRANTS or rule.lti_role not in ROLES.get(rule.lti_scope, ()):
        raise ValueError("no such rule")
    named = {"scope": rule.lti_scope, "role": rule.lti_role, "gives": rule.grants}
    if session.scalar(_THERE, {"number": registration_id, "in_context": rule.context_pk, **named}) is not None:
        return
    session.execute(insert(RoleRule), {"registration_id": registration_id, **vars(rule), "created_at": at})
    session.execute(_CHANGED, {"number": registration_id})
    audit.note(session, "rule.added", actor_id=actor_id, registration=registration_id, context=rule.context_pk, **named)


def remove(session: Session, registration_id: int, rule_id: int, *, actor_id: int | None) -> bool:
    """Take a rule away in the caller's transaction; whether it was there.

    What rules gave to sessions of this platform goes at once; a rule that stays gives it again at the next launch.
    """
    if session.execute(_DROP, {"rule": rule_id, "number": registration_id}).rowcount == 0:  # type: ignore[attr-defined]
        return False
    session.execute(_CHANGED, {"number": registration_id})
    session.execute(_GIVEN_BACK, {"number": registration_id})
    audit.note(session, "rule.removed", actor_id=actor_id, registration=registration_id, rule=rule_id)
    return True
