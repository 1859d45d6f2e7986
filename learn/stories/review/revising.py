"""Changing a story that is out: a new revision is written while readers keep the one that was published."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.moderation import queue
from learn.stories.models import Declaration, Story, StoryFile, StoryRevision, StoryRound, StoryState
from learn.stories.review import door

SMALL = "is_small"
"In the fields of a revision: its author says that only a slip is put right."

_T, _REVISION, _FILE = table_of(Story), table_of(StoryRevision), table_of(StoryFile)
_ROUND, _DECLARED = table_of(StoryRound), table_of(Declaration)
_SET = update(_T).where(_T.c.id == bindparam("story"))
_LAST_N = select(func.max(_REVISION.c.n)).where(_REVISION.c.story_id == bindparam("story"))
_LAST_SENT = select(func.max(_ROUND.c.revision_n)).where(_ROUND.c.story_id == bindparam("story"))
_ADD = insert(_REVISION)
_DROP = delete(_REVISION).where(
    _REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("of_n"), _REVISION.c.published_at.is_(None)
)
_NOT_DECLARED = delete(_DECLARED).where(
    _DECLARED.c.story_id == bindparam("story"), _DECLARED.c.revision_n == bindparam("of_n")
)
_FILES_AS_PUBLISHED = (
    update(_FILE)
    .where(_FILE.c.story_id == bindparam("story"))
    .values(is_in_draft=func.coalesce(_FILE.c.published_n == bindparam("of_n"), False))
)


def begin(session: Session, story_id: int, actor_id: int, at: datetime, version: int, *, is_small: bool = False) -> int:
    """Let the author write again; returns the number of the revision. Raises what ``door.move`` raises.

    Of a published story that is a new revision; what was rejected or withdrawn is written on as it is.
    """
    story = door.held(session, story_id)
    door.move(session, story_id, StoryState.DRAFT, actor_id=actor_id, at=at, version=version)
    if story.draft_n == story.published_n:
        return copy(session, story, actor_id, at, is_small=is_small)
    return int(story.draft_n)


def copy(session: Session, story: Any, editor_id: int | None, at: datetime, *, is_small: bool = False) -> int:
    """Begin a revision with the text that was published, with nothing declared about it yet; returns its number."""
    published = door.revision(session, story.id, story.published_n).fields
    # Who approved is offered again; a tick speaks for the text that it was given for.
    declared = {**(published.get("declared") or {}), "kinds": []}
    fields = {**published, SMALL: is_small, "declared": declared}
    used = (session.scalar(asked, {"story": story.id}) or 0 for asked in (_LAST_N, _LAST_SENT))
    n: int = max(used) + 1
    session.execute(_ADD, {
        "story_id": story.id, "n": n, "fields": fields, "editor_id": editor_id, "saved_at": at, "html": "",
    })  # fmt: skip
    session.execute(_SET.values(draft_n=n), {"story": story.id})
    session.execute(_FILES_AS_PUBLISHED, {"story": story.id, "of_n": story.published_n})
    return n


def drop(session: Session, story_id: int, actor_id: int, at: datetime, version: int) -> None:
    """Leave a story that readers find as it is, and forget the change that was begun. Raises what ``door.move`` raises."""
    story = door.held(session, story_id)
    door.move(session, story_id, StoryState.PUBLISHED, actor_id=actor_id, at=at, version=version)
    forget(session, story)
    queue.close(session, "story", story_id, at)


def forget(session: Session, story: Any) -> None:
    """Forget the revision that is being written of a published story."""
    if story.draft_n == story.published_n:
        return
    session.execute(_NOT_DECLARED, {"story": story.id, "of_n": story.draft_n})
    session.execute(_DROP, {"story": story.id, "of_n": story.draft_n})
    session.execute(_SET.values(draft_n=story.published_n), {"story": story.id})
    session.execute(_FILES_AS_PUBLISHED, {"story": story.id, "of_n": story.published_n})
