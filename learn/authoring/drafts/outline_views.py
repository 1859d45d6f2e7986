"""A draft's outline: its units in order, moved, added, removed; and a module from nothing."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from courses import readiness
from courses.catalogue import Theme, UnitKind
from courses.db import now
from courses.drafting import drafts, modules, outline
from learn import audit
from learn.authoring.drafts import found, showing
from learn.authoring.drafts.forms import AboutForm, AddForm, ModuleForm
from learn.authoring.room import bp, writes
from learn.extensions import db
from learn.web import writing

DRAFT = "/modules/<slug>/versions/<int:n>"
_THEMES = select(Theme.slug, Theme.title).order_by(Theme.position)


@bp.get("/modules/new")
@writes
def new_module() -> str:
    """Show the form for a module from nothing."""
    return _new_page(ModuleForm(_themes()))


@bp.post("/modules/new")
@writes
def make_module() -> Any:
    """Make a module with an empty draft."""
    form = ModuleForm(_themes())
    if not form.validate():
        return _new_page(form), 422
    with writing() as session:
        theme_id = session.scalar(select(Theme.id).where(Theme.slug == form.theme.data))
        slug = modules.create(session, theme_id or 0, form.title.data or "", form.summary.data or "", now())
        audit.note(session, "module.made", actor_id=current_user.id, module=slug)
    flash("The module is made. Add its first unit.", "success")
    return redirect(url_for(".outline", slug=slug, n=1), 303)


@bp.get(f"{DRAFT}/outline", endpoint="outline")
@writes
def show(slug: str, n: int) -> str:
    """Show the units of a draft in their order."""
    return _page(found.draft(db.session(), slug, n), AddForm(formdata=None))


@bp.get(f"{DRAFT}/about")
@writes
def about(slug: str, n: int) -> str:
    """Show what the draft is called."""
    row = found.draft(db.session(), slug, n)
    return _about_page(row, AboutForm(data={"title": row.title, "summary": row.summary}))


@bp.post(f"{DRAFT}/about")
@writes
def rename(slug: str, n: int) -> Any:
    """Change what the draft is called."""
    row, form = found.draft(db.session(), slug, n), AboutForm()
    if not form.validate():
        return _about_page(row, form), 422
    with writing() as session:
        drafts.rename(session, row.id, form.title.data or "", form.summary.data or "")
    return _back(row, "The title and the summary are saved.")


@bp.post(f"{DRAFT}/outline/add")
@writes
def add_unit(slug: str, n: int) -> Any:
    """Add an empty unit and open it."""
    row, form = found.draft(db.session(), slug, n), AddForm()
    if not form.validate():
        return _page(row, form), 422
    with writing() as session:
        position = outline.add(session, row.id, UnitKind(form.kind.data), form.title.data or "")
    return redirect(url_for(".edit_unit", slug=slug, n=n, position=position), 303)


@bp.post(f"{DRAFT}/outline/move")
@writes
def move_unit(slug: str, n: int) -> Any:
    """Move a unit up or down."""
    row = found.draft(db.session(), slug, n)
    number = request.form.get("unit", 0, int)
    with writing() as session:
        place = outline.move(session, row.id, number, -1 if request.form.get("to") == "up" else 1)
    flash(f"It is unit {place} now.", "success")
    return redirect(url_for(".outline", slug=slug, n=n, _anchor=f"unit-{place}"), 303)


@bp.post(f"{DRAFT}/outline/require")
@writes
def require_package(slug: str, n: int) -> Any:
    """Make all units of one package required."""
    row = found.draft(db.session(), slug, n)
    with writing() as session:
        count = outline.require_package(session, row.id, request.form.get("package", 0, int))
    return _back(row, f"All {count} items of the package have to be completed now.")


@bp.get(f"{DRAFT}/units/<int:position>/remove")
@writes
def removing_unit(slug: str, n: int, position: int) -> str:
    """Ask whether a unit is to go."""
    unit = found.unit(db.session(), slug, n, position)
    return render_template(
        "authoring/drafts/remove.html", unit=unit, kind=found.KINDS[unit.kind], crumbs=found.crumbs(unit)
    )


@bp.post(f"{DRAFT}/units/<int:position>/remove")
@writes
def remove_unit(slug: str, n: int, position: int) -> Any:
    """Take a unit out of the draft: the one that was shown, wherever it is by now."""
    row = found.draft(db.session(), slug, n)
    with writing() as session:
        outline.remove(session, row.id, request.form.get("unit", 0, int))
    return _back(row, "The unit is removed.")


def _back(row: Any, words: str) -> Any:
    flash(words, "success")
    return redirect(found.outline_url(row), 303)


def _themes() -> dict[str, str]:
    return {row.slug: row.title for row in db.session().execute(_THEMES)}


def _new_page(form: ModuleForm) -> str:
    return render_template("authoring/drafts/new.html", form=form)


def _about_page(row: Any, form: AboutForm) -> str:
    return render_template("authoring/drafts/about.html", row=row, form=form, crumbs=found.crumbs(row))


def _page(row: Any, form: AddForm) -> str:
    session = db.session()
    units = found.lines(session, row.id)
    return render_template(
        "authoring/drafts/outline.html", row=row, form=form, crumbs=found.above(row), lines=showing.lines(row, units),
        packages=showing.packages(units), missing=readiness.missing(session, row.id),
    )  # fmt: skip
