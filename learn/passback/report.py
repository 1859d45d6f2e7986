"""What progress means for the platforms: the score that should stand there, in the same commit as the progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import CourseModule
from courses.learning.events import Recorded
from courses.learning.models import Enrolment, Status
from learn.lti.models import LineItem, Reports
from learn.outbox import queue
from learn.passback import followed
from learn.passback.models import Delivery, Score

KIND = "score"
FULL = 100

_DONE = exists().where(
    Enrolment.learner_id == Score.learner_id,
    Enrolment.module_id == CourseModule.module_id,
    Enrolment.status == Status.COMPLETED,
)
_IN_COURSE = exists().where(CourseModule.course_id == Score.course_id, CourseModule.is_required)
_OPEN_IN_COURSE = exists().where(CourseModule.course_id == Score.course_id, CourseModule.is_required, ~_DONE)
_OF_COURSES = Score.course_id.in_(
    select(CourseModule.course_id).where(CourseModule.module_id == bindparam("of_module"))
)
_ANEW: dict[str, Any] = {"state": Delivery.QUEUED, "attempts": 0, "last_status": None, "last_error": ""}
_RAISE = {"given": FULL, "reached_at": bindparam("at"), **_ANEW}
_LOWER = and_(
    or_(Score.given.is_(None), Score.given < FULL), Score.reports == Reports.COMPLETION, Score.pass_mark.is_(None),
    Score.state != Delivery.SUPERSEDED,
)  # fmt: skip
_MODULE_DONE = (
    update(Score)
    .where(Score.learner_id == bindparam("of_learner"), Score.module_id == bindparam("of_module"), _LOWER)
    .values(**_RAISE)
    .returning(Score.id)
    .execution_options(synchronize_session=False)
)
_COURSES_DONE = (
    update(Score)
    .where(Score.learner_id == bindparam("of_learner"), _OF_COURSES, _LOWER, _IN_COURSE, ~_OPEN_IN_COURSE)
    .values(**_RAISE)
    .returning(Score.id)
    .execution_options(synchronize_session=False)
)
_HERE = (
    select(
        Score.id, Score.module_id, Score.course_id, Score.given, Score.state, Score.learner_id, Score.reports,
        Score.pass_mark, LineItem.registration_id,
    )
    .join(LineItem, LineItem.id == Score.line_item_id)
    .where(Score.line_item_id == bindparam("line_item_id"), Score.platform_user_id == bindparam("platform_user_id"))
)  # fmt: skip
_ADD = insert(Score)
_RETARGET = (
    update(Score)
    .where(Score.id == bindparam("score"))
    .values(
        module_id=bindparam("to_module"), course_id=bindparam("to_course"), learner_id=bindparam("to_learner"),
        reports=bindparam("to_reports"), pass_mark=bindparam("to_mark"),
    )
)  # fmt: skip
_PLATFORM = (
    select(LineItem.registration_id)
    .join(Score, Score.line_item_id == LineItem.id)
    .where(Score.id == bindparam("score"))
)
_RETRY = update(Score).where(Score.id == bindparam("score")).values(**_ANEW)


def report(session: Session, learner_id: int, recorded: Recorded, now: datetime) -> None:
    """Put what a completed module means for every link that reports it; most acts complete nothing and cost nothing.

    Nothing is sent before completion, then 100: in Moodle "receive a grade" is met by any score, even 0. What staff
    chose to hear of step by step is in ``followed``.
    """
    if recorded.module_completed:
        done = {"of_learner": learner_id, "of_module": recorded.module_id, "at": now}
        for raised in (_MODULE_DONE, _COURSES_DONE):
            for score_id in session.scalars(raised, done).all():
                _put(session, score_id, now)
    if recorded.module_completed or recorded.is_followed:
        followed.report(session, learner_id, recorded.module_id, now)


def link_opened(
    session: Session, *, line_item_id: int, platform_user_id: int, learner_id: int, now: datetime,
    module_id: int | None = None, course_id: int | None = None, reports: Reports = Reports.COMPLETION,
    pass_mark: int | None = None,
) -> None:  # fmt: skip
    """A learner opened a link that has a line item: it gets at once what is already reached, by whichever link.

    A score that could not be sent is tried again, since the launch brought fresh addresses.
    """
    key = {"line_item_id": line_item_id, "platform_user_id": platform_user_id}
    wanted = (module_id, course_id, learner_id, reports, pass_mark)
    row = session.execute(_HERE, key).first()
    if row is None:
        session.execute(_ADD, _new(key, *wanted))
    elif (row.module_id, row.course_id, row.learner_id, row.reports, row.pass_mark) != wanted:
        names = ("to_module", "to_course", "to_learner", "to_reports", "to_mark")
        session.execute(_RETARGET, {"score": row.id, **dict(zip(names, wanted, strict=True))})
    elif row.given is not None and row.state is not Delivery.NEEDS_HELP and not _is_more(reports, pass_mark):
        return
    if _is_more(reports, pass_mark):
        followed.follow(session, learner_id, module_id, course_id)
    row = session.execute(_HERE, key).one()
    if row.state is Delivery.NEEDS_HELP and row.given is not None:
        session.execute(_RETRY, {"score": row.id})
        _put(session, row.id, now)
    followed.bring_up(session, row, now)


def _is_more(reports: Reports, pass_mark: int | None) -> bool:
    return reports is not Reports.COMPLETION or pass_mark is not None


def _put(session: Session, score_id: int, now: datetime) -> None:
    """Let the score be sent; each platform is a lane of its own."""
    registration_id = session.scalar(_PLATFORM, {"score": score_id})
    queue.put(session, KIND, str(score_id), now, lane=f"platform:{registration_id}")


def _new(
    key: dict[str, int], module_id: int | None, course_id: int | None, learner_id: int, reports: Reports,
    pass_mark: int | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        **key, "learner_id": learner_id, "module_id": module_id, "course_id": course_id, "given": None,
        "reports": reports, "pass_mark": pass_mark, "reached_at": None, "state": Delivery.NOTHING_YET, "accepted": None,
        "accepted_at": None, "sent_as": None, "attempts": 0, "last_status": None, "last_error": "",
    }  # fmt: skip
