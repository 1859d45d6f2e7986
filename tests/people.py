"""People for tests: plain factories."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from courses.db import now
from courses.learning import learners
from learn.accounts import sessions
from learn.accounts.models import Role, RoleGrant, User
from learn.accounts.sessions import Arrival
from learn.web import writing

NURSE = "amina.nurse@example.nhs.uk"
"Somebody's address at work."


def make_user(session: Session, name: str = "Research Nurse", *, roles: tuple[Role, ...] = (), **more: Any) -> Any:
    """A person with an account; returns id, learner_id, name."""
    at = now()
    learner_id = learners.add(session, at)
    given = {"learner_id": learner_id, "name": name, "given_name": name.split(" ")[0], "email": None, "is_test": False,
             "created_at": at, "seen_at": at, **more}  # fmt: skip
    user_id = session.execute(insert(User).returning(User.id), given).scalar_one()
    for role in roles:
        session.execute(insert(RoleGrant), {"user_id": user_id, "role": role, "granted_at": at})
    return SimpleNamespace(id=user_id, learner_id=learner_id, name=name)


def sign_in(client: Any, user_id: int | None, **arrival: Any) -> Any:
    """Begin a session for a browser without going through a launch."""
    with client.app.test_request_context("/"), writing() as session:
        key = sessions.begin(session, Arrival(user_id=user_id, **arrival), now())
    with client.http.session_transaction(base_url=client.base_url) as cookie:
        cookie["key"] = key
    return client
