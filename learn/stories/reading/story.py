"""One story as its readers meet it: who may read it, its published text, what is beside it, and what its link says when it is gone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, literal, or_, select, union_all, update
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import table_of
from learn.accounts.profile import REGIONS, SETTINGS
from learn.components import date
from learn.discussion.models import Thanks, Topic, TopicKind
from learn.errors import FrontlineError, NotFound, SignInNeeded
from learn.moderation import facilitators
from learn.policy import is_facilitator
from learn.stories.around import Featured, StoryTag
from learn.stories.fields import COSTS, LICENCES, PROFESSIONS
from learn.stories.models import Story, StoryEvent, StoryRevision, StoryState
from learn.stories.reading.listing import IS_OUT, IS_PUBLIC

KIND = "story"
RELATED = 4
HIGHEST_N = 2**31 - 1
"What PostgreSQL's column of a version's number can hold."
NAMED = re.compile(r"(FRL-\d{4}-\d{4,9})(?:-[a-z0-9-]*)?", re.IGNORECASE)
"A reference, with the words of an address after it or without."
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WITHHELD = "Name withheld"

_T, _REVISION, _THEME, _TOPIC, _THANKS, _FEATURED, _TAG, _EVENT = (
    table_of(each) for each in (Story, StoryRevision, Theme, Topic, Thanks, Featured, StoryTag, StoryEvent)
)
_COLUMNS = (
    _T.c.id, _T.c.reference, _T.c.state, _T.c.is_out, _T.c.is_hidden, _T.c.is_public, _T.c.is_starter, _T.c.author_id, _T.c.theme_id,
    _T.c.title, _T.c.summary, _T.c.byline, _T.c.minutes, _T.c.published_n, _T.c.published_at, _T.c.changed_at, _T.c.picture_id,
    _T.c.thanks_count, _T.c.comment_count, _T.c.adoption_count, _T.c.version, _THEME.c.slug.label("theme_slug"),
    _THEME.c.title.label("theme_title"), _REVISION.c.n, _REVISION.c.fields, _REVISION.c.html, _REVISION.c.published_at.label("n_published_at"),
    _TOPIC.c.id.label("topic_id"), _FEATURED.c.position.label("featured_at"), _FEATURED.c.until.label("featured_until"),
    exists().where(
        _THANKS.c.kind == literal(KIND), _THANKS.c.target_id == _T.c.id, _THANKS.c.user_id == bindparam("reader")
    ).correlate(_T).label("is_thanked"),
)  # fmt: skip
_NAMED = (
    select(*_COLUMNS)
    .outerjoin(_THEME, _THEME.c.id == _T.c.theme_id)
    .outerjoin(_TOPIC, and_(_TOPIC.c.kind == TopicKind.STORY, _TOPIC.c.subject_id == _T.c.id))
    .outerjoin(_FEATURED, _FEATURED.c.story_id == _T.c.id)
    .where(_T.c.reference == bindparam("named"))
)
_THERE = _NAMED.outerjoin(_REVISION, and_(_REVISION.c.story_id == _T.c.id, _REVISION.c.n == _T.c.published_n))
_AS_OF = _NAMED.outerjoin(
    _REVISION,
    and_(_REVISION.c.story_id == _T.c.id, _REVISION.c.n == bindparam("of_n"), _REVISION.c.published_at.is_not(None)),
)
_VERSIONS = (
    select(_REVISION.c.n, _REVISION.c.published_at)
    .where(_REVISION.c.story_id == bindparam("story"), _REVISION.c.published_at.is_not(None))
    .order_by(_REVISION.c.n.desc())
)
_LAST_WORDS = (
    select(_EVENT.c.after, _EVENT.c.reason, _EVENT.c.at)
    .where(_EVENT.c.story_id == bindparam("story"), _EVENT.c.after == bindparam("state"))
    .order_by(_EVENT.c.id.desc())
    .limit(1)
)
_REFERENCE = select(_T.c.reference).where(_T.c.id == bindparam("story"))
_COUNT = update(_T).where(_T.c.id == bindparam("story")).values(comment_count=bindparam("count"))
_TITLES = select(_T.c.id, _T.c.title).where(
    _T.c.id.in_(bindparam("numbers", expanding=True)), or_(_T.c.is_out, _T.c.author_id == bindparam("user"))
)


def _related(*conditions: Any) -> Any:
    shown = (_T.c.id, _T.c.reference, _T.c.title, _T.c.published_at)
    of_tag = (
        select(literal(0).label("rank"), *shown)
        .join(_TAG, _TAG.c.story_id == _T.c.id)
        .where(_TAG.c.tag == bindparam("of_tag"), _T.c.id != bindparam("story"), IS_OUT, *conditions)
        .order_by(_TAG.c.published_at.desc(), _TAG.c.story_id.desc())
        .limit(RELATED)
        .subquery()
    )
    of_theme = (
        select(literal(1).label("rank"), *shown)
        .where(_T.c.theme_id == bindparam("theme"), _T.c.id != bindparam("story"), IS_OUT, *conditions)
        .order_by(_T.c.published_at.desc(), _T.c.id.desc())
        .limit(RELATED * 2)
        .subquery()
    )
    return union_all(select(of_tag), select(of_theme))


_RELATED, _RELATED_PUBLIC = _related(), _related(IS_PUBLIC)

WHY_GONE = {
    StoryState.WITHDRAWN: ("This story was withdrawn", "Its author took it back on {day}."),
    StoryState.RETRACTED: ("This story was retracted", "A facilitator took it back on {day}."),
    StoryState.ARCHIVED: ("This story is archived", "It was put away on {day}, because it is not up to date any more."),
}


class Gone(FrontlineError):
    """The story was here and is not any more; its link says so for good."""

    status = 410
    code = "story_gone"
    title = "This story is not here any more"


class Hidden(NotFound):
    """A facilitator took the story out of sight for the time being."""

    code = "story_hidden"
    title = "This story cannot be read now"


@dataclass(frozen=True)
class Version:
    """One published text of a story."""

    n: int
    published_at: datetime


def reference_in(told: str) -> str:
    """The reference that an address names, as it is written; NotFound where it names none."""
    found = NAMED.fullmatch(told)
    if found is None:
        raise NotFound("There is no such story.", next_steps=("Look for it in the list of stories.",))
    return found[1].upper()


def find(session: Session, reference: str, person: Any, n: int | None = None) -> Any:
    """The story's row with its published text, or with that of version ``n``.

    NotFound where there is none, Gone where it was taken back, SignInNeeded where only members may read it, also an earlier
    version that its author did not want to be public. Its author and the facilitators of its theme see it while it is hidden.
    """
    asked = {"named": reference, "reader": person.id, **({} if n is None else {"of_n": min(n, HIGHEST_N)})}
    row = session.execute(_THERE if n is None else _AS_OF, asked).first()
    if row is None or row.published_n is None:
        raise NotFound("There is no such story.", next_steps=("Look for it in the list of stories.",))
    if not (row.is_public or person.is_authenticated):
        raise SignInNeeded()
    if row.state in WHY_GONE:
        raise gone(session, row)
    if not row.is_out and not is_its_own(row, person) and not looks_after(session, person, row):
        why = "A facilitator is looking at it." if row.is_hidden else "Its author took it back, and is changing it."
        raise Hidden(f"{why} It may come back.", next_steps=("Read other stories meanwhile.",))
    if row.html is None:
        raise NotFound("This story has no such version.", next_steps=("Open its newest version.",))
    is_earlier = row.n != row.published_n
    if is_earlier and not (row.fields.get("wants_public") or person.is_authenticated):
        raise SignInNeeded()
    return row


def is_its_own(row: Any, person: Any) -> bool:
    """Whether somebody wrote the story."""
    return person.id is not None and row.author_id == person.id


def looks_after(session: Session, person: Any, row: Any) -> bool:
    """Whether somebody facilitates the story's theme, and did not write it."""
    return is_facilitator(person) and not is_its_own(row, person) and facilitators.may(session, person, row.theme_id)


def gone(session: Session, row: Any) -> Gone:
    """What the link of a story says that was taken back: when, by whom in general, and why where it was retracted."""
    title, words = WHY_GONE[row.state]
    last = session.execute(_LAST_WORDS, {"story": row.id, "state": row.state.value}).first()
    said = words.format(day=date(last.at)) if last else "It is not here any more."
    if last and last.reason and row.state is StoryState.RETRACTED:
        said = f"{said} Why: {last.reason}"
    found = Gone(said, next_steps=("The reference stays, and no other story gets it.", "Read other stories meanwhile."))
    found.title = title
    return found


def versions(session: Session, story_id: int) -> list[Version]:
    """Every published text of a story, the newest first."""
    return [Version(row.n, row.published_at) for row in session.execute(_VERSIONS, {"story": story_id})]


def path_of(session: Session, story_id: int) -> str | None:
    """The page of a story by its number; None before it was published."""
    reference = session.scalar(_REFERENCE, {"story": story_id})
    return f"/s/{reference}" if reference else None


def count_comments(session: Session, story_id: int, count: int, at: datetime) -> None:
    """Keep how many comments readers see, in the transaction that changed it."""
    session.execute(_COUNT, {"story": story_id, "count": count})


def titles(session: Session, numbers: Sequence[int], user_id: int) -> dict[int, str]:
    """Titles of the stories that somebody may see, by number: those that readers find, and their own."""
    return {row.id: row.title for row in session.execute(_TITLES, {"numbers": list(numbers), "user": user_id})}


def related(session: Session, row: Any, *, members: bool) -> list[Any]:
    """Other stories of its first tag, then of its theme: reference and title of each."""
    tags = tags_of(row.fields)
    asked = {"of_tag": tags[0] if tags else "", "theme": row.theme_id, "story": row.id}
    rows = session.execute(_RELATED if members else _RELATED_PUBLIC, asked).all()
    found = {each.id: each for each in sorted(rows, key=lambda each: (each.rank, -each.published_at.timestamp()))}
    return list(found.values())[:RELATED]


def tags_of(fields: Mapping[str, Any]) -> list[str]:
    """Its tags as addresses have them, in the order in which they were typed."""
    said = (" ".join(str(tag).lower().split())[:40] for tag in fields.get("tags") or [])
    return list(dict.fromkeys(tag for tag in said if tag))


def glance(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands beside the text: names and values, those that were told."""
    told = [
        ("Organisation", _joined(fields.get("organisation"), fields.get("department"))),
        ("Setting", SETTINGS.get(fields.get("setting") or "", "")),
        ("Region", REGIONS.get(fields.get("region") or "", "")),
        ("Fits best", PROFESSIONS.get(fields.get("profession") or "", "")),
        ("When", when(fields)),
        ("Time it took", str(fields.get("time") or "")),
        ("Cost", COSTS.get(fields.get("cost") or "", "")),
    ]
    return [(name, value) for name, value in told if value]


def when(fields: Mapping[str, Any]) -> str:
    """As in "January 2014 to May 2016", or "Since January 2014"."""
    began, ended = (_month(str(fields.get(name) or "")) for name in ("started", "ended"))
    if began and ended:
        return began if began == ended else f"{began} to {ended}"
    return f"Since {began}" if began else ended and f"Until {ended}"


def authors(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """Name, role and orcid of each author; none where the names are withheld."""
    if fields.get("name_withheld"):
        return []
    rows: Sequence[Any] = fields.get("authors") or []
    told = [{column: str(row.get(column) or "").strip() for column in ("name", "role", "orcid")} for row in rows]
    return [row for row in told if row["name"]]


def initials(name: str) -> str:
    """As in "AY" of Amina Yusuf, "FP" of The Frontline project."""
    words = [word for word in name.split() if word[0].isalnum() and word.lower() != "the"]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def licence(fields: Mapping[str, Any]) -> str:
    """Under which its text may be used, in words; empty where it names none."""
    return LICENCES.get(fields.get("licence") or "", "")


def _joined(*parts: Any) -> str:
    return ", ".join(str(part) for part in parts if part)


def _month(told: str) -> str:
    year, _, month = told.partition("-")
    return f"{MONTHS[int(month) - 1]} {year}" if month.isdigit() and 1 <= int(month) <= 12 else year
