"""What was decided, written down: once each, for the author who reads why, for whoever undoes it, and in the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn import audit
from learn.accounts.models import User
from learn.moderation.listing import SHOWN_NAME
from learn.moderation.models import Decision, ReviewItem

BY_REPORT = "hide"
"What the site itself does, at once, where a member says that something could identify a patient."


@dataclass(frozen=True)
class What:
    """What a decision did, as undoing it needs to know."""

    thing: dict[str, Any] | None
    "What the kind said of the state before; None where it was left as it was."
    can_undo: bool = True
    shown: int | None = None
    "The site's own decision that it took back."


_ITEM, _D, _U = table_of(ReviewItem), table_of(Decision), table_of(User)
_ADD = insert(_D).returning(_D.c.id)
_COLUMNS = (
    _D.c.id,
    _D.c.item_id,
    _D.c.act,
    _D.c.reason,
    _D.c.words,
    _D.c.actor_id,
    _D.c.at,
    _D.c.before,
    _D.c.undone_at,
)
NAMED = select(*_COLUMNS, SHOWN_NAME.label("actor_name")).outerjoin(_U, _U.c.id == _D.c.actor_id)
_LAST = NAMED.where(_D.c.item_id == bindparam("item"), _D.c.actor_id.is_not(None)).order_by(_D.c.id.desc()).limit(1)
_OF_ITEM = NAMED.where(_D.c.item_id == bindparam("item")).order_by(_D.c.id)
_ONE = NAMED.where(_D.c.id == bindparam("number"))
_HIDDEN = (
    select(_D.c.id, _D.c.before)
    .where(
        _D.c.item_id == bindparam("item"), _D.c.actor_id.is_(None), _D.c.act == BY_REPORT, _D.c.reason == "patient",
        _D.c.words == "", _D.c.undone_at.is_(None),
    )
    .limit(1)
)  # fmt: skip
_CLOSE = update(_D).where(_D.c.id == bindparam("number"), _D.c.undone_at.is_(None)).values(undone_at=bindparam("then"))
_REOPEN = update(_D).where(_D.c.id == bindparam("number")).values(undone_at=None, before=bindparam("was"))
_SCRUB = (
    update(_D)
    .where(
        _D.c.item_id.in_(
            select(_ITEM.c.id).where(_ITEM.c.kind == bindparam("of_kind"), _ITEM.c.target_id == bindparam("target"))
        )
    )
    .values(words="")
)


def add(
    session: Session, item: Any, act: str, reason: str, words: str, actor_id: int | None, what: What, at: datetime, **more: Any
) -> int:  # fmt: skip
    """Write a decision about an item (id, kind, target_id) down, and its one line in the trail: codes and numbers alone."""
    before = {"thing": what.thing, "can_undo": what.can_undo, "shown": what.shown}
    number = int(session.execute(_ADD, {
        "item_id": item.id, "act": act, "reason": reason, "words": words, "actor_id": actor_id, "at": at, "before": before,
        "undone_at": None,
    }).scalar_one())  # fmt: skip
    audit.note(
        session, "review.decided", actor_id=actor_id, item=item.id, decision=number, kind=item.kind, target=item.target_id, act=act,
        reason=reason, **more,
    )  # fmt: skip
    return number


def one(session: Session, number: int) -> Any | None:
    """One decision, and the name of who made it."""
    return session.execute(_ONE, {"number": number}).first()


def last(session: Session, item_id: int) -> Any | None:
    """The last decision of a facilitator about an item, and their name."""
    return session.execute(_LAST, {"item": item_id}).first()


def of_item(session: Session, item_id: int) -> list[Any]:
    """Every decision about an item, the site's own included, in order."""
    return list(session.execute(_OF_ITEM, {"item": item_id}))


def hidden_by_report(session: Session, item_id: int) -> Any | None:
    """The site's own decision that hides a thing until a facilitator decides; None where there is none."""
    return session.execute(_HIDDEN, {"item": item_id}).first()


def is_by_report(row: Any) -> bool:
    """Whether the site itself decided, at once, since something was reported."""
    return row.actor_id is None and row.act == BY_REPORT and not row.words


def close(session: Session, number: int, at: datetime) -> bool:
    """Note that a decision holds no more; False when it did not before."""
    return bool(rows_met(session, _CLOSE, {"number": number, "then": at}))


def reopen(session: Session, number: int, thing: dict[str, Any]) -> None:
    """Let the site's own decision hold again; ``thing`` is what undoing it needs now."""
    session.execute(_REOPEN, {"number": number, "was": {"thing": thing, "can_undo": True, "shown": None}})


def scrub(session: Session, kind: str, target_id: int) -> None:
    """Blank the notes of every decision about a thing whose text is deleted for good."""
    session.execute(_SCRUB, {"of_kind": kind, "target": target_id})
