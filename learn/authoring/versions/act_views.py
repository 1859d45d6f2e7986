"""What authors do with a version: publish, retire, restore, copy. Each is a press, and a line of the trail."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from courses import copying, publishing
from courses.catalogue import Switch
from courses.db import now
from learn import audit
from learn.authoring.room import bp, writes
from learn.authoring.uploading import starting
from learn.authoring.versions import reading, version_views
from learn.authoring.versions.forms import CopyForm, PressForm, PublishForm
from learn.extensions import db
from learn.search import modules
from learn.web import writing


@bp.post("/modules/<slug>/versions/<int:n>/publish")
@writes
def publish(slug: str, n: int) -> Any:
    """Make a draft the version that new learners get."""
    form = PublishForm()
    found, row = _changeable(slug, n)
    if not form.validate():
        return version_views.page(slug, n, form), 422
    switch, is_compatible = Switch(form.switch.data), bool(form.is_compatible.data)
    with writing() as session:
        publishing.publish(session, row.id, now(), switch=switch, is_compatible=is_compatible)
        modules.keep(session, row.id)
        _note(session, "module.published", found, n, switch=switch.value, is_compatible=is_compatible)
    flash(f"Version {n} is published. New learners get it from now on.", "success")
    return _back(slug, n)


@bp.get("/modules/<slug>/versions/<int:n>/retire")
@writes
def confirm_retire(slug: str, n: int) -> str:
    """Say who is affected, and ask."""
    session = db.session()
    found = reading.module(session, slug)
    row = reading.version(session, found, n)
    return render_template(
        "authoring/retire.html", module=found, version=row, is_current=row.id == found.current_version_id,
        learners=reading.in_progress(session, found, row.id), form=PressForm(),
    )  # fmt: skip


@bp.post("/modules/<slug>/versions/<int:n>/retire")
@writes
def retire(slug: str, n: int) -> Any:
    """Take a version out of use; a draft is simply not wanted any more."""
    found, row = _changeable(slug, n)
    with writing() as session:
        publishing.retire(session, row.id)
        modules.keep(session, row.id)
        _note(session, "module.retired", found, n)
    flash(f"Version {n} is retired. You can restore it at any time.", "success")
    return _back(slug, n)


@bp.post("/modules/<slug>/versions/<int:n>/restore")
@writes
def restore(slug: str, n: int) -> Any:
    """Make a version that was published before the one that new learners get."""
    found, row = _changeable(slug, n)
    with writing() as session:
        publishing.restore(session, row.id, now())
        modules.keep(session, row.id)
        _note(session, "module.restored", found, n)
    flash(f"New learners get version {n} from now on. Whoever is on another stays there.", "success")
    return _back(slug, n)


@bp.post("/modules/<slug>/versions/<int:n>/copy")
@writes
def copy(slug: str, n: int) -> Any:
    """Make a draft with all that the version holds, to change it."""
    found, row = _changeable(slug, n)
    with writing() as session:
        new_id = copying.copy(session, row.id, now())
        made = _number(session, found, new_id)
        _note(session, "module.copied", found, n, version=made)
    flash(f"This is version {made}, a draft with all that version {n} holds. Change it, then publish it.", "success")
    return _back(slug, made)


@bp.get("/modules/<slug>/versions/<int:n>/copy-module")
@writes
def copy_form(slug: str, n: int) -> str:
    """Ask what the module of its own is called."""
    found = reading.module(db.session(), slug)
    row = reading.version(db.session(), found, n)
    return _copy_page(CopyForm(data={"title": f"{row.title} (copy)"[:255], "slug": f"{slug[:75]}-copy"}), found, row)


@bp.post("/modules/<slug>/versions/<int:n>/copy-module")
@writes
def copy_module(slug: str, n: int) -> Any:
    """Make a module of its own."""
    form = CopyForm()
    found = reading.module(db.session(), slug)
    row = reading.version(db.session(), found, n)
    if not form.validate():
        return _copy_page(form, found, row), 422
    try:
        with writing() as session:
            copying.copy_module(session, row.id, form.slug.data, form.title.data, now())
            _note(session, "module.copied", found, n, into=form.slug.data)
    except copying.CannotCopy as refusal:
        form.slug.errors = [refusal.message]
        return _copy_page(form, found, row), 422
    flash("This is a module of its own. Nobody sees it before you publish it.", "success")
    return _back(form.slug.data, 1)


def _changeable(slug: str, n: int) -> tuple[Any, Any]:
    """The module and its version; NotYours for starter content that nobody took over."""
    starting.module(db.session(), slug)
    found = reading.module(db.session(), slug)
    return found, reading.version(db.session(), found, n)


def _note(session: Session, action: str, found: Any, n: int, **more: Any) -> None:
    audit.note(session, action, actor_id=current_user.id, module=found.slug, **{"version": n, **more})


def _number(session: Session, found: Any, version_id: int) -> int:
    newest = reading.versions(session, found)
    return next(int(each["row"].n) for each in newest if each["row"].id == version_id)


def _copy_page(form: CopyForm, found: Any, row: Any) -> str:
    return render_template("authoring/copy.html", form=form, module=found, version=row)


def _back(slug: str, n: int) -> Any:
    return redirect(url_for(".version", slug=slug, n=n), 303)
