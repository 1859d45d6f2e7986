"""Rounds: the text as it was sent each time, with what the detector holds masked; nothing else of a draft is read by others."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.identifiers import Finding, find, masked
from learn.stories import fields as template
from learn.stories.models import StoryRound

FILES = "files"
"Where a round keeps what is said of pictures and files, beside the fields of the template."
BECAUSE = "because"
"Where a draft keeps why something found in it is no patient's: {where: words}."
OF_FILES = ("name", "alt", "caption")
"What somebody typed of a picture or a file."

_T = table_of(StoryRound)
_ADD = insert(_T)
_ALL = select(_T).where(_T.c.story_id == bindparam("story")).order_by(_T.c.n)


def write(session: Session, story: Any, fields: dict[str, Any], files: Any, at: datetime) -> int:
    """Keep what was sent; returns the number of the round."""
    kept = {**safe(with_files(fields, files)), BECAUSE: _why(fields, files)}
    n = len(of(session, story.id)) + 1
    session.execute(_ADD, {"story_id": story.id, "n": n, "revision_n": story.draft_n, "fields": kept, "at": at})
    return n


def of(session: Session, story_id: int) -> list[Any]:
    """All rounds of a story, the first one first: a handful."""
    return list(session.execute(_ALL, {"story": story_id}).all())


def with_files(fields: dict[str, Any], files: Any) -> dict[str, Any]:
    """A revision's fields and, beside them, what was typed of its files, by the number of each."""
    said = {str(each.id): {name: getattr(each, name) for name in OF_FILES} for each in files}
    return {**fields, FILES: said}


def texts(fields: dict[str, Any]) -> dict[str, str]:
    """Everything in a round that somebody typed, by a name that says where: title, steps.0, files.12.alt, because.title."""
    said = {f"{FILES}.{n}.{name}": text for n, row in (fields.get(FILES) or {}).items() for name, text in row.items()}
    why = {f"{BECAUSE}.{where}": str(text) for where, text in (fields.get(BECAUSE) or {}).items()}
    return {**template.texts(fields), **{where: text for where, text in {**said, **why}.items() if text}}


def held(fields: dict[str, Any]) -> dict[str, list[Finding]]:
    """What the detector holds in each text; texts without anything are left out."""
    found = {where: holding(text) for where, text in texts(fields).items()}
    return {where: findings for where, findings in found.items() if findings}


def holding(text: str) -> list[Finding]:
    """What the detector holds in one text."""
    return [finding for finding in find(text) if finding.response == "hold"]


def _why(fields: dict[str, Any], files: Any) -> dict[str, str]:
    """Why something is no patient's, without that something: a word before it may make it harmless to the detector there."""
    texts_of = texts(with_files(fields, files))
    found = {
        texts_of[where][each.offset : each.end]
        for where, findings in held(with_files(fields, files)).items()
        for each in findings
    }
    said = {where: masked(str(text), holding(str(text))) for where, text in (fields.get(BECAUSE) or {}).items()}
    for matched in sorted(found, key=len, reverse=True):
        said = {where: text.replace(matched, "[removed]") for where, text in said.items()}
    return said


def safe(fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields with what the detector holds masked, in whatever somebody typed."""
    return typed(fields, lambda text: masked(text, holding(text)))


def typed(fields: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The same fields with each text that somebody typed put through ``change``; what was chosen or ticked stays."""
    return {name: value if _is_chosen(name) else _each(value, change) for name, value in fields.items()}


def _is_chosen(name: str) -> bool:
    field = template.FIELDS.get(name)
    return field is not None and field.kind in (template.CHOICE, template.CHOICES, template.MONTH, template.TICK)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(part, change) for part in value]
    if isinstance(value, dict):
        return {key: _each(part, change) for key, part in value.items()}
    return value
