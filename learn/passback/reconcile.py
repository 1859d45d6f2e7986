"""Once a day what stands in the gradebook is compared with what it accepted: a score that vanished is sent again, once.

A platform that was restored from a backup has lost scores that it accepted; a teacher who clears one on purpose does the
same thing. So each is repaired one time, and the second time somebody is told instead. A higher score is left alone.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.models import LineItem, PlatformUser, Registration
from learn.lti.services import ags, tokens
from learn.lti.services.http import CallFailed, Reach
from learn.lti.services.tokens import Client, Purse
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled
from learn.passback.calling import ROUNDING
from learn.passback.models import Delivery, Score

log = structlog.get_logger("frontline.reconcile")

KIND, NIGHTLY = "reconcile", "reconciles"
EVERY = timedelta(days=1)
SOON = timedelta(seconds=5)
SETTLED = timedelta(minutes=10)
"A score that was accepted a moment ago may not be in the results yet."
BATCH = 500

_SENT = exists().where(Score.line_item_id == LineItem.id, Score.state == Delivery.SENT)
_DUE = (
    select(LineItem.id, LineItem.registration_id, LineItem.scopes)
    .join(Registration, Registration.id == LineItem.registration_id)
    .where(
        Registration.is_active.is_(True), LineItem.replaced_by_id.is_(None), _SENT,
        or_(LineItem.checked_at.is_(None), LineItem.checked_at < bindparam("before")),
    )
    .order_by(LineItem.id)
    .limit(BATCH)
)  # fmt: skip
_MARK = (
    update(LineItem)
    .where(LineItem.id.in_(bindparam("items", expanding=True)))
    .values(checked_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)
_READ = (
    select(
        LineItem.url, Registration.id.label("registration_id"), Registration.client_id, Registration.token_url,
        Registration.token_audience, Registration.is_active,
    )
    .join(Registration, Registration.id == LineItem.registration_id)
    .where(LineItem.id == bindparam("number"))
)  # fmt: skip
_ACCEPTED = (
    select(Score.id, Score.accepted, Score.repaired_at, PlatformUser.sub)
    .join(PlatformUser, PlatformUser.id == Score.platform_user_id)
    .where(
        Score.line_item_id == bindparam("number"), Score.state == Delivery.SENT, Score.accepted.is_not(None),
        Score.accepted_at < bindparam("before"),
    )
)  # fmt: skip
_REPAIR = (
    update(Score)
    .where(Score.id.in_(bindparam("scores", expanding=True)))
    .values(
        state=Delivery.QUEUED, accepted=None, attempts=0, last_status=None, last_error="", repaired_at=bindparam("at")
    )
    .execution_options(synchronize_session=False)
)
_TELL = (
    update(Score)
    .where(Score.id.in_(bindparam("scores", expanding=True)))
    .values(state=Delivery.NEEDS_HELP, last_error="cleared")
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class Job:
    """Which column to read."""

    number: int
    url: str
    client: Client


@dataclass(frozen=True)
class Outcome:
    """What stands there by user, or the code of what went wrong."""

    there: dict[str, float | None] = field(default_factory=dict, repr=False)
    error: str = ""
    was_answered: bool = True


class Nightly:
    """The outbox's handler that puts one item for each column; calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Put the next columns; come again soon while there are more, else tomorrow."""
        rows = session.execute(_DUE, {"before": at - EVERY + timedelta(hours=1)}).all()
        readable = [row for row in rows if ags.RESULT_READ in row.scopes]
        queue.put_all(session, KIND, [(str(row.id), f"platform:{row.registration_id}") for row in readable], at)
        session.execute(_MARK, {"items": [row.id for row in rows], "at": at})
        return at + (SOON if len(rows) == BATCH else EVERY)

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


class ReconcileHandler:
    """The outbox's handler for one column."""

    def __init__(self) -> None:
        self.purse = Purse()

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Read whom to ask."""
        row = session.execute(_READ, {"number": int(taken.key)}).first()
        if row is None or not row.is_active:
            return None
        client = Client(
            row.registration_id, row.client_id, row.token_url, row.token_audience or row.token_url,
            keys.signing_key(session), Reach.of(current_app.config["FRONTLINE"]), (min(3.05, pace.timeout), pace.timeout),
        )  # fmt: skip
        return Job(int(taken.key), row.url, client)

    def call(self, job: Job) -> Outcome:
        """Read the column to its end. Runs in a thread of its own, without a database."""
        try:
            return Outcome(
                ags.results(
                    lambda address: tokens.get(self.purse, job.client, (ags.RESULT_READ,), address, ags.RESULTS_TYPE),
                    job.url,
                )
            )
        except CallFailed as failure:
            return Outcome(error=failure.code, was_answered=failure.code not in ("timeout", "unreachable"))
        except RecursionError:
            return Outcome(error="not_json")

    def settle(self, session: Session, taken: Taken, job: Job, outcome: Outcome, at: datetime, pace: Pace) -> Settled:
        """Send what vanished again, once; a column that cannot be read is left for tomorrow."""
        if outcome.error:
            log.info("reconcile.not_read", line_item=job.number, error=outcome.error)
            return Settled(None, outcome.was_answered)
        rows = session.execute(_ACCEPTED, {"number": job.number, "before": at - SETTLED}).all()
        missing = [row for row in rows if _is_lower(outcome.there.get(row.sub), row.accepted)]
        anew = [row.id for row in missing if row.repaired_at is None]
        again = [row.id for row in missing if row.repaired_at is not None]
        if anew:
            session.execute(_REPAIR, {"scores": anew, "at": at})
            queue.put_all(session, "score", [(str(one), f"platform:{job.client.registration_id}") for one in anew], at)
        if again:
            session.execute(_TELL, {"scores": again})
        if missing:
            log.info("reconcile.repaired", line_item=job.number, sent_again=len(anew), told=len(again))
        return Settled()


def _is_lower(there: float | None, accepted: int) -> bool:
    return there is None or there < accepted - ROUNDING
