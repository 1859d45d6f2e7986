"""Taking words out of a story wherever they are kept: one passage, or all of it. What is gone so does not come back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.db import table_of
from learn.discussion import topics
from learn.discussion.models import TopicKind
from learn.stories import fields as template
from learn.stories.models import Story, StoryEvent, StoryFile, StoryRemark, StoryRevision, StoryRound
from learn.stories.reading import drawing
from learn.stories.review import door, publishing, rounds

IN_PLACE = "[removed]"
NO_TITLE = "Removed story"

_T, _REVISION, _ROUND = table_of(Story), table_of(StoryRevision), table_of(StoryRound)
_REMARK, _EVENT, _FILE = table_of(StoryRemark), table_of(StoryEvent), table_of(StoryFile)
_SET = update(_T).where(_T.c.id == bindparam("story"))
_OF = {
    table: select(table).where(table.c.story_id == bindparam("story"))
    for table in (_REVISION, _ROUND, _REMARK, _EVENT, _FILE)
}
_ONE_REVISION = update(_REVISION).where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("of_n"))
_ONE_ROUND = update(_ROUND).where(_ROUND.c.story_id == bindparam("story"), _ROUND.c.n == bindparam("of_n"))
_ONE = {table: update(table).where(table.c.id == bindparam("number")) for table in (_REMARK, _EVENT, _FILE)}
_TYPED = {_REMARK: ("words", "answer"), _EVENT: ("reason",), _FILE: ("name", "alt", "caption")}
"Columns of each table that hold what somebody typed."
_NO_FILES = delete(_FILE).where(_FILE.c.story_id == bindparam("story"))


def passage(session: Session, story_id: int, words: str, at: datetime) -> int:
    """Take a passage out of every text of a story, of every version and of the search; returns in how many rows it stood."""
    return _out_of_all(session, story_id, lambda text: text.replace(words, IN_PLACE), at)


def found(session: Session, story_id: int, at: datetime) -> int:
    """The same for whatever the detector holds."""
    return _out_of_all(session, story_id, door.safe, at)


def _out_of_all(session: Session, story_id: int, change: Callable[[str], str], at: datetime) -> int:
    story = door.held(session, story_id)
    publishing.take_back(session, story_id, at)
    met = _everywhere(session, story_id, change)
    if met:
        _drawn_anew(session, story)
        values = {name: change(getattr(story, name)) for name in ("title", "summary", "byline")}
        values["slug"] = slugs.from_title(values["title"], "story")
        session.execute(_SET.values(**values), {"story": story_id})
    publishing.bring_back(session, story_id, at)
    return met


def everything(session: Session, story_id: int, at: datetime) -> None:
    """Erase all that was typed in a story; its number, its dates and who decided what stay."""
    publishing.take_back(session, story_id, at)
    _everywhere(session, story_id, lambda text: "")
    for row in session.execute(_OF[_REVISION], {"story": story_id}).all():
        values = {"fields": template.empty(), "html": "", "renderer": 0}
        session.execute(_ONE_REVISION.values(**values), {"story": story_id, "of_n": row.n})
    session.execute(_NO_FILES, {"story": story_id})
    values = {"title": NO_TITLE, "summary": "", "byline": "", "slug": "removed-story", "picture_id": None}
    session.execute(_SET.values(**values), {"story": story_id})
    topic = topics.of(session, TopicKind.STORY, story_id)
    if topic is not None:
        topics.change(session, topic.id, title=NO_TITLE)


def held(session: Session, story: Any) -> None:
    """Mask what the detector holds in the revision that is being written and in its files, before it is published."""
    fields = rounds.safe(door.revision(session, story.id, story.draft_n).fields)
    session.execute(_ONE_REVISION.values(fields=fields), {"story": story.id, "of_n": story.draft_n})
    for row in publishing.files_of(session, story.id):
        _write(session, _FILE, row, door.safe)


def _everywhere(session: Session, story_id: int, change: Callable[[str], str]) -> int:
    met = 0
    for table, one in ((_REVISION, _ONE_REVISION), (_ROUND, _ONE_ROUND)):
        for row in session.execute(_OF[table], {"story": story_id}).all():
            fields = rounds.typed(row.fields, change)
            if fields != row.fields:
                met += 1
                session.execute(one.values(fields=fields), {"story": story_id, "of_n": row.n})
    for table in _TYPED:
        for row in session.execute(_OF[table], {"story": story_id}).all():
            met += _write(session, table, row, change)
    return met


def _write(session: Session, table: Any, row: Any, change: Callable[[str], str]) -> bool:
    values = {name: change(getattr(row, name)) for name in _TYPED[table]}
    if all(values[name] == getattr(row, name) for name in values):
        return False
    session.execute(_ONE[table].values(**values), {"number": row.id})
    return True


def _drawn_anew(session: Session, story: Any) -> None:
    """Draw each version that was published by what is left of it."""
    files = session.execute(_OF[_FILE].order_by(_FILE.c.position, _FILE.c.id), {"story": story.id}).all()
    for row in session.execute(_OF[_REVISION], {"story": story.id}).all():
        if row.published_at is None:
            continue
        theirs = [each for each in files if (each.published_n or 0) >= row.n and each.added_at <= row.published_at]
        html = drawing.draw(row.fields, theirs)
        values = {"html": html, "renderer": drawing.RENDERER}
        session.execute(_ONE_REVISION.values(**values), {"story": story.id, "of_n": row.n})
