"""What a press of one of the form's buttons does besides saving: rows, pictures and files, masking.

The name of the button says it: ``add:steps``, ``drop:steps.2``, ``mask:problem``, ``picture``, ``file``, ``take:12``,
``up:12``, ``down:12``; ``save:start`` is the button of a section, ``later``, ``preview`` and ``send`` lead elsewhere.
"""

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from courses.db import now
from courses.storage import open_storage
from learn.accounts.profile import clean
from learn.config import settings
from learn.stories.fields import MOST_ROWS
from learn.stories.models import FileKind
from learn.stories.writing import accepting, attaching, saving
from learn.stories.writing.accepting import Refused
from learn.stories.writing.form import Posted, Read
from learn.stories.writing.saving import Saved

LARGEST_FORM = 64 * 1024**2
"Bytes of the whole form: more than any picture or file may have, so that a bigger one is refused in words and with what was typed."
LARGEST_TEXTS = 2 * 1024**2
"Bytes of the form without its files."
KINDS = {"picture": FileKind.PICTURE, "file": FileKind.FILE}


@dataclass
class Done:
    """What a press came to."""

    saved: Saved | None = None
    words: str = ""
    "Said on the page that follows."
    anchor: str = ""
    more: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    "Texts of pictures and files that were not saved."


def split(act: str) -> tuple[str, str]:
    """The act and what it is about."""
    name, _, about = act.partition(":")
    return name, about


def without_row(posted: Posted, place: str) -> Posted:
    """What was posted without one row of a list or a table."""
    return MultiDict(
        (key, text) for key, text in posted.items(multi=True)
        if not any(inner == place or inner.startswith(f"{place}.") for inner in (key, key.partition(".")[2]))
    )  # fmt: skip


def upload(act: str) -> dict[str, Any] | None:
    """The columns of the picture or the file that came with the form, kept by now; None where none was to come."""
    if act not in KINDS:
        return None
    sent = request.files.get(act)
    if sent is None or not sent.filename:
        raise Refused(f"Choose the {act} first")
    largest = accepting.LARGEST_PICTURE if act == "picture" else accepting.LARGEST_FILE
    with closing(sent):
        content = sent.read(largest + 1)
    take = accepting.picture if act == "picture" else accepting.file
    return take(open_storage(settings().storage), content, sent.filename)


def run(session: Session, story_id: int, user_id: int, read: Read, act: str, columns: dict[str, Any] | None) -> Done:
    """Save what was typed, then do what the button says, in the caller's transaction."""
    name, about = split(act)
    at, told = now(), attaching.describe(session, story_id, read.posted)
    seen = read.posted.get("saves", 0, int)
    saved = saving.save(session, story_id, user_id, read, seen, at, (told.before, told.after))
    done = Done(saved, typed=told.held, problems=_held(told.held), anchor=f"part-{about}" if name == "save" else "")
    if name == "add" and about in MOST_ROWS:
        done.more, done.anchor = about, f"{about}-rows"
    elif name == "drop":
        done.anchor = f"{about.split('.')[0]}-rows"
    elif name == "mask":
        _mask(session, story_id, user_id, read, about, done)
    elif columns is not None:
        _add(session, story_id, user_id, read.posted, columns, done)
    elif name in ("take", "up", "down"):
        _arrange(session, story_id, name, int(about) if about.isdecimal() and len(about) < 19 else 0, done)
    return done


def _held(held: dict[str, str]) -> list[tuple[str, str]]:
    words = "Take out what looks like a patient number, then save again"
    return [
        (where, words if len(text) <= attaching.LONGEST else f"Shorten it to {attaching.LONGEST} characters, then save again")
        for where, text in held.items()
    ]  # fmt: skip


def _mask(session: Session, story_id: int, user_id: int, read: Read, where: str, done: Done) -> None:
    if where.startswith("files."):
        attaching.mask(session, story_id, where, clean(read.posted.get(where, "")))
        done.typed.pop(where, None)
        done.problems = _held(done.typed)
    else:
        done.saved = saving.mask(session, story_id, user_id, read.now(where), now())
    done.words, done.anchor = "It is taken out. The rest is as you wrote it.", where.replace(".", "-")


def _add(session: Session, story_id: int, user_id: int, posted: Posted, columns: dict[str, Any], done: Done) -> None:
    kind = columns["kind"].value
    licence = {"picture": "own", "file": "cc-by-4.0"}[kind]
    number = attaching.add(session, story_id, user_id, {**columns, "licence": licence}, now())
    described = {f"files.{number}.{name}": posted.get(f"new_{kind}.{name}", "") for name in ("alt", "caption")}
    more = {f"files.{number}.licence": posted.get(f"new_{kind}.licence", licence), "file_id": str(number)}
    if posted.get(f"new_{kind}.people"):
        more[f"files.{number}.people"] = "y"
    told = attaching.describe(session, story_id, MultiDict({**described, **more}))
    done.typed |= told.held
    done.problems = _held(done.typed)
    done.words, done.anchor = f"The {kind} {columns['name']} is added.", f"file-{number}"


def _arrange(session: Session, story_id: int, name: str, number: int, done: Done) -> None:
    done.anchor = "part-pictures"
    if name == "take":
        taken = attaching.remove(session, story_id, number)
        done.words = f"{taken} is removed." if taken else ""
        done.typed = {where: text for where, text in done.typed.items() if not where.startswith(f"files.{number}.")}
        done.problems = _held(done.typed)
    else:
        attaching.move(session, story_id, number, -1 if name == "up" else 1)
        done.anchor = f"file-{number}"
