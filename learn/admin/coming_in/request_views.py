"""Who asks to come in with an address that an administrator decides about."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import bindparam, select
from wtforms import TextAreaField
from wtforms.validators import Length

from courses.db import now
from learn.accounts.by_email import domains
from learn.accounts.by_email.models import JoinRequest, Standing
from learn.admin.places import FIRST, PAGE, paged
from learn.admin.room import administers, bp
from learn.components import draw_textarea
from learn.errors import FrontlineError, NotFound
from learn.extensions import db
from learn.people.coming_in import joining
from learn.web import writing

_COLUMNS = (
    JoinRequest.id, JoinRequest.name, JoinRequest.address, JoinRequest.sponsor, JoinRequest.standing,
    JoinRequest.asked_at, JoinRequest.decided_at,
)  # fmt: skip
_WAITING = select(*_COLUMNS).where(JoinRequest.standing == Standing.WAITING).order_by(JoinRequest.id).limit(PAGE)
_DECIDED = (
    select(*_COLUMNS)
    .where(JoinRequest.standing != Standing.WAITING, JoinRequest.id < bindparam("before"))
    .order_by(JoinRequest.id.desc())
    .limit(PAGE + 1)
)
DONE = {Standing.APPROVED: "comes in. An email says so", Standing.REFUSED: "is told in an email"}


class Decided(FrontlineError):
    """Another administrator was quicker."""

    status = 409
    code = "decided"
    title = "This request was decided before"


class DecisionForm(FlaskForm):
    """What is said to whoever asked, and which button was pressed."""

    answer = TextAreaField(
        "What you say to them", [Length(max=1000, message="Use at most 1,000 letters")], widget=draw_textarea,
        description="They read it in an email and when they sign in. Needed when you refuse",
    )  # fmt: skip

    def decided(self) -> Standing | None:
        """The decision; None where it cannot be taken so."""
        if not self.validate():
            return None
        if request.form.get("act") == "approve":
            return Standing.APPROVED
        if not str(self.answer.data or "").strip():
            self.answer.errors = ["Enter why you refuse, so that they know what they can do"]
            return None
        return Standing.REFUSED


@bp.get("/requests")
@administers
def join_requests() -> str:
    """List who waits, the longest first, then what was decided, the newest first."""
    session = db.session()
    decided = paged(session.execute(_DECIDED, {"before": request.args.get("before", FIRST, type=int)}).all())
    older = url_for(".join_requests", before=decided.before) if decided.before is not None else None
    return render_template(
        "admin/requests.html", waiting=session.execute(_WAITING).all(), decided=decided, older=older, most=PAGE
    )


@bp.get("/requests/<int:number>")
@administers
def join_request(number: int) -> str:
    """Show one, with the form that decides it."""
    return _page(_found(number), DecisionForm())


@bp.post("/requests/<int:number>")
@administers
def decide_request(number: int) -> Any:
    """Approve or refuse it."""
    found, form = _found(number), DecisionForm()
    standing = form.decided()
    if standing is None:
        return _page(found, form), 422
    answer = str(form.answer.data or "").strip()
    with writing() as session:
        if not joining.decide(session, number, standing, answer, now(), actor_id=current_user.id):
            raise Decided("Load its page again to see how.")
    flash(f"{found.name} {DONE[standing]}.", "success")
    return redirect(url_for(".join_requests"), 303)


def _found(number: int) -> Any:
    found = joining.one(db.session(), number)
    if found is None:
        raise NotFound("This request is not there any more. Requests are kept for a year.")
    return found


def _page(found: Any, form: DecisionForm) -> str:
    rule = domains.decide(db.session(), found.address.partition("@")[2]).rule
    return render_template("admin/request.html", asked=found, form=form, organisation=rule.organisation if rule else "")
