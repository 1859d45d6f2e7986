"""What changed between two texts of a story, field by field and word by word: shown as ins and del, said in words too."""

import calendar
import difflib
import re
from dataclasses import dataclass
from typing import Any

from learn.stories import fields as template
from learn.stories.review import rounds

WORD = re.compile(r"\s+|[^\s]+")
MOST_WORDS = 4000
"Words of one text that are compared one by one; of a longer one the whole is shown as taken out and put in."
MONTHS = list(calendar.month_name)
LABELS = {"name": "File name", "alt": "Description", "caption": "Caption"}


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: str
    "same, gone or new."
    text: str


@dataclass(frozen=True)
class Change:
    """What changed in one field."""

    field: str
    "Its name in the template, or files."
    label: str
    pieces: tuple[Piece, ...]

    @property
    def said(self) -> str:
        """As in "5 words taken out, 8 put in"."""
        gone, new = (sum(len(p.text.split()) for p in self.pieces if p.kind == kind) for kind in ("gone", "new"))
        return f"{gone} {'word' if gone == 1 else 'words'} taken out, {new} put in"


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The fields that differ, in the order of the form; both as a round or a revision has them."""
    old, new = as_texts(before), as_texts(after)
    names = [*template.FIELDS, *sorted({*old, *new} - set(template.FIELDS))]
    return [
        Change(name, label(name), pieces(old.get(name, ""), new.get(name, "")))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def as_texts(fields: dict[str, Any]) -> dict[str, str]:
    """Each field as one plain text, a line for each row of a list or table; what is ticked or chosen in words."""
    found = {name: text(field, fields.get(name)) for name, field in template.FIELDS.items()}
    for n, row in (fields.get(rounds.FILES) or {}).items():
        found |= {f"{rounds.FILES}.{n}.{name}": str(said) for name, said in row.items()}
    return {name: said for name, said in found.items() if said}


def text(field: template.Field, value: Any) -> str:
    """One field's value as plain text."""
    choices = dict(field.choices)
    if field.kind == template.TICK:
        return "Yes" if value else ""
    if field.kind == template.CHOICES:
        return "\n".join(choices.get(key, key) for key in value or [])
    if field.kind == template.LINES:
        return "\n".join(str(line) for line in value or [])
    if field.kind == template.TABLE:
        return "\n".join(_row(row) for row in value or [])
    if field.kind == template.MONTH and value:
        return month_words(str(value))
    return str(choices.get(value, value) or "")


def _row(row: dict[str, Any]) -> str:
    """One row of a table, its first column bare and the others by name where they are numbers of a measure."""
    named = {"before": "before ", "after": "after ", "source": "source: "} if "measure" in row else {}
    return ", ".join(f"{named.get(column, '')}{cell}" for column, cell in row.items() if cell)


def month_words(text: str) -> str:
    """As in "January 2026"; what is no month stays as it is."""
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return text
    return f"{MONTHS[int(month)]} {year}"


def label(name: str) -> str:
    """What a field is called; of a file's, with its number."""
    if name in template.FIELDS:
        return template.FIELDS[name].label
    _, n, part = name.split(".")
    return f"{LABELS.get(part, part)} of picture or file {n}"


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as runs of words; white space is compared too, so that nothing is lost in between."""
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return tuple(piece for piece in (Piece("gone", before), Piece("new", after)) if piece.text)
    found = list[Piece]()
    for what, i, to_i, j, to_j in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[i:to_i]), "".join(new[j:to_j])
        if what == "equal":
            found.append(Piece("same", gone))
        else:
            found += [piece for piece in (Piece("gone", gone), Piece("new", came)) if piece.text]
    return tuple(found)
