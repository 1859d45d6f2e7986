"""What readers and facilitators do to a story that is out: thank for it, put it first. Counters change with what they count."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from courses.learning import portable
from learn import audit
from learn.discussion.models import Thanks
from learn.stories.around import Featured
from learn.stories.models import Story
from learn.stories.reading.story import KIND

_T, _THANKS, _FEATURED = (table_of(each) for each in (Story, Thanks, Featured))
_HOLD = select(_T.c.id).where(_T.c.id == bindparam("story")).with_for_update()
_MINE = (_THANKS.c.kind == KIND, _THANKS.c.target_id == bindparam("story"), _THANKS.c.user_id == bindparam("user"))
_IS_THERE = select(_THANKS.c.at).where(*_MINE)
_THANK = insert(_THANKS)
_TAKE_BACK = delete(_THANKS).where(*_MINE)
_COUNT = (
    update(_T).where(_T.c.id == bindparam("story")).values(thanks_count=_T.c.thanks_count + bindparam("by"))
)  # fmt: skip
_NOT_FIRST = delete(_FEATURED).where(_FEATURED.c.story_id == bindparam("story"))


def _put_first(insert_: Any) -> Any:
    new = insert_(_FEATURED)
    changed = {name: new.excluded[name] for name in ("position", "until", "by_id")}
    return new.on_conflict_do_update(index_elements=["story_id"], set_=changed)


_PUT_FIRST = portable.both(_put_first)


def thank(session: Session, story_id: int, user_id: int, at: datetime, *, wants: bool) -> None:
    """Let somebody's thanks be there or not; what is so already stays, so that pressing twice counts once."""
    session.execute(_HOLD, {"story": story_id})
    mine = {"story": story_id, "user": user_id}
    is_there = session.execute(_IS_THERE, mine).first() is not None
    if is_there == wants:
        return
    if wants:
        session.execute(_THANK, {"kind": KIND, "target_id": story_id, "user_id": user_id, "at": at})
    else:
        session.execute(_TAKE_BACK, mine)
    session.execute(_COUNT, {"story": story_id, "by": 1 if wants else -1})


def put_first(session: Session, story_id: int, position: int, until: datetime | None, by_id: int) -> None:
    """Show a story above the others until a moment, or until somebody changes it."""
    row: dict[str, Any] = {"story_id": story_id, "position": position, "until": until, "by_id": by_id}
    session.execute(portable.here(session, _PUT_FIRST), row)
    audit.note(session, "story.put_first", actor_id=by_id, story=story_id, position=position)


def not_first(session: Session, story_id: int, by_id: int) -> None:
    """Let it stand among the others again."""
    if rows_met(session, _NOT_FIRST, {"story": story_id}):
        audit.note(session, "story.not_first", actor_id=by_id, story=story_id)
