"""What the form says: every field of the template out of what was posted, cleaned, and nothing judged.

Names in the form are those by which a revision says where a text stands: title, steps.0, measures.1.source. A section's
fields are read only where the form names the section, so that a part of the form never empties the rest.
"""

import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from learn.accounts.profile import clean
from learn.stories.fields import (
    CHOICE,
    CHOICES,
    COLUMNS,
    DECLARATIONS,
    DECLARATIONS_FROM,
    LINE,
    LINES,
    MONTH,
    MOST_ROWS,
    SECTIONS,
    TABLE,
    TEXT,
    TICK,
    Field,
    texts,
)

LONGEST = 20_000
"Characters of one text that a draft keeps; what is longer than the field allows is kept too, and has to be shortened to send it."
DECLARED = "declarations"
"Name of the section that holds what the author declares."
MONTHS = {name.casefold(): n for names in (month_name, month_abbr) for n, name in enumerate(names) if name} | {
    "sept": 9
}

Posted = MultiDict[str, str]


class Read:
    """What was posted: ``fields`` by name, and where each text of a list stands now that empty rows are gone."""

    def __init__(self, posted: Posted, themes: Collection[str]) -> None:
        self.posted, self.themes = posted, themes
        self.fields: dict[str, Any] = {}
        self.moved: dict[str, str] = {}
        "Where a row's texts stood in the form, and where they stand now: steps.2 -> steps.1."
        named = set(posted.getlist("section"))
        for key, (_, fields) in SECTIONS.items():
            if key in named:
                self.fields |= {field.name: self._value(field) for field in fields}
        if DECLARED in named:
            self.fields["declared"] = declared(posted)

    def texts(self) -> dict[str, str]:
        """Every text that was read, by where it stands."""
        return texts(self.fields)

    def answers(self, kind: str) -> dict[str, str]:
        """What was said to findings: ``because`` or ``confirmed``, by where the text stands now."""
        found = {
            name.removeprefix(f"{kind}."): text for name, text in self.posted.items() if name.startswith(f"{kind}.")
        }
        return {self.now(where): clean(text)[:400] for where, text in found.items()}

    def now(self, where: str) -> str:
        """Where a text of the form stands in what was read."""
        parts = where.split(".")
        row = ".".join(parts[:2])
        return ".".join([self.moved.get(row, row), *parts[2:]])

    def stood(self, where: str) -> str:
        """Where a text that stands here now stood in the form."""
        before = {now: was for was, now in self.moved.items()}
        parts = where.split(".")
        row = ".".join(parts[:2])
        return ".".join([before.get(row, row), *parts[2:]])

    def _value(self, field: Field) -> Any:
        name = field.name
        if field.kind == LINES:
            return list(self._rows(name, dict(_lines(self.posted, name))))
        if field.kind == TABLE:
            return list(self._rows(name, dict(_table(self.posted, name))))
        if field.kind == CHOICES:
            there = dict(field.choices)
            return [key for key in self.posted.getlist(name) if key in there]
        if field.kind == TICK:
            return bool(self.posted.get(name))
        if field.kind == MONTH:
            return month(self.posted.get(f"{name}.month", ""), self.posted.get(f"{name}.year", ""))
        text = self.posted.get(name, "")
        if field.kind == CHOICE:
            there_are: Collection[str] = dict(field.choices) or self.themes
            return text if text in there_are else ""
        return lines(text) if field.kind == TEXT else clean(text) if field.kind == LINE else text

    def _rows(self, name: str, rows: Mapping[int, Any]) -> Iterator[Any]:
        kept = 0
        for n in sorted(rows):
            row = rows[n]
            if any(row.values()) if isinstance(row, dict) else row:
                self.moved[f"{name}.{n}"] = f"{name}.{kept}"
                kept += 1
                yield row


def _number(text: str, name: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and int(text[:4]) < 10 * MOST_ROWS[name] else None


def _lines(posted: Posted, name: str) -> Iterator[tuple[int, str]]:
    for key, text in posted.items():
        start, _, number = key.partition(".")
        n = _number(number, name) if start == name else None
        if n is not None:
            yield n, clean(text)


def _table(posted: Posted, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    columns = COLUMNS[f"{TABLE}:{name}"]
    numbers = {key.split(".")[1] for key in posted if key.startswith(f"{name}.") and key.count(".") == 2}
    for number in numbers:
        n = _number(number, name)
        if n is not None:
            yield n, {column: clean(posted.get(f"{name}.{number}.{column}", "")) for column in columns}


def lines(text: str) -> str:
    """A text of several lines: one kind of line end, no control characters, nothing that turns the direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        letter for letter in text
        if letter in "\n\t" or (unicodedata.category(letter) not in ("Cc", "Cs", "Co") and not _turns(letter))
    )  # fmt: skip
    return "".join(kept).strip()


def _turns(letter: str) -> bool:
    return "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"


def month(month_typed: str, year_typed: str) -> str:
    """As in "2026-11"; what is no month comes back as it was typed, year first, to be put right."""
    month_text, year = (clean(part).replace("-", " ").strip()[:12] for part in (month_typed, year_typed))
    number = MONTHS.get(month_text.casefold(), month_text)
    if str(number).isdecimal() and str(number).isascii():
        number = f"{int(number):02d}"
    return f"{year}-{number}" if year or number else ""


def is_month(value: str) -> bool:
    """Whether it is a month that there is, from 1948 on."""
    year, _, number = value.partition("-")
    digits = year.isascii() and year.isdecimal() and len(year) == 4 and number.isascii() and number.isdecimal()
    return digits and 1948 <= int(year) <= 2100 and 1 <= int(number) <= 12


def declared(posted: Posted) -> dict[str, Any]:
    """What the author declares: kinds that are ticked, the text's version, whether a patient's own story is told, and evidence."""
    day, month_, year = (clean(posted.get(f"declared.{part}", ""))[:10] for part in ("day", "month", "year"))
    return {
        "kinds": [kind for kind in DECLARATIONS if posted.get(f"declared.{kind}")],
        "version": DECLARATIONS_FROM,
        "is_patients": bool(posted.get("declared.is_patients")),
        "approver": clean(posted.get("declared.approver", ""))[:150],
        "reference": clean(posted.get("declared.reference", ""))[:100],
        "date": "/".join((day, month_, year)) if day or month_ or year else "",
    }


def too_long(fields: Mapping[str, str]) -> list[str]:
    """Where a text is longer than a draft keeps."""
    return [where for where, text in fields.items() if len(text) > LONGEST]
