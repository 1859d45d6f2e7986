"""A draft as Markdown, for whoever wrote it to take along."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from learn.stories.fields import CHOICE, CHOICES, COLUMNS, LINES, SECTIONS, TABLE, TEXT, TICK, Field
from learn.stories.models import FileKind
from learn.stories.writing.showing import HEADINGS

MARKS = re.compile(r"([\\`*_{}\[\]<>#|])")


def markdown(fields: Mapping[str, Any], files: Sequence[Any], themes: Mapping[str, str]) -> str:
    """The whole draft under the headings of the form; what is empty is left out."""
    blocks = [f"# {plain(fields['title']) or 'Story'}"]
    for heading, section in SECTIONS.values():
        inner = [
            block
            for field in section
            if field.name != "title"
            if (block := _block(field, fields.get(field.name), themes))
        ]
        blocks += [f"## {heading}", *inner] if inner else []
    for kind, heading in ((FileKind.PICTURE, "Pictures"), (FileKind.FILE, "Files")):
        lines = [
            f"- {plain(': '.join(filter(None, (one.name, one.alt, one.caption))))}" for one in files if one.kind is kind
        ]
        blocks += [f"## {heading}", "\n".join(lines)] if lines else []
    return "\n\n".join(blocks) + "\n"


def plain(text: str) -> str:
    """The text with what Markdown would read as marks written out."""
    return MARKS.sub(r"\\\1", text)


def _block(field: Field, value: Any, themes: Mapping[str, str]) -> str:
    if not value:
        return ""
    there = dict(field.choices) or themes
    if field.kind == TEXT:
        return f"### {field.label}\n\n{value}"
    if field.kind == LINES:
        return f"### {field.label}\n\n" + "\n".join(f"{n}. {plain(line)}" for n, line in enumerate(value, 1))
    if field.kind == TABLE:
        return f"### {field.label}\n\n{_table(field, value)}"
    if field.kind == TICK:
        return f"- {field.label}"
    words = ", ".join(there.get(key, key) for key in value) if field.kind == CHOICES else str(value)
    return f"**{field.label}:** {plain(there.get(words, words) if field.kind == CHOICE else words)}"


def _table(field: Field, rows: Sequence[Mapping[str, str]]) -> str:
    columns = list(COLUMNS[f"{TABLE}:{field.name}"])
    head = [HEADINGS[column].removesuffix(" (optional)") for column in columns]
    lines = [head, ["---"] * len(columns), *([plain(row.get(column, "")) for column in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
