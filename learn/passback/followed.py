"""Links that report more than completion: their scores are worked out one by one, at each step of their learners.

Most links report completion alone, and ``report`` raises those by one statement; what is here costs only whom it is
for. When staff change what a link reports, a worker goes through its scores, some at a time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import CourseModule
from courses.learning.models import Enrolment
from learn.lti.models import LineItem, Purpose, Reports, ResourceLink
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.passback import worth
from learn.passback.models import Delivery, Score

KIND = "score"
RETOLD = "reports"
"Kind of the item that goes through a link's scores; its key is the link's number."
BATCH = 200

_MORE = or_(Score.reports != Reports.COMPLETION, Score.pass_mark.is_not(None))
_OF_COURSES = Score.course_id.in_(
    select(CourseModule.course_id).where(CourseModule.module_id == bindparam("of_module"))
)
_COLUMNS = (
    Score.id, Score.learner_id, Score.module_id, Score.course_id, Score.reports, Score.pass_mark, Score.given,
    LineItem.registration_id,
)  # fmt: skip
_THEIRS = (
    select(*_COLUMNS)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .where(
        Score.learner_id == bindparam("of_learner"), _MORE, Score.state != Delivery.SUPERSEDED,
        or_(Score.module_id == bindparam("of_module"), _OF_COURSES),
    )
)  # fmt: skip
_WANTED = case((LineItem.purpose == Purpose.PROGRESS, Reports.PROGRESS.value), else_=ResourceLink.reports)
_WANTED_MARK = case((LineItem.purpose == Purpose.PROGRESS, None), else_=ResourceLink.pass_mark)
_OUTDATED = (
    select(*_COLUMNS[:4], Score.given, LineItem.registration_id, _WANTED.label("reports"), _WANTED_MARK.label("pass_mark"))
    .join(LineItem, LineItem.id == Score.line_item_id)
    .join(ResourceLink, ResourceLink.id == LineItem.resource_link_pk)
    .where(
        ResourceLink.id == bindparam("link"), Score.state != Delivery.SUPERSEDED,
        or_(Score.reports != _WANTED, Score.pass_mark.is_distinct_from(_WANTED_MARK)),
    )
    .order_by(Score.id)
    .limit(BATCH)
)  # fmt: skip
_ONE = update(Score).where(Score.id == bindparam("score")).execution_options(synchronize_session=False)
_SET = _ONE.values(
    given=bindparam("worth"), reached_at=bindparam("at"), state=Delivery.QUEUED, attempts=0, last_status=None,
    last_error="",
)  # fmt: skip
_CHOOSE = _ONE.values(reports=bindparam("to_reports"), pass_mark=bindparam("to_mark"))
_FOLLOW_MODULE = (
    update(Enrolment)
    .where(and_(Enrolment.learner_id == bindparam("of_learner"), Enrolment.module_id == bindparam("of_module")))
    .values(is_followed=True)
    .execution_options(synchronize_session=False)
)
_FOLLOW_COURSE = (
    update(Enrolment)
    .where(
        Enrolment.learner_id == bindparam("of_learner"),
        Enrolment.module_id.in_(select(CourseModule.module_id).where(CourseModule.course_id == bindparam("of_course"))),
    )
    .values(is_followed=True)
    .execution_options(synchronize_session=False)
)


def report(session: Session, learner_id: int, module_id: int, now: datetime) -> None:
    """Bring a learner's followed scores of a module, and of the courses that hold it, up to date."""
    for row in session.execute(_THEIRS, {"of_learner": learner_id, "of_module": module_id}).all():
        bring_up(session, row, now)


def bring_up(session: Session, row: Any, now: datetime) -> None:
    """Raise one score to what the work is worth; it never falls. ``row`` has the columns of a score."""
    reports = Reports(row.reports)
    found = worth.of(session, row.learner_id, row.module_id, row.course_id, reports, row.pass_mark)
    if found is None or (row.given is not None and found[0] <= row.given):
        return
    session.execute(_SET, {"score": row.id, "worth": found[0], "at": found[1]})
    queue.put(session, KIND, str(row.id), now, lane=f"platform:{row.registration_id}")


def follow(session: Session, learner_id: int, module_id: int | None, course_id: int | None) -> None:
    """Hear of each step of a learner in what a link opens, from now on."""
    if module_id is not None:
        session.execute(_FOLLOW_MODULE, {"of_learner": learner_id, "of_module": module_id})
    else:
        session.execute(_FOLLOW_COURSE, {"of_learner": learner_id, "of_course": course_id})


class Retelling:
    """The outbox's handler after staff changed what a link reports: calls nobody, and comes again while there is more."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime | None:
        """Give the next scores of the link what it reports now; what is sent never becomes lower."""
        rows = session.execute(_OUTDATED, {"link": int(taken.key)}).all()
        for row in rows:
            session.execute(_CHOOSE, {"score": row.id, "to_reports": Reports(row.reports), "to_mark": row.pass_mark})
            if row.reports != Reports.COMPLETION or row.pass_mark is not None:
                follow(session, row.learner_id, row.module_id, row.course_id)
            bring_up(session, row, at)
        return at if len(rows) == BATCH else None

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError
