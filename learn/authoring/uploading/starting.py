"""From files that are here to checks that wait: what was chosen beside them is kept, and captions join their video."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Module, Origin, Theme
from courses.db import table_of
from learn import audit
from learn.authoring.models import Upload, UploadState
from learn.authoring.uploading import receiving
from learn.errors import FrontlineError, NotFound
from learn.outbox import queue

KIND = "upload"
"The outbox's kind of a check."
LANE = "uploads"

_T = table_of(Upload)
_WAIT = (
    update(_T)
    .where(_T.c.id == bindparam("number"), _T.c.state.in_((UploadState.RECEIVING, UploadState.FAILED)))
    .values(state=UploadState.WAITING, wanted=bindparam("what"), changed_at=bindparam("at"), last_error="")
)
_MODULE = (
    select(Module.slug, Module.title, Module.origin, Theme.slug.label("theme"))
    .join(Theme, Theme.id == Module.theme_id)
    .where(Module.slug == bindparam("slug"))
)
_THEMES = select(Theme.slug, Theme.title).order_by(Theme.position)


class NotYours(FrontlineError):
    """A module of the starter content, which nobody here has taken over."""

    status = 409
    code = "starter_module"
    title = "This module belongs to the starter content"


def themes(session: Session) -> list[Any]:
    """The themes: slug and title."""
    return list(session.execute(_THEMES).all())


def module(session: Session, slug: str) -> Any | None:
    """The module that is to get a new version; None without a slug. NotFound, or NotYours for starter content."""
    if not slug:
        return None
    row = session.execute(_MODULE, {"slug": slug}).first()
    if row is None:
        raise NotFound(f"There is no module {slug}.")
    if row.origin is Origin.STARTER:
        raise NotYours("Take it over, or copy it as a module of your own, on its page. Then upload a version of it.")
    return row


def wanted(found: Any | None, theme: str) -> dict[str, str]:
    """What goes with every file: a new version keeps the module's slug and theme."""
    if found is not None:
        return {"slug": found.slug, "theme": found.theme}
    return {"theme": theme} if theme else {}


def start(
    session: Session, user_id: int, rows: list[Any], what: dict[str, str], captions: Mapping[int, int],
    transcripts: Mapping[int, int], at: datetime,
) -> list[int]:  # fmt: skip
    """Let what is here be checked; the pairs are numbers of captions and transcripts by number of their video.

    Returns the numbers of the uploads that go on; a file that belongs to a video goes on under it.
    """
    by_number = {row.id: row for row in rows}
    joined = {other for pairs in (captions, transcripts) for other in pairs.values()} & set(by_number)
    for row in rows:
        if row.id in joined:
            continue
        more = {**what}
        for role, pairs in (("captions", captions), ("transcript", transcripts)):
            other = by_number.get(pairs.get(row.id, 0))
            if other is not None:
                more |= {role: other.key, f"{role}_name": other.name}
        put(session, row.id, row.key, more, at)
    receiving.forget(session, joined)
    left = [number for number in by_number if number not in joined]
    audit.note(session, "upload.received", actor_id=user_id, uploads=left)
    return left


def put(session: Session, number: int, key: str, what: dict[str, Any], at: datetime) -> None:
    """Let one upload wait for its check."""
    session.execute(_WAIT, {"number": number, "what": what, "at": at})
    queue.put(session, KIND, key, at, lane=LANE)
