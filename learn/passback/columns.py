"""Gradebook columns that have to be found or made: one that the platform lost, and a link's second one for progress.

Making one is not idempotent (AGS 2.0 §3.1.3: a second POST makes a second column), so it is looked for first, and only
one worker at a time does it: an item of the queue, unique by its key and held by a lease. One that dies between making
and writing it down finds at the next try what it made.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.launching.people import url_hashed
from learn.lti.models import Context, Deployment, LineItem, Purpose, Registration, Reports, ResourceLink
from learn.lti.services import ags, tokens
from learn.lti.services.http import CallFailed, Reach
from learn.lti.services.tokens import Client, Purse
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled
from learn.passback import followed
from learn.passback.models import Delivery, Score

log = structlog.get_logger("frontline.columns")

KIND = "line_item"
LOST, SECOND = "lost", "second"
"What a key begins with: the number of a lost line item follows, or of a link that wants a second column."
TAGS = {LOST: "frontline", SECOND: "frontline-progress"}
TRIES = 5
BATCH = 500

_COLUMNS = (
    ResourceLink.id.label("link"), ResourceLink.resource_link_id, ResourceLink.title, ResourceLink.target,
    Context.lineitems_url, Context.scopes, Registration.id.label("registration_id"), Registration.client_id,
    Registration.token_url, Registration.token_audience, Registration.is_active,
)  # fmt: skip
_LINK = (
    select(*_COLUMNS)
    .outerjoin(Context, Context.id == ResourceLink.context_pk)
    .join(Deployment, Deployment.id == ResourceLink.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
)
_SECOND = _LINK.where(
    ResourceLink.id == bindparam("number"), ResourceLink.wants_progress_item.is_(True),
    ResourceLink.progress_item_id.is_(None),
)  # fmt: skip
_LOST = _LINK.add_columns(LineItem.url).join(LineItem, LineItem.resource_link_pk == ResourceLink.id).where(
    LineItem.id == bindparam("number"), LineItem.replaced_by_id.is_(None)
)  # fmt: skip
_BY_URL = select(LineItem.id).where(
    LineItem.registration_id == bindparam("registration"), LineItem.url_hash == bindparam("hashed")
)
_ADD = insert(LineItem).returning(LineItem.id)
_HELP = (
    update(Score)
    .where(Score.line_item_id == bindparam("number"), Score.last_error == "gone", Score.given.is_not(None))
    .values(state=Delivery.NEEDS_HELP)
    .execution_options(synchronize_session=False)
)
_REPLACED = update(LineItem).where(LineItem.id == bindparam("number")).values(replaced_by_id=bindparam("new"))
_RELINK = (
    update(ResourceLink)
    .where(ResourceLink.id == bindparam("of_link"), ResourceLink.lineitem_id == bindparam("number"))
    .values(lineitem_id=bindparam("new"))
)
_KEEP_SECOND = (
    update(ResourceLink).where(ResourceLink.id == bindparam("of_link")).values(progress_item_id=bindparam("new"))
)
_TAKEN = select(Score.platform_user_id).where(Score.line_item_id == bindparam("new"))
_MOVE = (
    update(Score)
    .where(Score.line_item_id == bindparam("number"), Score.platform_user_id.not_in(_TAKEN))
    .values(line_item_id=bindparam("new"), accepted=None, sent_as=None, attempts=0, last_status=None, last_error="")
    .execution_options(synchronize_session=False)
)
_LEFT = (
    update(Score)
    .where(Score.line_item_id == bindparam("number"))
    .values(state=Delivery.SUPERSEDED)
    .execution_options(synchronize_session=False)
)
_TO_SEND = select(Score.id).where(
    Score.line_item_id == bindparam("new"), Score.given.is_not(None), Score.accepted.is_(None)
)
_QUEUED = (
    update(Score)
    .where(Score.id.in_(bindparam("scores", expanding=True)))
    .values(state=Delivery.QUEUED)
    .execution_options(synchronize_session=False)
)
_OF_LINK = (
    select(Score.platform_user_id, Score.learner_id, Score.module_id, Score.course_id)
    .join(LineItem, and_(LineItem.id == Score.line_item_id, LineItem.purpose == Purpose.RESULT))
    .where(LineItem.resource_link_pk == bindparam("of_link"), Score.state != Delivery.SUPERSEDED)
)


@dataclass(frozen=True)
class Job:
    """What finding or making a column takes. ``lost_url``: the address that is not there any more."""

    what: str
    number: int
    link: int
    label: str
    resource_id: str
    resource_link_id: str
    tag: str
    lineitems_url: str
    lost_url: str
    client: Client


@dataclass(frozen=True)
class Outcome:
    """The column's address, or the code of what went wrong."""

    url: str = ""
    error: str = ""
    is_final: bool = False
    was_answered: bool = True


def look_for(session: Session, line_item_id: int, registration_id: int, now: datetime) -> None:
    """Have a lost column found again or made anew, in the caller's transaction."""
    queue.put(session, KIND, f"{LOST}:{line_item_id}", now, lane=f"platform:{registration_id}")


def make_second(session: Session, link: int, registration_id: int, now: datetime) -> None:
    """Have a link's second column found or made, in the caller's transaction."""
    queue.put(session, KIND, f"{SECOND}:{link}", now, lane=f"platform:{registration_id}")


def resource_id_of(target: str) -> str:
    """Our own name for what a link opens: ``module:<slug>``, ``course:<slug>``, or the path itself."""
    kind, _, rest = target.strip("/").partition("/")
    slug = rest.partition("/")[0]
    return f"{kind.removesuffix('s')}:{slug}" if kind in ("modules", "courses") and slug else target[:255]


class ColumnHandler:
    """The outbox's handler for columns."""

    def __init__(self) -> None:
        self.purse = Purse()

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Read whom to ask; None when it is not wanted any more, or cannot be."""
        what, _, number = taken.key.partition(":")
        row = session.execute(_SECOND if what == SECOND else _LOST, {"number": int(number)}).first()
        if row is None or not row.is_active:
            return None
        if row.lineitems_url is None or ags.LINE_ITEM not in row.scopes:
            if what == LOST:
                session.execute(_HELP, {"number": int(number)})
            return None
        client = Client(
            row.registration_id, row.client_id, row.token_url, row.token_audience or row.token_url,
            keys.signing_key(session), Reach.of(current_app.config["FRONTLINE"]), (min(3.05, pace.timeout), pace.timeout),
        )  # fmt: skip
        title = row.title or "Frontline"
        return Job(
            what, int(number), row.link, title if what == LOST else f"{title}: progress", resource_id_of(row.target),
            row.resource_link_id, TAGS[what], row.lineitems_url, row.url if what == LOST else "", client,
        )  # fmt: skip

    def call(self, job: Job) -> Outcome:
        """Look for the column, and make it where it is not. Runs in a thread of its own, without a database."""
        try:
            return Outcome(_found(self.purse, job) or _made(self.purse, job))
        except CallFailed as failure:
            status = failure.status or 0
            is_final = 400 <= status < 500 and status not in (401, 408, 409, 425, 429)
            return Outcome("", failure.code, is_final, failure.code not in ("timeout", "unreachable"))
        except RecursionError:
            return Outcome("", "not_json")

    def settle(self, session: Session, taken: Taken, job: Job, outcome: Outcome, at: datetime, pace: Pace) -> Settled:
        """Let the new column take the place of the lost one with all its scores, or keep the second one."""
        if not outcome.url:
            log.info("column.not_found", what=job.what, number=job.number, error=outcome.error)
            if outcome.is_final or taken.attempts >= TRIES:
                if job.what == LOST:
                    session.execute(_HELP, {"number": job.number})
                return Settled(None, outcome.was_answered)
            return Settled(at + pace.backoff(taken.attempts), outcome.was_answered)
        new = _kept(session, job, outcome.url, at)
        if job.what == LOST:
            moved = {"number": job.number, "new": new, "of_link": job.link}
            for statement in (_MOVE, _LEFT, _REPLACED, _RELINK):
                session.execute(statement, moved)
        else:
            session.execute(_KEEP_SECOND, {"of_link": job.link, "new": new})
            _begin_second(session, job.link, new, at)
        _send(session, new, job.client.registration_id, at)
        return Settled()


def _found(purse: Purse, job: Job) -> str | None:
    """A column of ours that is there: by our own name and tag, else (a lost one) by the link that it belongs to."""

    def ask(address: str) -> Any:
        return tokens.get(purse, job.client, (ags.LINE_ITEM,), address, ags.LINE_ITEMS_TYPE)

    for wanted in ({"resource_id": job.resource_id, "tag": job.tag}, {"resource_link_id": job.resource_link_id}):
        if "resource_link_id" in wanted and job.what == SECOND:
            break
        for item in ags.line_items(ask, job.lineitems_url, wanted):
            if item["id"] != job.lost_url and item.get("resourceLinkId", job.resource_link_id) == job.resource_link_id:
                return str(item["id"])
    return None


def _made(purse: Purse, job: Job) -> str:
    token, _ = purse.get(job.client, (ags.LINE_ITEM,))
    told = {
        "label": job.label, "scoreMaximum": ags.MAXIMUM, "resourceId": job.resource_id, "tag": job.tag,
        "resourceLinkId": job.resource_link_id,
    }  # fmt: skip
    return ags.create(job.client.reach, job.lineitems_url, told, token.text, job.client.timeout)


def _kept(session: Session, job: Job, url: str, at: datetime) -> int:
    key = {"registration": job.client.registration_id, "hashed": url_hashed(url)}
    known = session.scalar(_BY_URL, key)
    if known is not None:
        return int(known)
    purpose = Purpose.PROGRESS if job.what == SECOND else Purpose.RESULT
    return int(session.execute(_ADD, {
        "registration_id": job.client.registration_id, "url_hash": key["hashed"], "url": url, "resource_link_pk": job.link,
        "scopes": [ags.SCORE, ags.RESULT_READ, ags.LINE_ITEM], "purpose": purpose, "resource_id": job.resource_id,
        "tag": job.tag, "created_at": at,
    }).scalar_one())  # fmt: skip


def _begin_second(session: Session, link: int, new: int, at: datetime) -> None:
    """Every learner whom the link knows gets a score in its second column, and is followed from now on."""
    there = set(session.scalars(_TAKEN, {"new": new}))
    rows = [row for row in session.execute(_OF_LINK, {"of_link": link}) if row.platform_user_id not in there]
    usual: dict[str, Any] = {
        "line_item_id": new, "reports": Reports.COMPLETION, "given": None, "reached_at": None, "state": Delivery.NOTHING_YET,
        "accepted": None, "accepted_at": None, "sent_as": None, "attempts": 0, "last_status": None, "last_error": "",
    }  # fmt: skip
    if rows:
        session.execute(insert(Score), [{**usual, **row._asdict()} for row in rows])
        # They report completion until the handler of changed settings has been there, which works them out one by one.
        queue.put(session, followed.RETOLD, str(link), at)


def _send(session: Session, new: int, registration_id: int, at: datetime) -> None:
    waiting = list(session.scalars(_TO_SEND, {"new": new}))
    for begin in range(0, len(waiting), BATCH):
        part = waiting[begin : begin + BATCH]
        session.execute(_QUEUED, {"scores": part})
        queue.put_all(session, followed.KIND, [(str(each), f"platform:{registration_id}") for each in part], at)
