"""What an author may expect: the place in line, and by when somebody reads what was sent and decides about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, text, tuple_
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.moderation import hours
from learn.moderation.models import ReviewItem
from learn.moderation.queue import STORY, TARGETS

FIRST_DAYS, DECISION_DAYS = TARGETS[STORY]["days"], 15
"Working days until the first answer, as facilitators are asked for it, and until the decision."
MOST_COUNTED = 100
"Of a longer line only that is said: the read stays bounded."

_T: Any = table_of(ReviewItem)
_OPEN = text("review_item.state = 'open'")
_MINE = select(_T.c.priority, _T.c.created_at, _T.c.id, _T.c.first_seen_at).where(
    _OPEN, _T.c.kind == "story", _T.c.target_id == bindparam("story")
)
_BEFORE = (
    select(_T.c.id)
    .where(
        _OPEN, _T.c.kind == "story", _T.c.priority == STORY,
        tuple_(_T.c.created_at, _T.c.id) < tuple_(bindparam("at", type_=_T.c.created_at.type), bindparam("item", type_=_T.c.id.type)),
    )
    .limit(MOST_COUNTED)
)  # fmt: skip


@dataclass(frozen=True)
class Wait:
    """How a story waits."""

    place: int
    "1 for the one that is read next; one more than MOST_COUNTED for any place after that."
    first_by: datetime
    "When the author should have heard something."
    decision_by: datetime
    "When it should be decided."
    is_opened: bool
    "Whether a facilitator has had it open."

    @property
    def is_far(self) -> bool:
        """Whether the line is longer than was counted."""
        return self.place > MOST_COUNTED


def of(session: Session, story_id: int, sent_at: datetime) -> Wait | None:
    """How a story that was sent then waits; None where nothing waits."""
    item = session.execute(_MINE, {"story": story_id}).first()
    if item is None:
        return None
    before = session.execute(_BEFORE, {"at": item.created_at, "item": item.id}).all() if item.priority >= STORY else []
    return Wait(
        len(before) + 1, hours.due(sent_at, days=FIRST_DAYS), hours.due(sent_at, days=DECISION_DAYS),
        item.first_seen_at is not None,
    )  # fmt: skip
