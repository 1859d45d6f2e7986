"""Notices of platforms that were taken."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, moment


class Notice(Base):
    """A notice of the platform that was taken, so that a second delivery does nothing (PNS 1.0)."""

    __tablename__ = "notice"

    registration_id: Mapped[int] = mapped_column(BigKey, ForeignKey("registration.id"), primary_key=True)
    "The platform."
    notice_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    "Its name for the notice."
    taken_at: Mapped[moment]
    "When it was taken."
