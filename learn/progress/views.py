"""My progress: what I started, finished and sent; the same page prints as a transcript."""

from flask import Blueprint, render_template
from flask_login import current_user

from courses.db import now
from learn.extensions import db
from learn.policy import Permission, permits
from learn.progress import mine as reading

bp = Blueprint("progress", __name__)


@bp.get("/me")
@permits(Permission.READ)
def mine() -> str:
    """Show the learner's record, module by module."""
    rows = reading.rows(db.session(), current_user.learner_id)
    totals = {
        "units": sum(row["units_done"] for row in rows),
        "modules": sum(row["state"] == "completed" for row in rows),
        "minutes": sum(row["minutes"] for row in rows if row["state"] == "completed"),
    }
    return render_template("progress/mine.html", name=current_user.name, printed_at=now(), totals=totals, rows=rows)
