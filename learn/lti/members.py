"""Who is in a context: those whom the platform's roster names or who came by a launch, and its course groups."""

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, json_list, moment, short


class Membership(Base):
    """A person in a context with the roles of the last launch."""

    __tablename__ = "membership"

    context_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("context.id"), primary_key=True)
    "The context."
    platform_user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("platform_user.id"), primary_key=True, index=True)
    "The person."
    roles: Mapped[json_list]
    "Short context roles: Learner, Instructor, Mentor …"
    is_learner: Mapped[bool] = mapped_column(Boolean)
    "May be given scores here: a learner and not staff."
    is_instructor: Mapped[bool] = mapped_column(Boolean)
    "Teaches here."
    seen_at: Mapped[moment]
    "Last launch from here."


class RosterEntry(Base):
    """A member of a context: named by the platform's roster (NRPS 2.0), or come by a launch before it was read."""

    __tablename__ = "roster_entry"

    id: Mapped[intpk]
    context_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("context.id"))
    "The context."
    sub: Mapped[short]
    "`user_id`, which is the launch's `sub`."
    name: Mapped[short]
    "Full name; may be empty, since platforms may keep it to themselves."
    email: Mapped[str | None] = mapped_column(String(254))
    "Address; null where it is kept."
    roles: Mapped[json_list]
    "Short context roles."
    is_learner: Mapped[bool] = mapped_column(Boolean)
    "A learner here, and not staff."
    is_active: Mapped[bool] = mapped_column(Boolean)
    "False once the platform says so or no longer lists the person; the row stays."
    groups: Mapped[json_list] = mapped_column(server_default=text("'[]'"))
    "Identifiers of the course groups that the person is in."
    read_at: Mapped[moment]
    "When the roster last named the person, or the first launch."

    __table_args__ = (
        UniqueConstraint("context_pk", "sub"),
        Index("ix_roster_entry_name", "context_pk", "name", "id"),
    )


class CourseGroup(Base):
    """A group of people within a context (Course Groups Service 1.0)."""

    __tablename__ = "course_group"

    context_pk: Mapped[int] = mapped_column(BigKey, ForeignKey("context.id"), primary_key=True)
    "The context."
    group_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    "The platform's own name for it."
    name: Mapped[short]
    "What people call it."
