"""A person's own sessions: which of them still let in, and one ended from another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met
from courses.learning import plays
from learn.accounts.models import LoginSession, SessionEnd
from learn.accounts.sessions import LONGEST
from learn.config import settings

LISTED = 50
"Sessions of one person that are shown."

_END_ONE = (
    update(LoginSession)
    .where(
        LoginSession.id == bindparam("session_id"),
        LoginSession.user_id == bindparam("of_user"),
        LoginSession.ended_at.is_(None),
    )
    .values(ended_at=bindparam("at"), ended_by=bindparam("why"))
)
_LISTED = (
    select(
        LoginSession.id, LoginSession.browser, LoginSession.platform_name, LoginSession.created_at, LoginSession.used_at
    )
    .where(
        LoginSession.user_id == bindparam("of_user"),
        LoginSession.ended_at.is_(None),
        LoginSession.used_at >= bindparam("used_after"),
        LoginSession.created_at >= bindparam("begun_after"),
    )
    .order_by(LoginSession.used_at.desc(), LoginSession.id.desc())
    .limit(LISTED)
)  # fmt: skip


def end_one(session: Session, user_id: int, session_id: int, at: datetime) -> bool:
    """End one of a person's own sessions from another one; False when they have no such open one."""
    told = {"of_user": user_id, "session_id": session_id, "why": SessionEnd.ENDED_ELSEWHERE, "at": at}
    is_ended = rows_met(session, _END_ONE, told) > 0
    if is_ended:
        plays.end_of_session(session, session_id, at)
    return is_ended


def listed(session: Session, user_id: int, at: datetime) -> Sequence[Any]:
    """A person's sessions that still let them in, the one used last first."""
    idle = timedelta(seconds=settings().idle_seconds)
    return session.execute(_LISTED, {"of_user": user_id, "used_after": at - idle, "begun_after": at - LONGEST}).all()
