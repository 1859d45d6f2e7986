"""A module's own page for authors: its versions and who is on which, and taking over one that came with the site."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import update

from courses.catalogue import Module, Origin
from learn import audit
from learn.authoring.room import bp, writes
from learn.authoring.versions import reading
from learn.extensions import db
from learn.web import writing


@bp.get("/modules/<slug>")
@writes
def module(slug: str) -> str:
    """Show a module's versions."""
    found = reading.module(db.session(), slug)
    rows = reading.versions(db.session(), found)
    return render_template(
        "authoring/module.html", module=found, versions=rows, is_starter=reading.is_starter(found),
        title=rows[0]["row"].title if rows else found.title,
    )  # fmt: skip


@bp.post("/modules/<slug>/take-over")
@writes
def take_over(slug: str) -> Any:
    """Let a module of the starter content be the authors' own from now on."""
    found = reading.module(db.session(), slug)
    with writing() as session:
        session.execute(update(Module).where(Module.id == found.id).values(origin=Origin.AUTHOR))
        audit.note(session, "module.taken_over", actor_id=current_user.id, module=slug)
    flash("This module is yours to change. Updates of the site do not change it any more.", "success")
    return redirect(url_for(".module", slug=slug), 303)
