"""Undo: for half an hour a decision can be taken back, by who made it or anybody else who looks after the thing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import audit
from learn.errors import FrontlineError, NotFound
from learn.moderation import decisions, facilitators, flags, items, leases, records
from learn.moderation.models import ReviewItem, ReviewState
from learn.moderation.queue import OPEN
from learn.notifications import notices

POSSIBLE = timedelta(minutes=30)
TELLS = "review_undone"


class TooLate(FrontlineError):
    """It cannot be taken back any more; the message says what can be done instead."""

    status = 409
    code = "undo_too_late"
    title = "This cannot be undone any more"


_T: Any = table_of(ReviewItem)
_WAITS = select(_T.c.id).where(_T.c.kind == bindparam("of_kind"), _T.c.target_id == bindparam("target"), OPEN)
_REOPEN = (
    update(_T)
    .where(_T.c.id == bindparam("item"))
    .values(state=ReviewState.OPEN, closed_at=None, lease_by_id=None, lease_until=None, version=_T.c.version + 1)
)
_RAISE = update(_T).where(_T.c.id == bindparam("item")).values(version=_T.c.version + 1)


def can_undo(decision: Any, at: datetime) -> bool:
    """Whether a decision (at, before, undone_at, actor_id) can still be taken back."""
    return (
        decision.undone_at is None
        and decision.actor_id is not None
        and bool(decision.before["can_undo"])
        and at < decision.at + POSSIBLE
    )


def undo(session: Session, decision_id: int, actor: Any, at: datetime) -> int:
    """Take a decision back: the thing, its item and its reports are as before. Returns the item that waits, which the actor has.

    Doing it twice is doing it once. Raises TooLate, Forbidden, NotFound.
    """
    found = records.one(session, decision_id)
    if found is None or found.actor_id is None:
        raise NotFound("There is no such decision.")
    item = decisions.one(session, found.item_id, actor, facilitators.scope(session, actor))
    if found.undone_at is not None:
        return int(item.id)
    if not can_undo(found, at):
        raise TooLate(
            "It was made more than half an hour ago, or deleted something for good.",
            next_steps=("Open the thing itself, choose Look after it, and decide anew.",),
        )
    if not decisions.may_decide(session, item, actor, at):
        raise decisions.own()
    later = records.last(session, item.id)
    if later is not None and later.id != decision_id:
        raise TooLate("Another facilitator has decided about it since.", next_steps=("Undo that decision first.",))
    if not records.close(session, decision_id, at):
        return int(item.id)
    _put_back(session, item, found, at)
    waits = _wait_again(session, item)
    flags.reopen(session, item.id, found.at, waits)
    audit.note(
        session,
        "review.undone",
        actor_id=actor.id,
        item=item.id,
        decision=decision_id,
        kind=item.kind,
        target=item.target_id,
    )
    _tell_author(session, item, found, at)
    leases.take(session, waits, actor.id, at)
    return waits


def _put_back(session: Session, item: Any, decision: Any, at: datetime) -> None:
    kind = items.kinds()[item.kind]
    if decision.before["thing"] is not None:
        kind.undo(session, item.target_id, decision.act, decision.before["thing"], at)
    if decision.before["shown"] is not None:
        done = kind.acts[records.BY_REPORT](session, item.target_id, None, at, {})
        records.reopen(session, decision.before["shown"], done.before)


def _wait_again(session: Session, item: Any) -> int:
    """The item itself, or the one that was opened for the same thing since: one waits at most."""
    other = session.scalar(_WAITS, {"of_kind": item.kind, "target": item.target_id})
    session.execute(_REOPEN if other is None else _RAISE, {"item": other or item.id})
    return int(other or item.id)


def _tell_author(session: Session, item: Any, decision: Any, at: datetime) -> None:
    """Only whoever has read of the decision is told that it does not hold; of the others the notice goes, and with it its mail."""
    if item.author_id is None or notices.read_about(session, item.author_id, f"/decisions/{decision.id}", at):
        return
    origin = items.kinds()[item.kind].origin(session, item.target_id)
    facts = {**items.facts(item.kind, origin), "act": decision.act}
    notices.notify(session, item.author_id, TELLS, at, path=f"/decisions/{decision.id}", facts=facts)
