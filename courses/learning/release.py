"""What has to come first: prerequisites between modules."""

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModulePrerequisite
from courses.learning.models import Enrolment, Status

_MISSING = (
    select(Module.slug, Module.title)
    .join(ModulePrerequisite, ModulePrerequisite.requires_id == Module.id)
    .outerjoin(
        Enrolment,
        and_(Enrolment.module_id == ModulePrerequisite.requires_id, Enrolment.learner_id == bindparam("learner_id")),
    )
    .where(
        ModulePrerequisite.module_id == bindparam("module_id"),
        or_(Enrolment.id.is_(None), Enrolment.status != Status.COMPLETED),
    )
    .order_by(Module.position, Module.id)
)


def missing(session: Session, learner_id: int, module_id: int) -> list[tuple[str, str]]:
    """Modules that the learner has to complete before this one: (slug, title); empty when it is open."""
    rows = session.execute(_MISSING, {"learner_id": learner_id, "module_id": module_id})
    return [(row.slug, row.title) for row in rows]
