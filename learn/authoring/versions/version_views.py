"""One version for authors: what is in it, what changed, its report, and what can be done with it."""

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from courses import comparing, readiness
from courses.catalogue import VersionState
from learn.authoring import showing
from learn.authoring.room import bp, writes
from learn.authoring.versions import reading
from learn.authoring.versions.forms import HINTS, PublishForm
from learn.extensions import db


@bp.get("/modules/<slug>/versions/<int:n>")
@writes
def version(slug: str, n: int) -> str:
    """Show one version."""
    return page(slug, n, PublishForm())


def page(slug: str, n: int, form: Any) -> str:
    """The page, with the form of publishing as it was typed."""
    session = db.session()
    found = reading.module(session, slug)
    row = reading.version(session, found, n)
    is_draft = row.state is VersionState.DRAFT
    unfinished = readiness.missing(session, row.id) if is_draft else []
    if not (is_draft and found.current_version_id):
        del form.switch
    if not (is_draft and found.current_version_id and readiness.has_packages(session, row.id)):
        del form.is_compatible
    return render_template(
        "authoring/version.html", module=found, version=row, units=reading.units(session, row.id), unfinished=unfinished,
        changes=_changes(session, found, row), is_draft=is_draft, is_starter=reading.is_starter(found), form=form, hints=HINTS,
        **reading.standing(found, row), **showing.reported(reading.report(session, row.id)),
    )  # fmt: skip


def _changes(session: Session, found: Any, row: Any) -> list[comparing.Change] | None:
    """Against the version that learners get now; None where there is none, or this is it."""
    if found.current_version_id in (None, row.id):
        return None
    return comparing.changes(session, found.current_version_id, row.id)
