"""A person's own data, at their request: made into a file for them, or erased."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from courses.db import now
from learn.admin.people import acting, person
from learn.admin.room import administers, bp
from learn.people.own_data import requests as own_data
from learn.web import writing


@bp.post("/people/<int:number>/export")
@administers
def export_person(number: int) -> Any:
    """Let the worker make a file of all that is held about somebody."""
    row = acting.another(number)
    with writing() as session:
        own_data.ask_export(session, number, current_user.id, now())
    flash(f"The file is being made. You and {person.shown(row)} get a notice when it can be downloaded.", "success")
    return redirect(url_for(".one_person", number=number), 303)


@bp.get("/people/<int:number>/erase")
@administers
def erasing(number: int) -> str:
    """Say what erasing means."""
    row = acting.another(number)
    return render_template("admin/people/erase.html", person=row, name=person.shown(row), form=FlaskForm())


@bp.post("/people/<int:number>/erase")
@administers
def erase(number: int) -> str:
    """Erase everything about somebody, and say once what is kept and why."""
    acting.another(number)
    with writing() as session:
        kept = own_data.erase(session, number, now(), by_id=current_user.id)
    return render_template("admin/people/erased.html", number=number, kept=kept)
