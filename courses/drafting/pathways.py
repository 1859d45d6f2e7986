"""Courses: made, renamed, and the modules in them put in order. Nothing here commits.

A course is a list: what learners did belongs to the modules, so that adding and removing loses nothing of it.
"""

from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.catalogue import Course, CourseModule, Module
from courses.db import rows_met, table_of
from courses.drafting.drafts import Gone

MOST_MODULES = 100

_PLACE = table_of(CourseModule)
_PUT = (
    update(_PLACE)
    .where(_PLACE.c.course_id == bindparam("of_course"), _PLACE.c.module_id == bindparam("of_module"))
    .values(position=bindparam("place"))
)
_ORDER = (
    select(CourseModule.module_id, CourseModule.position)
    .where(CourseModule.course_id == bindparam("course_id"))
    .order_by(CourseModule.position, CourseModule.module_id)
)
_LOCK = select(Course.id).where(Course.id == bindparam("course_id")).with_for_update()


def create(session: Session, title: str, summary: str) -> str:
    """A course without modules, shown to nobody yet; its slug."""

    def is_taken(wanted: str) -> bool:
        return session.scalar(select(Course.id).where(Course.slug == wanted)) is not None

    slug = slugs.unused(slugs.from_title(title, "course"), is_taken)
    last = session.scalar(select(func.max(Course.position))) or 0
    session.execute(insert(Course), {"slug": slug, "title": title, "summary": summary, "position": last + 1})
    return slug


def rename(session: Session, course_id: int, title: str, summary: str) -> None:
    """Another title and summary; the address stays, since links lead to it."""
    session.execute(update(Course).where(Course.id == course_id).values(title=title, summary=summary))


def add(session: Session, course_id: int, module_id: int) -> None:
    """A module at the end of the course, required; Gone when it cannot be added."""
    order = _order(session, course_id)
    if session.scalar(select(Module.id).where(Module.id == module_id)) is None:
        raise Gone("This module is not here any more.")
    if module_id in order:
        raise Gone("This module is in the course already.")
    if len(order) >= MOST_MODULES:
        raise Gone(f"A course has at most {MOST_MODULES} modules.")
    place = {"course_id": course_id, "module_id": module_id, "position": len(order) + 1, "is_required": True}
    session.execute(insert(CourseModule), place)
    _put_in_order(session, course_id, [*order, module_id])


def remove(session: Session, course_id: int, module_id: int) -> None:
    """Take a module out of the course; the module stays, and so does what learners did in it."""
    order = _order(session, course_id)
    here = (CourseModule.course_id == course_id, CourseModule.module_id == module_id)
    if not rows_met(session, delete(CourseModule).where(*here)):
        raise Gone("This module is not in the course any more.")
    _put_in_order(session, course_id, [each for each in order if each != module_id])


def move(session: Session, course_id: int, module_id: int, by: int) -> None:
    """Move a module up (-1) or down (1); at the end of the list it stays."""
    order = _order(session, course_id)
    if module_id not in order:
        raise Gone("This module is not in the course any more.")
    at = order.index(module_id)
    order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
    _put_in_order(session, course_id, order)


def require(session: Session, course_id: int, module_id: int, is_required: bool) -> None:
    """Whether the course counts a module."""
    here = (CourseModule.course_id == course_id, CourseModule.module_id == module_id)
    if not rows_met(session, update(CourseModule).where(*here).values(is_required=is_required)):
        raise Gone("This module is not in the course any more.")


def _order(session: Session, course_id: int) -> list[int]:
    """The modules in their order, with the course locked, so that two editors end with one order."""
    if session.execute(_LOCK, {"course_id": course_id}).first() is None:
        raise Gone("This course is not here any more.")
    return [row.module_id for row in session.execute(_ORDER, {"course_id": course_id})]


def _put_in_order(session: Session, course_id: int, order: list[int]) -> None:
    places: list[dict[str, Any]] = [
        {"of_course": course_id, "of_module": module_id, "place": place} for place, module_id in enumerate(order, 1)
    ]
    if places:
        session.connection().execute(_PUT, places)
