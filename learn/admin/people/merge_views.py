"""Two accounts of one person become one, at their request."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from courses.db import now
from learn.accounts import people
from learn.admin.people import acting, finding, person
from learn.admin.people.forms import MergeForm
from learn.admin.room import administers, bp
from learn.extensions import db
from learn.people import merging as joining
from learn.web import writing


@bp.get("/people/<int:number>/merge")
@administers
def merging(number: int) -> Any:
    """Ask for the other account; once it is named, say what will happen."""
    row, is_named = acting.another(number), "into" in request.args
    form = MergeForm(request.args if is_named else None, meta={"csrf": False})
    if not is_named:
        return _form(row, form)
    other = _other(row, form)
    if other is None:
        return _form(row, form), 422
    pair = [finding.found(db.session(), finding.Asked(text=str(each)), now())[0] for each in (number, other.id)]
    return render_template("admin/people/merge_confirm.html", person=row, other=other, pair=pair)


@bp.post("/people/<int:number>/merge")
@administers
def merge(number: int) -> Any:
    """Let the other account take over everything; this one is closed."""
    row, form = acting.another(number), MergeForm()
    other = _other(row, form)
    if other is None:
        return _form(row, form), 422
    with writing() as session:
        joining.merge(session, number, other.id, now(), by_id=current_user.id)
    flash(f"Account {number} is joined with this one.", "success")
    return redirect(url_for(".one_person", number=other.id), 303)


def _other(row: Any, form: MergeForm) -> Any | None:
    """The account that goes on; None where the form has to say why it cannot be this one."""
    number = form.number()
    if number is None:
        return None
    other = person.one(db.session(), number)
    if other is None or people.standing(other, now()) in ("merged", "erased"):
        form.into.errors = [f"There is no account {number}. Enter the number of one that is there"]
    elif number == row.id:
        form.into.errors = ["Enter the number of the other account, not of this one"]
    elif number == current_user.id:
        form.into.errors = ["This is your own account. Another administrator has to join accounts with it"]
    else:
        return other
    return None


def _form(row: Any, form: FlaskForm) -> str:
    return render_template("admin/people/merge.html", person=row, name=person.shown(row), form=form)
