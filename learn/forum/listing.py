"""What the forum lists: topics of a theme by the last thing said, pinned ones above, with how much of each is unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, literal_column, select, text, tuple_, union_all
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import UtcDateTime, table_of
from learn.accounts.models import User
from learn.discussion import showing, topics
from learn.discussion.models import Post, Topic, TopicRead

PAGE = 30
LATEST = 3
"Topics of each theme on the first page."
MOST_PINNED = 5
NEW_FOR = timedelta(days=60)
"A topic that one never opened counts as new so long after the last thing was said."

_T, _READ, _THEME, _POST = table_of(Topic), table_of(TopicRead), table_of(Theme), table_of(Post)
_AUTHOR, _LAST = table_of(User).alias("author"), table_of(User).alias("poster")
_LISTED = text("topic.state = 'visible' AND topic.kind = 'theme'")
_NEWEST = (_T.c.last_post_at.desc(), _T.c.id.desc())
_TOPICS = (
    select(
        _T.c.id, _T.c.title, _T.c.slug, _T.c.theme_id, _T.c.author_id, _T.c.created_at, _T.c.last_post_at, _T.c.last_post_id,
        _T.c.last_poster_id, _T.c.next_seq, _T.c.visible_count, _T.c.is_pinned, _T.c.is_locked,
    )
    .where(_LISTED, _T.c.visible_count > 0)
    .order_by(*_NEWEST)
)  # fmt: skip


def _with_people(topics: Any) -> Any:
    """What is shown of some topics. They are chosen first: PostgreSQL, asked for all in one, gets ready for as many people as it
    thinks that there are topics (1.5 ms of 1.7 at a million posts)."""
    page = topics.subquery("page")
    return (
        select(
            page, _AUTHOR.c.name, _AUTHOR.c.display_name, _LAST.c.name.label("last_name"), _LAST.c.display_name.label("last_display_name"),
            _READ.c.last_seq, _POST.c.seq.label("newest"),
        )
        .select_from(page)
        .outerjoin(_AUTHOR, _AUTHOR.c.id == page.c.author_id)
        .outerjoin(_LAST, _LAST.c.id == page.c.last_poster_id)
        .outerjoin(_POST, _POST.c.id == page.c.last_post_id)
        .outerjoin(_READ, and_(_READ.c.topic_id == page.c.id, _READ.c.user_id == bindparam("user")))
        .order_by(page.c.last_post_at.desc(), page.c.id.desc())
    )  # fmt: skip


_OF_THEME = _TOPICS.where(_T.c.theme_id == bindparam("theme"))
_OTHERS = _OF_THEME.where(~_T.c.is_pinned).limit(literal_column(str(PAGE + 1)))
_FIRST = _with_people(_OTHERS)
_NEXT = _with_people(
    _OTHERS.where(tuple_(_T.c.last_post_at, _T.c.id) < tuple_(bindparam("at", type_=UtcDateTime), bindparam("number")))
)
_PINNED = _with_people(_OF_THEME.where(text("topic.is_pinned")).limit(literal_column(str(MOST_PINNED))))
_THEMES = select(_THEME.c.id, _THEME.c.slug, _THEME.c.title, _THEME.c.summary).order_by(_THEME.c.position)
_ONE_THEME = _THEMES.where(_THEME.c.slug == bindparam("slug"))


@dataclass(frozen=True)
class Line:
    """One topic in a list."""

    id: int
    title: str
    url: str
    by: str
    initials: str
    count: int
    last_at: datetime
    last_by: str
    is_pinned: bool
    is_locked: bool
    new: str
    "New, or how many are: 3 new, or New posts where they are not counted; empty when all that can be read is read."
    unread_url: str


def themes(session: Session) -> Sequence[Any]:
    """The themes in their order."""
    return session.execute(_THEMES).all()


def theme(session: Session, slug: str) -> Any | None:
    """One theme."""
    return session.execute(_ONE_THEME, {"slug": slug}).first()


def latest(session: Session, theme_ids: Sequence[int], user_id: int | None, at: datetime) -> dict[int, list[Line]]:
    """The topics of each theme in which something was said last, by one statement."""
    found: dict[int, list[Line]] = {number: [] for number in theme_ids}
    if theme_ids:
        given = {f"theme_{n}": number for n, number in enumerate(theme_ids)}
        for row in session.execute(_latest(len(theme_ids)), {"user": user_id, **given}):
            found[row.theme_id].append(_line(row, at))
    return found


def of_theme(
    session: Session, theme_id: int, user_id: int | None, at: datetime, after: tuple[datetime, int] | None = None
) -> tuple[list[Line], list[Line], str | None]:
    """Pinned topics, on the first page alone, a page of the others, and the key of the next page."""
    given = {"theme": theme_id, "user": user_id}
    pinned = session.execute(_PINNED, given).all() if after is None else []
    if after is None:
        rows = session.execute(_FIRST, given).all()
    else:
        rows = session.execute(_NEXT, {**given, "at": after[0], "number": after[1]}).all()
    more = key(rows[PAGE - 1]) if len(rows) > PAGE else None
    return [_line(row, at) for row in pinned], [_line(row, at) for row in rows[:PAGE]], more


def key(row: Any) -> str:
    """Where the next page begins, for an address."""
    micros = (row.last_post_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{micros}-{row.id}"


def place(key: str | None) -> tuple[datetime, int] | None:
    """What such a key says; None for none, and for one that nobody gave."""
    micros, _, number = (key or "").partition("-")
    if not (micros.isdecimal() and number.isdecimal() and len(micros) <= 17 and len(number) <= 18):
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros)), int(number)


@cache
def _latest(themes: int) -> Any:
    """One short walk along the index for each theme."""
    most: Any = literal_column(str(LATEST))
    parts = [
        select(_TOPICS.where(_T.c.theme_id == bindparam(f"theme_{n}")).limit(most).subquery()) for n in range(themes)
    ]
    return _with_people(union_all(*parts))


def _line(row: Any, at: datetime) -> Line:
    by = showing.name_of(row)
    last_by = showing.FORMER if row.last_poster_id is None else row.last_display_name or row.last_name or "a member"
    left, is_fresh = _left(row), row.last_seq is None and row.last_post_at > at - NEW_FOR
    url = topics.own_page(row)
    return Line(
        row.id, row.title, url, by, showing.initials(by), row.visible_count, row.last_post_at, last_by, bool(row.is_pinned),
        bool(row.is_locked), left or ("New" if is_fresh else ""), f"/topics/{row.id}/unread" if left else url,
    )  # fmt: skip


def _left(row: Any) -> str:
    """How much of a topic that was opened is left to read; empty where nothing is.

    Where a post was taken away or waits, the numbers do not say how many can be read, so none is told.
    """
    left = (row.newest or 0) - row.last_seq if row.last_seq is not None else 0
    if left <= 0:
        return ""
    is_counted = left == 1 or row.visible_count == row.next_seq - 1
    return f"{left} new" if is_counted else "New posts"
