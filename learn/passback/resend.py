"""Sending again: what could not be sent, or everything, after a platform was restored from a backup."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from learn.lti.models import LineItem, ResourceLink
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from learn.passback.models import Delivery, Score
from learn.passback.report import KIND

BATCH = 500
"Scores put in one transaction, so that nobody waits long for this one."

_BY_STATE = select(Score.state, func.count()).group_by(Score.state)
_BY_REASON = (
    select(Score.last_error, func.count().label("scores"))
    .where(Score.state == Delivery.NEEDS_HELP)
    .group_by(Score.last_error)
)
_OLDEST = select(func.min(OutboxItem.put_at)).where(OutboxItem.kind == KIND)
_NEXT = (
    select(Score.id, LineItem.registration_id)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .where(Score.id > bindparam("after"), Score.given.is_not(None))
    .order_by(Score.id)
    .limit(BATCH)
)
_AGAIN = (
    update(Score)
    .where(Score.id.in_(bindparam("scores", expanding=True)))
    .values(state=Delivery.QUEUED, accepted=None, attempts=0, last_status=None, last_error="")
    .execution_options(synchronize_session=False)
)


_IN_CONTEXT = (
    select(Score.id, LineItem.registration_id)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .join(ResourceLink, ResourceLink.id == LineItem.resource_link_pk)
    .where(ResourceLink.context_pk == bindparam("context"), Score.given.is_not(None))
    .order_by(Score.id)
)
_FAILED_IN_CONTEXT = _IN_CONTEXT.where(Score.state == Delivery.NEEDS_HELP)
_ONE_IN_CONTEXT = _FAILED_IN_CONTEXT.where(Score.id == bindparam("score"))


@dataclass(frozen=True)
class Standing:
    """How the scores stand: how many in each state, failures by reason, and for how many seconds the oldest waits."""

    counts: dict[str, int]
    reasons: dict[str, int]
    oldest_waiting_seconds: float | None


def standing(session: Session, at: datetime) -> Standing:
    """Count the scores by state; this reads all of them, for whoever runs the site."""
    found = {state.value: count for state, count in session.execute(_BY_STATE)}
    oldest = session.scalar(_OLDEST)
    return Standing(
        {state.value: found.get(state.value, 0) for state in Delivery},
        {row.last_error: row.scores for row in session.execute(_BY_REASON)},
        round((at - oldest).total_seconds(), 1) if oldest else None,
    )


def batch(
    session: Session, at: datetime, *, after: int, registration_id: int | None, everything: bool
) -> tuple[int, int | None]:
    """Put the next scores for sending, in the caller's transaction: those that failed, or ``everything`` wanted.

    Returns how many, and the number to give as ``after`` for the next batch; None when there is none.
    """
    rows = session.execute(_chosen(registration_id, everything), {"after": after}).all()
    if not rows:
        return 0, None
    session.execute(_AGAIN, {"scores": [row.id for row in rows]})
    queue.put_all(session, KIND, [(str(row.id), f"platform:{row.registration_id}") for row in rows], at)
    return len(rows), rows[-1].id


def in_context(
    session: Session, at: datetime, context_pk: int, *, score_id: int | None = None, everything: bool = False
) -> int:
    """Put a course's scores for sending in the caller's transaction; returns how many.

    Those that failed, or one of them, or ``everything`` wanted.
    """
    asked = _IN_CONTEXT if everything else _FAILED_IN_CONTEXT if score_id is None else _ONE_IN_CONTEXT
    rows = session.execute(asked, {"context": context_pk, "score": score_id}).all()
    for begin in range(0, len(rows), BATCH):
        part = rows[begin : begin + BATCH]
        session.execute(_AGAIN, {"scores": [row.id for row in part]})
        queue.put_all(session, KIND, [(str(row.id), f"platform:{row.registration_id}") for row in part], at)
    return len(rows)


def count_failed(session: Session, context_pk: int) -> int:
    """How many results of a course could not be sent."""
    return _count(session, _FAILED_IN_CONTEXT, context_pk)


def count_all(session: Session, context_pk: int) -> int:
    """How many results of a course there are to send."""
    return _count(session, _IN_CONTEXT, context_pk)


def _count(session: Session, asked: Any, context_pk: int) -> int:
    return (
        session.scalar(select(func.count()).select_from(asked.order_by(None).subquery()), {"context": context_pk}) or 0
    )


def _chosen(registration_id: int | None, everything: bool) -> Any:
    chosen = _NEXT if everything else _NEXT.where(Score.state == Delivery.NEEDS_HELP)
    return chosen if registration_id is None else chosen.where(LineItem.registration_id == registration_id)
