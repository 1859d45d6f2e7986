"""What a unit says: written in Markdown, looked at before it is saved, with pictures that are described."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from courses.catalogue import UnitKind
from courses.drafting import pages, seen
from courses.drafting.drafts import Changed
from courses.drafting.pages import Drawn
from courses.storage import open_storage
from learn.authoring.drafts import found, picturing, writing_form
from learn.authoring.drafts.forms import SourceForm
from learn.authoring.drafts.outline_views import DRAFT
from learn.authoring.room import bp, writes
from learn.config import settings
from learn.errors import NotFound
from learn.extensions import db
from learn.web import writing

PICTURES = {"authoring.save_unit"}
"Views that take a picture with their form."


@bp.url_value_preprocessor
def _room_for_a_picture(endpoint: str | None, values: Any) -> None:
    """Before the form's token is read: what comes here may be bigger than other forms."""
    if endpoint in PICTURES:
        request.max_content_length = picturing.LARGEST_FORM


@bp.get(f"{DRAFT}/units/<int:position>")
@writes
def edit_unit(slug: str, n: int, position: int) -> str:
    """Show the editor of a unit."""
    unit = _written(slug, n, position)
    typed = {"seen": seen.mark(unit), **{name: getattr(unit, name) for name in ("title", "source", "prompt", "url")}}
    return _page(unit, SourceForm(formdata=None, data=typed))


@bp.post(f"{DRAFT}/units/<int:position>")
@writes
def save_unit(slug: str, n: int, position: int) -> Any:
    """Save what was written, or show it, or add a picture to it; what was typed always comes back."""
    unit, form = _written(slug, n, position), SourceForm()
    form.source.data = writing_form.lines(form.source.data)
    act = request.form.get("act", "save")
    if act == "picture":
        return _with_picture(unit, form)
    drawn = writing_form.drawn(unit, form)
    if act == "preview":
        return _page(unit, form, drawn)
    if not writing_form.is_right(unit, form, drawn):
        return _page(unit, form, drawn if drawn and drawn.problems else None), 422
    return _save(unit, form, drawn)


def _save(unit: Any, form: SourceForm, drawn: Drawn | None) -> Any:
    more = writing_form.columns(unit, form, drawn)
    try:
        with writing() as session:
            pages.write(
                session, unit.version_id, unit.id, form.source.data or "", drawn, seen=form.seen.data or "", **more
            )
    except Changed as error:
        form.source.errors = [error.message]
        return _page(unit, form), 409
    flash("The unit is saved." + "".join(f" {note}" for note in (drawn.notes if drawn else [])), "success")
    if unit.kind is UnitKind.QUIZ:
        return redirect(url_for(".questions", slug=unit.slug, n=unit.n, position=unit.position), 303)
    return redirect(found.outline_url(unit) + f"#unit-{unit.position}", 303)


def _with_picture(unit: Any, form: SourceForm) -> Any:
    """Add a picture to the text that was typed; nothing but the picture is saved."""
    kept = picturing.received(unit, form, open_storage(settings().storage))
    if kept is None:
        return _page(unit, form), 422
    with writing() as session:
        pages.keep_picture(session, unit.version_id, unit.id, kept)
    shown = pages.markup(kept, form.description.data or "")
    form.source.data = writing_form.put_in(form.source.data or "", shown, form.at.data)
    form.description.data, form.is_decorative.data = "", False
    return _page(_written(unit.slug, unit.n, unit.position), form, added=kept["address"])


def _written(slug: str, n: int, position: int) -> Any:
    unit = found.unit(db.session(), slug, n, position)
    if unit.kind not in found.WRITTEN:
        raise NotFound("What this unit shows was uploaded. Upload it again to change it.")
    return unit


def _page(unit: Any, form: SourceForm, drawn: Drawn | None = None, *, added: str = "") -> str:
    others = [each for each in found.lines(db.session(), unit.version_id) if each.id != unit.id]
    return render_template(
        "authoring/drafts/page.html", unit=unit, form=form, kind=found.KINDS[unit.kind], crumbs=found.crumbs(unit),
        is_quiz=unit.kind is UnitKind.QUIZ, drawn=drawn, preview=Markup(drawn.body_html) if drawn else None,  # noqa: S704 - sanitised
        was_html=not unit.source and bool(unit.body_html), body=Markup(unit.body_html), added=added,  # noqa: S704 - sanitised
        pictures=unit.media.get("images", []), links=[(each.title, f"{each.stable_key}.md") for each in others[:100]],
        decorative=pages.DECORATIVE, label="Text" if unit.kind is UnitKind.PAGE else "Introduction",
        asks=unit.kind is UnitKind.REFLECTION, leads=unit.kind is UnitKind.LINK,
    )  # fmt: skip
