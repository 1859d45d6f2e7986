"""What is over is removed once a day, by an item of the queue that puts itself back; each feature hands in its part."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learn.outbox.queue import Taken

Prune = Callable[[Session, datetime], None]
KIND = "prune"
EVERY = timedelta(days=1)


class Pruning:
    """The outbox's handler for it: calls nobody, and deletes while it is prepared."""

    def __init__(self, prune: Iterable[Prune]) -> None:
        self.prune = list(prune)

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Remove what is over, and come again tomorrow."""
        for each in self.prune:
            each(session, at)
        return at + EVERY

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError
