"""What the home page reads: the continue card, the themes with progress, and two numbers; four statements in all."""

from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from courses.catalogue import Module, ModulePrerequisite, ModuleVersion, Theme, Unit
from courses.learning.completion import has_bit, percent
from courses.learning.models import Enrolment, Status

_STATS = select(
    func.coalesce(func.sum(Enrolment.done_count), 0).label("units"),
    func.count(Enrolment.completed_at).label("modules"),
    func.count().label("started"),
).where(Enrolment.learner_id == bindparam("learner_id"))
_RECENT = (
    select(
        Module.slug, ModuleVersion.title, ModuleVersion.unit_count, ModuleVersion.required_weight,
        ModuleVersion.id.label("version_id"), Enrolment.done, Enrolment.done_weight, Enrolment.last_position,
    )
    .join(Module, Module.id == Enrolment.module_id)
    .join(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .where(Enrolment.learner_id == bindparam("learner_id"), Enrolment.status == Status.STARTED)
    .order_by(Enrolment.active_at.desc())
    .limit(1)
)  # fmt: skip
_UNITS = (
    select(Unit.position, Unit.title, Unit.minutes)
    .where(Unit.version_id == bindparam("version_id"))
    .order_by(Unit.position)
)
_MINE = and_(Enrolment.module_id == Module.id, Enrolment.learner_id == bindparam("learner_id"))
_BEFORE = aliased(Enrolment)
_WAITS = exists().where(
    ModulePrerequisite.module_id == Module.id,
    ~exists().where(
        _BEFORE.module_id == ModulePrerequisite.requires_id,
        _BEFORE.learner_id == bindparam("learner_id"),
        _BEFORE.status == Status.COMPLETED,
    ),
)
_NEXT = (
    select(Module.slug, Module.title, Module.minutes, Module.unit_count)
    .outerjoin(Enrolment, _MINE)
    .where(Module.current_version_id.is_not(None), Enrolment.id.is_(None), ~_WAITS)
    .order_by(Module.position, Module.id)
    .limit(1)
)
_THEMES = (
    select(
        Theme.slug, Theme.title, Theme.summary,
        func.count(Module.id).label("total"), func.count(Enrolment.completed_at).label("done"), func.count(Enrolment.id).label("started"),
    )
    .outerjoin(Module, and_(Module.theme_id == Theme.id, Module.current_version_id.is_not(None)))
    .outerjoin(Enrolment, _MINE)
    .group_by(Theme.id, Theme.slug, Theme.title, Theme.summary, Theme.position)
    .order_by(Theme.position)
)  # fmt: skip


def stats(session: Session, learner_id: int | None) -> dict[str, int]:
    """Units finished, modules finished, modules started."""
    row = session.execute(_STATS, {"learner_id": learner_id}).one()
    return {"units": row.units, "modules": row.modules, "started": row.started}


def greeting(person: Any, numbers: dict[str, int]) -> str:
    """A welcome by first name, where the platform gave one."""
    welcome = "Welcome back" if numbers["started"] else "Welcome"
    return f"{welcome}, {person.given_name}" if person.given_name else welcome


def card(session: Session, learner_id: int | None, numbers: dict[str, int]) -> dict[str, Any] | None:
    """The one next thing to do: go on, start the next module, or look back when all is done."""
    row = session.execute(_RECENT, {"learner_id": learner_id}).first() if numbers["started"] else None
    if row is not None:
        return _go_on(session, row)
    new = session.execute(_NEXT, {"learner_id": learner_id}).first()
    if new is not None:
        label = "Start here" if not numbers["started"] else "Next for you"
        line = f"{new.unit_count} units, about {new.minutes} minutes"
        return {
            "label": label,
            "title": new.title,
            "line": line,
            "url": f"/modules/{new.slug}",
            "button": "Open this module",
            "percent": None,
        }
    if numbers["modules"]:
        title, line = "You have completed every module", "Your record of learning is kept and can be printed."
        return {
            "label": "All done",
            "title": title,
            "line": line,
            "url": "/me",
            "button": "See my progress",
            "percent": 100,
        }
    return None


def _go_on(session: Session, row: Any) -> dict[str, Any]:
    units = session.execute(_UNITS, {"version_id": row.version_id}).all()
    left = [unit for unit in units if not has_bit(row.done, unit.position)]
    ahead = [unit for unit in left if unit.position >= row.last_position]
    unit = (ahead or left or units)[0]
    minutes = sum(each.minutes for each in left)
    return {
        "label": "Continue learning",
        "title": unit.title,
        "line": f"{row.title}, unit {unit.position} of {row.unit_count}, {minutes} minutes left",
        "url": f"/modules/{row.slug}/units/{unit.position}",
        "button": "Continue",
        "percent": percent(row.done_weight, row.required_weight),
        "module": row.title,
        "units_left": len(left),
    }


def themes(session: Session, learner_id: int | None) -> list[dict[str, Any]]:
    """The five themes with how many of their modules the learner completed."""
    return [
        {"slug": row.slug, "title": row.title, "summary": row.summary, "url": f"/themes/{row.slug}", "done": row.done,
         "total": row.total, "percent": percent(row.done, row.total), "words": _theme_words(row)}
        for row in session.execute(_THEMES, {"learner_id": learner_id})
    ]  # fmt: skip


def _theme_words(row: Any) -> str:
    modules = f"{row.total} module" if row.total == 1 else f"{row.total} modules"
    if not row.total:
        return "No modules yet"
    if row.done == row.total:
        return "Complete"
    return f"{row.done} of {modules}" if row.started else modules
