"""What the writing page shows: each field with its value, what is wrong with it, what was found in it, how long it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from learn import identifiers
from learn.components import clock, date, plural
from learn.stories.fields import COLUMNS, FIELDS, LINE, MOST_ROWS, SECTIONS, TABLE, TEXT, Field
from learn.stories.writing import attaching, checking, declaring, drafts, saving

FIRST_ROWS = {"steps": 3, "tips": 3}
"Rows that an empty list shows; others show one."
COUNTED = ("title", "summary")
"Lines whose length is always shown."
HEADINGS = {
    "name": "Name", "role": "Role", "orcid": "ORCID iD (optional)", "measure": "What was measured", "before": "Before",
    "after": "After", "unit": "Unit (optional)", "period": "Period (optional)", "source": "Source (optional)",
}  # fmt: skip
ROWS = {
    "steps": ("step", "Step"), "tips": ("tip", "Tip"), "tags": ("tag", "Tag"), "studies": ("study", "Study"),
    "references": ("reference", "Reference"), "authors": ("author", "Author"), "measures": ("measure", "Measure"),
}  # fmt: skip
"What one row of each list is called, in a sentence and before its number."
PARTS = (
    *((key, heading) for key, (heading, _) in SECTIONS.items() if key != "sending"),
    ("pictures", "Pictures and files"),
)
"The parts of the page in their order, before the last one."
LAST = ("sending", "Before you send it")


@dataclass(frozen=True)
class Box:
    """What was found in one text, and what its writer says to it."""

    where: str
    words: str
    is_held: bool
    kinds: str
    because: str
    is_confirmed: bool
    can_answer: bool = True
    "Not where the text was not saved: there it can only be taken out."


@dataclass
class Shown:
    """The page: what was typed, whether or not it could be saved."""

    row: Any
    fields: Mapping[str, Any]
    files: Sequence[Any]
    own: Sequence[str]
    themes: Sequence[Any]
    errors: Mapping[str, str]
    "Sentence by where it belongs; empty until somebody wanted to send it."
    typed: Mapping[str, str]
    "Texts of pictures that were not saved, by where they stand."
    more: str = ""
    "List or table that one more row is shown of."
    stood: Callable[[str], str] = str
    "Where a text stands on the page that is open, where that differs."

    def sections(self) -> list[tuple[str, str, tuple[Field, ...]]]:
        """Key, heading and fields of each section but the last."""
        return [(key, heading, fields) for key, (heading, fields) in SECTIONS.items() if key != LAST[0]]

    def last(self) -> tuple[Field, ...]:
        """The fields of the last section."""
        return SECTIONS[LAST[0]][1]

    def value(self, where: str) -> Any:
        """What stands at a place; empty where nothing does."""
        name, *inner = where.split(".")
        value = self.fields.get(name)
        for part in inner:
            if isinstance(value, list):
                value = value[int(part)] if int(part) < len(value) else ""
            else:
                value = value.get(part, "") if isinstance(value, dict) else ""
        return "" if value is None else value

    def month(self, name: str) -> tuple[str, str]:
        """Month and year as they were typed."""
        year, _, month = str(self.value(name)).partition("-")
        return month.lstrip("0") if month.isdecimal() else month, year

    def day(self) -> list[str]:
        """Day, month and year of a consent as they were typed."""
        return (str(self.value("declared.date")).split("/") + ["", "", ""])[:3]

    def rows(self, name: str) -> range:
        """Numbers of the rows to show: those that are filled in and an empty one, as long as there may be more."""
        filled = len(self.value(name) or ())
        wanted = max(filled + (1 if self.more == name else 0), FIRST_ROWS.get(name, 1))
        return range(min(wanted, MOST_ROWS[name]))

    def can_add(self, name: str) -> bool:
        """Whether there may be one more row."""
        return len(self.rows(name)) < MOST_ROWS[name]

    def error(self, where: str) -> str:
        """What is wrong at a place; empty when nothing is."""
        return self.errors.get(where, "")

    def choices(self, field: Field) -> list[tuple[str, str]]:
        """Keys and words to choose from."""
        return list(field.choices) or [(theme.slug, theme.title) for theme in self.themes]

    def columns(self, name: str) -> list[tuple[str, str]]:
        """The columns of a table: key and heading."""
        return [(column, HEADINGS[column]) for column in COLUMNS[f"{TABLE}:{name}"]]

    def file_text(self, one: Any, name: str) -> str:
        """What was typed about a picture or a file."""
        return self.typed.get(f"files.{one.id}.{name}", getattr(one, name))

    def guide(self, name: str) -> str:
        """How long a text is, and how long it should be."""
        return guide(FIELDS[name], str(self.value(name)))

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """What was found, by where it stands."""
        texts = {**saving.texts(dict(self.fields)), **attaching.texts(self.files), **self.typed}
        because, confirmed = (self.fields.get(kind) or {} for kind in ("because", "confirmed"))
        return {
            self.stood(where): Box(
                self.stood(where), checking.looks_like(found), identifiers.holds(found), saving.kinds_of(found), because.get(where, ""),
                where in confirmed, where not in self.typed,
            )
            for where, found in checking.findings(texts, self.own).items()
        }  # fmt: skip

    def needs(self, kind: str) -> bool:
        """Whether a declaration is asked for as the story stands."""
        return kind in declaring.needed(self.fields, self.files)

    def is_ticked(self, kind: str) -> bool:
        """Whether a declaration is made."""
        return kind in declaring.ticked(self.fields)

    @cached_property
    def left(self) -> dict[str, str]:
        """What each part still needs, in words, by its key."""
        missing: dict[str, int] = {key: 0 for key, _ in (*PARTS, LAST)}
        for where, _ in _missing(self.fields, self.files, self.own):
            missing[part_of(where)] += 1
        return {
            key: f"{count} to do" if count else "Ready" if self._has(key) else "Optional"
            for key, count in missing.items()
        }

    def _has(self, key: str) -> bool:
        """Whether something is filled in in a part."""
        return any(self.fields.get(field.name) for field in SECTIONS[key][1]) if key in SECTIONS else bool(self.files)

    def saved_words(self) -> str:
        """When it was saved last."""
        return saved_words(self.row.saves, self.row.saved_at)


def _missing(fields: Mapping[str, Any], files: Sequence[Any], own: Sequence[str]) -> list[checking.Problem]:
    return [
        *checking.template(fields), *checking.pictures(files), *declaring.problems(fields, files),
        *checking.unanswered(fields, files, own),
    ]  # fmt: skip


def page(
    session: Session, row: Any, *, fields: Mapping[str, Any] | None = None, problems: Sequence[checking.Problem] = (),
    typed: Mapping[str, str] | None = None, more: str = "", stood: Callable[[str], str] = str,
) -> Shown:  # fmt: skip
    """The page of a draft as it is saved, or with what was typed instead."""
    errors: dict[str, str] = {}
    for where, words in problems:
        errors.setdefault(where, words)
    return Shown(
        row, row.fields if fields is None else fields, attaching.of_draft(session, row.id),
        drafts.addresses(session, row.author_id), drafts.themes(session), errors, typed or {}, more, stood,
    )  # fmt: skip


def part_of(where: str) -> str:
    """The part of the page that a place lies in."""
    name = where.split(".")[0]
    if name == "files":
        return "pictures"
    if name == "declared":
        return LAST[0]
    return next(key for key, (_, fields) in SECTIONS.items() if any(field.name == name for field in fields))


def guide(field: Field, text: str) -> str:
    """As in "112 words, aim for 80 to 150", or for a line "12 of 90 characters"; empty where nothing is to be said."""
    if field.kind == TEXT and field.words != (0, 0):
        return f"{plural(checking.words(text), 'word')}, aim for {field.words[0]} to {field.words[1]}"
    if field.kind == LINE and (field.name in COUNTED or len(text) > field.longest):
        return f"{len(text)} of {field.longest} characters"
    return ""


def guides(fields: Mapping[str, Any]) -> dict[str, str]:
    """The guides of all fields that have one."""
    told = {
        name: guide(field, str(fields.get(name) or "")) for name, field in FIELDS.items() if field.kind in (LINE, TEXT)
    }
    return {name: words for name, words in told.items() if words}


def saved_words(saves: int, at: Any) -> str:
    """As in "Draft saved at 9:12am on 24 November 2026"."""
    return "Nothing is saved yet" if saves == 1 else f"Draft saved at {clock(at)} on {date(at)}"


def labels(names: Sequence[str]) -> list[str]:
    """What the fields are called in words."""
    more = {
        "declared": "What you declare",
        "because": "Why something is no patient number",
        "confirmed": "What you confirmed",
    }
    return [FIELDS[name].label if name in FIELDS else more[name] for name in names]
