"""A module that changed while somebody was in it: what is different, and the switch or the wish to stay."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_login import current_user

from courses import comparing, versions
from courses.catalogue import Switch
from courses.db import now
from learn.extensions import db
from learn.passback import report
from learn.player import queries
from learn.player.views import asked_module, bp
from learn.policy import Permission, permits
from learn.web import writing


@bp.get("/modules/<slug>/switch")
@permits(Permission.LEARN)
def switch(slug: str) -> Any:
    """Show what the newer version changes; who has nothing to switch to is led back to the module."""
    row = asked_module(slug)
    offer = versions.offered(db.session(), current_user.learner_id, row.id)
    if offer is None:
        return redirect(queries.address(row, None), 303)
    return render_template(
        "player/switch.html", row=row, offer=offer, must=offer.policy is Switch.MUST,
        changes=comparing.changes(db.session(), offer.from_id, offer.to_id),
    )  # fmt: skip


@bp.post("/modules/<slug>/switch")
@permits(Permission.LEARN)
def switch_now(slug: str) -> Any:
    """Switch to the newer version, or remember that the learner stays with theirs."""
    row, wish, at = asked_module(slug), request.form.get("wish"), now()
    if wish not in ("switch", "stay"):
        abort(400)
    with writing() as session:
        if wish == "stay":
            versions.stay(session, current_user.learner_id, row.id)
        else:
            recorded = versions.switch(session, current_user.learner_id, row.id, at)
            if recorded is not None:
                report.report(session, current_user.learner_id, recorded, at)
    if wish == "switch":
        flash("You are on the new version. What you had done is kept.", "success")
    return redirect(queries.address(row, None), 303)
