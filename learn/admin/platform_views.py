"""Platforms: the list, one of them, inviting, connecting by hand, changing, testing, pausing, and rules on roles."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import SelectChoice

from courses.db import now
from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.admin import platforms as reading
from learn.admin.forms import ANY, ChangeForm, PlatformForm, RuleForm
from learn.admin.room import administers, bp
from learn.config import settings
from learn.errors import NotFound
from learn.extensions import db
from learn.lti import connection, role_rules
from learn.lti.connect import by_hand, switch
from learn.web import writing


@bp.get("/")
@administers
def home() -> Any:
    """Begin with the platforms."""
    return redirect(url_for(".platforms"), 303)


@bp.get("/platforms")
@administers
def platforms() -> str:
    """List the platforms."""
    return render_template("admin/platforms.html", rows=reading.listed(db.session()))


@bp.post("/platforms/invite")
@administers
def invite() -> str:
    """Make an invitation and show it once: only its hash is kept."""
    with writing() as session:
        key = tickets.give(session, TicketKind.INVITE, now(), user_id=current_user.id, target="/lti/register")
        audit.note(session, "platform.invited", actor_id=current_user.id)
    return render_template("admin/invited.html", address=f"{settings().base_url}/lti/register?invite={key}")


@bp.get("/platforms/new")
@administers
def new() -> str:
    """Show the form for a connection by hand, with our own values to copy."""
    return _form_page(PlatformForm())


@bp.post("/platforms/new")
@administers
def add() -> Any:
    """Connect a platform by hand."""
    form = PlatformForm()
    if not form.validate():
        return _form_page(form), 422
    with writing() as session:
        number, is_new = by_hand.put(session, form.told(), now())
        audit.note(
            session, "platform.added" if is_new else "platform.changed", actor_id=current_user.id, registration=number
        )
    flash("The platform is connected. Test the connection now.", "success")
    return redirect(url_for(".platform", number=number), 303)


@bp.get("/platforms/<int:number>")
@administers
def platform(number: int) -> str:
    """Show one platform, its rules, and what went wrong lately."""
    return _page(_found(number))


@bp.get("/platforms/<int:number>/change")
@administers
def edit(number: int) -> str:
    """Show the form that changes a platform's addresses."""
    there = _found(number)
    there = {**there, "deployment_ids": "\n".join(there["deployments"])}
    return _form_page(ChangeForm(data={**there, "frame_origins": "\n".join(there["frame_origins"])}), there)


@bp.post("/platforms/<int:number>/change")
@administers
def save(number: int) -> Any:
    """Change a platform's addresses."""
    there, form = _found(number), ChangeForm()
    if not form.validate():
        return _form_page(form, there), 422
    with writing() as session:
        by_hand.put(session, form.changed(there), now())
        audit.note(session, "platform.changed", actor_id=current_user.id, registration=number)
    flash("The platform is changed.", "success")
    return redirect(url_for(".platform", number=number), 303)


@bp.post("/platforms/<int:number>/test")
@administers
def test(number: int) -> str:
    """Try what works, and say so on the platform's page."""
    there = _found(number)
    asked = connection.read(db.session(), number)
    db.session.rollback()  # nothing is open while the platform is asked
    return _page(there, findings=connection.test(asked) if asked else [])


@bp.post("/platforms/<int:number>/<any(approve, pause, resume):act>")
@administers
def change(number: int, act: str) -> Any:
    """Approve, pause or resume a platform."""
    with writing() as session:
        switch.switch(session, number, act, actor_id=current_user.id)
    flash(f"The platform is {switch.DONE[act]}.", "success")
    return redirect(url_for(".platform", number=number), 303)


@bp.post("/platforms/<int:number>/trust")
@administers
def trust(number: int) -> Any:
    """Believe the platform's email addresses, or do so no more."""
    trusts = request.form.get("trusts") == "yes"
    with writing() as session:
        switch.trust(session, number, trusts, actor_id=current_user.id)
    flash(
        "New people of this platform join the account of their address from now on." if trusts else
        "Accounts are joined by a code alone from now on. Those that were joined before stay joined.", "success",
    )  # fmt: skip
    return redirect(url_for(".platform", number=number, _anchor="trust"), 303)


@bp.post("/platforms/<int:number>/rules")
@administers
def add_rule(number: int) -> Any:
    """Let a role of the platform stand for one of ours."""
    there = _found(number)
    form = _rule_form(number)
    if not form.validate():
        return _page(there, form=form), 422
    with writing() as session:
        role_rules.add(session, number, form.rule(), now(), actor_id=current_user.id)
    flash("The rule counts from each person\u2019s next launch.", "success")
    return redirect(url_for(".platform", number=number, _anchor="rules"), 303)


@bp.post("/platforms/<int:number>/rules/<int:rule>/remove")
@administers
def remove_rule(number: int, rule: int) -> Any:
    """Take a rule away, and at once what it gave."""
    with writing() as session:
        if not role_rules.remove(session, number, rule, actor_id=current_user.id):
            raise NotFound("This rule is not there any more.")
    flash("The rule is removed, and nobody holds a role by it any more.", "success")
    return redirect(url_for(".platform", number=number, _anchor="rules"), 303)


def _found(number: int) -> dict[str, Any]:
    found = reading.one(db.session(), number)
    if found is None:
        raise NotFound(f"There is no platform {number}.")
    return found


def _rule_form(number: int) -> RuleForm:
    form = RuleForm()
    form.where.choices = [ANY, *(SelectChoice(*one) for one in reading.courses(db.session(), number))]
    return form


def _page(found: dict[str, Any], *, form: Any = None, findings: list[connection.Finding] | None = None) -> str:
    session, number = db.session(), found["id"]
    return render_template(
        "admin/platform.html", platform=found, refused=reading.refused(session, number), findings=findings or [],
        rules=reading.rules(session, number), form=form or _rule_form(number),
    )  # fmt: skip


def _form_page(form: Any, there: dict[str, Any] | None = None) -> str:
    ours = by_hand.ours(settings().base_url)
    return render_template(
        "admin/platform_form.html", form=form, platform=there, ours=ours, is_post=request.method == "POST"
    )
