"""What the pages of a review show: to a facilitator the story as it was sent, to its author where it stands and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import table_of
from learn.identifiers import WORDS
from learn.stories import fields as template
from learn.stories.models import Declaration, StoryEvent, StoryRevision, StoryState
from learn.stories.review import checklist, differing, door, publishing, remarks, rounds

STATES = {
    StoryState.DRAFT: "Draft",
    StoryState.SUBMITTED: "Waiting for a facilitator",
    StoryState.IN_REVIEW: "A facilitator is reading it",
    StoryState.CHANGES_REQUESTED: "Changes asked for",
    StoryState.APPROVED: "Approved",
    StoryState.PUBLISHED: "Published",
    StoryState.ARCHIVED: "Archived",
    StoryState.REJECTED: "Not accepted",
    StoryState.WITHDRAWN: "Withdrawn",
    StoryState.RETRACTED: "Retracted",
}
"In words, as its author and facilitators read it."

_EVENT, _DECLARED, _THEME, _REVISION = (table_of(each) for each in (StoryEvent, Declaration, Theme, StoryRevision))
_EVENTS = select(_EVENT).where(_EVENT.c.story_id == bindparam("story")).order_by(_EVENT.c.id)
_DECLARATIONS = (
    select(_DECLARED)
    .where(_DECLARED.c.story_id == bindparam("story"), _DECLARED.c.revision_n == bindparam("of_n"))
    .order_by(_DECLARED.c.id)
)
_TEXTS = select(_REVISION.c.n, _REVISION.c.fields).where(
    _REVISION.c.story_id == bindparam("story"),
    or_(_REVISION.c.n == bindparam("written"), _REVISION.c.n == bindparam("out")),
)
_THEMES = select(_THEME.c.slug, _THEME.c.title)


@dataclass(frozen=True)
class Shown:
    """One field, as a facilitator reads it."""

    name: str
    label: str
    text: str
    "Plain, a line for each row of a list or table."


@dataclass(frozen=True)
class Held:
    """Something that the detector holds, and why its author says that it is no patient's."""

    where: str
    "Label of the field."
    what: str
    "Kind in words, for example NHS number."
    because: str
    "May be empty."


@dataclass(frozen=True)
class Happened:
    """One line of a story's history."""

    what: str
    reason: str
    at: Any


@dataclass(frozen=True)
class Round:
    """One time that a story was sent, and what was said to it."""

    n: int
    at: Any
    remarks: list[Any]
    "Rows, each with ``label`` beside it."


def state_words(story: Any) -> str:
    """Where a story stands, in words."""
    said = STATES[StoryState(story.state)]
    if story.is_hidden:
        return f"{said}, hidden by a facilitator"
    if story.is_out and story.state is not StoryState.PUBLISHED:
        return f"Published. Its change: {said[0].lower()}{said[1:]}"
    return said


def names(session: Session, story: Any) -> dict[str, Any]:
    """What the template of an item needs: the last round whole, what changed, the checklist, what was said before.

    Of a story that was never sent, which only a report can bring here, the published text is shown.
    """
    sent = rounds.of(session, story.id)
    last = sent[-1] if sent and sent[-1].revision_n == story.draft_n else None
    n = story.draft_n if last is not None else story.published_n
    texts = {
        row.n: row.fields
        for row in session.execute(_TEXTS, {"story": story.id, "written": story.draft_n, "out": story.published_n})
    }
    published = texts.get(story.published_n)
    files = _sent(session, story, last) if last is not None else publishing.files_of(session, story.id, n)
    fields = last.fields if last is not None else rounds.safe(rounds.with_files(published or {}, files))
    declared = session.execute(_DECLARATIONS, {"story": story.id, "of_n": n}).all()
    before = sent[-2].fields if last is not None and len(sent) > 1 else None
    is_change = last is not None and published is not None and story.draft_n != story.published_n
    return {
        "story": story, "round": last, "fields": fields, "sections": sections(session, fields),
        "files": [_file(each, fields[rounds.FILES][str(each.id)]) for each in files], "declared": [_declaration(row) for row in declared],
        "changes": differing.changes(before, fields) if before is not None else None,
        "against_published": differing.changes(rounds.safe(published), _no_files(fields)) if published and is_change else None,
        "points": checklist.points(fields, files, {row.kind for row in declared}) if last is not None else [],
        "held": held(texts[story.draft_n], files, last.fields) if last is not None else [], "is_small": checklist.is_small(fields),
        "said": history(sent, remarks.of(session, story.id)), "happened": happened(session, story.id),
        "is_waiting": story.state in (StoryState.SUBMITTED, StoryState.IN_REVIEW),
        "wants_public": bool(fields.get("wants_public")),
    }  # fmt: skip


def sections(session: Session, fields: dict[str, Any]) -> list[tuple[str, list[Shown]]]:
    """The sections of the template with the fields that hold something, as plain text."""
    titles = dict(session.execute(_THEMES).all())
    texts = differing.as_texts(fields)
    found = []
    for heading, members in template.SECTIONS.values():
        shown = [
            Shown(field.name, field.label, titles.get(text, text) if field.name in ("theme", "other_theme") else text)
            for field in members
            if (text := texts.get(field.name))
        ]
        if shown:
            found.append((heading, shown))
    return found


def held(fields: dict[str, Any], files: Any, sent: dict[str, Any]) -> list[Held]:
    """What the detector holds in the text that is reviewed: where and what kind, never what it says."""
    because = sent.get(rounds.BECAUSE) or {}
    found = rounds.held(rounds.with_files(fields, files))
    return [
        Held(where_label(where), WORDS[finding.kind], because.get(where) or because.get(where.split(".")[0], ""))
        for where, findings in found.items()
        if not where.startswith(rounds.BECAUSE)
        for finding in findings
    ]


def where_label(where: str) -> str:
    """The label of the field that a place such as steps.0 or files.12.alt is in."""
    name = where.split(".")[0]
    return differing.label(where) if name == rounds.FILES else differing.label(name)


def history(sent: list[Any], said: dict[int, list[Any]]) -> list[Round]:
    """Each round with its remarks, the last one first."""
    return [Round(row.n, row.at, _labelled(said.get(row.n, []))) for row in reversed(sent)]


def happened(session: Session, story_id: int) -> list[Happened]:
    """All that happened to a story, the last first. Who it was is not said: a facilitator, or its author."""
    rows = session.execute(_EVENTS, {"story": story_id}).all()
    return [Happened(door.SAID.get(row.after, row.after), row.reason, row.at) for row in reversed(rows)]


def _labelled(rows: list[Any]) -> list[dict[str, Any]]:
    return [
        {"id": row.id, "label": remark_label(row.field), "words": row.words, "answer": row.answer, "at": row.at}
        for row in rows
    ]


def remark_label(field: str) -> str:
    """What a remark is about."""
    if field == rounds.FILES:
        return "Pictures and files"
    return template.FIELDS[field].label if field in template.FIELDS else "The story as a whole"


def _declaration(row: Any) -> dict[str, Any]:
    return {
        "text": template.DECLARATIONS.get(row.kind, row.kind), "evidence": door.safe(row.evidence), "expires_on": row.expires_on,
    }  # fmt: skip


def _sent(session: Session, story: Any, last: Any) -> list[Any]:
    """The pictures and files of a round: what its author added since is theirs alone."""
    return [each for each in publishing.files_of(session, story.id) if str(each.id) in last.fields[rounds.FILES]]


def _file(row: Any, said: Mapping[str, str]) -> dict[str, Any]:
    """A picture or file, with what was said of it when it was sent or published."""
    name = door.safe(said["name"])
    return {
        "kind": row.kind.value, "name": name, "path": f"/s/files/{row.id}/{quote(name, safe='')}", "alt": door.safe(said["alt"]),
        "caption": door.safe(said["caption"]), "shows_people": row.shows_people, "width": row.width, "height": row.height,
        "licence": template.LICENCES.get(row.licence, row.licence),
    }  # fmt: skip


def _no_files(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != rounds.FILES}
