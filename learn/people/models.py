"""A person's own data, as a file that they asked for."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, bits, intpk, moment, varchar_enum


class ExportState(enum.StrEnum):
    """Where a file of somebody's data stands."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class DataExport(Base):
    """One file with all that is held about a person; made by the worker, kept for a week."""

    __tablename__ = "data_export"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "About whom."
    asked_by_id: Mapped[int] = mapped_column(BigKey)
    "Who asked, by number alone: the person, or an administrator at their request."
    state: Mapped[ExportState] = mapped_column(varchar_enum(ExportState))
    "Where it stands."
    done: Mapped[int]
    "Parts gathered so far, for whoever waits."
    parts: Mapped[int]
    "Parts in all."
    content: Mapped[bits | None] = mapped_column(LargeBinary)
    "The zip once it is ready, what was gathered for it before that; null at first, after it ended and when it failed."
    last_error: Mapped[str] = mapped_column(String(40))
    "Why it could not be made, as a code that has words; empty when all is well."
    asked_at: Mapped[moment]
    "When."
    ready_at: Mapped[datetime | None]
    "When it could be downloaded."
    expires_at: Mapped[datetime | None]
    "When it is removed."
