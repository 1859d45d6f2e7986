"""Pictures and files of a draft: added, described, put in order, taken out.

Their descriptions are rows outside the private draft, so what looks like a patient number is never saved in one: it comes
back to the form instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.profile import clean
from learn.components import plural
from learn.stories.fields import LICENCES
from learn.stories.models import FileKind, StoryFile
from learn.stories.writing import drafts, saving
from learn.stories.writing.accepting import Refused
from learn.stories.writing.form import Posted

MOST = {FileKind.PICTURE: 8, FileKind.FILE: 8}
"Of each kind with one story."
LONGEST = 300
"Characters of a description or a caption."
WORDS = {FileKind.PICTURE: "picture", FileKind.FILE: "file"}

_F: Any = table_of(StoryFile)
_DRAFT = (
    select(
        _F.c.id, _F.c.kind, _F.c.sha256, _F.c.name, _F.c.media_type, _F.c.size, _F.c.width, _F.c.height, _F.c.alt, _F.c.caption,
        _F.c.licence, _F.c.shows_people, _F.c.position, _F.c.published_n,
    )
    .where(_F.c.story_id == bindparam("story"), _F.c.is_in_draft)
    .order_by(_F.c.kind.desc(), _F.c.position, _F.c.id)
)  # fmt: skip
_CHANGE = update(_F).where(_F.c.id == bindparam("number"))
_DROP = delete(_F).where(_F.c.id == bindparam("number"))


@dataclass
class Described:
    """What the form said about pictures and files."""

    before: dict[str, str]
    after: dict[str, str]
    held: dict[str, str] = field(default_factory=dict)
    "Texts that were not saved, by where they stand: each holds what looks like a patient number, or is too long."


def of_draft(session: Session, story_id: int) -> list[Any]:
    """The pictures, then the files, that the revision which is being written has, in their order."""
    return list(session.execute(_DRAFT, {"story": story_id}))


def texts(files: Sequence[Any]) -> dict[str, str]:
    """Their descriptions, captions and names by where they stand: files.12.alt."""
    found = {f"files.{each.id}.{name}": getattr(each, name) for each in files for name in ("alt", "caption", "name")}
    return {where: text for where, text in found.items() if text}


def add(session: Session, story_id: int, author_id: int, columns: dict[str, Any], at: datetime) -> int:
    """Put a picture or a file that was kept behind the others; its number. Refused when there are enough."""
    drafts.written(session, story_id, author_id, to_write=True)
    same = [each for each in of_draft(session, story_id) if each.kind is columns["kind"]]
    if len(same) >= MOST[columns["kind"]]:
        first = "it" if len(same) == 1 else "one"
        raise Refused(f"A story has at most {plural(len(same), WORDS[columns['kind']])}. Remove {first} first")
    blank = {"alt": "", "caption": "", "licence": "", "shows_people": False}
    position = max((each.position for each in same), default=0) + 1
    told = {**blank, **columns, "story_id": story_id, "position": position, "is_in_draft": True, "added_at": at}
    return int(session.execute(insert(_F).returning(_F.c.id), told).scalar_one())


def describe(session: Session, story_id: int, posted: Posted) -> Described:
    """Save what the form says about each picture and file that it names; what must not be kept stays out."""
    files = of_draft(session, story_id)
    told = Described(texts(files), texts(files))
    named = set(posted.getlist("file_id"))
    for each in files:
        if str(each.id) not in named:
            continue
        row: dict[str, Any] = {
            "licence": licence if (licence := posted.get(f"files.{each.id}.licence", "")) in LICENCES else "",
            "shows_people": bool(posted.get(f"files.{each.id}.people")),
        }
        for name in ("alt", "caption"):
            where = f"files.{each.id}.{name}"
            text = clean(posted.get(where, ""))
            if len(text) > LONGEST or saving.hushed(text) != text:
                told.held[where] = text
            else:
                row[name] = told.after[where] = text
        if any(getattr(each, name) != value for name, value in row.items()):
            session.execute(_CHANGE.values(**row), {"number": each.id})
    return told


def mask(session: Session, story_id: int, where: str, text: str) -> None:
    """Save one description of a picture or a file without what was found in it."""
    _, number, name = where.split(".")
    here = {str(each.id) for each in of_draft(session, story_id)}
    if number in here and name in ("alt", "caption"):
        session.execute(_CHANGE.values(**{name: saving.taken_out(text)[:LONGEST]}), {"number": int(number)})


def remove(session: Session, story_id: int, number: int) -> str:
    """Take one out of the draft; its name, or nothing when it was gone. What readers see of it stays where it is."""
    one = next((each for each in of_draft(session, story_id) if each.id == number), None)
    if one is None:
        return ""
    if one.published_n is None:
        session.execute(_DROP, {"number": number})
    else:
        session.execute(_CHANGE.values(is_in_draft=False), {"number": number})
    return str(one.name)


def move(session: Session, story_id: int, number: int, step: int) -> None:
    """Put one a place up (-1) or down (1) among its kind."""
    files = of_draft(session, story_id)
    one = next((each for each in files if each.id == number), None)
    if one is None:
        return
    order = [each.id for each in files if each.kind is one.kind]
    at = order.index(number)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    for position, each in enumerate(order, 1):
        session.execute(_CHANGE.values(position=position), {"number": each})
