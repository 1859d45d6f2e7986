"""The administrator's look for patient identifiers at what is there already: begun here, and how far it is."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from courses.db import now
from learn.extensions import db
from learn.moderation import items, queue
from learn.moderation.desk import showing
from learn.moderation.room import bp
from learn.moderation.scanning import scanning
from learn.policy import Permission, permits
from learn.web import writing

administers = permits(Permission.ADMINISTER)


@bp.get("/moderation/scan")
@administers
def scan() -> str:
    """Show how far the last scan is."""
    session = db.session()
    last = scanning.last(session)
    kind = items.kinds().get(last.kind) if last is not None else None
    return render_template(
        "moderation/scan.html", scan=last, looks_at=kind.label if kind is not None else "", waiting=showing.waiting(session),
        most=queue.MOST_COUNTED,
    )  # fmt: skip


@bp.post("/moderation/scan")
@administers
def begin_scan() -> Any:
    """Have everything looked at."""
    with writing() as session:
        scanning.begin(session, now(), actor_id=current_user.id)
    flash("The scan is under way. Load this page again to see how far it is.", "success")
    return redirect(url_for(".scan"), 303)
