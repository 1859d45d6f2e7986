"""Where a launch leads: the linked module at its resume point, a course, or home; and what the link is told at once."""

from typing import Any

from sqlalchemy.orm import Session

from courses.errors import Locked
from courses.learning import enrolments
from learn.errors import NotFound
from learn.lti.models import Reports
from learn.passback import report
from learn.player import queries
from learn.roster import read as roster


def open_target(session: Session, opened: Any) -> str:
    """The path that a launch opens, inside the launch's own transaction.

    A learner of that context is enrolled in the linked module, and the link's line item gets what was already reached.
    When a teacher comes, the course's list of members is read, unless it was lately.
    """
    if opened.is_instructor and opened.context_pk is not None:
        roster.wish(session, opened.context_pk, opened.now)
    target = opened.target
    if target.kind == "module":
        return _module(session, opened, target.slug)
    if target.kind == "course":
        return _course(session, opened, target.slug)
    return target.path.rstrip("/") if target.kind in ("stories", "forum") else "/"


def _module(session: Session, opened: Any, slug: str) -> str:
    row = queries.module(session, slug, opened.learner_id)
    if row is None:
        raise _gone(session, slug)
    if not opened.is_learner or opened.learner_id is None:
        return queries.address(row, None)
    if row.enrolment_id is None:
        try:
            enrolments.enrol(session, opened.learner_id, row.id, opened.now)
        except Locked:
            pass  # the module's page says what comes first
    _tell(session, opened, module_id=row.id)
    return queries.address(row, queries.resume_position(row) if row.last_position else None)


def _gone(session: Session, slug: str) -> NotFound:
    found = queries.not_there(session, slug)
    if isinstance(found, queries.Retired):
        return queries.Retired(found.message, next_steps=("Tell the person who runs your course.",))
    return NotFound("The link opens a module that is not here. Tell the person who runs your course.")


def _course(session: Session, opened: Any, slug: str) -> str:
    row = queries.course(session, slug)
    if row is None:
        raise NotFound("The link opens a course that is not here. Tell the person who runs your course.")
    _tell(session, opened, course_id=row.id)
    return f"/courses/{row.slug}"


def _tell(session: Session, opened: Any, **target: Any) -> None:
    if opened.is_learner and opened.line_item_id is not None and opened.learner_id is not None:
        report.link_opened(
            session, line_item_id=opened.line_item_id, platform_user_id=opened.platform_user_id,
            learner_id=opened.learner_id, now=opened.now, reports=opened.settings.reports,
            pass_mark=opened.settings.pass_mark, **target,
        )  # fmt: skip
    if opened.is_learner and opened.settings.progress_item_id is not None and opened.learner_id is not None:
        report.link_opened(
            session, line_item_id=opened.settings.progress_item_id, platform_user_id=opened.platform_user_id,
            learner_id=opened.learner_id, now=opened.now, reports=Reports.PROGRESS, **target,
        )  # fmt: skip
