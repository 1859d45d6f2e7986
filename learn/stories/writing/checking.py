"""What is still missing before a story can be sent, and what in it looks like a patient's or somebody's data."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from learn import identifiers
from learn.identifiers import WORDS, Finding
from learn.stories.fields import COLUMNS, FIELDS, LINE, LINES, MONTH, TABLE, TEXT, Field
from learn.stories.models import FileKind
from learn.stories.writing import attaching, declaring, drafts, form, saving

Problem = tuple[str, str]
"""Where, as a form names it, and a sentence that says what to do."""

FEWEST_TIPS = 3
MISSING = {
    "title": "Enter a title", "summary": "Enter your story in one sentence", "theme": "Choose a theme",
    "organisation": "Enter the organisation", "region": "Choose a region", "setting": "Choose a setting",
    "profession": "Choose the profession that it fits best", "started": "Enter the month and the year when it began",
    "authors": "Enter at least one author", "problem": "Enter the problem and why it mattered",
    "steps": "Enter what you did, step by step", "cost": "Choose what it cost",
    "involved": "Choose who was involved", "did_not_work": "Enter what did not work",
    "differently": "Enter what you would do differently", "tips": "Enter three tips for others",
    "interests": "Enter competing interests, or None", "licence": "Choose the licence of the text",
}  # fmt: skip
"What is said where a required field is empty."
WORD = re.compile(r"\w[\w'\u2019-]*")
ORCID = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dXx])")


def findings(told: Mapping[str, Any], own: Collection[str] = ()) -> dict[str, list[Finding]]:
    """What is found in a revision's fields, or in texts by where they stand; ``own`` are addresses that may be given away."""
    is_texts = all(isinstance(value, str) for value in told.values())
    there = dict(told) if is_texts else saving.texts(dict(told))
    found = {where: identifiers.find(text, own) for where, text in there.items()}
    return {where: each for where, each in found.items() if each}


def words(text: str) -> int:
    """How many words a text has."""
    return len(WORD.findall(text))


def problems(session: Session, story_id: int) -> list[Problem]:
    """Everything that keeps the draft from being sent, in the order of the form; empty when nothing does."""
    row = drafts.any_one(session, story_id)
    if row is None:
        return []
    files = attaching.of_draft(session, story_id)
    own = drafts.addresses(session, row.author_id)
    return [
        *template(row.fields),
        *pictures(files),
        *declaring.problems(row.fields, files),
        *unanswered(row.fields, files, own),
    ]


def template(fields: Mapping[str, Any]) -> list[Problem]:
    """What is missing, too long or not understood in the fields of the template."""
    found: list[Problem] = []
    for field in FIELDS.values():
        found += _empty(field, fields) or _wrong(field, fields)
    return found


def _empty(field: Field, fields: Mapping[str, Any]) -> list[Problem]:
    value, name = fields.get(field.name), field.name
    if field.is_required and not value:
        return [(first_of(field), MISSING[name])]
    if name == "tips" and value is not None and len(value) < FEWEST_TIPS:
        return [(f"tips.{len(value)}", MISSING["tips"])]
    if name == "changed" and not (value or fields.get("measures") or fields.get("too_early")):
        return [("changed", "Enter what changed, or a measure, or say that it is too early")]
    if name == "quote_permission" and fields.get("quote") and not value:
        return [(name, "Say that they agreed to be quoted, or take the quote out")]
    if name == "involved_how" and "patients" in fields.get("involved", ()) and not value:
        return [(name, "Enter how patients and the public were involved")]
    return []


def _wrong(field: Field, fields: Mapping[str, Any]) -> list[Problem]:
    value, name = fields.get(field.name), field.name
    if field.kind == MONTH:
        return _month(field, str(value or ""), str(fields.get("started") or ""))
    if field.kind in (LINE, TEXT) and len(value or "") > field.longest:
        return [(name, f"Shorten \u201c{field.label}\u201d to {field.longest:,} characters")]
    if field.kind == LINES:
        long = [n for n, line in enumerate(value or ()) if len(line) > field.longest]
        return [
            (f"{name}.{n}", f"Shorten line {n + 1} of \u201c{field.label}\u201d to {field.longest} characters")
            for n in long
        ]
    if field.kind == TABLE:
        return [problem for n, line in enumerate(value or ()) for problem in _row(field, n, line)]
    if name == "other_theme" and value and value == fields.get("theme"):
        return [(name, "Choose another theme than the main one, or none")]
    return []


def _month(field: Field, value: str, started: str) -> list[Problem]:
    place = f"{field.name}.month"
    if value and not form.is_month(value):
        return [(place, f"Enter a month and a year for \u201c{field.label}\u201d, for example 11 2026")]
    if field.name == "ended" and value and form.is_month(started) and value < started:
        return [(place, "The month when it ended is before the month when it began")]
    return []


def _row(field: Field, n: int, row: Mapping[str, str]) -> list[Problem]:
    start, found = f"{field.name}.{n}", list[Problem]()
    for column, longest in COLUMNS[f"{TABLE}:{field.name}"].items():
        if len(row.get(column, "")) > longest:
            found.append((f"{start}.{column}", f"Shorten \u201c{row[column][:20]}\u2026\u201d to {longest} characters"))
    if field.name == "authors":
        if not row.get("name"):
            found.append((f"{start}.name", f"Enter the name of author {n + 1}"))
        if row.get("orcid") and not is_orcid(row["orcid"]):
            found.append((f"{start}.orcid", "Enter an ORCID iD as on orcid.org, for example 0000-0002-1825-0097"))
    if field.name == "measures":
        needed = {"measure": "what was measured", "before": "the value before", "after": "the value after"}
        found += [
            (f"{start}.{column}", f"Enter {what} in row {n + 1}")
            for column, what in needed.items()
            if not row.get(column)
        ]
    return found


def is_orcid(text: str) -> bool:
    """Whether it is an ORCID iD: its last character checks the others (ISO 7064, MOD 11-2)."""
    met = ORCID.fullmatch(text.strip())
    if met is None:
        return False
    digits, total = met[1].replace("-", "").upper(), 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[15] == ("X" if check == 10 else str(check))


def pictures(files: Sequence[Any]) -> list[Problem]:
    """Pictures that nobody has described yet."""
    return [
        (f"files.{each.id}.alt", f"Describe the picture {each.name} for people who cannot see it")
        for each in files if each.kind is FileKind.PICTURE and not each.alt
    ]  # fmt: skip


def unanswered(fields: Mapping[str, Any], files: Sequence[Any], own: Collection[str]) -> list[Problem]:
    """What was found and nobody said anything to."""
    because, confirmed = fields.get("because") or {}, fields.get("confirmed") or {}
    found: list[Problem] = []
    for where, each in findings({**saving.texts(dict(fields)), **attaching.texts(files)}, own).items():
        if identifiers.holds(each) and not because.get(where):
            found.append((where, f"{looks_like(each)} Take it out, or say why it is no patient number"))
        elif not identifiers.holds(each) and where not in confirmed:
            found.append((where, f"{looks_like(each)} Take it out, or confirm that it may be shown"))
    return found


def looks_like(found: Sequence[Finding]) -> str:
    """As in "This looks like an NHS number and a postcode."."""
    graver = [each for each in found if each.response == "hold"] or list(found)
    kinds = list(dict.fromkeys(WORDS[each.kind] for each in graver))
    named = [
        ("an " if name[0] in "aeiouANH" and not name.startswith(("hospital", "National")) else "a ") + name
        for name in kinds
    ]
    return f"This looks like {' and '.join(named)}."


def first_of(field: Field) -> str:
    """Where somebody begins to fill a field in."""
    inner = {LINES: ".0", MONTH: ".month", TABLE: f".0.{next(iter(COLUMNS.get(f'{TABLE}:{field.name}', [''])))}"}
    return field.name + inner.get(field.kind, "")


def counted(fields: Mapping[str, Any], files: Sequence[Any]) -> dict[str, int]:
    """How many findings of each kind the author looked at and left: for the trail, which holds nothing of what they are."""
    found = findings({**saving.texts(dict(fields)), **attaching.texts(files)})
    return dict(Counter(one.kind for each in found.values() for one in each))
