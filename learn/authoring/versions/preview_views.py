"""A unit as a learner sees it: the real player for packages, the learner's own page for all else, and nothing recorded."""

from typing import Any

from flask import current_app, g, render_template, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select

from courses.catalogue import Unit
from courses.db import now
from courses.learning.models import Mode
from learn.authoring import showing
from learn.authoring.room import bp, writes
from learn.authoring.versions import reading
from learn.errors import NotFound
from learn.extensions import db
from learn.web import writing

_UNIT = select(Unit.id, Unit.position, Unit.title, Unit.kind, Unit.package_id, Unit.minutes).where(
    Unit.version_id == bindparam("version"), Unit.position == bindparam("position")
)


@bp.get("/modules/<slug>/versions/<int:n>/preview/<int:position>")
@writes
def preview(slug: str, n: int, position: int) -> str:
    """Show one unit."""
    session = db.session()
    found = reading.module(session, slug)
    row = reading.version(session, found, n)
    unit = session.execute(_UNIT, {"version": row.id, "position": position}).first()
    if unit is None:
        raise NotFound(f"Version {n} has no unit {position}.")
    units = reading.units(session, row.id)
    shown = _played(unit) if unit.package_id else _read(found, row, unit)
    return render_template(
        "authoring/preview.html", module=found, version=row, unit=unit, kind=showing.KINDS[unit.kind.value], units=units,
        others={"previous": _address(slug, n, position - 1, units), "next": _address(slug, n, position + 1, units)}, **shown,
    )  # fmt: skip


def _read(found: Any, row: Any, unit: Any) -> dict[str, Any]:
    """What the site itself shows."""
    show = current_app.extensions["frontline_unit_preview"]
    return {"player": None, "body": show(db.session(), found, row, unit.position)}


def _played(unit: Any) -> dict[str, Any]:
    """What is played from the content origin, by a play that records nothing."""
    with writing() as session:
        play = current_app.extensions["frontline_play"](
            session, unit, mode=Mode.PREVIEW, learner_id=None, session_id=current_user.session_id,
            frame_origins=current_user.frame_origins, now=now(),
        )  # fmt: skip
    g.frame_src = play.frame_source
    return {"player": play, "body": None}


def _address(slug: str, n: int, position: int, units: list[dict[str, Any]]) -> str | None:
    there = {unit["position"] for unit in units}
    return url_for(".preview", slug=slug, n=n, position=position) if position in there else None
