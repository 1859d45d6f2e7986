"""How far a person has read, and what they follow. Reading writes the reader's own mark and nothing else."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.discussion.models import TopicRead
from learn.notifications import notices

_T: Any = table_of(TopicRead)
_MINE = select(_T.c.last_seq, _T.c.follows).where(
    _T.c.user_id == bindparam("user"), _T.c.topic_id == bindparam("topic")
)
_KEY = ["user_id", "topic_id"]


def _read_statement(insert_: Any) -> Any:
    new = insert_(_T)
    return new.on_conflict_do_update(
        index_elements=_KEY, set_={"last_seq": new.excluded.last_seq}, where=_T.c.last_seq < new.excluded.last_seq
    )


def _wrote_statement(insert_: Any) -> Any:
    """What one writes oneself is read; what others wrote before it and one has not seen is not."""
    new = insert_(_T)
    seq = case((_T.c.last_seq == new.excluded.last_seq - 1, new.excluded.last_seq), else_=_T.c.last_seq)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"last_seq": seq})


def _follow_statement(insert_: Any) -> Any:
    new = insert_(_T)
    return new.on_conflict_do_update(index_elements=_KEY, set_={"follows": new.excluded.follows})


_READ, _WROTE, _FOLLOW = (portable.both(make) for make in (_read_statement, _wrote_statement, _follow_statement))


def of(session: Session, user_id: int, topic_id: int) -> Any | None:
    """A person's last_seq and follows; None for a discussion that they never opened."""
    return session.execute(_MINE, {"user": user_id, "topic": topic_id}).first()


def unread_page(topic_id: int) -> str:
    """Where notices of answers lead: the first post that the person has not read."""
    return f"/topics/{topic_id}/unread"


def read(session: Session, user_id: int, topic_id: int, seq: int, at: datetime) -> None:
    """Note that a person was shown a discussion up to a post, and the notices of it with that."""
    session.execute(portable.here(session, _READ), _row(user_id, topic_id, seq, follows=False))
    notices.read_about(session, user_id, unread_page(topic_id), at)


def wrote(session: Session, user_id: int, topic_id: int, seq: int) -> None:
    """Note that a person wrote a post."""
    session.execute(portable.here(session, _WROTE), _row(user_id, topic_id, seq, follows=False))


def follow(session: Session, user_id: int, topic_id: int, *, follows: bool) -> None:
    """Tell a person of answers from now on, or no more."""
    session.execute(portable.here(session, _FOLLOW), _row(user_id, topic_id, 0, follows=follows))


def _row(user_id: int, topic_id: int, seq: int, *, follows: bool) -> dict[str, Any]:
    return {"user_id": user_id, "topic_id": topic_id, "last_seq": seq, "follows": follows}
