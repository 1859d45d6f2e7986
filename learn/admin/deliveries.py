"""Results that need help: how many, where and why, for whoever runs the site."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.admin.room import COUNTS, administers, bp
from learn.extensions import db
from learn.lti.models import LineItem, Registration
from learn.passback import resend, words
from learn.passback.models import Delivery, Score
from learn.web import writing

_TROUBLE = (
    select(Registration.id, Registration.name, Score.last_error, func.count().label("count"))
    .select_from(Score)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .join(Registration, Registration.id == LineItem.registration_id)
    .where(Score.state == Delivery.NEEDS_HELP)
    .group_by(Registration.id, Registration.name, Score.last_error)
    .order_by(Registration.name, Score.last_error)
)
MOST = 1000
_COUNT = select(func.count()).select_from(
    select(Score.id).where(Score.state == Delivery.NEEDS_HELP).limit(MOST).subquery()
)


def count(session: Session) -> int:
    """How many results need help, up to a thousand: by an index that holds those alone."""
    return session.scalar(_COUNT) or 0


COUNTS["admin.deliveries"] = lambda: count(db.session())


@bp.get("/deliveries")
@administers
def deliveries() -> str:
    """Show what could not be sent, by platform and reason."""
    rows = [
        {**row._mapping, "why": words.STAFF_REASONS.get(row.last_error, words.STAFF_REASONS["refused"]).format(name=row.name)}
        for row in db.session.execute(_TROUBLE)
    ]  # fmt: skip
    return render_template("admin/deliveries.html", rows=rows, standing=resend.standing(db.session(), now()))


@bp.post("/deliveries/resend")
@administers
def resend_all() -> Any:
    """Send again what needs help: of one platform, or of all."""
    platform, total, after = request.form.get("platform", type=int), 0, 0
    at, following = now(), True
    while following:
        with writing() as session:
            done, reached = resend.batch(session, at, after=after, registration_id=platform, everything=False)
        total, following, after = total + done, reached is not None, reached or 0
    with writing() as session:
        audit.note(session, "passback.resent", actor_id=current_user.id, registration=platform, scores=total)
    flash(f"{total} {'result is' if total == 1 else 'results are'} being sent again.", "success")
    return redirect(url_for(".deliveries"), 303)
