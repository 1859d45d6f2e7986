"""Counters and tags of the stories that readers find: counted in the transaction that brings one out or takes it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.stories.around import StoryFacet, StoryTag
from learn.stories.review import listed

_FACET, _TAG = table_of(StoryFacet), table_of(StoryTag)
_TAGS = select(_TAG.c.tag).where(_TAG.c.story_id == bindparam("story")).order_by(_TAG.c.tag)
_NO_TAGS = delete(_TAG).where(_TAG.c.story_id == bindparam("story"))
_NO_COUNT = delete(_FACET).where(
    _FACET.c.facet == "tag", _FACET.c.value.in_(bindparam("tags", expanding=True)), _FACET.c.count <= 0
)
"A tag is words that somebody typed: it goes with its last story."
_ADD_TAG = insert(_TAG)


def _count(insert_: Any) -> Any:
    asked = insert_(_FACET)
    return asked.on_conflict_do_update(
        index_elements=["facet", "value", "is_public"], set_={"count": _FACET.c.count + asked.excluded.count}
    )


_COUNT = portable.both(_count)


def facets(session: Session, story: Any, tags: list[str]) -> list[tuple[str, str]]:
    """What a story is counted under, as facet and value, in the order in which every transaction locks them."""
    found = [("all", ""), ("theme", listed.theme_slug(session, story.theme_id))]
    found += [(name, getattr(story, name)) for name in ("setting", "region", "profession")]
    return sorted(
        {*((name, value) for name, value in found if value or name == "all"), *(("tag", tag) for tag in tags)}
    )


def add(session: Session, story: Any, tags: list[str], published_at: datetime) -> list[tuple[str, str]]:
    """Count a story that comes out, and list it under its tags; returns what it is counted under."""
    session.execute(_NO_TAGS, {"story": story.id})
    if tags:
        session.execute(_ADD_TAG, [{"tag": tag, "published_at": published_at, "story_id": story.id} for tag in tags])
    found = facets(session, story, tags)
    _change(session, story, found, 1)
    return found


def take(session: Session, story: Any) -> None:
    """Count a story that goes out of sight no more, by what it was listed under."""
    tags = list(session.scalars(_TAGS, {"story": story.id}))
    _change(session, story, facets(session, story, tags), -1)
    session.execute(_NO_COUNT, {"tags": tags})
    session.execute(_NO_TAGS, {"story": story.id})


def _change(session: Session, story: Any, found: list[tuple[str, str]], by: int) -> None:
    rows = [{"facet": facet, "value": value, "is_public": story.is_public, "count": by} for facet, value in found]
    session.execute(portable.here(session, _COUNT), rows)
