"""The community rules, accepted before the first post or story; whoever accepts goes on where they were."""

from typing import Any

from flask import redirect, render_template, request
from flask_login import current_user

from courses.db import now
from learn.discussion import rules
from learn.discussion.room import bp
from learn.policy import Permission, permits
from learn.web import local_path, writing


@bp.get("/rules/accept")
@permits(Permission.WRITE)
def accept_rules() -> str:
    """Show them, and one button."""
    return render_template(
        "discussion/rules.html", version=rules.since(), next=local_path(request.args.get("next"), "/forum")
    )


@bp.post("/rules/accept")
@permits(Permission.WRITE)
def accept_rules_now() -> Any:
    """Note it, and lead back to what was being written."""
    with writing() as session:
        rules.accept(session, current_user.id, now())
    return redirect(local_path(request.form.get("next"), "/forum"), 303)
