"""What authors bring: an upload from its first byte to its report."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, Json, intpk, moment, short, varchar_enum


class UploadState(enum.StrEnum):
    """Where an upload stands."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    CHECKING = "checking"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Upload(Base):
    """One file that an author brought, and what was found in it."""

    __tablename__ = "upload"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who brought it."
    name: Mapped[short]
    "The file's name on the author's computer, to be told apart by; nothing else is read from it."
    size: Mapped[int] = mapped_column(BigKey)
    "Bytes that it has, as its sender said."
    received: Mapped[int] = mapped_column(BigKey)
    "Bytes that are here."
    state: Mapped[UploadState] = mapped_column(varchar_enum(UploadState))
    "Where it stands."
    key: Mapped[str] = mapped_column(String(32), unique=True)
    "Random name of the file while it is received and checked."
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    "How often its check was begun."
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    """What its author chose beside it, each only where chosen: {slug, theme} of what it becomes, and for a video {captions,
    captions_name, transcript, transcript_name}, the files that belong to it by key and name."""
    report: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'"))
    "The report (courses.packages.report), once it is checked."
    last_error: Mapped[str] = mapped_column(String(255), server_default="")
    "Why it failed, in words; else empty."
    version_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("module_version.id"), index=True)
    "What came of it."
    began_at: Mapped[moment]
    "When its first byte came."
    changed_at: Mapped[moment] = mapped_column(index=True)
    "When something last happened to it: what stays unfinished for an hour is removed."
    checked_at: Mapped[datetime | None]
    "When its report was ready."
