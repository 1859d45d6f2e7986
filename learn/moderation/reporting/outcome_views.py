"""What came of it: a report, for whoever made it; a decision, for whose thing it was about."""

from typing import Any

from flask import render_template
from flask_login import current_user

from courses.db import now
from learn.errors import NotFound
from learn.extensions import db
from learn.moderation import decisions, flags, items, records
from learn.moderation.acts import REASONS
from learn.moderation.room import bp
from learn.notifications import kinds, notices
from learn.policy import Permission, permits
from learn.web import writing

GONE = "There is no such page for you. It may belong to another account of yours."


@bp.get("/reports/<int:number>")
@permits(Permission.ACCOUNT)
def report_outcome(number: int) -> str:
    """Show where one's own report stands."""
    session = db.session()
    found = flags.one(session, number)
    if found is None or found.reporter_id != current_user.id:
        raise NotFound(GONE)
    _note_as_read(f"/reports/{number}")
    label = items.called(session, found.kind, found.target_id)
    return render_template(
        "moderation/report_outcome.html", report=found, reason=flags.REASONS[found.reason], label=label
    )


@bp.get("/decisions/<int:number>")
@permits(Permission.ACCOUNT)
def decision(number: int) -> str:
    """Show what was decided about something of one's own, and why."""
    session = db.session()
    found = records.one(session, number)
    item = decisions.of(session, found.item_id) if found is not None else None
    if item is None or item.author_id != current_user.id or records.is_by_report(found):
        raise NotFound(GONE)
    _note_as_read(f"/decisions/{number}")
    kind = items.kinds().get(item.kind)
    origin: Any = kind.origin(session, item.target_id) if kind is not None else None
    label = (origin.label if origin is not None else "") or (kind.label if kind is not None else "contribution")
    said = kinds.DECIDED.get(found.act, "decided about your {thing}").format(thing=label) if found is not None else ""
    return render_template(
        "moderation/decision.html", decision=found, said=said, label=label, origin=origin,
        reason=REASONS.get(found.reason, "") if found is not None else "",
    )  # fmt: skip


def _note_as_read(path: str) -> None:
    """Whoever sees the page needs no notice of it any more; a GET writes only the reader's own read mark."""
    if current_user.unread:
        with writing() as session:
            notices.read_about(session, current_user.id, path, now())
