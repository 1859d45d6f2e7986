"""How a module is used: numbers only, and nobody's name.

Each read begins at the module's enrolments (index on module_id) and reaches progress by its primary key, so that it costs
what this module's learners did; no statement is read.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Course, CourseModule, ModuleVersion, Unit
from courses.learning.models import Enrolment, UnitProgress


@dataclass(frozen=True)
class OfVersion:
    """Learners on one version. ``mean_score`` is of their best scores, in per cent; None where nobody has one."""

    n: int
    state: str
    learners: int
    completed: int
    mean_score: int | None


@dataclass(frozen=True)
class OfUnit:
    """Learners in one unit of a version."""

    position: int
    title: str
    kind: str
    started: int
    completed: int
    mean_score: int | None


VERSIONS: Select[Any] = (
    select(
        ModuleVersion.n, ModuleVersion.state, func.count(Enrolment.id).label("learners"),
        func.count(Enrolment.completed_at).label("completed"), func.avg(Enrolment.best_score).label("mean"),
    )
    .outerjoin(
        Enrolment, and_(Enrolment.module_id == ModuleVersion.module_id, Enrolment.version_id == ModuleVersion.id)
    )
    .where(ModuleVersion.module_id == bindparam("module_id"))
    .group_by(ModuleVersion.id, ModuleVersion.n, ModuleVersion.state)
    .order_by(ModuleVersion.n.desc())
)  # fmt: skip
UNITS: Select[Any] = (
    select(
        UnitProgress.unit_id, func.count().label("started"), func.count(UnitProgress.completed_at).label("completed"),
        func.avg(UnitProgress.best_score).label("mean"),
    )
    .select_from(Enrolment)
    .join(UnitProgress, UnitProgress.enrolment_id == Enrolment.id)
    .where(Enrolment.module_id == bindparam("module_id"), Enrolment.version_id == bindparam("version_id"))
    .group_by(UnitProgress.unit_id)
)  # fmt: skip
_NAMES = (
    select(Unit.id, Unit.position, Unit.title, Unit.kind)
    .where(Unit.version_id == bindparam("version_id"))
    .order_by(Unit.position)
)
_COURSES = (
    select(Course.slug, Course.title, CourseModule.is_required)
    .join(CourseModule, CourseModule.course_id == Course.id)
    .where(CourseModule.module_id == bindparam("module_id"))
    .order_by(Course.position)
)


def versions(session: Session, module_id: int) -> list[OfVersion]:
    """Every version, the newest first, with its learners."""
    return [
        OfVersion(row.n, row.state.value, row.learners, row.completed, _rounded(row.mean))
        for row in session.execute(VERSIONS, {"module_id": module_id})
    ]


def units(session: Session, module_id: int, version_id: int) -> list[OfUnit]:
    """The units of a version in their order, with who started and completed them."""
    asked = {"module_id": module_id, "version_id": version_id}
    done = {row.unit_id: row for row in session.execute(UNITS, asked)}
    return [
        OfUnit(
            row.position, row.title, row.kind.value, done[row.id].started if row.id in done else 0,
            done[row.id].completed if row.id in done else 0, _rounded(done[row.id].mean) if row.id in done else None,
        )
        for row in session.execute(_NAMES, asked)
    ]  # fmt: skip


def courses(session: Session, module_id: int) -> list[Any]:
    """The courses that hold the module: slug, title, is_required."""
    return list(session.execute(_COURSES, {"module_id": module_id}))


def _rounded(mean: Any) -> int | None:
    return None if mean is None else round(mean)
