"""What is over is removed once a day, by an item of the queue that puts itself back; each feature hands in its part.

How much of what was removed is one line of the trail.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learn import audit
from learn.outbox.queue import Taken

Prune = Callable[[Session, datetime], dict[str, int]]
"Removes what is over; returns how many of what, for example {'sessions': 12}."
KIND = "prune"
RAN = "retention.ran"
EVERY = timedelta(days=1)


class Pruning:
    """The outbox's handler for it: calls nobody, and deletes while it is prepared."""

    def __init__(self, prune: Iterable[Prune]) -> None:
        self.prune = list(prune)

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Remove what is over, say so in the trail, and come again tomorrow."""
        removed: Counter[str] = Counter()
        for each in self.prune:
            removed.update(each(session, at))
        told: dict[str, Any] = {what: count for what, count in removed.items() if count}
        audit.note(session, RAN, **told)
        return at + EVERY

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError
