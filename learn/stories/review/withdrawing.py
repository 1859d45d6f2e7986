"""Taking a story out of readers' sight: its author withdraws it, a facilitator hides or retracts it, time archives it."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.moderation import queue
from learn.notifications import notices
from learn.stories.models import Story, StoryState
from learn.stories.review import door, publishing

KIND = "story"

_SET = update(table_of(Story)).where(table_of(Story).c.id == bindparam("story"))


def withdraw(session: Session, story_id: int, actor_id: int, at: datetime, version: int, reason: str = "") -> None:
    """Its author takes a story back, sent or published; nothing waits for facilitators any more. Raises what ``door.move`` raises."""
    door.move(session, story_id, StoryState.WITHDRAWN, actor_id=actor_id, at=at, reason=reason, version=version)
    publishing.take_back(session, story_id, at)
    queue.close(session, KIND, story_id, at)


def retract(session: Session, story_id: int, actor_id: int | None, at: datetime, version: int, reason: str) -> None:
    """A facilitator takes a published story back for good; the reason stays at its link. Raises what ``door.move`` raises.

    Its author is told by ``learn.moderation``.
    """
    door.move(session, story_id, StoryState.RETRACTED, actor_id=actor_id, at=at, reason=reason, version=version)
    publishing.take_back(session, story_id, at)


def archive(session: Session, story_id: int, actor_id: int | None, at: datetime, version: int, reason: str) -> None:
    """A story that nobody says is still right goes out of the lists. Raises what ``door.move`` raises."""
    story = door.held(session, story_id)
    door.move(session, story_id, StoryState.ARCHIVED, actor_id=actor_id, at=at, reason=reason, version=version)
    publishing.take_back(session, story_id, at)
    if story.author_id is not None:
        notices.notify(
            session, story.author_id, "story_archived", at, path=status_path(story_id), facts={KIND: story_id}
        )


def hide(session: Session, story_id: int, actor_id: int | None, at: datetime, reason: str = "") -> bool:
    """Take a story out of sight for the time being, whatever its state; False where it was hidden already."""
    story = door.held(session, story_id)
    if story.is_hidden:
        return False
    publishing.take_back(session, story_id, at)
    session.execute(_SET.values(is_hidden=True), {"story": story_id})
    door.note(session, story, "hidden", actor_id=actor_id, at=at, reason=reason)
    return True


def show(session: Session, story_id: int, actor_id: int | None, at: datetime, reason: str = "") -> bool:
    """Bring back what was hidden; False where it was not."""
    story = door.held(session, story_id)
    if not story.is_hidden:
        return False
    session.execute(_SET.values(is_hidden=False), {"story": story_id})
    publishing.bring_back(session, story_id, at)
    door.note(session, story, "shown", actor_id=actor_id, at=at, reason=reason)
    return True


def status_path(story_id: int) -> str:
    """The page on which its author sees where a story stands."""
    return f"/stories/{story_id}/status"
