"""Stories in the search: put there when one comes out, and again when the search is rebuilt."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.search import index
from learn.stories.models import Story, StoryRevision
from learn.stories.review import counting, door, listed

KIND = "story"
_T, _REVISION = table_of(Story), table_of(StoryRevision)
_NEXT = select(_T).where(_T.c.id > bindparam("after")).order_by(_T.c.id).limit(bindparam("most"))
_FOUND = (
    select(_T)
    .join(_REVISION, (_REVISION.c.story_id == _T.c.id) & (_REVISION.c.n == _T.c.published_n))
    .where(_T.c.id == bindparam("story"), _T.c.is_out)
)


def put(session: Session, story: Any) -> None:
    """Let a published story be found by its published revision."""
    fields = door.revision(session, story.id, story.published_n).fields
    tags = listed.tags(fields)
    facets = [each for each in counting.facets(session, story, tags) if each[0] not in ("all", "theme")]
    index.put(
        session, KIND, story.id, path=f"/s/{story.reference}", title=story.title, summary=story.summary, tags=" ".join(tags),
        body=listed.body(fields), theme=listed.theme_slug(session, story.theme_id), facets=facets, is_public=story.is_public,
        at=story.published_at,
    )  # fmt: skip


def put_anew(session: Session, story_id: int) -> None:
    """Let a story whose published text was rewritten be found by what it says now; nothing where readers do not find it."""
    story = session.execute(_FOUND, {"story": story_id}).first()
    if story is not None:
        put(session, story)


def again(session: Session, after: int, most: int) -> list[int]:
    """Put the next stories after a number into the search, or take them out where readers do not find them; their numbers."""
    stories = session.execute(_NEXT, {"after": after, "most": most}).all()
    for story in stories:
        if story.is_out:
            put(session, story)
        else:
            index.remove(session, KIND, story.id)
    return [story.id for story in stories]
