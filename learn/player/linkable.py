"""Modules, courses, the home page, the stories and the forum as things to choose for a platform's course."""

from typing import Any

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Course, Module, Theme
from learn.components import minutes, plural
from learn.lti.deep_linking.linkable import Linkable, Source
from learn.player.queries import IS_SHOWN

MOST = 100
HOME = Linkable("/", "home", "Frontline home", "Themes, the latest, and where each person goes on learning.")
PLACES = (
    HOME,
    Linkable(
        "/stories",
        "stories",
        "Success stories",
        "What teams tried to bring research into everyday care, and what changed.",
    ),
    Linkable("/forum", "forum", "Forum", "What members ask each other and tell each other, by theme."),
)
"What has one address, by itself as its kind."

_COLUMNS = (
    Module.slug, Module.title, Module.summary, Module.minutes, Module.unit_count, Theme.slug.label("theme"),
    Theme.title.label("theme_title"),
)  # fmt: skip
_MODULES = select(*_COLUMNS).join(Theme, Theme.id == Module.theme_id).where(Module.current_version_id.is_not(None))
_LIKE: BindParameter[str] = bindparam("like")
_SEARCH = (
    _MODULES.where(
        or_(func.lower(Module.title).like(_LIKE, escape="\\"), func.lower(Module.summary).like(_LIKE, escape="\\"))
    )
    .order_by(Theme.position, Module.position, Module.id)
    .limit(MOST)
)
_OF_THEME = _SEARCH.where(Theme.slug == bindparam("of_theme"))
_MODULES_NAMED = _MODULES.where(Module.slug.in_(bindparam("slugs", expanding=True)))
_COURSES = select(Course.slug, Course.title, Course.summary).where(IS_SHOWN)
_COURSE_SEARCH = (
    _COURSES.where(
        or_(func.lower(Course.title).like(_LIKE, escape="\\"), func.lower(Course.summary).like(_LIKE, escape="\\"))
    )
    .order_by(Course.position)
    .limit(MOST)
)
_COURSES_NAMED = _COURSES.where(Course.slug.in_(bindparam("slugs", expanding=True)))
_THEMES = select(Theme.slug, Theme.title).order_by(Theme.position)


def search(session: Session, words: str, kind: str, theme: str) -> list[Linkable]:
    """What holds the words in its title or summary, of one kind and theme where they are given."""
    plain = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like, found = {"like": f"%{plain}%"}, []
    if not theme:
        found += [place for place in PLACES if kind in ("", place.kind) and words.lower() in place.title.lower()]
    if kind in ("", "course") and not theme:
        found += [_course(row) for row in session.execute(_COURSE_SEARCH, like)]
    if kind in ("", "module"):
        asked = session.execute(_OF_THEME, {**like, "of_theme": theme}) if theme else session.execute(_SEARCH, like)
        found += [_module(row) for row in asked]
    return found


def named(session: Session, paths: list[str]) -> list[Linkable]:
    """What is there of the paths, in their order."""
    slugs: dict[str, list[str]] = {"modules": [], "courses": []}
    for path in paths:
        kind, _, slug = path.strip("/").partition("/")
        slugs.get(kind, []).append(slug)
    found = [_module(row) for row in session.execute(_MODULES_NAMED, {"slugs": slugs["modules"]})]
    found += [_course(row) for row in session.execute(_COURSES_NAMED, {"slugs": slugs["courses"]})]
    there = {each.path: each for each in [*PLACES, *found]}
    return [there[path] for path in dict.fromkeys(paths) if path in there]


def themes(session: Session) -> list[tuple[str, str]]:
    """Slug and title of each theme."""
    return [(row.slug, row.title) for row in session.execute(_THEMES)]


SOURCE = Source(search, named, themes)


def _module(row: Any) -> Linkable:
    facts = f"{plural(row.unit_count, 'unit')}, {minutes(row.minutes)}"
    return Linkable(
        f"/modules/{row.slug}", "module", row.title, row.summary, row.theme, row.theme_title, facts, can_score=True
    )


def _course(row: Any) -> Linkable:
    return Linkable(f"/courses/{row.slug}", "course", row.title, row.summary, facts="Course", can_score=True)
