"""What the course editor reads: courses with how many modules they have, one of them, and modules to add."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Course, CourseModule, Module
from learn.errors import NotFound

MOST_FOUND = 50
_COUNT = func.count(CourseModule.module_id)
_ALL = (
    select(Course.slug, Course.title, _COUNT.label("modules"))
    .outerjoin(CourseModule, CourseModule.course_id == Course.id)
    .group_by(Course.id, Course.slug, Course.title, Course.position)
    .order_by(Course.position)
)
_ONE = select(Course.id, Course.slug, Course.title, Course.summary).where(Course.slug == bindparam("slug"))
_MODULES = (
    select(Module.id, Module.slug, Module.title, Module.current_version_id, CourseModule.is_required)
    .join(CourseModule, CourseModule.module_id == Module.id)
    .where(CourseModule.course_id == bindparam("course_id"))
    .order_by(CourseModule.position, Module.id)
)
_OTHERS = (
    select(Module.id, Module.title)
    .where(
        Module.current_version_id.is_not(None), func.lower(Module.title).like(bindparam("like"), escape="\\"),
        Module.id.not_in(select(CourseModule.module_id).where(CourseModule.course_id == bindparam("course_id"))),
    )
    .order_by(Module.title, Module.id)
    .limit(MOST_FOUND)
)  # fmt: skip


def every(session: Session) -> list[Any]:
    """All courses: slug, title, modules."""
    return list(session.execute(_ALL))


def one(session: Session, slug: str) -> Any:
    """A course by its slug."""
    found = session.execute(_ONE, {"slug": slug}).first()
    if found is None:
        raise NotFound("There is no such course.")
    return found


def modules(session: Session, course_id: int) -> list[Any]:
    """The modules of a course in their order; current_version_id is None where nobody can study one yet."""
    return list(session.execute(_MODULES, {"course_id": course_id}))


def others(session: Session, course_id: int, words: str) -> list[Any]:
    """Published modules that the course does not hold, by words of their title; 50 at most."""
    plain = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return list(session.execute(_OTHERS, {"course_id": course_id, "like": f"%{plain}%"}))
