"""What the learning pages read: prebuilt selects of columns, and the small values that templates take."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Course, CourseModule, Module, ModulePrerequisite, ModuleVersion, Theme, Unit
from courses.learning.completion import has_bit, percent
from courses.learning.models import Enrolment, Status
from learn.errors import PLAIN, NotFound

_MINE = and_(Enrolment.module_id == Module.id, Enrolment.learner_id == bindparam("learner_id"))
_CARD = (
    Module.id, Module.slug, Module.title, Module.summary, Module.minutes, Module.unit_count,
    Theme.slug.label("theme_slug"), Theme.title.label("theme_title"),
    Enrolment.status, Enrolment.done_count, Enrolment.done_weight, ModuleVersion.required_weight,
    ModuleVersion.unit_count.label("version_units"),
)  # fmt: skip
_CARDS = (
    select(*_CARD)
    .join(Theme, Theme.id == Module.theme_id)
    .outerjoin(Enrolment, _MINE)
    .outerjoin(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .where(Module.current_version_id.is_not(None))
)
_ALL = _CARDS.order_by(Theme.position, Module.position, Module.id)
_OF_THEME = _ALL.where(Theme.slug == bindparam("theme_slug"))
_OF_COURSE = (
    _CARDS.add_columns(CourseModule.is_required)
    .join(CourseModule, CourseModule.module_id == Module.id)
    .where(CourseModule.course_id == bindparam("course_id"))
    .order_by(CourseModule.position)
)
_WAITING = (
    select(ModulePrerequisite.module_id)
    .outerjoin(
        Enrolment, and_(Enrolment.module_id == ModulePrerequisite.requires_id, Enrolment.learner_id == bindparam("learner_id"))
    )
    .where((Enrolment.id.is_(None)) | (Enrolment.status != Status.COMPLETED))
    .distinct()
)  # fmt: skip
IS_SHOWN = exists().where(CourseModule.course_id == Course.id, CourseModule.is_required)
"Of a course: before it has a required module there is nothing in it to complete, and only authors see it."
_COURSE = select(Course.id, Course.slug, Course.title, Course.summary).where(Course.slug == bindparam("slug"), IS_SHOWN)
_COURSES = (
    select(
        Course.slug, Course.title, Course.summary,
        func.count(CourseModule.module_id).label("total"),
        func.count(Enrolment.completed_at).label("done"),
    )
    .join(CourseModule, and_(CourseModule.course_id == Course.id, CourseModule.is_required))
    .outerjoin(
        Enrolment, and_(Enrolment.module_id == CourseModule.module_id, Enrolment.learner_id == bindparam("learner_id"))
    )
    .group_by(Course.id, Course.slug, Course.title, Course.summary, Course.position)
    .order_by(Course.position)
)  # fmt: skip
_RETIRED = select(Module.title).where(
    Module.slug == bindparam("slug"),
    Module.current_version_id.is_(None),
    exists().where(ModuleVersion.module_id == Module.id, ModuleVersion.published_at.is_not(None)),
)
_THEME = select(Theme.id, Theme.slug, Theme.title, Theme.summary).where(Theme.slug == bindparam("slug"))
_PINNED = func.coalesce(Enrolment.version_id, Module.current_version_id)
_MODULE = (
    select(
        Module.id, Module.slug, ModuleVersion.title, ModuleVersion.summary, ModuleVersion.minutes, ModuleVersion.unit_count,
        ModuleVersion.required_weight, ModuleVersion.id.label("version_id"), Module.current_version_id, Enrolment.stays_on_id,
        Theme.slug.label("theme_slug"), Theme.title.label("theme_title"),
        Enrolment.id.label("enrolment_id"), Enrolment.status, Enrolment.done, Enrolment.done_count, Enrolment.done_weight,
        Enrolment.last_position, Enrolment.completed_at,
    )
    .join(Theme, Theme.id == Module.theme_id)
    .outerjoin(Enrolment, _MINE)
    .join(ModuleVersion, ModuleVersion.id == _PINNED)
    .where(Module.slug == bindparam("slug"))
)  # fmt: skip
"""A module whose current version was retired is still there for whoever is enrolled: the inner join asks for either."""
_UNIT = select(
    Unit.id, Unit.position, Unit.title, Unit.kind, Unit.minutes, Unit.rule, Unit.threshold, Unit.max_attempts,
    Unit.body_html, Unit.prompt, Unit.url, Unit.media, Unit.package_id, Unit.play, Unit.score_policy, Unit.version_id,
    Unit.stable_key, Unit.release,
).where(Unit.version_id == bindparam("version_id"), Unit.position == bindparam("position"))  # fmt: skip

STATES = {
    "completed": "Completed",
    "in_progress": "In progress",
    "not_started": "Not started",
    "locked": "Cannot start yet",
}


class Retired(NotFound):
    """The module was taken out of use, and whoever asks was not in it."""

    status = 410
    code = "retired"
    title = "This module is not open any more"
    way_on = ("Choose another module", "/learn")


def number(count: int, thing: str) -> str:
    """A count with its noun, as in "4 units"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def cards(
    session: Session, learner_id: int | None, *, theme: str | None = None, course_id: int | None = None
) -> list[dict[str, Any]]:
    """The cards of all modules, of a theme's or of a course's, with what the learner reached; two statements."""
    given: dict[str, Any] = {"learner_id": learner_id}
    statement = _ALL
    if theme is not None:
        statement, given = _OF_THEME, {**given, "theme_slug": theme}
    if course_id is not None:
        statement, given = _OF_COURSE, {**given, "course_id": course_id}
    waiting = set(session.scalars(_WAITING, {"learner_id": learner_id}))
    return [_card(row, row.id in waiting) for row in session.execute(statement, given)]


def _card(row: Any, is_waiting: bool) -> dict[str, Any]:
    if row.status == Status.COMPLETED:
        state, share, words = "completed", 100, "Completed"
    elif row.status is not None:
        share = percent(row.done_weight, row.required_weight)
        state, words = "in_progress", f"{row.done_count} of {number(row.version_units, 'unit')} completed"
    else:
        state, share, words = (
            ("locked" if is_waiting else "not_started"),
            0,
            STATES["locked" if is_waiting else "not_started"],
        )
    return {
        "slug": row.slug, "title": row.title, "summary": row.summary, "url": f"/modules/{row.slug}", "minutes": row.minutes,
        "units": row.unit_count, "theme_slug": row.theme_slug, "theme_title": row.theme_title,
        "state": state, "percent": share, "words": words, "is_required": getattr(row, "is_required", True),
    }  # fmt: skip


def courses(session: Session, learner_id: int | None) -> list[dict[str, Any]]:
    """All courses with how many of their required modules the learner completed."""
    return [
        {"title": row.title, "summary": row.summary, "url": f"/courses/{row.slug}", "done": row.done, "total": row.total,
         "percent": percent(row.done, row.total), "words": f"{row.done} of {number(row.total, 'module')} completed"}
        for row in session.execute(_COURSES, {"learner_id": learner_id})
    ]  # fmt: skip


def course(session: Session, slug: str) -> Any | None:
    """One course by its slug."""
    return session.execute(_COURSE, {"slug": slug}).first()


def theme(session: Session, slug: str) -> Any | None:
    """One theme by its slug."""
    return session.execute(_THEME, {"slug": slug}).first()


def module(session: Session, slug: str, learner_id: int | None) -> Any | None:
    """A module in the learner's version, else the current one, with the learner's counters."""
    return session.execute(_MODULE, {"slug": slug, "learner_id": learner_id}).first()


def not_there(session: Session, slug: str) -> NotFound:
    """Why a module cannot be shown, to be raised: it was retired, or there never was one that anybody could study."""
    title = session.scalar(_RETIRED, {"slug": slug})
    if title is None:
        return NotFound(*PLAIN[404][1:])
    words = f"“{title}” was taken out of use. People who had begun it can finish it, and nobody new can begin it."
    return Retired(words)


def unit(session: Session, version_id: int, position: int) -> Any | None:
    """One unit with all that it says."""
    return session.execute(_UNIT, {"version_id": version_id, "position": position}).first()


def resume_position(row: Any, closed: Collection[int] = ()) -> int | None:
    """Where to go on: the last place if it is not done, else the next unit that is not; None when all are done.

    The learner's own order counts: what lies after the last place comes first, then what was left out before it. Of
    what is closed the first is named when nothing else is left.
    """
    done, last, count = row.done or b"", row.last_position or 1, row.unit_count
    order = [*range(last, count + 1), *range(1, last)]
    left = [position for position in order if not has_bit(done, position)]
    return next((position for position in left if position not in closed), left[0] if left else None)


def address(row: Any, position: int | None) -> str:
    """The path of a unit, or of the module when there is no position."""
    if position is None:
        return url_for("player.module", slug=row.slug)
    return url_for("player.unit", slug=row.slug, position=position)
