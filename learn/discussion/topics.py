"""Topics: made, found, hidden, renamed. A story's or a module's is made once, however often it is asked for.

Where a story's page is, its room says: create_app hands in ``frontline_subjects``, by kind a callable
``(session, subject_id) -> path or None``, and ``frontline_counted``, by kind ``(session, subject_id, count, at)``.
"""

import re
import unicodedata
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Module, Theme
from courses.db import table_of
from courses.learning import portable
from learn.discussion import rendering
from learn.discussion.models import Post, PostDraft, Topic, TopicKind, TopicRead, TopicState
from learn.errors import FrontlineError, NotFound
from learn.search import index as search

LONGEST_TITLE = 150
FOUND_BY = 20
"Posts of a topic, from its first, by whose words it is found."
FOUND_WORDS = 8000

_T, _POST, _READ, _DRAFT, _THEME, _MODULE = (
    table_of(each) for each in (Topic, Post, TopicRead, PostDraft, Theme, Module)
)
COLUMNS = (
    _T.c.id, _T.c.kind, _T.c.subject_id, _T.c.theme_id, _T.c.state, _T.c.title, _T.c.slug, _T.c.author_id, _T.c.created_at,
    _T.c.last_post_at, _T.c.last_post_id, _T.c.next_seq, _T.c.visible_count, _T.c.is_pinned, _T.c.is_locked, _T.c.version,
    _THEME.c.slug.label("theme_slug"), _THEME.c.title.label("theme_title"),
)  # fmt: skip
_NUMBERS = select(_T.c.id).where(_T.c.id > bindparam("after")).order_by(_T.c.id).limit(bindparam("most"))
_SELECT = select(*COLUMNS).join(_THEME, _THEME.c.id == _T.c.theme_id)
_BY_ID = _SELECT.where(_T.c.id == bindparam("topic"))
_OPENED = (
    _BY_ID.add_columns(
        _READ.c.last_seq, _READ.c.follows, _DRAFT.c.body.label("draft"), _DRAFT.c.saved_at.label("draft_at")
    )
    .outerjoin(_READ, (_READ.c.topic_id == _T.c.id) & (_READ.c.user_id == bindparam("user")))
    .outerjoin(
        _DRAFT,
        (_DRAFT.c.topic_id == _T.c.id) & (_DRAFT.c.user_id == bindparam("user")) & _DRAFT.c.parent_id.is_(None)
        & _DRAFT.c.post_id.is_(None),
    )
)  # fmt: skip
_OF = _SELECT.where(_T.c.kind == bindparam("of_kind"), _T.c.subject_id == bindparam("subject"))
_MAKE = insert(_T).returning(_T.c.id)
_MAKE_ONCE = portable.both(
    lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["kind", "subject_id"]).returning(_T.c.id)
)
_CHANGE = update(_T).where(_T.c.id == bindparam("topic")).values(version=_T.c.version + 1)
_FOLLOWED = portable.both(
    lambda insert_: insert_(_READ).on_conflict_do_update(index_elements=["user_id", "topic_id"], set_={"follows": True})
)
_WORDS = (
    select(_POST.c.html)
    .where(_POST.c.topic_id == bindparam("topic"), _POST.c.seq <= FOUND_BY, _POST.c.state == "visible")
    .order_by(_POST.c.seq)
)
_MODULES = select(_MODULE.c.slug).where(_MODULE.c.id == bindparam("subject"))
_TITLES = select(_T.c.id, _T.c.title).where(
    _T.c.id.in_(bindparam("topics", expanding=True)), _T.c.state == TopicState.VISIBLE, _T.c.visible_count > 0
)


class Changed(FrontlineError):
    """Somebody else changed it meanwhile."""

    status = 409
    code = "topic_changed"
    title = "This has changed"


def make(
    session: Session, kind: TopicKind, subject_id: int | None, theme_id: int, title: str, at: datetime, author_id: int | None = None
) -> int:  # fmt: skip
    """Make a topic, or find the one that the story or module has; returns its number. Its author follows it."""
    row = {
        "kind": kind, "subject_id": subject_id, "theme_id": theme_id, "state": TopicState.VISIBLE, "title": title[:LONGEST_TITLE],
        "slug": slug_of(title), "author_id": author_id, "created_at": at, "last_post_at": at, "last_post_id": None, "last_poster_id": None,
    }  # fmt: skip
    if subject_id is None:
        made = session.execute(_MAKE, row).scalar_one()
    else:
        made = session.execute(portable.here(session, _MAKE_ONCE), row).scalar()
        if made is None:
            return int(session.execute(_OF, {"of_kind": kind, "subject": subject_id}).one().id)
    if author_id is not None:
        follow(session, author_id, made)
    return int(made)


def follow(session: Session, user_id: int, topic_id: int) -> None:
    """Let a person be told of answers."""
    row = {"user_id": user_id, "topic_id": topic_id, "last_seq": 0, "follows": True}
    session.execute(portable.here(session, _FOLLOWED), row)


def find(session: Session, topic_id: int) -> Any | None:
    """One topic by its number, with slug and title of its theme."""
    return session.execute(_BY_ID, {"topic": topic_id}).first()


def there(session: Session, topic_id: int) -> Any:
    """The same; NotFound where there is none."""
    found = find(session, topic_id)
    if found is None:
        raise NotFound("There is no such discussion.")
    return found


def opened(session: Session, topic_id: int, user_id: int | None) -> Any:
    """The same, with how far a person has read (``last_seq``, null where they never opened it), whether they follow it, and the
    answer that they began to write (``draft``, ``draft_at``)."""
    found = session.execute(_OPENED, {"topic": topic_id, "user": user_id}).first()
    if found is None:
        raise NotFound("There is no such discussion.")
    return found


def of(session: Session, kind: TopicKind, subject_id: int) -> Any | None:
    """The topic of a story or module; None where it has none yet."""
    return session.execute(_OF, {"of_kind": kind, "subject": subject_id}).first()


def hide(session: Session, topic_id: int) -> None:
    """Take it out of the lists and the search."""
    change(session, topic_id, state=TopicState.HIDDEN)


def show(session: Session, topic_id: int) -> None:
    """Put it back there."""
    change(session, topic_id, state=TopicState.VISIBLE)


def change(session: Session, topic_id: int, **columns: Any) -> None:
    """Set columns of a topic, and let it be found by what it then is."""
    if "title" in columns:
        columns["slug"] = slug_of(columns["title"])
    session.execute(_CHANGE.values(**columns), {"topic": topic_id})
    index(session, topic_id)


def index(session: Session, topic_id: int) -> None:
    """Let a member's topic be found by its title and the first posts; stories and modules are found by themselves."""
    row = there(session, topic_id)
    if row.kind is not TopicKind.THEME:
        return
    if row.state is not TopicState.VISIBLE or not row.visible_count:
        search.remove(session, "topic", topic_id)
        return
    words = [rendering.text(html) for html in session.scalars(_WORDS, {"topic": topic_id})]
    summary = words[0] if words else ""
    search.put(
        session, "topic", topic_id, path=own_page(row), title=row.title, summary=_cut(summary, 240), body=" ".join(words)[:FOUND_WORDS],
        theme=row.theme_slug, at=row.last_post_at,
    )  # fmt: skip


def index_again(session: Session, after: int, most: int) -> list[int]:
    """The same for the next topics after a number; their numbers, none at the end."""
    numbers = list(session.scalars(_NUMBERS, {"after": after, "most": most}))
    for number in numbers:
        index(session, number)
    return numbers


def count(session: Session, row: Any, at: datetime) -> None:
    """Tell whatever the topic is about how many posts there are now."""
    counted = current_app.extensions["frontline_counted"].get(row.kind.value)
    if counted is not None and row.subject_id is not None:
        counted(session, row.subject_id, row.visible_count, at)


def own_page(row: Any) -> str:
    """The topic's own page."""
    return f"/topics/{row.id}-{row.slug}"


def page_of(session: Session, row: Any) -> str:
    """The page that shows its posts: a story's own page, else the topic's."""
    where = current_app.extensions["frontline_subjects"].get(row.kind.value)
    path = where(session, row.subject_id) if where is not None and row.subject_id is not None else None
    return path or own_page(row)


def subject(session: Session, row: Any) -> str | None:
    """Path of the module or story that a topic is about; None for a member's own."""
    if row.kind is TopicKind.MODULE:
        slug = session.scalar(_MODULES, {"subject": row.subject_id})
        return f"/modules/{slug}" if slug else None
    return page_of(session, row) if row.kind is TopicKind.STORY else None


def titles(session: Session, numbers: list[int], user_id: int) -> dict[int, str]:
    """Titles that notices name, of topics that members see."""
    return {row.id: row.title for row in session.execute(_TITLES, {"topics": numbers})}


def slug_of(title: str) -> str:
    """Words for an address."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "topic"


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + "\u2026"
