"""What somebody reported, decided, or had decided about, for export, erasure and merging.

Reports and decisions are a record that the law asks for (Online Safety Act 2023, section 23): their codes and times stay, the
words and the person go.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.moderation.models import Decision, Flag, ReviewItem

_ITEM, _FLAG, _DECISION = table_of(ReviewItem), table_of(Flag), table_of(Decision)
_USER: Any = bindparam("user")
_ABOUT_ME = select(_ITEM.c.id).where(_ITEM.c.author_id == _USER)
_FILES: dict[str, Any] = {
    "looked_at": select(_ITEM.c.id, _ITEM.c.kind, _ITEM.c.target_id, _ITEM.c.source, _ITEM.c.state, _ITEM.c.created_at, _ITEM.c.closed_at)
    .where(_ITEM.c.author_id == _USER)
    .order_by(_ITEM.c.id),
    "reports": select(*(each for each in _FLAG.c if each.name != "reporter_id"))
    .where(_FLAG.c.reporter_id == _USER)
    .order_by(_FLAG.c.id),
    "facilitators_decisions": select(
        _DECISION.c.item_id, _DECISION.c.act, _DECISION.c.reason, _DECISION.c.words, _DECISION.c.before, _DECISION.c.at,
        _DECISION.c.undone_at, (_DECISION.c.actor_id == _USER).label("by_you"),
    )
    .where(or_(_DECISION.c.actor_id == _USER, _DECISION.c.item_id.in_(_ABOUT_ME)))
    .order_by(_DECISION.c.id),
}  # fmt: skip


def _export(session: Session, person: Person) -> dict[str, Rows]:
    mine = {"user": person.user_id}
    return {name: [dict(row) for row in session.execute(asked, mine).mappings()] for name, asked in _FILES.items()}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    user_id = person.user_id
    about = select(_ITEM.c.id).where(_ITEM.c.author_id == user_id)
    said = or_(_DECISION.c.actor_id == user_id, _DECISION.c.item_id.in_(about))
    session.execute(update(_DECISION).where(said).values(words=""))
    session.execute(update(_DECISION).where(_DECISION.c.actor_id == user_id).values(actor_id=None))
    session.execute(
        update(_FLAG).where(_FLAG.c.reporter_id == user_id).values(reporter_id=None, reporter_email="", words="")
    )
    session.execute(update(_ITEM).where(_ITEM.c.author_id == user_id).values(author_id=None))
    session.execute(update(_ITEM).where(_ITEM.c.lease_by_id == user_id).values(lease_by_id=None, lease_until=None))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    for column in (_ITEM.c.author_id, _ITEM.c.lease_by_id, _FLAG.c.reporter_id, _DECISION.c.actor_id):
        moved = update(column.table).where(column == source.user_id).values({column.name: into.user_id})
        session.execute(moved)


PERSONAL = PersonalData(
    tables=frozenset(each.name for each in (_ITEM, _FLAG, _DECISION)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "looked_at": "which of your stories and posts facilitators looked at, and when",
        "reports": "what you reported",
        "facilitators_decisions": "what facilitators decided about what you wrote, and what you decided as one",
    },
    keeps=(
        "That something was reported and what was decided stays as codes and dates, without your name or words, because the law "
        "asks for a record of it.",
    ),
)
