"""Sending a score: read what is wanted, have it sent, write what the platform said. At least once, in order."""

from datetime import datetime, timedelta
from typing import cast

import structlog
from flask import current_app
from sqlalchemy import Table, bindparam, case, select, update
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.models import LineItem, PlatformUser, Registration
from learn.lti.services import ags, tokens
from learn.lti.services.ags import Entry
from learn.lti.services.http import Reach
from learn.lti.services.tokens import Client, Purse
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled
from learn.passback import columns
from learn.passback.calling import SCORES, Call, Job, Outcome
from learn.passback.models import Delivery, Score

log = structlog.get_logger("frontline.passback")

KIND = "score"
SECOND = timedelta(seconds=1)
REFUSED_TRIES = 4
"""A token asked for a moment ago and yet refused: revoked meanwhile, or a scope that was not granted, for which Moodle
says 401 as well and never 403. So it is asked again, and told after some tries."""
CONNECT = 3.05
"Seconds to connect, where the pace allows as much."

_T = cast("Table", Score.__table__)
_C = _T.c
_READ = (
    select(
        _C.id, _C.line_item_id, _C.given, _C.accepted, _C.reached_at, _C.sent_as,
        LineItem.url, LineItem.scopes, PlatformUser.sub,
        Registration.id.label("registration_id"), Registration.client_id, Registration.token_url,
        Registration.token_audience,
    )
    .join(LineItem, LineItem.id == _C.line_item_id)
    .join(Registration, Registration.id == LineItem.registration_id)
    .join(PlatformUser, PlatformUser.id == _C.platform_user_id)
    .where(_C.id == bindparam("score"))
)  # fmt: skip
_ONE = update(_T).where(_C.id == bindparam("score"))
_SENDING = _ONE.values(state=Delivery.SENDING, sent_as=bindparam("timestamp"), attempts=_C.attempts + 1)
_ACCEPTED = _ONE.values(
    state=case((_C.given > bindparam("given_then"), Delivery.QUEUED.value), else_=Delivery.SENT.value),
    accepted=bindparam("given_then"),
    accepted_at=bindparam("at"),
    sent_as=bindparam("timestamp"),
    last_status=bindparam("status"),
    last_error="",
)
_SENT = _ONE.values(state=Delivery.SENT)
_TROUBLE = _ONE.values(
    state=bindparam("to_state"),
    sent_as=bindparam("timestamp"),
    last_status=bindparam("status"),
    last_error=bindparam("error"),
)


class ScoreHandler:
    """The outbox's handler for scores; holds this worker's tokens."""

    def __init__(self) -> None:
        self.purse = Purse()

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Read the newest wish and stamp it with the time of sending; None when nothing is to be sent any more."""
        row = session.execute(_READ, {"score": int(taken.key)}).first()
        if row is None or row.given is None:
            return None
        if row.accepted is not None and row.accepted >= row.given:
            session.execute(_SENT, {"score": row.id})
            return None
        if ags.SCORE not in row.scopes:
            refused = {
                "to_state": Delivery.NEEDS_HELP,
                "timestamp": row.sent_as,
                "status": None,
                "error": "not_allowed",
            }
            session.execute(_TROUBLE, {"score": row.id, **refused})
            return None
        timestamp = at.replace(microsecond=0)
        if row.sent_as is not None:
            timestamp = max(timestamp, row.sent_as + SECOND)
        session.execute(_SENDING, {"score": row.id, "timestamp": timestamp})
        if self.purse.look(row.registration_id, SCORES) is None:
            kept = tokens.kept(session, row.registration_id, SCORES, at)  # another process may have asked
            if kept is not None:
                self.purse.remember(row.registration_id, SCORES, kept)
        client = Client(
            row.registration_id, row.client_id, row.token_url, row.token_audience or row.token_url,
            keys.signing_key(session), Reach.of(current_app.config["FRONTLINE"]),
            (min(CONNECT, pace.timeout), pace.timeout),
        )  # fmt: skip
        entry = Entry(row.url, row.sub, row.given, row.reached_at, timestamp)
        return Job(row.id, row.line_item_id, entry, ags.RESULT_READ in row.scopes, client, pace.lease / 3)

    def call(self, job: Job) -> Outcome:
        """Send the score. Runs in a thread of its own, without a database."""
        return Call(job, self.purse).run()

    def settle(self, session: Session, taken: Taken, job: Job, outcome: Outcome, at: datetime, pace: Pace) -> Settled:
        """Write what came of it, and when to try again."""
        if outcome.new_token is not None:
            tokens.keep(session, job.client.registration_id, SCORES, outcome.new_token)
        told = {"score": job.score_id, "timestamp": outcome.timestamp, "status": outcome.status}
        if not outcome.error:
            session.execute(_ACCEPTED, {**told, "given_then": job.entry.given, "at": at})
            return Settled()
        if outcome.error == "gone":
            # The column may be found again, or made anew: the score waits for that, and goes along with it.
            columns.look_for(session, job.line_item_id, job.client.registration_id, at)
            session.execute(_TROUBLE, {**told, "to_state": Delivery.WAITING, "error": "gone"})
            return Settled()
        is_final = outcome.is_final or (outcome.status == 401 and taken.attempts >= REFUSED_TRIES)
        again_at = None if is_final else _again_at(outcome, taken, at, pace)
        has_given_up = again_at is None and not is_final
        error = "gave_up" if has_given_up and outcome.error != "newer" else outcome.error
        state = Delivery.WAITING if again_at else Delivery.NEEDS_HELP
        session.execute(_TROUBLE, {**told, "to_state": state, "error": error})
        log.info("score.not_sent", score=job.score_id, status=outcome.status, error=error, again=again_at is not None)
        return Settled(again_at, outcome.was_answered)


def _again_at(outcome: Outcome, taken: Taken, at: datetime, pace: Pace) -> datetime | None:
    """When to try again: the platform's word first, else backing off; None after about three days."""
    if at - taken.put_at > timedelta(seconds=pace.give_up_after):
        return None
    wait = pace.backoff(taken.attempts)
    if outcome.retry_after is not None:
        wait = timedelta(seconds=min(max(outcome.retry_after, pace.first_backoff / 2), pace.longest_backoff))
    return at + wait
