"""Lists of stories: narrowed by what was chosen, the newest first, page by page; and how many there are of each kind.

Nothing is counted when it is asked for: the numbers lie in ``story_facet``. They also say which of several conditions
leaves the fewest stories, and that one's index is walked; the others are hidden from the planner of SQLite, which knows no
numbers and would take any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, false, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import UtcDateTime, table_of
from learn.stories.around import Featured, StoryFacet, StoryTag
from learn.stories.models import Story, StoryFile
from learn.stories.reading.drawing import address

PAGE = 20
FIRST_ONES = 4
"Stories that facilitators put first and the first page shows above the others."
LATEST = 3
FACETS = ("theme", "setting", "profession", "region", "tag")
"By what a list is narrowed, by the names in its address."
ALL = ("all", "")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IS_OUT = text("story.is_out")
"As the partial indexes have it: a bound value would not let them be used."
IS_PUBLIC = text("story.is_public")

_T, _TAG, _FILE, _THEME, _FEATURED, _FACET = (
    table_of(each) for each in (Story, StoryTag, StoryFile, Theme, Featured, StoryFacet)
)
_CARD = (
    _T.c.id, _T.c.reference, _T.c.title, _T.c.summary, _T.c.byline, _T.c.published_at, _T.c.minutes, _T.c.thanks_count,
    _T.c.comment_count, _T.c.adoption_count, _T.c.picture_id, _FILE.c.name.label("picture_name"), _FILE.c.width, _FILE.c.height,
    _THEME.c.slug.label("theme_slug"), _THEME.c.title.label("theme_title"),
)  # fmt: skip
_CARDS = select(*_CARD).join(_THEME, _THEME.c.id == _T.c.theme_id).outerjoin(_FILE, _FILE.c.id == _T.c.picture_id)
_OF = _CARDS.where(_T.c.id.in_(bindparam("numbers", expanding=True)), IS_OUT)
_THEMES = select(_THEME.c.id, _THEME.c.slug, _THEME.c.title).order_by(_THEME.c.position)
_COUNTS = (
    select(_FACET.c.facet, _FACET.c.value, _FACET.c.is_public, _FACET.c.count.label("how_many"))
    .where(or_(_FACET.c.facet != "tag", _FACET.c.value == bindparam("of_tag")))
)  # fmt: skip
_FIRST = (
    _CARDS.join(_FEATURED, _FEATURED.c.story_id == _T.c.id)
    .where(IS_OUT, or_(_FEATURED.c.until.is_(None), _FEATURED.c.until > bindparam("at")))
    .order_by(_FEATURED.c.position, _T.c.id.desc())
    .limit(FIRST_ONES)
)
_FIRST_PUBLIC = _FIRST.where(IS_PUBLIC)


@dataclass(frozen=True)
class Card:
    """One story as lists show it."""

    id: int
    path: str
    title: str
    summary: str
    byline: str
    published_at: datetime
    minutes: int
    thanks: int
    comments: int
    places: int
    "Where it was tried."
    theme_slug: str
    theme_title: str
    picture: str
    "Address of its first picture; empty where it has none."


@dataclass(frozen=True)
class Counts:
    """How many stories there are by (facet, value)."""

    shown: Mapping[tuple[str, str], int]
    "Of those that the reader may read."
    every: Mapping[tuple[str, str], int]
    "Of all that readers find."


@dataclass(frozen=True)
class Listed:
    """One page of a list."""

    cards: Sequence[Card]
    next: str
    "Cursor of the page after it; empty at the end."


def themes(session: Session) -> Sequence[Any]:
    """Id, slug and title of each theme, in their order."""
    return session.execute(_THEMES).all()


def counts(session: Session, chosen: Mapping[str, str], *, members: bool) -> Counts:
    """How many stories there are of each kind, and of the tag that was chosen."""
    shown: dict[tuple[str, str], int] = {}
    every: dict[tuple[str, str], int] = {}
    for row in session.execute(_COUNTS, {"of_tag": chosen.get("tag", "")}):
        key = row.facet, row.value
        every[key] = every.get(key, 0) + row.how_many
        if members or row.is_public:
            shown[key] = shown.get(key, 0) + row.how_many
    return Counts(shown, every)


def listed(
    session: Session, chosen: Mapping[str, str], numbers: Counts, theme_ids: Mapping[str, int], *, members: bool, after: str = "",
) -> Listed:  # fmt: skip
    """A page of the stories that have everything that was chosen, by the names in FACETS, the newest first.

    ``after`` is the cursor of the page before; one that is none begins at the first.
    """
    if any(not numbers.shown.get(each) for each in chosen.items()):
        return Listed((), "")
    walked = {facet: numbers.every[facet, value] for facet, value in chosen.items()}
    if not members or not chosen:
        walked["all"] = numbers.shown.get(ALL, 0)
    asked: dict[str, Any] = {f"is_{facet}": value for facet, value in chosen.items()}
    if "theme" in chosen:
        asked["is_theme"] = theme_ids[chosen["theme"]]
    place = read_cursor(after)
    if place is not None:
        asked |= {"after_at": place[0], "after_id": place[1]}
    statement = _statement(
        min(walked, key=lambda lead: walked[lead]), tuple(sorted(chosen)), members, place is not None
    )
    return page([card(row) for row in session.execute(statement, asked)])


def of(session: Session, numbers: Sequence[int]) -> list[Card]:
    """Stories that readers find, by number and in that order."""
    found = {row.id: card(row) for row in session.execute(_OF, {"numbers": list(numbers)})}
    return [found[number] for number in numbers if number in found]


def first_ones(session: Session, at: datetime, *, members: bool) -> list[Card]:
    """What facilitators put first."""
    return [card(row) for row in session.execute(_FIRST if members else _FIRST_PUBLIC, {"at": at})]


def latest(session: Session, person: Any, theme_id: int | None = None) -> list[dict[str, Any]]:
    """The newest, of all or of one theme, for the home page and a theme's: theme_slug, theme_title, url, title, byline."""
    leads, narrowed = ("theme", ("theme",)) if theme_id else ("all", ())
    statement = _statement(leads, narrowed, bool(person.is_authenticated), False)
    found = session.execute(statement, {"is_theme": theme_id} if theme_id else {}).fetchmany(LATEST)
    names = ("theme_slug", "theme_title", "title", "byline")
    return [{"url": f"/s/{row.reference}", **{name: getattr(row, name) for name in names}} for row in found]


def card(row: Any) -> Card:
    """A row of the columns of a card as one."""
    picture = address(_Picture(row.picture_id, row.picture_name)) if row.picture_name else ""
    return Card(
        row.id, f"/s/{row.reference}", row.title, row.summary, row.byline, row.published_at, row.minutes, row.thanks_count,
        row.comment_count, row.adoption_count, row.theme_slug, row.theme_title, picture,
    )  # fmt: skip


def page(cards: Sequence[Card]) -> Listed:
    """Cards of which one more than a page was asked for."""
    shown = cards[:PAGE]
    return Listed(shown, cursor(shown[-1].published_at, shown[-1].id) if len(cards) > PAGE else "")


def cursor(at: datetime, number: int) -> str:
    """Where a list goes on: microseconds and number of the last story."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}.{number}"


def read_cursor(told: str) -> tuple[datetime, int] | None:
    """The moment and number in a cursor; None for what is none."""
    moment, _, number = told.partition(".")
    if not (moment.isascii() and moment.isdigit() and number.isascii() and number.isdigit() and len(told) < 40):
        return None
    try:
        return EPOCH + timedelta(microseconds=int(moment)), min(int(number), 2**62)
    except OverflowError:
        return None


@dataclass(frozen=True)
class _Picture:
    id: int
    name: str


@cache
def _statement(lead: str, chosen: tuple[str, ...], members: bool, goes_on: bool) -> Select[Any]:
    """The list narrowed by ``chosen``, in the order of the index of ``lead``, ready for its values."""
    found = _CARDS.where(IS_OUT)
    if not members:
        found = found.where(IS_PUBLIC if lead == "all" else func.coalesce(_T.c.is_public, false()))
    place: Any = (_T.c.published_at, _T.c.id)
    for facet in chosen:
        value: Any = bindparam(f"is_{facet}")
        if facet == "tag":
            found = found.join(_TAG, _TAG.c.story_id == _T.c.id).where(_TAG.c.tag == value)
            place = (_TAG.c.published_at, _TAG.c.story_id) if lead == "tag" else place
        else:
            column = _T.c.theme_id if facet == "theme" else _T.c[facet]
            found = found.where((column if facet == lead else func.coalesce(column, _nothing(facet))) == value)
    if goes_on:
        after = tuple_(bindparam("after_at", type_=UtcDateTime), bindparam("after_id"))
        found = found.where(tuple_(*place) < after)
    return found.order_by(*(column.desc() for column in place)).limit(PAGE + 1)


def _nothing(facet: str) -> Any:
    return 0 if facet == "theme" else ""
