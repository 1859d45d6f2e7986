"""What progress means for the platforms: the score that should stand there, in the same commit as the progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import CourseModule
from courses.learning.events import Recorded
from courses.learning.models import Enrolment, Status
from learn.lti.models import LineItem
from learn.outbox import queue
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
_ANEW: dict[str, Any] = {"state": Delivery.WAITING, "attempts": 0, "last_status": None, "last_error": ""}
_RAISE = {"given": FULL, "reached_at": bindparam("at"), **_ANEW}
_LOWER = or_(Score.given.is_(None), Score.given < FULL)
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
_HERE = select(Score.id, Score.module_id, Score.course_id, Score.given, Score.state, Score.learner_id).where(
    Score.line_item_id == bindparam("line_item_id"), Score.platform_user_id == bindparam("platform_user_id")
)
_ADD = insert(Score).returning(Score.id)
_RETARGET = (
    update(Score)
    .where(Score.id == bindparam("score"))
    .values(module_id=bindparam("to_module"), course_id=bindparam("to_course"), learner_id=bindparam("to_learner"))
)
_MODULE_REACHED = select(Enrolment.completed_at).where(
    Enrolment.learner_id == bindparam("learner"),
    Enrolment.module_id == bindparam("module"),
    Enrolment.status == Status.COMPLETED,
)
_THEIRS_DONE = and_(
    Enrolment.module_id == CourseModule.module_id,
    Enrolment.learner_id == bindparam("learner"),
    Enrolment.status == Status.COMPLETED,
)
_COURSE_LEFT = (
    select(CourseModule.module_id, Enrolment.completed_at)
    .outerjoin(Enrolment, _THEIRS_DONE)
    .where(CourseModule.course_id == bindparam("course"), CourseModule.is_required)
)
_PLATFORM = (
    select(LineItem.registration_id)
    .join(Score, Score.line_item_id == LineItem.id)
    .where(Score.id == bindparam("score"))
)
_SET = update(Score).where(Score.id == bindparam("score")).values(**_RAISE)
_RETRY = update(Score).where(Score.id == bindparam("score")).values(**_ANEW)


def report(session: Session, learner_id: int, recorded: Recorded, now: datetime) -> None:
    """Put what a completed module means for every link that reports it; most acts complete nothing and cost nothing.

    Nothing is sent before completion, then 100: in Moodle "receive a grade" is met by any score, even 0.
    """
    if not recorded.module_completed:
        return
    done = {"of_learner": learner_id, "of_module": recorded.module_id, "at": now}
    for raised in (_MODULE_DONE, _COURSES_DONE):
        for score_id in session.scalars(raised, done).all():
            _put(session, score_id, now)


def link_opened(
    session: Session, *, line_item_id: int, platform_user_id: int, learner_id: int, now: datetime,
    module_id: int | None = None, course_id: int | None = None,
) -> None:  # fmt: skip
    """A learner opened a link that has a line item: it gets at once what is already reached, by whichever link.

    A score that could not be sent is tried again, since the launch brought fresh addresses.
    """
    key = {"line_item_id": line_item_id, "platform_user_id": platform_user_id}
    row = session.execute(_HERE, key).first()
    if row is None:
        made = session.execute(_ADD, _new(key, learner_id, module_id, course_id)).scalar_one()
        score_id, given, state = made, None, Delivery.NOTHING_YET
    else:
        score_id, given, state = row.id, row.given, row.state
        if (row.module_id, row.course_id, row.learner_id) != (module_id, course_id, learner_id):
            target = {"to_module": module_id, "to_course": course_id, "to_learner": learner_id}
            session.execute(_RETARGET, {"score": score_id, **target})
    if given is None:
        reached_at = _reached(session, learner_id, module_id, course_id)
        if reached_at is not None:
            session.execute(_SET, {"score": score_id, "at": reached_at})
            _put(session, score_id, now)
    elif state is Delivery.FAILED:
        session.execute(_RETRY, {"score": score_id})
        _put(session, score_id, now)


def _put(session: Session, score_id: int, now: datetime) -> None:
    """Let the score be sent; each platform is a lane of its own."""
    registration_id = session.scalar(_PLATFORM, {"score": score_id})
    queue.put(session, KIND, str(score_id), now, lane=f"platform:{registration_id}")


def _new(key: dict[str, int], learner_id: int, module_id: int | None, course_id: int | None) -> dict[str, Any]:
    return {
        **key, "learner_id": learner_id, "module_id": module_id, "course_id": course_id, "given": None,
        "reached_at": None, "state": Delivery.NOTHING_YET, "accepted": None, "accepted_at": None, "sent_as": None,
        "attempts": 0, "last_status": None, "last_error": "",
    }  # fmt: skip


def _reached(session: Session, learner_id: int, module_id: int | None, course_id: int | None) -> datetime | None:
    """When the learner completed what the link opens; None while it is not."""
    if module_id is not None:
        return session.scalar(_MODULE_REACHED, {"learner": learner_id, "module": module_id})
    rows = session.execute(_COURSE_LEFT, {"learner": learner_id, "course": course_id}).all()
    moments = [row.completed_at for row in rows]
    return max(moments) if moments and all(moments) else None
