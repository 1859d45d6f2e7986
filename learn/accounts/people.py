"""Accounts made from a shell: add, grant, find, list."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from courses.learning import learners
from learn.accounts.models import Role, RoleGrant, User


def add(session: Session, email: str, name: str, at: datetime) -> int:
    """Add a person, or give the number of the one who has that address already."""
    known = find(session, email)
    if known is not None:
        if name and name != known.name:
            session.execute(update(User).where(User.id == known.id).values(name=name, given_name=name.split(" ")[0]))
        return int(known.id)
    learner_id = learners.add(session, at)
    made = session.execute(
        insert(User).returning(User.id),
        {"learner_id": learner_id, "name": name, "given_name": name.split(" ")[0] if name else "", "email": email,
         "is_test": False, "created_at": at, "seen_at": at},
    )  # fmt: skip
    return int(made.scalar_one())


def find(session: Session, email_or_id: str) -> Any | None:
    """One person by address or number; of several with one address the first who came."""
    columns = select(User.id, User.name, User.email)
    if email_or_id.isdigit():
        return session.execute(columns.where(User.id == int(email_or_id))).first()
    return session.execute(columns.where(func.lower(User.email) == email_or_id.lower()).order_by(User.id)).first()


def grant(session: Session, user_id: int, role: Role, at: datetime) -> None:
    """Grant a role; a second time changes nothing."""
    held = session.scalar(select(RoleGrant.role).where(RoleGrant.user_id == user_id, RoleGrant.role == role))
    if held is None:
        session.execute(insert(RoleGrant), {"user_id": user_id, "role": role, "granted_at": at})


def listed(session: Session) -> list[dict[str, Any]]:
    """Everybody, in the order they came, with the roles they were granted."""
    roles: dict[int, list[str]] = {}
    for user_id, role in session.execute(select(RoleGrant.user_id, RoleGrant.role).order_by(RoleGrant.role)):
        roles.setdefault(user_id, []).append(role.value)
    people = session.execute(select(User.id, User.name, User.email).order_by(User.id))
    return [{"id": p.id, "name": p.name, "email": p.email, "roles": roles.get(p.id, [])} for p in people]
