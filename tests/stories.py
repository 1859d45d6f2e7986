"""Stories for tests: published as the product's own road leaves them, without walking it."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import now
from learn.discussion.models import Topic, TopicKind, TopicState
from learn.stories.around import StoryFacet, StoryTag
from learn.stories.fields import empty
from learn.stories.models import FileKind, Story, StoryFile, StoryRevision, StoryState
from learn.stories.reading import drawing
from tests import asked
from tests.modules import make_theme

_numbers = count(1)


def told(**more: Any) -> dict[str, Any]:
    """The fields of a whole story."""
    return {
        **empty(), "title": "We took the study to the village hall", "summary": "Two Saturdays and a tea urn changed who takes part.",
        "theme": "research-culture", "tags": ["Diabetes", "rural"], "organisation": "Example Hospital", "department": "Diabetes clinic",
        "region": "wales", "setting": "community", "profession": "nurse", "started": "2026-01", "ended": "2026-06",
        "authors": [{"name": "Amina Yusuf", "role": "Research nurse", "orcid": "0000-0002-1825-0097"}],
        "problem": "The clinic is **19 miles** away.", "steps": ["Ask the parish council.", "Book two Saturdays."],
        "team": "A nurse and a driver.", "time": "5 weeks", "cost": "under-500", "involved": ["nurses", "patients"],
        "involved_how": "Two people from the village chose the day.",
        "measures": [{"measure": "Days to the first person", "before": "94", "after": "31", "unit": "days", "period": "2026", "source": "Our log"}],
        "changed": "46 people came.", "did_not_work": "The freezer was loud.", "differently": "Ask about the freezer.",
        "tips": ["Bring tea.", "Bring a chair.", "Stay late."], "quote": "They came for tea.", "quote_who": "A nurse",
        "studies": ["ISRCTN12345674"], "references": ["A paper. 10.1000/xyz123"], "interests": "None", "licence": "cc-by-4.0", **more,
    }  # fmt: skip


def make_story(session: Session, *, fields: dict[str, Any] | None = None, **more: Any) -> Any:
    """A published story with its facets, tags and discussion; returns id, reference, path, topic_id, author_id."""
    fields = told(**(fields or {}))
    number, at = next(_numbers), now()
    theme_id = make_theme(session, fields["theme"])
    files = more.pop("files", [])
    names = ", ".join(each["name"] for each in fields["authors"])
    row = {
        "reference": f"FRL-2026-{number:04d}", "state": StoryState.PUBLISHED, "is_out": True, "is_public": False, "author_id": None,
        "theme_id": theme_id, "slug": "a-story", "byline": "" if fields["name_withheld"] else names, "published_n": 1, "published_at": at,
        "changed_at": at, "created_at": at, **{name: fields[name] for name in ("title", "summary", "setting", "region", "profession")},
        **more,
    }  # fmt: skip
    story_id = session.execute(insert(Story).returning(Story.id), row).scalar_one()
    revise(session, story_id, fields, files=[make_file(session, story_id, **each) for each in files])
    if row["is_out"]:
        _count(session, story_id, row, fields)
    topic = {
        "kind": TopicKind.STORY, "subject_id": story_id, "theme_id": theme_id, "state": TopicState.VISIBLE, "title": row["title"],
        "slug": "a-story", "author_id": None, "created_at": at, "last_post_at": at,
    }  # fmt: skip
    topic_id = session.execute(insert(Topic).returning(Topic.id), topic).scalar_one()
    return SimpleNamespace(
        id=story_id,
        reference=row["reference"],
        path=f"/s/{row['reference']}",
        topic_id=topic_id,
        author_id=row["author_id"],
    )


def revise(session: Session, story_id: int, fields: dict[str, Any], n: int = 1, files: Any = ()) -> None:
    """A published text of a story."""
    at = now()
    row = {"story_id": story_id, "n": n, "fields": fields, "saved_at": at, "published_at": at, "html": drawing.draw(fields, files),
           "renderer": drawing.RENDERER}  # fmt: skip
    session.execute(insert(StoryRevision), row)
    session.execute(
        update(Story).where(Story.id == story_id).values(published_n=n, draft_n=n, version=Story.version + 1)
    )


def make_file(session: Session, story_id: int, **more: Any) -> Any:
    """A picture or file of a story; the first picture is the story's."""
    row = {
        "story_id": story_id, "kind": FileKind.PICTURE, "sha256": "0" * 64, "name": "hall.webp", "media_type": "image/webp", "size": 1000,
        "width": 800, "height": 450, "alt": "A village hall", "caption": "Our hall", "licence": "own", "position": 1, "is_in_draft": True,
        "published_n": 1, "added_at": now(), **more,
    }  # fmt: skip
    number = session.execute(insert(StoryFile).returning(StoryFile.id), row).scalar_one()
    if row["kind"] is FileKind.PICTURE and row["position"] == 1:
        session.execute(update(Story).where(Story.id == story_id).values(picture_id=number))
    return SimpleNamespace(**row, id=number)


def many(session: Session, how_many: int, **more: Any) -> list[Any]:
    """Stories one minute apart, the newest first."""
    at = now()
    return [
        make_story(session, fields={"title": f"Story {n}"}, published_at=at - timedelta(minutes=n), **more)
        for n in range(how_many)
    ]


def statements(browser: Any, path: str) -> list[str]:
    """What one page asks of the database; a page that was opened before, so that no first use is counted."""
    browser.get(path)
    return asked.statements(lambda: browser.get(path))


def _count(session: Session, story_id: int, row: dict[str, Any], fields: dict[str, Any]) -> None:
    tags = [tag.lower() for tag in fields["tags"]]
    for tag in tags:
        session.execute(insert(StoryTag), {"tag": tag, "published_at": row["published_at"], "story_id": story_id})
    facets = [
        ("all", ""),
        *((name, fields[name]) for name in ("theme", "setting", "region", "profession")),
        *(("tag", tag) for tag in tags),
    ]
    for facet, value in facets:
        key = {"facet": facet, "value": value, "is_public": row["is_public"]}
        where = [StoryFacet.facet == facet, StoryFacet.value == value, StoryFacet.is_public == row["is_public"]]
        if session.scalar(select(func.count()).select_from(StoryFacet).where(*where)):
            session.execute(update(StoryFacet).where(*where).values(count=StoryFacet.count + 1))
        else:
            session.execute(insert(StoryFacet), {**key, "count": 1})
