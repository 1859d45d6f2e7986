"""The community rules: which version holds, and who accepted it before their first post or story."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.discussion.models import RulesAccepted

VERSION = "2026-11-27"
"Day from which they hold. Whoever changes a rule that asks more of people raises it; then everybody is asked again."

_T: Any = table_of(RulesAccepted)
_HAS = select(exists().where(_T.c.user_id == bindparam("user"), _T.c.version == VERSION))
_ACCEPT = portable.both(lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["user_id", "version"]))


def has_accepted(session: Session, user_id: int) -> bool:
    """Whether a person accepted the rules that hold."""
    return bool(session.scalar(_HAS, {"user": user_id}))


def accept(session: Session, user_id: int, at: datetime) -> None:
    """Note that a person accepts them; again changes nothing."""
    session.execute(portable.here(session, _ACCEPT), {"user_id": user_id, "version": VERSION, "at": at})


def since() -> datetime:
    """The day from which they hold, at noon."""
    return datetime.fromisoformat(f"{VERSION}T12:00:00+00:00")
