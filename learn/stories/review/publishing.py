"""Publishing: what was approved becomes what readers see, is counted, found and discussed; and all of that taken back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.components import local
from learn.discussion import topics
from learn.discussion.models import TopicKind, TopicState
from learn.search import index
from learn.stories.models import FileKind, Story, StoryFile, StoryRevision, StoryState
from learn.stories.reading import drawing
from learn.stories.review import counting, door, listed, numbering, rounds, searched

REVIEWED_AFTER = 24
"Months after which its author is asked whether a story is still right; as long as NICE keeps a shared-learning example."
KIND = "story"

_T, _REVISION, _FILE = table_of(Story), table_of(StoryRevision), table_of(StoryFile)
_SET = update(_T).where(_T.c.id == bindparam("story"))
_REVISED = update(_REVISION).where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.n == bindparam("of_n"))
_DRAWN = _REVISED.values(html=bindparam("drawn"), renderer=bindparam("by"), published_at=bindparam("at"))
_OF_DRAFT = (
    select(_FILE)
    .where(_FILE.c.story_id == bindparam("story"), _FILE.c.is_in_draft.is_(True))
    .order_by(_FILE.c.kind.desc(), _FILE.c.position, _FILE.c.id)
)
_OF_PUBLISHED = (
    select(_FILE)
    .where(_FILE.c.story_id == bindparam("story"), _FILE.c.published_n == bindparam("of_n"))
    .order_by(_FILE.c.kind.desc(), _FILE.c.position, _FILE.c.id)
)
_FILES_OUT = (
    update(_FILE)
    .where(_FILE.c.story_id == bindparam("story"), _FILE.c.is_in_draft.is_(True))
    .values(published_n=bindparam("of_n"))
)
_NOT_OUT = _REVISED.values(html="", renderer=0, published_at=None)
_FILES_BACK = (
    update(_FILE)
    .where(_FILE.c.story_id == bindparam("story"), _FILE.c.published_n == bindparam("of_n"))
    .values(published_n=None)
)
_FILE_BACK = update(_FILE).where(_FILE.c.id == bindparam("number")).values(published_n=bindparam("of_n"))
GONE = (StoryState.WITHDRAWN, StoryState.RETRACTED, StoryState.ARCHIVED)
"States in which readers find nothing but a notice at the link."


def publish(
    session: Session, story_id: int, at: datetime, *, actor_id: int | None = None, reason: str = "",
    is_public: bool | None = None, is_small: bool = False,
) -> str:  # fmt: skip
    """Publish the revision that was approved, or what came with the site; returns its reference.

    ``is_public`` says whether people who are not members may read it; None leaves that as it is. A small correction moves
    neither the day of the last change nor that of the next review.
    """
    story = door.held(session, story_id)
    take_back(session, story_id, at)
    version, n = story.version, story.draft_n
    if story.state is StoryState.PUBLISHED:  # the site's own story, of which it brings a new text
        version = door.move(session, story_id, StoryState.DRAFT, actor_id=actor_id, at=at, version=version)
    door.move(session, story_id, StoryState.PUBLISHED, actor_id=actor_id, at=at, reason=reason, version=version)
    kept = door.revision(session, story_id, n).fields
    fields = {name: value for name, value in kept.items() if name != rounds.BECAUSE}
    session.execute(_REVISED.values(fields=fields), {"story": story_id, "of_n": n})
    files = files_of(session, story_id)
    session.execute(_FILES_OUT, {"story": story_id, "of_n": n})
    draw(session, story_id, n, fields, files, at)
    is_first = story.published_n is None
    values = {
        **shown(session, fields, files),
        "reference": story.reference or numbering.take(session, at),
        "published_n": n, "published_at": story.published_at or at, "is_public": story.is_public if is_public is None else is_public,
    }  # fmt: skip
    if is_first or not is_small:
        values |= {"changed_at": at, "review_due_on": in_months(local(at).date(), REVIEWED_AFTER)}
    session.execute(_SET.values(**values), {"story": story_id})
    bring_back(session, story_id, at)
    return str(values["reference"])


def take_back(session: Session, story_id: int, at: datetime, *, actor_id: int | None = None) -> bool:
    """Take a story out of lists, counters, search and discussion; False where it was out of sight already.

    Its state is the door's affair: whoever withdraws, retracts, archives or hides it moves it too.
    """
    story = door.held(session, story_id)
    if not story.is_out:
        return False
    counting.take(session, story)
    session.execute(_SET.values(is_out=False), {"story": story_id})
    index.remove(session, KIND, story_id)
    topic = topics.of(session, TopicKind.STORY, story_id)
    if topic is not None:
        topics.hide(session, topic.id)
    return True


def bring_back(session: Session, story_id: int, at: datetime, *, actor_id: int | None = None) -> bool:
    """Let readers find a story's published revision; False where they do already, or where it is hidden or taken back."""
    story = door.held(session, story_id)
    if story.is_out or story.is_hidden or story.published_n is None or story.state in GONE:
        return False
    fields = door.revision(session, story_id, story.published_n).fields
    tags = listed.tags(fields)
    counting.add(session, story, tags, story.published_at)
    session.execute(_SET.values(is_out=True), {"story": story_id})
    searched.put(session, story)
    number = topics.make(session, TopicKind.STORY, story_id, story.theme_id, story.title, at)
    topics.change(session, number, title=story.title, theme_id=story.theme_id, state=TopicState.VISIBLE)
    return True


def unpublish(session: Session, story_id: int, before: dict[str, Any], at: datetime) -> None:
    """Put back what ``publish`` changed, by what ``as_it_was`` said before it; the reference stays the story's."""
    story = door.held(session, story_id)
    take_back(session, story_id, at)
    session.execute(_NOT_OUT, {"story": story_id, "of_n": story.published_n})
    session.execute(_FILES_BACK, {"story": story_id, "of_n": story.published_n})
    for number, n in before["files"].items():
        session.execute(_FILE_BACK, {"number": int(number), "of_n": n})
    n = before["published_n"]
    moments = {name: _moment(before[name]) for name in ("published_at", "changed_at")}
    values: dict[str, Any] = {
        "published_n": n,
        "is_public": before["is_public"],
        "is_hidden": before["is_hidden"],
        **moments,
    }
    values["review_due_on"] = date.fromisoformat(before["review_due_on"]) if before["review_due_on"] else None
    if n is not None:
        values |= shown(session, door.revision(session, story_id, n).fields, files_of(session, story_id, n))
    else:  # what was shown as it was typed lies in the draft alone again
        values |= shown(session, rounds.safe(door.revision(session, story_id, story.draft_n).fields), ())
    session.execute(_SET.values(**values), {"story": story_id})
    topic = topics.of(session, TopicKind.STORY, story_id)
    if topic is not None:
        topics.change(session, topic.id, title=values["title"])
    bring_back(session, story_id, at)


def as_it_was(session: Session, story: Any) -> dict[str, Any]:
    """What ``unpublish`` needs of a story that is about to be published: numbers, moments and states."""
    names = ("published_at", "changed_at", "review_due_on")
    moments = {name: value.isoformat() if (value := getattr(story, name)) else None for name in names}
    files = {str(each.id): each.published_n for each in files_of(session, story.id) if each.published_n is not None}
    return {
        "published_n": story.published_n, "is_public": story.is_public, "is_hidden": story.is_hidden, "files": files, **moments,
    }  # fmt: skip


def draw(session: Session, story_id: int, n: int, fields: dict[str, Any], files: Any, at: datetime) -> None:
    """Draw a revision once, for whoever reads it."""
    session.execute(_DRAWN, {
        "story": story_id, "of_n": n, "drawn": drawing.draw(fields, files), "by": drawing.RENDERER, "at": at,
    })  # fmt: skip


def shown(session: Session, fields: dict[str, Any], files: Any) -> dict[str, Any]:
    """The columns of ``Story`` that lists show, of a revision and its files."""
    pictures = (each.id for each in files if each.kind is FileKind.PICTURE)
    return {**listed.columns(session, fields), "picture_id": next(pictures, None)}


def files_of(session: Session, story_id: int, n: int | None = None) -> Any:
    """Pictures and files of the text that is being written, or of a published one; pictures first, in their order."""
    if n is None:
        return session.execute(_OF_DRAFT, {"story": story_id}).all()
    return session.execute(_OF_PUBLISHED, {"story": story_id, "of_n": n}).all()


def in_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(day.year + years, month + 1, day.day - back)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
