"""Roles of a person: granted and taken away, each with its reason."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from courses.db import now
from learn.accounts.models import Role
from learn.admin.people import acting, person
from learn.admin.people.acting import Yourself
from learn.admin.people.forms import GrantForm, ReasonForm
from learn.admin.room import administers, bp
from learn.extensions import db
from learn.people import granting
from learn.web import writing

REVOKE = f"/people/<int:number>/roles/<any({', '.join(Role)}):role>/revoke"


@bp.get("/people/<int:number>/roles/grant")
@administers
def granting_role(number: int) -> str:
    """Show the form."""
    return _grant_page(acting.there(number), GrantForm(person.themes(db.session())))


@bp.post("/people/<int:number>/roles/grant")
@administers
def grant_role(number: int) -> Any:
    """Grant a role; one that is held gets other themes."""
    row, form = acting.there(number), GrantForm(person.themes(db.session()))
    if not form.validate():
        return _grant_page(row, form), 422
    role, themes = form.granted()
    with writing() as session:
        is_new = granting.grant(
            session, number, role, now(), by_id=current_user.id, reason=form.reason.data or "", themes=themes
        )
    who = person.shown(row)
    told = f"{who} is {role.value} from now on, and gets a notice." if is_new else f"{who} was {role.value} before."
    flash(told, "success")
    return redirect(url_for(".one_person", number=number), 303)


@bp.get(REVOKE)
@administers
def revoking_role(number: int, role: str) -> str:
    """Ask why, and say what it means."""
    return _revoke_page(_of(number, role), role, ReasonForm())


@bp.post(REVOKE)
@administers
def revoke_role(number: int, role: str) -> Any:
    """Take the role away."""
    row, form = _of(number, role), ReasonForm()
    if not form.validate():
        return _revoke_page(row, role, form), 422
    with writing() as session:
        is_gone = granting.revoke(
            session, number, Role(role), now(), by_id=current_user.id, reason=form.reason.data or ""
        )
    who = person.shown(row)
    told = f"{who} is not {role} any more, and gets a notice." if is_gone else f"{who} was not {role}."
    flash(told, "success")
    return redirect(url_for(".one_person", number=number), 303)


def _of(number: int, role: str) -> Any:
    """Whom it is about; the role by which one is here, nobody takes from themselves."""
    row = acting.there(number)
    if number == current_user.id and role == Role.ADMINISTRATOR:
        raise Yourself("Another administrator has to take this role from you.")
    return row


def _grant_page(row: Any, form: GrantForm) -> str:
    return render_template("admin/people/grant.html", person=row, name=person.shown(row), form=form)


def _revoke_page(row: Any, role: str, form: ReasonForm) -> str:
    return render_template("admin/people/revoke.html", person=row, name=person.shown(row), role=role, form=form)
