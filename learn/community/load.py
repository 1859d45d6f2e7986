"""Bring the starter content into the database: what is the project's own is kept up to date, what authors made is left alone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from courses import publishing
from courses.catalogue import Course, CourseModule, Module, ModuleVersion, Origin, Theme, VersionState
from courses.storage import Storage
from learn.community import starter
from learn.search import modules


@dataclass
class Loaded:
    """What a load did."""

    themes: int = 0
    modules: int = 0
    new_versions: int = 0
    problems: list[str] = field(default_factory=list)


def load(session: Session, storage: Storage, at: datetime) -> Loaded:
    """Bring in themes, modules, their order of prerequisites and the course, in the caller's transaction."""
    loaded = Loaded()
    for position, theme in enumerate(starter.themes(), 1):
        _put(
            session,
            Theme,
            {"slug": theme["slug"]},
            {"title": theme["title"], "summary": theme["summary"], "position": position},
        )
        loaded.themes += 1
    for position, slug in enumerate(starter.course()["modules"], 1):
        _module(session, storage, slug, position, at, loaded)
    if not loaded.problems:
        _course(session)
    return loaded


def _module(session: Session, storage: Storage, slug: str, position: int, at: datetime, loaded: Loaded) -> None:
    known = session.execute(select(Module.id, Module.origin).where(Module.slug == slug)).first()
    if known is not None and known.origin is not Origin.STARTER:
        return  # an author took it over
    report = publishing.import_folder(
        session, storage, starter.module_folder(slug), slug=slug, origin=Origin.STARTER, now=at
    )
    if not report.accepted:
        loaded.problems += [
            f"{slug}: {problem.message} ({problem.path})" for problem in report.problems if problem.level == "error"
        ]
        return
    draft = session.scalar(
        select(ModuleVersion.id)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(Module.slug == slug, ModuleVersion.state == VersionState.DRAFT)
        .order_by(ModuleVersion.n.desc())
    )
    if draft is not None:
        publishing.publish(session, draft, at)
        modules.keep(session, draft)
        loaded.new_versions += 1
    session.execute(update(Module).where(Module.slug == slug, Module.position != position).values(position=position))
    loaded.modules += 1


def _course(session: Session) -> None:
    course = starter.course()
    _put(
        session,
        Course,
        {"slug": course["slug"]},
        {"title": course["title"], "summary": course["summary"], "position": 1},
    )
    course_id = session.scalar(select(Course.id).where(Course.slug == course["slug"]))
    ids = {row.slug: row.id for row in session.execute(select(Module.slug, Module.id))}
    for position, slug in enumerate(course["modules"], 1):
        place = {"course_id": course_id, "module_id": ids[slug]}
        _put(session, CourseModule, place, {"position": position, "is_required": True})


def _put(session: Session, model: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert a row, or bring the one that is there up to date; nothing is written when nothing differs."""
    table = model.__table__
    where = [table.c[name] == value for name, value in key.items()]
    there = session.execute(select(*(table.c[name] for name in values)).where(*where)).first()
    if there is None:
        session.execute(insert(table), {**key, **values})
    elif dict(there._mapping) != values:
        session.execute(update(table).where(*where).values(**values))
