"""Reading a course's roster: once a day, when its teacher comes, and by a press. A worker does it, never a request.

Nobody is ever removed: whom the platform names no more is marked as having left. A roster that was not read to its end,
or that is none, changes nobody.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.lti import keys
from learn.lti.members import CourseGroup, RosterEntry
from learn.lti.models import Context, Deployment, Registration
from learn.lti.services import nrps, tokens
from learn.lti.services.http import Answer, CallFailed, Reach
from learn.lti.services.nrps import Member
from learn.lti.services.tokens import Client, Purse
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled

log = structlog.get_logger("frontline.roster")

KIND = "roster"
FRESH = timedelta(hours=1)
"A roster that is younger is not read again because a teacher comes."
WHOLE = timedelta(days=7)
"A roster is read as a whole at least so often, even where the platform tells differences."
TRIES = 5
"Of one reading; after that the next day's."
FINAL = {"bad_address", "not_https", "private_address", "other_context", "scope_refused"}

WORDS = {
    "refused": "The platform did not give the list of members.",
    "no_token": "The platform did not let Frontline read the list of members.",
    "not_json": "The platform\u2019s list of members cannot be read.",
    "too_long": "The platform\u2019s list of members is too long to read.",
    "timeout": "The platform did not answer in time.",
    "unreachable": "The platform could not be reached.",
    "other_context": "The platform gave the list of another course.",
}
UNUSABLE = "The address of the list of members cannot be used."

_T, _CONTEXT = table_of(RosterEntry), table_of(Context)
_READ = (
    select(
        Context.context_id, Context.memberships_url, Context.groups_url, Context.differences_url, Context.roster_at,
        Registration.id.label("registration_id"),
        Registration.client_id, Registration.token_url, Registration.token_audience, Registration.is_active,
    )
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(Context.id == bindparam("context"))
)  # fmt: skip
_WHERE = (
    select(Deployment.registration_id, Context.memberships_url, Context.roster_tried_at)
    .join(Context, Context.deployment_pk == Deployment.id)
    .where(Context.id == bindparam("context"))
)
_ONE = update(_CONTEXT).where(_CONTEXT.c.id == bindparam("context"))
_TRIED = _ONE.values(roster_tried_at=bindparam("at"), roster_error=bindparam("error"))
_WHOLE_NEXT = _ONE.values(differences_url=None)
_DONE = _ONE.values(
    roster_at=bindparam("at"), roster_tried_at=bindparam("at"), roster_error="", differences_url=bindparam("later")
)
_GONE = (
    update(_T)
    .where(_T.c.context_pk == bindparam("context"), _T.c.read_at < bindparam("at"), _T.c.is_active.is_(True))
    .values(is_active=False)
)
_DROP_GROUPS = delete(CourseGroup).where(CourseGroup.context_pk == bindparam("context"))


def _put_statement(insert_: Any) -> Any:
    new = insert_(_T)
    told = ("name", "email", "roles", "is_learner", "is_active", "groups", "read_at")
    return new.on_conflict_do_update(
        index_elements=["context_pk", "sub"], set_={name: new.excluded[name] for name in told}
    )


_PUT = portable.both(_put_statement)


@dataclass(frozen=True)
class Job:
    """What reading one roster takes, read beforehand. ``is_partial``: the address tells what changed alone."""

    context_pk: int
    context_id: str
    address: str
    is_partial: bool
    groups_url: str | None
    client: Client


@dataclass(frozen=True)
class Outcome:
    """What came of it: everybody, or the code of what went wrong. ``groups`` is None when there was nothing to ask."""

    members: list[Member] = field(default_factory=list, repr=False)
    groups: dict[str, str] | None = field(default=None, repr=False)
    differences: str | None = None
    error: str = ""
    was_answered: bool = True


def wish(session: Session, context_pk: int, at: datetime, *, is_pressed: bool = False) -> bool:
    """Have a roster read in the caller's transaction, unless it was lately; whether the platform has one at all."""
    row = session.execute(_WHERE, {"context": context_pk}).first()
    if row is None or row.memberships_url is None:
        return False
    if is_pressed or row.roster_tried_at is None or at - row.roster_tried_at > FRESH:
        queue.put(session, KIND, str(context_pk), at, lane=f"platform:{row.registration_id}")
    return True


def words_for(error: str) -> str:
    """Why a roster could not be read."""
    return WORDS.get(error, UNUSABLE)


class RosterHandler:
    """The outbox's handler for rosters; holds this worker's tokens for them."""

    def __init__(self) -> None:
        self.purse = Purse()

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Read whom to ask; None when there is nobody any more."""
        row = session.execute(_READ, {"context": int(taken.key)}).first()
        if row is None or row.memberships_url is None or not row.is_active:
            return None
        client = Client(
            row.registration_id, row.client_id, row.token_url, row.token_audience or row.token_url,
            keys.signing_key(session), Reach.of(current_app.config["FRONTLINE"]), (min(3.05, pace.timeout), pace.timeout),
        )  # fmt: skip
        is_partial = bool(row.differences_url and row.roster_at and at - row.roster_at < WHOLE)
        address = row.differences_url if is_partial else row.memberships_url
        return Job(int(taken.key), row.context_id, address, is_partial, row.groups_url, client)

    def call(self, job: Job) -> Outcome:
        """Read all pages. Runs in a thread of its own, without a database."""

        def get(address: str, scope: str, media_type: str) -> Answer:
            return tokens.get(self.purse, job.client, (scope,), address, media_type)

        try:
            roster = nrps.members(get, job.address, job.context_id)
        except CallFailed as failure:
            return Outcome(error=failure.code, was_answered=failure.code not in ("timeout", "unreachable"))
        except RecursionError:
            return Outcome(error="not_json")
        return Outcome(roster.members, _groups(get, job.groups_url), roster.differences)

    def settle(self, session: Session, taken: Taken, job: Job, outcome: Outcome, at: datetime, pace: Pace) -> Settled:
        """Write everybody in one transaction, or why it could not be read."""
        if outcome.error:
            log.info("roster.not_read", context=job.context_pk, error=outcome.error)
            session.execute(_TRIED, {"context": job.context_pk, "at": at, "error": outcome.error})
            if job.is_partial:
                session.execute(_WHOLE_NEXT, {"context": job.context_pk})
            is_over = outcome.error in FINAL or taken.attempts >= TRIES
            return Settled(None if is_over else at + pace.backoff(taken.attempts), outcome.was_answered)
        keep(session, job.context_pk, outcome.members, at, is_partial=job.is_partial)
        if outcome.groups is not None:
            session.execute(_DROP_GROUPS, {"context": job.context_pk})
            rows = [
                {"context_pk": job.context_pk, "group_id": one, "name": name} for one, name in outcome.groups.items()
            ]
            if rows:
                session.execute(insert(CourseGroup), rows)
        session.execute(_DONE, {"context": job.context_pk, "at": at, "later": outcome.differences})
        return Settled()


def keep(session: Session, context_pk: int, members: list[Member], at: datetime, *, is_partial: bool = False) -> None:
    """Bring a context's entries up to date in the caller's transaction; only a whole roster says who has left."""
    rows = [
        {
            "context_pk": context_pk, "sub": each.sub, "name": each.name, "email": each.email, "roles": list(each.roles),
            "is_learner": each.is_learner, "is_active": each.is_active, "groups": list(each.groups), "read_at": at,
        } for each in members
    ]  # fmt: skip
    if rows:
        session.execute(portable.here(session, _PUT), rows)
    if not is_partial:
        session.execute(_GONE, {"context": context_pk, "at": at})


def _groups(get: Any, address: str | None) -> dict[str, str] | None:
    """The course's groups; a platform that does not give them now keeps those that are known."""
    if address is None:
        return None
    try:
        return nrps.groups(get, address)
    except (CallFailed, RecursionError):
        return None
