"""Modules of units that are played, made by code: a published module whose units are turned into what a test needs."""

from typing import Any

from sqlalchemy import update

from courses.catalogue import Rule, Unit, UnitKind
from tests.modules import make_module

SCORM12 = {
    "kind": UnitKind.SCORM,
    "rule": Rule.STATUS,
    "threshold": 0,
    "play": {"version": "1.2", "href": "a.html", "identifier": "i1"},
}
SCORM2004 = {**SCORM12, "play": {**SCORM12["play"], "version": "2004"}}
H5P = {
    "kind": UnitKind.H5P,
    "rule": Rule.STATUS,
    "threshold": 0,
    "play": {"library": "H5P.MultiChoice 1.16", "scores": True},
}
PDF = {"kind": UnitKind.PDF, "rule": Rule.SEEN, "threshold": 100, "play": {"href": "a.pdf", "pages": 4}}
WEB = {"kind": UnitKind.WEB, "rule": Rule.VIEWED, "threshold": 0, "play": {"href": "index.html"}}


def make_played(session: Any, storage: Any, *units: dict[str, Any], **wanted: Any) -> Any:
    """A published module with these units, and a page after them so that no play alone completes it."""
    files = {f"{n:02d}-unit.md": f"# Unit {n}\n\nText." for n in range(1, len(units) + 2)}
    made = make_module(session, storage, files, **wanted)
    for row, values in zip(made.units, units, strict=False):
        session.execute(update(Unit).where(Unit.id == row.id).values(**values))
    session.commit()
    return made
