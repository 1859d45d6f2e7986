"""A unit's settings: what it is called, how much it counts, what completes it, and when it opens."""

from typing import Any

from flask import flash, redirect, render_template

from courses.drafting import outline, seen
from courses.drafting.drafts import Changed
from learn.authoring.drafts import found
from learn.authoring.drafts.outline_views import DRAFT
from learn.authoring.drafts.settings_form import SettingsForm, typed_of
from learn.authoring.room import bp, writes
from learn.extensions import db
from learn.web import writing


@bp.get(f"{DRAFT}/units/<int:position>/settings")
@writes
def unit_settings(slug: str, n: int, position: int) -> str:
    """Show what is chosen for a unit."""
    unit = found.unit(db.session(), slug, n, position)
    return _page(unit, _form(unit, data={**typed_of(unit), "seen": seen.mark(unit)}))


@bp.post(f"{DRAFT}/units/<int:position>/settings")
@writes
def save_settings(slug: str, n: int, position: int) -> Any:
    """Change what is chosen for a unit."""
    unit = found.unit(db.session(), slug, n, position)
    form = _form(unit)
    chosen = form.chosen()
    if chosen is None:
        return _page(unit, form), 422
    try:
        with writing() as session:
            outline.change(session, unit.version_id, unit.id, chosen, seen=form.seen.data or "")
    except Changed as error:
        form.title.errors = [error.message]
        return _page(unit, form), 409
    flash("The settings are saved.", "success")
    return redirect(found.outline_url(unit) + f"#unit-{position}", 303)


def _form(unit: Any, **more: Any) -> SettingsForm:
    earlier = [each for each in found.lines(db.session(), unit.version_id) if each.position < unit.position]
    return SettingsForm(unit, earlier, **more)


def _page(unit: Any, form: SettingsForm) -> str:
    shown = {"unit": unit, "form": form, "kind": found.KINDS[unit.kind], "crumbs": found.crumbs(unit)}
    return render_template("authoring/drafts/settings.html", **shown, is_written=unit.kind in found.WRITTEN)
