"""Thanks for a post: one of each person, counted in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from courses.learning import portable
from learn.discussion import states, threads
from learn.discussion.models import Post, PostState, Thanks
from learn.errors import FrontlineError

_T: Any = table_of(Thanks)
_POST = table_of(Post)
_GIVE = portable.both(
    lambda insert_: (
        insert_(_T).on_conflict_do_nothing(index_elements=["kind", "target_id", "user_id"]).returning(_T.c.user_id)
    )
)
_TAKE = delete(_T).where(
    _T.c.kind == threads.KIND, _T.c.target_id == bindparam("post"), _T.c.user_id == bindparam("user")
)
_COUNT = (
    update(_POST).where(_POST.c.id == bindparam("post")).values(thanks_count=_POST.c.thanks_count + bindparam("by"))
)


class NotThis(FrontlineError):
    """Nobody thanks themselves, or for what is gone."""

    status = 409
    code = "no_thanks"
    title = "You cannot thank for this"


def thank(session: Session, post_id: int, user_id: int, at: datetime, *, wish: bool = True) -> None:
    """Thank for a post, or take that back; the same again changes nothing."""
    post = states.one(session, post_id)
    if post.author_id == user_id:
        raise NotThis("You wrote this yourself.")
    if wish and post.state is not PostState.VISIBLE:
        raise NotThis("It was removed meanwhile.")
    row = {"kind": threads.KIND, "target_id": post_id, "user_id": user_id, "at": at}
    if wish:
        # Not the row count: the driver for PostgreSQL gives none for an insert that may do nothing.
        changed = int(session.execute(portable.here(session, _GIVE), row).first() is not None)
    else:
        changed = -rows_met(session, _TAKE, {"post": post_id, "user": user_id})
    if changed:
        session.execute(_COUNT, {"post": post_id, "by": changed})
