"""A published story without the people in it: for authors who had their data erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.stories.models import Declaration, Story, StoryFile, StoryRemark, StoryRevision, StoryRound
from learn.stories.reading import drawing

NAMELESS: dict[str, Any] = {"authors": [], "quote_who": "", "contact": False, "name_withheld": True, "because": {}}
"Fields of a revision that name somebody, as they are afterwards."

_STORY, _REVISION, _FILE = table_of(Story), table_of(StoryRevision), table_of(StoryFile)
_TEXTS = select(_REVISION.c.story_id, _REVISION.c.n, _REVISION.c.fields).where(
    _REVISION.c.story_id.in_(bindparam("stories", expanding=True)), _REVISION.c.published_at.is_not(None)
)
_PICTURES = (
    select(_FILE)
    .where(_FILE.c.story_id.in_(bindparam("stories", expanding=True)), _FILE.c.published_n.is_not(None))
    .order_by(_FILE.c.story_id, _FILE.c.position)
)
_REWRITE = (
    update(_REVISION)
    .where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("number"))
    .values(fields=bindparam("told"), html=bindparam("drawn"), editor_id=None)
)


def take_out(session: Session, stories: Sequence[int]) -> None:
    """Take the names out of every published revision of these stories; revisions that were not published go.

    Rounds and remarks go too, and of a declaration only that it was made stays.
    """
    if not stories:
        return
    mine = {"stories": list(stories)}
    pictures = session.execute(_PICTURES, mine).all()
    rows = [_nameless(row, pictures) for row in session.execute(_TEXTS, mine)]
    session.execute(delete(_REVISION).where(_REVISION.c.story_id.in_(stories), _REVISION.c.published_at.is_(None)))
    if rows:
        session.execute(_REWRITE, rows)
    for table in (table_of(StoryRound), table_of(StoryRemark)):
        session.execute(delete(table).where(table.c.story_id.in_(stories)))
    declared = table_of(Declaration)
    session.execute(update(declared).where(declared.c.story_id.in_(stories)).values(evidence=""))
    session.execute(delete(_FILE).where(_FILE.c.story_id.in_(stories), _FILE.c.published_n.is_(None)))
    session.execute(update(_STORY).where(_STORY.c.id.in_(stories)).values(byline=""))


def _nameless(row: Any, pictures: Sequence[Any]) -> dict[str, Any]:
    told = {**row.fields, **NAMELESS}
    drawn = drawing.draw(told, [each for each in pictures if each.story_id == row.story_id])
    return {"story": row.story_id, "number": row.n, "told": told, "drawn": drawn}
