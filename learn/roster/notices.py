"""Asks platforms to tell when a course was copied: one handler for each deployment that offers it (PNS 1.0 §4)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.models import Deployment, Registration
from learn.lti.notices.take import COPIED
from learn.lti.services import http
from learn.lti.services.http import CallFailed, Reach
from learn.lti.services.tokens import Client, Purse
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled

log = structlog.get_logger("frontline.notices")

KIND, HOURLY = "notice_handler", "notice_handlers"
SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
EVERY = timedelta(hours=1)
AGAIN = timedelta(days=30)
"A platform is asked again after this long, in case it forgot."
BATCH = 200

_DUE = (
    select(Deployment.id, Deployment.registration_id)
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(
        Deployment.notices_url.is_not(None), Registration.is_active.is_(True),
        or_(Deployment.notices_at.is_(None), Deployment.notices_at < bindparam("before")),
    )
    .order_by(Deployment.id)
    .limit(BATCH)
)  # fmt: skip
_READ = (
    select(
        Deployment.notices_url, Registration.id.label("registration_id"), Registration.client_id, Registration.token_url,
        Registration.token_audience,
    )
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(Deployment.id == bindparam("number"))
)  # fmt: skip
_ASKED = update(Deployment).where(Deployment.id == bindparam("number")).values(notices_at=bindparam("at"))


@dataclass(frozen=True)
class Job:
    """Whom to ask, and where notices go."""

    number: int
    url: str
    handler: str
    client: Client


class Hourly:
    """The outbox's handler that puts an item for each deployment that was not asked yet; calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Put them, and come again in an hour."""
        rows = session.execute(_DUE, {"before": at - AGAIN}).all()
        queue.put_all(session, KIND, [(str(row.id), f"platform:{row.registration_id}") for row in rows], at)
        return at + EVERY

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


class NoticeHandler:
    """The outbox's handler that registers our address with one deployment."""

    def __init__(self) -> None:
        self.purse = Purse()

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Read whom to ask."""
        row = session.execute(_READ, {"number": int(taken.key)}).first()
        if row is None or row.notices_url is None:
            return None
        settings = current_app.config["FRONTLINE"]
        client = Client(
            row.registration_id, row.client_id, row.token_url, row.token_audience or row.token_url,
            keys.signing_key(session), Reach.of(settings), (min(3.05, pace.timeout), pace.timeout),
        )  # fmt: skip
        return Job(int(taken.key), row.notices_url, f"{settings.base_url}/lti/notices", client)

    def call(self, job: Job) -> str:
        """Ask; returns the code of what went wrong, or nothing. Runs in a thread of its own, without a database."""
        try:
            token, _ = self.purse.get(job.client, (SCOPE,))
            headers = {"Authorization": f"Bearer {token.text}", "Content-Type": "application/json"}
            body = json.dumps({"notice_type": COPIED, "handler": job.handler}).encode()
            answer = http.call(job.client.reach, "PUT", job.url, headers=headers, data=body, timeout=job.client.timeout)
        except CallFailed as failure:
            return failure.code
        return "" if answer.status in (200, 201, 204) else "refused"

    def settle(self, session: Session, taken: Taken, job: Job, outcome: str, at: datetime, pace: Pace) -> Settled:
        """Write that it was asked, whatever it said: what a notice tells is told by a launch's history as well."""
        if outcome:
            log.info("notices.not_registered", deployment=job.number, error=outcome)
        session.execute(_ASKED, {"number": job.number, "at": at})
        return Settled(None, outcome not in ("timeout", "unreachable"))
