"""Courses: listed, made, renamed, and the modules in them put in order."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from courses.drafting import pathways
from learn import audit
from learn.authoring.drafts.forms import AboutForm
from learn.authoring.pathways import reading
from learn.authoring.room import MORE, bp, writes
from learn.errors import NotFound
from learn.extensions import db
from learn.web import writing

MORE += [("Courses", "authoring.courses")]
DONE = {
    "up": "The order is saved.", "down": "The order is saved.", "require": "The course counts this module now.",
    "spare": "The course does not count this module any more.",
    "remove": "The module is out of the course. What learners did in it is kept.",
}  # fmt: skip


@bp.get("/courses")
@writes
def courses() -> str:
    """List the courses."""
    return render_template("authoring/pathways/list.html", courses=reading.every(db.session()))


@bp.get("/courses/new")
@writes
def new_course() -> str:
    """Show the form of a new course."""
    return render_template("authoring/pathways/new.html", form=AboutForm())


@bp.post("/courses/new")
@writes
def make_course() -> Any:
    """Make a course without modules."""
    form = AboutForm()
    if not form.validate():
        return render_template("authoring/pathways/new.html", form=form), 422
    with writing() as session:
        slug = pathways.create(session, form.title.data or "", form.summary.data or "")
        audit.note(session, "course.made", actor_id=current_user.id, course=slug)
    flash("The course is made. Add its first module: learners see a course once it has one.", "success")
    return redirect(url_for(".course", slug=slug), 303)


@bp.get("/courses/<slug>")
@writes
def course(slug: str) -> str:
    """Show a course with its modules."""
    row = reading.one(db.session(), slug)
    return _page(row, AboutForm(formdata=None, data={"title": row.title, "summary": row.summary}))


@bp.post("/courses/<slug>")
@writes
def rename_course(slug: str) -> Any:
    """Change title and summary."""
    row, form = reading.one(db.session(), slug), AboutForm()
    if not form.validate():
        return _page(row, form), 422
    with writing() as session:
        pathways.rename(session, row.id, form.title.data or "", form.summary.data or "")
        audit.note(session, "course.changed", actor_id=current_user.id, course=slug, act="rename")
    return _back(slug, "The title and the summary are saved.")


@bp.post("/courses/<slug>/modules")
@writes
def add_module(slug: str) -> Any:
    """Add a module at the end."""
    row, number = reading.one(db.session(), slug), request.form.get("module", 0, int)
    if not number:
        form = AboutForm(formdata=None, data={"title": row.title, "summary": row.summary})
        return _page(row, form, wrong="Choose a module to add"), 422
    with writing() as session:
        pathways.add(session, row.id, number)
        audit.note(session, "course.changed", actor_id=current_user.id, course=slug, act="add", module=number)
    return _back(slug, "The module is added at the end.")


@bp.post("/courses/<slug>/modules/<int:number>")
@writes
def change_place(slug: str, number: int) -> Any:
    """Move a module, take it out, or say whether the course counts it."""
    row, act = reading.one(db.session(), slug), request.form.get("to", "")
    if act not in DONE:
        raise NotFound("There is nothing like this to do with a module.")
    with writing() as session:
        if act in ("up", "down"):
            pathways.move(session, row.id, number, -1 if act == "up" else 1)
        elif act == "remove":
            pathways.remove(session, row.id, number)
        else:
            pathways.require(session, row.id, number, act == "require")
        audit.note(session, "course.changed", actor_id=current_user.id, course=slug, act=act, module=number)
    return _back(slug, DONE[act])


def _back(slug: str, words: str) -> Any:
    flash(words, "success")
    return redirect(url_for(".course", slug=slug, _anchor="modules"), 303)


def _page(row: Any, form: AboutForm, *, wrong: str = "") -> str:
    session, words = db.session(), request.args.get("q", "").strip()[:100]
    modules = reading.modules(session, row.id)
    found = reading.others(session, row.id, words)
    errors = [{"text": wrong, "href": "#module"}] if wrong else []
    return render_template(
        "authoring/pathways/course.html", course=row, form=form, modules=modules, found=found, words=words, errors=errors,
        has_more=len(found) == reading.MOST_FOUND, counted=any(each.is_required for each in modules),
    )  # fmt: skip
