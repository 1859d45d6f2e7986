"""Saving a draft: only what changed, never over what another window saved, and what was said to findings as long as it holds.

A revision's fields hold three things beside the template's: ``declared`` (see form.declared), ``because`` with the reason why
something that looks like a patient number is none, and ``confirmed`` with the kinds of findings that the author looked at,
both by where the text stands. A reason is kept with held numbers masked, as it travels further than the draft.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.db import rows_met, table_of
from learn import identifiers
from learn.stories.fields import FIELDS
from learn.stories.fields import texts as template_texts
from learn.stories.models import Story, StoryRevision
from learn.stories.writing import drafts
from learn.stories.writing.form import Read

_S: Any = table_of(Story)
_R: Any = table_of(StoryRevision)
_SAVE = (
    update(_R)
    .where(_R.c.story_id == bindparam("story"), _R.c.n == bindparam("number"), _R.c.saves == bindparam("seen"))
    .values(fields=bindparam("told"), saves=_R.c.saves + 1, saved_at=bindparam("at"), editor_id=bindparam("editor"))
)
_LISTED = update(_S).where(_S.c.id == bindparam("story"))


Beside = tuple[dict[str, str], dict[str, str]]
"""Texts of pictures and files by where they stand, as they were and as they are now: they are rows of their own."""
NOTHING: Beside = ({}, {})


@dataclass(frozen=True)
class Saved:
    """What a save came to."""

    fields: dict[str, Any]
    saves: int
    at: datetime
    changed: tuple[str, ...]
    "Names of the fields that were changed; empty where nothing was written."


class Elsewhere(Exception):
    """Another window saved since this one was opened: ``row`` is what there is, ``changed`` what differs, by field."""

    def __init__(self, row: Any, changed: list[str]) -> None:
        super().__init__("saved_elsewhere")
        self.row, self.changed = row, changed


def texts(fields: dict[str, Any]) -> dict[str, str]:
    """Every text of a revision by where it stands, those of the declarations among them."""
    declared = fields.get("declared") or {}
    more = {f"declared.{name}": str(declared.get(name) or "") for name in ("approver", "reference")}
    return {**template_texts(fields), **{where: text for where, text in more.items() if text}}


def save(
    session: Session, story_id: int, author_id: int, read: Read, seen: int, at: datetime, beside: Beside = NOTHING
) -> Saved:
    """Save what was typed over the draft that has been saved ``seen`` times; Elsewhere when it was saved since."""
    row = drafts.written(session, story_id, author_id, to_write=True)
    own = drafts.addresses(session, author_id)
    told = merged(row.fields, read, own, beside)
    changed = differing(row.fields, told)
    if row.saves != seen and changed:
        raise Elsewhere(row, changed)
    return write(session, row, told, author_id, at) if changed else Saved(row.fields, row.saves, row.saved_at, ())


def write(session: Session, row: Any, told: dict[str, Any], author_id: int, at: datetime) -> Saved:
    """Put the fields in the place of the row's, and what lists show of a draft beside them."""
    changed = differing(row.fields, told)
    values = {"story": row.id, "number": row.n, "seen": row.saves, "told": told, "at": at, "editor": author_id}
    if not rows_met(session, _SAVE, values):
        raise Elsewhere(drafts.own(session, row.id, author_id), changed)
    if row.published_n is None:
        session.execute(_LISTED.values(**listed(session, told)), {"story": row.id})
    return Saved(told, row.saves + 1, at, tuple(changed))


def merged(before: dict[str, Any], read: Read, own: list[str], beside: Beside = NOTHING) -> dict[str, Any]:
    """The fields before with those that the form had, and answers to what is found in them and in the texts beside them."""
    after = {**before, **read.fields}
    there, was = {**texts(after), **beside[1]}, {**texts(before), **beside[0]}
    said = {kind: read.answers(kind) for kind in ("because", "confirmed")}
    # A box that is not ticked is not posted, so the form says which ones it had.
    said["confirmed"] = {**dict.fromkeys(read.answers("asked"), ""), **said["confirmed"]}
    kept: dict[str, dict[str, str]] = {"because": {}, "confirmed": {}}
    for where, text in there.items():
        found = identifiers.find(text, own)
        if not found:
            continue
        is_same = _matched(text, found) == _matched(was.get(where, ""), identifiers.find(was.get(where, ""), own))
        kind = "because" if identifiers.holds(found) else "confirmed"
        answer = _answer(where, said[kind], (before.get(kind) or {}).get(where, ""), is_same)
        if answer:
            kept[kind][where] = hushed(answer) if kind == "because" else kinds_of(found)
    return {**after, **kept}


def _answer(where: str, said: dict[str, str], before: str, is_same: bool) -> str:
    """What is said now; an answer to what has changed since falls away."""
    return said.get(where, before) if is_same else ""


def _matched(text: str, found: list[identifiers.Finding]) -> list[str]:
    return [text[each.offset : each.end] for each in found]


def kinds_of(found: list[identifiers.Finding]) -> str:
    """The kinds that were found, as a confirmation keeps them: "email,postcode"."""
    return ",".join(sorted(each.kind for each in found))


def hushed(text: str) -> str:
    """The text with what would be held masked, and nothing else."""
    return identifiers.masked(text, [each for each in identifiers.find(text) if each.response == "hold"])


def taken_out(text: str, own: Collection[str] = ()) -> str:
    """The text without what would be held, or where nothing would be, without what else was found."""
    found = identifiers.find(text, own)
    held = [each for each in found if each.response == "hold"]
    return identifiers.masked(text, held or found)


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Names of the fields that are not the same, in the order of the form."""
    names = [*FIELDS, "declared", "because", "confirmed"]
    return [name for name in names if (before.get(name) or None) != (after.get(name) or None)]


def listed(session: Session, fields: dict[str, Any]) -> dict[str, Any]:
    """The story's own columns while nothing of it is published: what is found in its title stays in the draft."""
    title, summary = (identifiers.masked(fields[name], identifiers.find(fields[name])) for name in ("title", "summary"))
    themes = {theme.slug: theme.id for theme in drafts.themes(session)}
    return {
        "title": title[:150], "summary": summary[:400], "slug": slugs.from_title(title, "story"),
        "theme_id": themes.get(fields["theme"]), **{name: fields[name] for name in ("setting", "region", "profession")},
    }  # fmt: skip


def mask(session: Session, story_id: int, author_id: int, where: str, at: datetime) -> Saved:
    """Take what was found out of one text, and save; "[NHS number removed]" stands in its place."""
    row = drafts.written(session, story_id, author_id, to_write=True)
    own = drafts.addresses(session, author_id)
    told = put(row.fields, where, lambda text: taken_out(text, own))
    answers = {
        kind: {at_: said for at_, said in (told.get(kind) or {}).items() if at_ != where}
        for kind in ("because", "confirmed")
    }
    told = {**told, **answers}
    if not differing(row.fields, told):
        return Saved(row.fields, row.saves, row.saved_at, ())
    return write(session, row, told, author_id, at)


def put(fields: dict[str, Any], where: str, change: Any) -> dict[str, Any]:
    """A copy of the fields in which the text at a place is changed; the same where there is no such text."""
    if where not in texts(fields):
        return fields
    name, *inner = where.split(".")
    value = fields[name]
    if name == "declared":
        value = {**value, inner[0]: change(value[inner[0]])}
    elif not inner:
        value = change(value)
    else:
        rows, n = list(value), int(inner[0])
        rows[n] = {**rows[n], inner[1]: change(rows[n][inner[1]])} if len(inner) > 1 else change(rows[n])
        value = rows
    return {**fields, name: value}
