"""The stories that come with the site: brought in from their files, and kept up to date as long as they are the site's own."""

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.db import table_of
from learn.paths import PACKAGE
from learn.stories.fields import FIELDS, empty
from learn.stories.models import Story, StoryRevision, StoryState
from learn.stories.review import publishing

FOLDER = PACKAGE / "community" / "stories"
ABOUT = {"slug", "published"}
"What a file says beside the template's fields."
APART = timedelta(minutes=1)
"Between two of one day, so that the first file is the newest."

_T, _REVISION = table_of(Story), table_of(StoryRevision)
_THERE = (
    select(
        _T.c.id, _T.c.state, _T.c.is_starter, _T.c.is_hidden, _T.c.author_id, _T.c.draft_n, _T.c.published_n, _REVISION.c.fields,
    )
    .outerjoin(_REVISION, (_REVISION.c.story_id == _T.c.id) & (_REVISION.c.n == _T.c.published_n))
    .where(_T.c.starter_slug == bindparam("of_slug"))
)  # fmt: skip
_ADD = insert(_T).returning(_T.c.id)
_WRITE = insert(_REVISION)
_NEXT = update(_T).where(_T.c.id == bindparam("story")).values(draft_n=bindparam("n"))


def load(session: Session, at: datetime, folder: Path = FOLDER) -> int:
    """Bring in each story of the folder, and a new text of those whose file changed; returns how many were written.

    A second time changes nothing. What somebody took over, hid or took back is left alone. ValueError for a file that names
    what the template does not have.
    """
    written = 0
    for position, path in enumerate(sorted(folder.glob("*.toml"))):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        written += _bring_in(session, told, at, position)
    return written


def _bring_in(session: Session, told: dict[str, Any], at: datetime, position: int) -> bool:
    fields = _fields(told)
    there = session.execute(_THERE, {"of_slug": told["slug"]}).first()
    if there is None:
        day = datetime.combine(told["published"], time(12), UTC)
        _publish(session, _add(session, told["slug"], fields, at), 1, fields, min(day, at) - position * APART)
        return True
    is_its_own = (
        there.is_starter and there.author_id is None and not there.is_hidden and there.state is StoryState.PUBLISHED
    )
    if not is_its_own or there.fields == fields:
        return False
    _publish(session, there.id, there.draft_n + 1, fields, at)
    return True


def _add(session: Session, slug: str, fields: dict[str, Any], at: datetime) -> int:
    row = {
        "state": StoryState.DRAFT, "is_starter": True, "is_public": True, "starter_slug": slug, "author_id": None, "byline": "",
        "slug": slugs.from_title(fields["title"], "story"), "created_at": at,
        **{name: fields[name] for name in ("title", "summary", "setting", "region", "profession")},
    }  # fmt: skip
    return int(session.execute(_ADD, row).scalar_one())


def _publish(session: Session, story_id: int, n: int, fields: dict[str, Any], at: datetime) -> None:
    session.execute(_WRITE, {"story_id": story_id, "n": n, "fields": fields, "saved_at": at, "html": "", "renderer": 0})
    session.execute(_NEXT, {"story": story_id, "n": n})
    publishing.publish(session, story_id, at, is_public=bool(fields["wants_public"]))


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    unknown = set(told) - set(FIELDS) - ABOUT
    if unknown:
        raise ValueError(f"a starter story has fields that the template has not: {', '.join(sorted(unknown))}")
    fields = {**empty(), **{name: value for name, value in told.items() if name in FIELDS}}
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
