"""One learner's work in one course, for whoever teaches it: modules and tries at quizzes. Reflections are nobody else's."""

from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Unit
from courses.learning.completion import percent
from courses.learning.models import Enrolment, QuizAttempt, Status
from learn.accounts.models import User
from learn.components import plural
from learn.lti.members import Membership
from learn.lti.models import PlatformUser

MOST = 200
_WHO = (
    select(User.learner_id, User.name, User.is_test)
    .join(PlatformUser, PlatformUser.user_id == User.id)
    .join(Membership, Membership.platform_user_id == PlatformUser.id)
    .where(PlatformUser.id == bindparam("person"), Membership.context_pk == bindparam("context"))
)
_MODULES = (
    select(
        Module.id, Module.title, Enrolment.id.label("enrolment_id"), Enrolment.status, Enrolment.done_count,
        Enrolment.done_weight, Enrolment.best_score, Enrolment.started_at, Enrolment.active_at, Enrolment.completed_at,
        ModuleVersion.unit_count, ModuleVersion.required_weight,
    )
    .outerjoin(Enrolment, and_(Enrolment.module_id == Module.id, Enrolment.learner_id == bindparam("learner")))
    .outerjoin(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .where(Module.id.in_(bindparam("modules", expanding=True)))
    .order_by(Module.title)
)  # fmt: skip
_TRIES = (
    select(QuizAttempt.enrolment_id, Unit.title, QuizAttempt.n, QuizAttempt.score, QuizAttempt.is_passed, QuizAttempt.submitted_at)
    .join(Unit, Unit.id == QuizAttempt.unit_id)
    .where(QuizAttempt.enrolment_id.in_(bindparam("enrolments", expanding=True)))
    .order_by(QuizAttempt.id)
    .limit(MOST)
)  # fmt: skip


def who(session: Session, context_pk: int, platform_user_id: int) -> Any:
    """A member of a course who came at least once; None when there is no such."""
    return session.execute(_WHO, {"person": platform_user_id, "context": context_pk}).first()


def work(session: Session, learner_id: int, modules: list[int]) -> list[dict[str, Any]]:
    """What the learner did in each of these modules, with the tries at its quizzes."""
    rows = session.execute(_MODULES, {"learner": learner_id, "modules": modules}).all()
    tries: dict[int, list[Any]] = {}
    for each in session.execute(_TRIES, {"enrolments": [row.enrolment_id for row in rows if row.enrolment_id]}):
        tries.setdefault(each.enrolment_id, []).append(each)
    return [{**row._mapping, "words": _words(row), "tries": tries.get(row.enrolment_id, [])} for row in rows]


def _words(row: Any) -> str:
    if row.status is None:
        return "Not started"
    if row.status == Status.COMPLETED:
        return "Completed"
    return f"{row.done_count} of {plural(row.unit_count, 'unit')}, {percent(row.done_weight, row.required_weight)}%"
