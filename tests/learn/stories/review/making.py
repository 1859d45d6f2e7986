"""Stories as their authors write them, without the form."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import now, table_of
from learn.stories import fields as template
from learn.stories.models import FileKind, Story, StoryFile, StoryRevision, StoryState

_T, _REVISION, _FILE, _THEME = (table_of(each) for each in (Story, StoryRevision, StoryFile, Theme))
TITLE = "From 94 days to 31: how we shortened set-up"


def filled(**more: Any) -> dict[str, Any]:
    """Fields of a story that lacks nothing."""
    return {
        **template.empty(), "title": TITLE, "summary": "We met once a week and set studies up in a third of the time.",
        "theme": "care", "tags": ["Set-up", "contracts"], "organisation": "Example Hospital", "region": "wales",
        "setting": "acute", "profession": "nurse", "started": "2026-01",
        "authors": [{"name": "Sam Reed", "role": "research nurse", "orcid": ""}],
        "problem": "It took 94 days to set up a study. People lost interest while they waited for us to begin.",
        "steps": ["We listed each step.", "We met each Monday."], "cost": "none", "involved": ["nurses", "managers"],
        "measures": [{"measure": "Days to set up", "before": "94", "after": "31", "unit": "days", "period": "6 months", "source": "log"}],
        "changed": "Studies open sooner, and staff say that they can plan again.",
        "did_not_work": "A shared mailbox did not work.", "differently": "We would ask the pharmacy first.",
        "tips": ["Begin small.", "Write down who waits for whom.", "Meet in person."], "interests": "None",
        "licence": "cc-by-4.0", **more,
    }  # fmt: skip


def make_theme(session: Session, slug: str = "care") -> int:
    """A theme, found or made."""
    found = session.scalar(select(_THEME.c.id).where(_THEME.c.slug == slug))
    if found is None:
        row = {"slug": slug, "title": slug.capitalize(), "summary": "", "position": len(slug)}
        found = session.execute(insert(_THEME).returning(_THEME.c.id), row).scalar_one()
    return int(found)


def make_draft(session: Session, author_id: int | None, fields: dict[str, Any] | None = None, **more: Any) -> int:
    """A draft with fields; returns its number."""
    for slug in ("care", "data"):
        make_theme(session, slug)
    fields = filled() if fields is None else fields
    row = {
        "state": StoryState.DRAFT, "author_id": author_id, "setting": "", "region": "", "profession": "", "summary": "",
        "title": fields["title"], "slug": "", "byline": "", "created_at": now(), **more,
    }  # fmt: skip
    number = int(session.execute(insert(_T).returning(_T.c.id), row).scalar_one())
    session.execute(insert(_REVISION), {
        "story_id": number, "n": 1, "fields": fields, "editor_id": author_id, "saved_at": now(), "html": "",
    })  # fmt: skip
    return number


def rewrite(session: Session, story_id: int, **more: Any) -> None:
    """Change fields of the revision that is being written."""
    story = row(session, story_id)
    one = (_REVISION.c.story_id == story_id) & (_REVISION.c.n == story.draft_n)
    fields = session.scalar(select(_REVISION.c.fields).where(one))
    session.execute(update(_REVISION).where(one).values(fields={**fields, **more}))


def add_picture(session: Session, story_id: int, **more: Any) -> int:
    """A picture of the draft; returns its number."""
    made = {
        "story_id": story_id, "kind": FileKind.PICTURE, "sha256": "a" * 64, "name": "board.png", "media_type": "image/png",
        "size": 10, "width": 800, "height": 600, "alt": "A board with cards", "caption": "", "licence": "own", "position": 1,
        "is_in_draft": True, "added_at": now(), **more,
    }  # fmt: skip
    return int(session.execute(insert(_FILE).returning(_FILE.c.id), made).scalar_one())


def row(session: Session, story_id: int) -> Any:
    """The story's columns, as they are now."""
    return SimpleNamespace(**session.execute(select(_T).where(_T.c.id == story_id)).one()._mapping)


def fields_of(session: Session, story_id: int, n: int) -> dict[str, Any]:
    """What a revision holds."""
    return dict(session.scalar(select(_REVISION.c.fields).where(_REVISION.c.story_id == story_id, _REVISION.c.n == n)))
