"""The list of people, and finding one."""

from typing import Any

from flask import render_template, request, url_for

from courses.db import now
from learn.accounts.models import Role
from learn.admin.people import finding
from learn.admin.room import administers, bp
from learn.extensions import db


@bp.get("/people")
@administers
def people() -> str:
    """List whoever fits what is looked for, newest first."""
    given = {name: request.args.get(name, "") for name in ("text", "role", "suspended")}
    asked = finding.asked_for(**given)
    rows = finding.found(db.session(), asked, now(), before=request.args.get("before", type=int))
    kept: dict[str, Any] = {"text": asked.text, "role": asked.role, "suspended": "yes" if asked.is_suspended else ""}
    older = url_for(".people", before=rows.before, **{name: value for name, value in kept.items() if value})
    return render_template(
        "admin/people/list.html", rows=rows, asked=asked, roles=list(Role), older=older if rows.before else None
    )
