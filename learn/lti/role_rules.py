"""Rules by which a platform's role stands for one of ours: an LMS role alone never gives one."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, moment, short


class RoleRule(Base):
    """Lets a platform's role stand for one of ours: only an administrator makes one, and never for administrators."""

    __tablename__ = "role_rule"

    id: Mapped[intpk]
    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"), index=True)
    "The platform."
    context_pk: Mapped[int | None] = mapped_column(BigKey, ForeignKey("context.id"))
    "Only in this context; null for all of the platform."
    lti_scope: Mapped[str] = mapped_column(String(12))
    "Whether it is a context, institution or system role."
    lti_role: Mapped[short]
    "Its short name, for example Instructor."
    grants: Mapped[str] = mapped_column(String(20))
    "facilitator or author."
    created_at: Mapped[moment]
    "When it was made."
