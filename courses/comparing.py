"""What changed between two versions of a module, in words: for whoever publishes one, and for learners who are offered it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import ModuleVersion, Unit
from courses.db import table_of
from courses.questions.models import Question

_VERSION, _UNIT, _QUESTION = (table_of(each) for each in (ModuleVersion, Unit, Question))
_VERSIONS = select(_VERSION.c.id, _VERSION.c.title, _VERSION.c.summary).where(
    _VERSION.c.id.in_(bindparam("versions", expanding=True))
)
_UNITS = select(_UNIT).where(_UNIT.c.version_id.in_(bindparam("versions", expanding=True))).order_by(_UNIT.c.position)
_QUESTIONS = (
    select(_UNIT.c.version_id, _UNIT.c.stable_key, *(column for column in _QUESTION.c if column.name not in ("id", "unit_id")))
    .join(_UNIT, _UNIT.c.id == _QUESTION.c.unit_id)
    .where(_UNIT.c.version_id.in_(bindparam("versions", expanding=True)))
    .order_by(_QUESTION.c.position)
)  # fmt: skip
SAID = ("body_html", "prompt", "url", "media", "kind")
"What a learner reads, watches or writes."
PLAYED = ("package_id", "play")
SETTINGS = (
    ("rule", "What completes it changed."), ("threshold", "The share that is needed changed."),
    ("max_attempts", "The number of tries changed."), ("weight", "Its share of the progress changed."),
    ("score_policy", "Which try counts changed."), ("release", "When it opens changed."),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One change: ``kind`` is title, summary, added, removed, renamed, content, package, questions, setting, required or moved."""

    kind: str
    title: str
    "The unit's, as it is now; of a removed one, as it was."
    words: str


def changes(session: Session, old_version_id: int, new_version_id: int) -> list[Change]:
    """What changed from the old version to the new one, in the order of the new; three statements."""
    both = {"versions": [old_version_id, new_version_id]}
    versions = {row.id: row for row in session.execute(_VERSIONS, both)}
    units: dict[int, dict[str, Any]] = {old_version_id: {}, new_version_id: {}}
    for row in session.execute(_UNITS, both).mappings():
        units[row["version_id"]][row["stable_key"]] = row
    asked: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for question in session.execute(_QUESTIONS, both):
        asked.setdefault((question.version_id, question.stable_key), []).append(tuple(question[2:]))
    old, new = units[old_version_id], units[new_version_id]
    found = list(_of_version(versions[old_version_id], versions[new_version_id]))
    moved = _moved(old, new)
    for key, unit in new.items():
        if key not in old:
            found.append(Change("added", unit["title"], "This unit is new."))
            continue
        found += _of_unit(old[key], unit)
        if asked.get((old_version_id, key)) != asked.get((new_version_id, key)):
            found.append(Change("questions", unit["title"], "Its questions changed."))
        if key in moved:
            found.append(Change("moved", unit["title"], f"It is number {unit['position']} now."))
    found += [Change("removed", unit["title"], "This unit is gone.") for key, unit in old.items() if key not in new]
    return found


def _of_version(old: Any, new: Any) -> Iterator[Change]:
    if old.title != new.title:
        yield Change("title", new.title, f"The module was called \u201c{old.title}\u201d.")
    if old.summary != new.summary:
        yield Change("summary", new.title, "The summary changed.")


def _of_unit(old: Any, new: Any) -> Iterator[Change]:
    title = new["title"]
    if old["title"] != title:
        yield Change("renamed", title, f"It was called \u201c{old['title']}\u201d.")
    if any(old[name] != new[name] for name in PLAYED):
        yield Change("package", title, "Its content changed.")
    elif any(old[name] != new[name] for name in SAID):
        yield Change("content", title, "What it says changed.")
    if old["is_required"] != new["is_required"]:
        yield Change("required", title, "It is required now." if new["is_required"] else "It is not required any more.")
    for name, words in SETTINGS:
        if old[name] != new[name]:
            yield Change("setting", title, words)


def _moved(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """Those of the units in both versions whose order among each other changed; what only slid along did not move."""
    before = [key for key in old if key in new]
    after = [key for key in new if key in old]
    kept = _longest_common(before, after)
    return {key for key in after if key not in kept}


def _longest_common(before: list[str], after: list[str]) -> set[str]:
    """The longest run of units that are still in the same order."""
    place = {key: number for number, key in enumerate(before)}
    runs: list[list[str]] = []
    for key in after:
        longest: list[str] = []
        for run in runs:
            if place[run[-1]] < place[key] and len(run) > len(longest):
                longest = run
        runs.append([*longest, key])
    return {key for run in sorted(runs, key=lambda run: -len(run))[:1] for key in run}
