"""What a learner's work is worth to one link, by what the link reports: nothing yet, or a score out of 100."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import CourseModule, ModuleVersion
from courses.learning.completion import percent
from courses.learning.models import Enrolment, Status
from learn.lti.models import Reports

FULL = 100


@dataclass(frozen=True)
class Stand:
    """How far somebody is: share in per cent, whether complete and when, best score where there is a quiz."""

    share: int
    is_complete: bool
    best_score: int | None
    at: datetime


_MODULE = (
    select(
        Enrolment.status, Enrolment.done_weight, Enrolment.best_score, Enrolment.active_at, Enrolment.completed_at,
        ModuleVersion.required_weight,
    )
    .join(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .where(Enrolment.learner_id == bindparam("learner"), Enrolment.module_id == bindparam("module"))
)  # fmt: skip
_THEIRS = and_(Enrolment.module_id == CourseModule.module_id, Enrolment.learner_id == bindparam("learner"))
_COURSE = (
    select(Enrolment.status, Enrolment.best_score, Enrolment.active_at, Enrolment.completed_at)
    .select_from(CourseModule)
    .outerjoin(Enrolment, _THEIRS)
    .where(CourseModule.course_id == bindparam("course"), CourseModule.is_required)
)


def of(
    session: Session, learner_id: int, module_id: int | None, course_id: int | None, reports: Reports,
    pass_mark: int | None,
) -> tuple[int, datetime] | None:  # fmt: skip
    """The score that should stand, and when it was reached; None while there is nothing to send.

    Progress begins with a zero, which is sent; the other two send nothing before all is complete and the pass mark, if
    there is one, is reached.
    """
    stand = _of_module(session, learner_id, module_id) if module_id is not None else _of_course(
        session, learner_id, course_id
    )  # fmt: skip
    if stand is None:
        return None
    if reports is Reports.PROGRESS:
        return (FULL if stand.is_complete else stand.share), stand.at
    if not stand.is_complete or (pass_mark and stand.best_score is not None and stand.best_score < pass_mark):
        return None
    has_score = reports is Reports.BEST_SCORE and stand.best_score is not None
    return (stand.best_score if has_score and stand.best_score is not None else FULL), stand.at


def _of_module(session: Session, learner_id: int, module_id: int) -> Stand | None:
    row = session.execute(_MODULE, {"learner": learner_id, "module": module_id}).first()
    if row is None:
        return None
    is_complete = row.status == Status.COMPLETED
    share = percent(row.done_weight, row.required_weight)
    # A better score may come after completion: then that is when it was reached.
    at = row.completed_at if is_complete and row.best_score is None else row.active_at
    return Stand(share, is_complete, row.best_score, at)


def _of_course(session: Session, learner_id: int, course_id: int | None) -> Stand | None:
    rows: list[Any] = list(session.execute(_COURSE, {"learner": learner_id, "course": course_id}))
    begun = [row for row in rows if row.active_at is not None]
    if not begun:
        return None
    done = [row for row in rows if row.status == Status.COMPLETED]
    scores = [row.best_score for row in rows if row.best_score is not None]
    return Stand(
        percent(len(done), len(rows)), len(done) == len(rows), sum(scores) // len(scores) if scores else None,
        max(row.active_at for row in begun),
    )  # fmt: skip
