"""Once a day every course's roster is read again: an item of the queue that puts one item for each and comes back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from learn.lti.models import Context, Deployment, Registration
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.roster import read

KIND = "rosters"
EVERY = timedelta(days=1)
SOON = timedelta(seconds=5)
BATCH = 500
"Courses in one transaction."

_STALE = (
    select(Context.id, Deployment.registration_id)
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(
        Context.memberships_url.is_not(None), Registration.is_active.is_(True),
        or_(Context.roster_tried_at.is_(None), Context.roster_tried_at < bindparam("before")),
    )
    .order_by(Context.id)
    .limit(BATCH)
)  # fmt: skip
_MARK = (
    update(Context)
    .where(Context.id.in_(bindparam("contexts", expanding=True)))
    .values(roster_tried_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)


class Nightly:
    """The outbox's handler: calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Put the next courses; come again soon while there are more, else tomorrow."""
        rows = session.execute(_STALE, {"before": at - EVERY + timedelta(hours=1)}).all()
        queue.put_all(session, read.KIND, [(str(row.id), f"platform:{row.registration_id}") for row in rows], at)
        session.execute(_MARK, {"contexts": [row.id for row in rows], "at": at})
        return at + (SOON if len(rows) == BATCH else EVERY)

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError
