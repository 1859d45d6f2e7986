"""What discussions ask of moderation: who waits for a facilitator, who looks after what, who is new."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from learn.moderation import facilitators, queue
from learn.moderation.models import Source
from learn.policy import is_facilitator

POST = "post"
"Kind of the items that posts are."
PRIORITIES = {Source.DETECTOR: queue.PATIENT, Source.NEW_MEMBER: queue.FIRST_POST, Source.EDIT: queue.FIRST_POST}


def wait(
    session: Session, post_id: int, source: Source, *, author_id: int | None, theme_id: int, at: datetime
) -> None:  # fmt: skip
    """Put a post in the queue."""
    queue.put(
        session, POST, post_id, source, author_id=author_id, theme_id=theme_id, priority=PRIORITIES[source], at=at
    )


def wait_no_more(session: Session, post_id: int, at: datetime) -> None:
    """Nobody has to decide about a post any more."""
    queue.close(session, POST, post_id, at)


def facilitates(session: Session, person: Any, theme_id: int) -> bool:
    """Whether somebody looks after a theme; asks the database of facilitators alone."""
    return person.id is not None and is_facilitator(person) and facilitators.may(session, person, theme_id)
