"""After 24 months the author of a story is asked whether it is still right; a story that nobody answers for is archived."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.components import local
from learn.errors import Forbidden
from learn.moderation import facilitators
from learn.notifications import notices
from learn.outbox.queue import Taken
from learn.stories.models import Story, StoryEvent, StoryState
from learn.stories.review import door, publishing, withdrawing

KIND = "stories_due"
"Of the worker's row."
NOTICE = "story_due"
TO_ANSWER = timedelta(days=60)
"So long there is to answer before a story is archived."
EVERY = timedelta(days=1)
SOON = timedelta(seconds=5)
BATCH = 100
"Stories in one transaction."
UNANSWERED = "Nobody said within 60 days that it is still right."

_T, _EVENT = table_of(Story), table_of(StoryEvent)
_DUE = (
    select(_T)
    .where(text("story.is_out"), _T.c.review_due_on <= bindparam("today"))
    .order_by(_T.c.review_due_on)
    .limit(BATCH)
    .with_for_update()
)
_ASKED = select(
    _EVENT.c.story_id,
    func.max(_EVENT.c.id).filter(_EVENT.c.after == "asked").label("asked"),
    func.max(_EVENT.c.id).filter(_EVENT.c.after.in_(("confirmed", "published"))).label("answered"),
).where(_EVENT.c.story_id.in_(bindparam("stories", expanding=True))).group_by(_EVENT.c.story_id)  # fmt: skip
_SET = update(_T).where(_T.c.id == bindparam("story"))


class Nightly:
    """The outbox's handler: calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Ask about the next ones, or archive what nobody answered for; come again soon while there are more, else tomorrow."""
        rows = session.execute(_DUE, {"today": local(at).date()}).all()
        asked = _unanswered(session, [row.id for row in rows])
        for row in rows:
            if row.is_starter:
                _again(session, row.id, at)
            elif row.id in asked and row.state is StoryState.PUBLISHED:
                withdrawing.archive(session, row.id, None, at, row.version, UNANSWERED)
            else:
                _ask(session, row, at)
        return at + (SOON if len(rows) == BATCH else EVERY)

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


def confirm(session: Session, story_id: int, actor_id: int, at: datetime, version: int) -> None:
    """Its author, or a facilitator of its theme, says that a story is still right; one that was archived is listed again."""
    story = door.held(session, story_id)
    if story.version != version:
        raise door.changed(session, story)
    if not can_confirm(session, story, actor_id):
        raise Forbidden("Only the author of a published story or a facilitator of its theme can say this.")
    _again(session, story_id, at)
    if story.state is StoryState.ARCHIVED:
        door.move(session, story_id, StoryState.PUBLISHED, actor_id=actor_id, at=at, version=version)
        publishing.bring_back(session, story_id, at)
    door.note(session, door.held(session, story_id), "confirmed", actor_id=actor_id, at=at)


def can_confirm(session: Session, story: Any, actor_id: int) -> bool:
    """Whether somebody may say that a story is still right: one that readers find, or that was archived."""
    is_there = story.is_out or story.state is StoryState.ARCHIVED
    return is_there and door.part(session, story, actor_id) in (door.Who.AUTHOR, door.Who.FACILITATOR)


def _unanswered(session: Session, numbers: list[int]) -> set[int]:
    """Of these stories those whose author was asked, and has not answered since."""
    if not numbers:
        return set()
    rows = session.execute(_ASKED, {"stories": numbers})
    return {row.story_id for row in rows if row.asked is not None and row.asked > (row.answered or 0)}


def _ask(session: Session, story: Any, at: datetime) -> None:
    """Ask its author, or who looks after its theme where there is no author any more."""
    asked = [story.author_id] if story.author_id is not None else facilitators.of(session, story.theme_id, at)
    for user in asked:
        path = withdrawing.status_path(story.id)
        notices.notify(session, user, NOTICE, at, path=path, facts={"story": story.id})
    door.note(session, story, "asked", actor_id=None, at=at)
    session.execute(_SET.values(review_due_on=local(at + TO_ANSWER).date()), {"story": story.id})


def _again(session: Session, story_id: int, at: datetime) -> None:
    due = publishing.in_months(local(at).date(), publishing.REVIEWED_AFTER)
    session.execute(_SET.values(review_due_on=due), {"story": story_id})
