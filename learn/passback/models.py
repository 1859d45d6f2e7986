"""What should stand in a platform's gradebook, and what it last accepted."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, varchar_enum
from learn.lti.models import Reports


class Delivery(enum.StrEnum):
    """Where a score stands, for the person who waits for it.

    Queued was not tried yet, waiting was tried and is tried again by itself, needs help is not; superseded is a column
    in whose place another is written to.
    """

    NOTHING_YET = "nothing_yet"
    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"
    SENT = "sent"
    NEEDS_HELP = "needs_help"
    SUPERSEDED = "superseded"


class Score(Base):
    """One learner's score in one line item: desired and last accepted state."""

    __tablename__ = "score"

    id: Mapped[intpk]
    line_item_id: Mapped[int] = mapped_column(BigKey, ForeignKey("line_item.id"))
    "The gradebook column."
    platform_user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("platform_user.id"), index=True)
    "The learner as that platform knows them."
    learner_id: Mapped[int] = mapped_column(BigKey, ForeignKey("learner.id"))
    "The learner in the engine."
    module_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("module.id"))
    "What the link opens, if a module."
    course_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("course.id"))
    "What the link opens, if a course."
    reports: Mapped[Reports] = mapped_column(varchar_enum(Reports), server_default=Reports.COMPLETION.value)
    "What is sent, as the link says; kept here so that an event looks at no link."
    pass_mark: Mapped[int | None]
    "Best score in per cent before which nothing is sent; null for none."
    given: Mapped[int | None]
    "Desired score out of 100; null while there is nothing to send. It never falls."
    reached_at: Mapped[datetime | None]
    "When the desired score was reached (AGS submission.submittedAt)."
    state: Mapped[Delivery] = mapped_column(varchar_enum(Delivery))
    "Where it stands."
    accepted: Mapped[int | None]
    "The score that the platform last accepted."
    accepted_at: Mapped[datetime | None]
    "When it accepted it."
    sent_as: Mapped[datetime | None]
    "Timestamp of the last try: whole seconds, strictly increasing (Moodle refuses an equal one)."
    attempts: Mapped[int]
    "Tries since the desired score last changed."
    last_status: Mapped[int | None]
    "HTTP status of the last answer; null when none came."
    last_error: Mapped[str] = mapped_column(String(40))
    "Why it was not accepted, as a code that has words; empty when all is well."
    repaired_at: Mapped[datetime | None]
    "When it was sent again because it had vanished from the gradebook; a second time it needs help."

    __table_args__ = (
        UniqueConstraint("line_item_id", "platform_user_id"),
        Index(
            "ix_score_needs_help",
            "line_item_id",
            sqlite_where=text("state = 'needs_help'"),
            postgresql_where=text("state = 'needs_help'"),
        ),
        Index("ix_score_module", "learner_id", "module_id"),
        Index("ix_score_course", "learner_id", "course_id"),
    )
