"""What my progress reads: every module that the learner started, and what was sent for each; two statements."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Theme
from courses.learning.completion import percent
from courses.learning.models import Enrolment, Status
from learn.passback import words

_ROWS = (
    select(
        Module.id, Module.slug, ModuleVersion.title, ModuleVersion.minutes, ModuleVersion.unit_count, ModuleVersion.required_weight,
        Theme.slug.label("theme_slug"), Theme.title.label("theme_title"), Enrolment.status, Enrolment.done_count,
        Enrolment.done_weight, Enrolment.best_score, Enrolment.started_at, Enrolment.completed_at,
    )
    .join(Module, Module.id == Enrolment.module_id)
    .join(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .join(Theme, Theme.id == Module.theme_id)
    .where(Enrolment.learner_id == bindparam("learner_id"))
    .order_by(Enrolment.active_at.desc(), Enrolment.id.desc())
)  # fmt: skip


def rows(session: Session, learner_id: int | None) -> list[dict[str, Any]]:
    """One entry a module, the most recent first."""
    sent = words.by_module(session, learner_id)
    return [_row(row, sent.get(row.id, [])) for row in session.execute(_ROWS, {"learner_id": learner_id})]


def _row(row: Any, sent: list[Any]) -> dict[str, Any]:
    is_done = row.status == Status.COMPLETED
    noun = "unit" if row.unit_count == 1 else "units"
    return {
        "title": row.title, "url": f"/modules/{row.slug}", "theme_title": row.theme_title, "theme_slug": row.theme_slug,
        "percent": 100 if is_done else percent(row.done_weight, row.required_weight),
        "words": "Completed" if is_done else f"{row.done_count} of {row.unit_count} {noun} completed",
        "state": "completed" if is_done else "in_progress", "units_done": row.done_count, "minutes": row.minutes,
        "started_at": row.started_at, "completed_at": row.completed_at, "best_score": row.best_score, "sent": sent,
    }  # fmt: skip
