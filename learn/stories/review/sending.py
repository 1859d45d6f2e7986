"""Sending a story to the facilitators: a round is kept, and an item waits for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.moderation import queue
from learn.moderation.models import Source
from learn.stories.models import Story, StoryRevision, StoryState
from learn.stories.review import door, listed, publishing, rounds

KIND = "story"

_T, _REVISION = table_of(Story), table_of(StoryRevision)
_SET = update(_T).where(_T.c.id == bindparam("story"))
_SENT = (
    update(_REVISION)
    .where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("of_n"))
    .values(sent_at=bindparam("at"))
)


def send(session: Session, story_id: int, actor_id: int, at: datetime, version: int) -> int:
    """Send what was written; returns the number of the item that waits.

    What is missing, whoever calls has asked ``writing.checking.problems`` before. Raises what ``door.move`` raises.
    """
    story = door.held(session, story_id)
    door.move(session, story_id, StoryState.SUBMITTED, actor_id=actor_id, at=at, version=version)
    fields = door.revision(session, story_id, story.draft_n).fields
    rounds.write(session, story, fields, publishing.files_of(session, story_id), at)
    session.execute(_SENT, {"story": story_id, "of_n": story.draft_n, "at": at})
    return _wait(session, story, fields, at)


def wait_on(session: Session, story_id: int, at: datetime) -> None:
    """After something else about a story was decided: where it was sent, it waits on, in its old place."""
    story = door.held(session, story_id)
    sent = rounds.of(session, story_id)
    if story.state in (StoryState.SUBMITTED, StoryState.IN_REVIEW) and sent:
        _put(session, story, story.theme_id, sent[-1].at)


def _wait(session: Session, story: Any, fields: dict[str, Any], at: datetime) -> int:
    """Put it in the queue of those who look after its theme; of a published story that is the theme it is listed under."""
    theme = story.theme_id
    if story.published_n is None:
        theme = listed.theme_id(session, str(fields.get("theme") or ""))
        session.execute(_SET.values(theme_id=theme), {"story": story.id})
    return _put(session, story, theme, at)


def _put(session: Session, story: Any, theme_id: int | None, at: datetime) -> int:
    return queue.put(
        session, KIND, story.id, Source.STORY, author_id=story.author_id, theme_id=theme_id, priority=queue.STORY, at=at,
    )  # fmt: skip
