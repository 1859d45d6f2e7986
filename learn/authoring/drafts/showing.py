"""An outline as its page shows it: a line a unit, and the packages whose items are several units."""

from typing import Any

from flask import url_for

from courses import readiness
from courses.catalogue import UnitKind
from learn.authoring.drafts import found


def lines(row: Any, units: list[Any]) -> list[dict[str, Any]]:
    """One dict a unit: what it is, what completes it, when it opens, what is wrong with that, and where to change it."""
    by_key = {unit.stable_key: unit for unit in units}
    titles = {unit.stable_key: unit.title for unit in units}
    return [
        {
            "id": unit.id, "position": unit.position, "title": unit.title, "kind": found.KINDS[unit.kind], "minutes": unit.minutes,
            "is_required": unit.is_required, "weight": unit.weight, "completes": found.rule_words(unit),
            "opens": found.release_words(unit, titles), "problems": readiness.waits(unit, by_key), "edit": _edit_url(row, unit),
            "settings": _url(row, unit, "unit_settings"), "remove": _url(row, unit, "removing_unit"),
            "questions": _url(row, unit, "questions") if unit.kind is UnitKind.QUIZ else None,
            "is_first": unit.position == 1, "is_last": unit.position == len(units),
        }
        for unit in units
    ]  # fmt: skip


def packages(units: list[Any]) -> list[dict[str, Any]]:
    """The packages of which several units are items: id, how many, how many are required, and which."""
    of: dict[int, list[Any]] = {}
    for unit in units:
        if unit.package_id is not None:
            of.setdefault(unit.package_id, []).append(unit)
    return [
        {
            "id": number, "count": len(items), "required": sum(unit.is_required for unit in items),
            "first": items[0].position, "last": items[-1].position,
        }
        for number, items in of.items() if len(items) > 1
    ]  # fmt: skip


def _edit_url(row: Any, unit: Any) -> str:
    return _url(row, unit, "edit_unit" if unit.kind in found.WRITTEN else "unit_settings")


def _url(row: Any, unit: Any, view: str) -> str:
    return url_for(f"authoring.{view}", slug=row.slug, n=row.n, position=unit.position)
