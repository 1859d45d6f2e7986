"""Reports and decisions as a file: the record that the Online Safety Act 2023 asks a service to keep (section 23).

Things by kind and number, people only by whether they had an account: who they were is no part of the record.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import spreadsheet
from learn.errors import Forbidden
from learn.moderation.facilitators import Scope
from learn.moderation.models import Decision, Flag, ReviewItem

BATCH = 1000
HEAD = (
    "Record", "Number", "When (UTC)", "Item", "Thing", "Number of the thing", "Cause", "Waiting since (UTC)", "Due (UTC)",
    "First opened (UTC)", "By", "What", "Reason", "State", "Settled or undone (UTC)", "Words",
)  # fmt: skip

_ITEM, _FLAG, _D = table_of(ReviewItem), table_of(Flag), table_of(Decision)
_OF_ITEM = (_ITEM.c.kind, _ITEM.c.target_id, _ITEM.c.source, _ITEM.c.created_at, _ITEM.c.due_at, _ITEM.c.first_seen_at)
_REPORTS = (
    select(
        _FLAG.c.id, _FLAG.c.at, _FLAG.c.item_id, *_OF_ITEM, _FLAG.c.reporter_id.is_not(None).label("has_account"), _FLAG.c.reason,
        _FLAG.c.state, _FLAG.c.settled_at, _FLAG.c.words,
    )
    .join(_ITEM, _ITEM.c.id == _FLAG.c.item_id)
    .where(_FLAG.c.id > bindparam("after"))
    .order_by(_FLAG.c.id)
    .limit(BATCH)
)  # fmt: skip
_DECISIONS = (
    select(_D.c.id, _D.c.at, _D.c.item_id, *_OF_ITEM, _D.c.act, _D.c.reason, _D.c.undone_at, _D.c.words, _D.c.actor_id)
    .join(_ITEM, _ITEM.c.id == _D.c.item_id)
    .where(_D.c.id > bindparam("after"))
    .order_by(_D.c.id)
    .limit(BATCH)
)


def must_see_all(theirs: Scope) -> None:
    """Raise Forbidden for facilitators of some themes only: the record is one."""
    if not theirs.is_all:
        raise Forbidden("The record is for facilitators of all themes, and for administrators.")


def record(session: Session) -> Iterator[str]:
    """The file, line by line: first the reports, then the decisions, each in the order of their numbers."""
    yield spreadsheet.MARK + spreadsheet.line(HEAD)
    for asked, line in ((_REPORTS, _report), (_DECISIONS, _decision)):
        after = 0
        while rows := session.execute(asked, {"after": after}).all():
            yield "".join(spreadsheet.line(line(row)) for row in rows)
            after = rows[-1].id


def _report(row: Any) -> list[Any]:
    by = "somebody with an account" if row.has_account else "somebody without an account"
    return [
        "report",
        *_common(row),
        by,
        "reported",
        row.reason.value,
        row.state.value,
        _time(row.settled_at),
        row.words,
    ]


def _decision(row: Any) -> list[Any]:
    by = "a facilitator" if row.actor_id is not None or row.words else "the site"
    state = "undone" if row.undone_at is not None else "holds"
    return ["decision", *_common(row), by, row.act, row.reason, state, _time(row.undone_at), row.words]


def _common(row: Any) -> list[Any]:
    times = (row.created_at, row.due_at, row.first_seen_at)
    return [
        row.id,
        _time(row.at),
        row.item_id,
        row.kind,
        row.target_id,
        row.source.value,
        *(_time(each) for each in times),
    ]


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment is not None else ""
