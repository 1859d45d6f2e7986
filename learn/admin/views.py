"""For administrators: the platforms that may launch this site."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user

from courses.db import now
from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.admin import platforms as reading
from learn.config import settings
from learn.errors import NotFound
from learn.extensions import db
from learn.lti import connection
from learn.lti.connect import switch
from learn.policy import Permission, permits
from learn.web import writing

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@permits(Permission.ADMINISTER)
def home() -> Any:
    """Begin with the platforms."""
    return redirect(url_for(".platforms"), 303)


@bp.get("/platforms")
@permits(Permission.ADMINISTER)
def platforms() -> str:
    """List the platforms."""
    return render_template("admin/platforms.html", rows=reading.listed(db.session()))


@bp.post("/platforms/invite")
@permits(Permission.ADMINISTER)
def invite() -> str:
    """Make an invitation and show it once: only its hash is kept."""
    with writing() as session:
        key = tickets.give(session, TicketKind.INVITE, now(), user_id=current_user.id, target="/lti/register")
        audit.note(session, "platform.invited", actor_id=current_user.id)
    return render_template("admin/invited.html", address=f"{settings().base_url}/lti/register?invite={key}")


@bp.get("/platforms/<int:number>")
@permits(Permission.ADMINISTER)
def platform(number: int) -> str:
    """Show one platform, and what went wrong lately."""
    return _page(number)


@bp.post("/platforms/<int:number>/test")
@permits(Permission.ADMINISTER)
def test(number: int) -> str:
    """Try what works, and say so on the platform's page."""
    asked = connection.read(db.session(), number)
    db.session.rollback()  # nothing is open while the platform is asked
    return _page(number, connection.test(asked) if asked else [])


@bp.post("/platforms/<int:number>/<any(approve, pause, resume):act>")
@permits(Permission.ADMINISTER)
def change(number: int, act: str) -> Any:
    """Approve, pause or resume a platform."""
    with writing() as session:
        switch.switch(session, number, act, actor_id=current_user.id)
    flash(f"The platform is {switch.DONE[act]}.", "success")
    return redirect(url_for(".platform", number=number), 303)


def _page(number: int, findings: list[connection.Finding] | None = None) -> str:
    found = reading.one(db.session(), number)
    if found is None:
        raise NotFound(f"There is no platform {number}.")
    refused = reading.refused(db.session(), number)
    return render_template("admin/platform.html", platform=found, refused=refused, findings=findings or [])
