"""What people are told: notices in the product, and mail that waits, goes out or could not be sent."""

import enum
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, json_object, moment, varchar_enum


class MailState(enum.StrEnum):
    """Where a mail stands. Dropped was not wanted any more when its time came; failed is not tried again by itself."""

    QUEUED = "queued"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(Base):
    """One mail, as a kind and a thing that it is about: words and address are looked up when it is sent."""

    __tablename__ = "mail"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(40))
    "Which words, for example sign_in_code."
    about: Mapped[str] = mapped_column(String(80))
    "The number of the thing it is about."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "To whom; null for a code, whose row holds the address."
    state: Mapped[MailState] = mapped_column(varchar_enum(MailState))
    "Where it stands."
    attempts: Mapped[int]
    "Tries so far."
    last_error: Mapped[str] = mapped_column(String(40))
    "Why it could not be sent, as a code that has words; empty when all is well."
    created_at: Mapped[moment] = mapped_column(index=True)
    "When it was asked for."
    settled_at: Mapped[datetime | None]
    "When it was sent, dropped or given up."

    __table_args__ = (Index("ix_mail_about", "kind", "about"), Index("ix_mail_state", "state", "id", "last_error"))


class Notification(Base):
    """One notice to one person, shown until they have read it and after."""

    __tablename__ = "notification"

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"))
    "To whom."
    kind: Mapped[str] = mapped_column(String(40))
    "Which words."
    facts: Mapped[json_object]
    "Codes and numbers that the words need; what else they need is looked up when they are shown."
    path: Mapped[str] = mapped_column(String(500))
    "The page that it is about; may be empty."
    created_at: Mapped[moment]
    "When."
    read_at: Mapped[datetime | None]
    "When the person marked it as read or opened what it is about."

    __table_args__ = (Index("ix_notification_user", "user_id", "id"),)


class MailChoice(Base):
    """Whether a person wants mail of a kind; where there is no row, what the kind says holds."""

    __tablename__ = "mail_choice"

    user_id: Mapped[int] = mapped_column(BigKey, ForeignKey("user.id"), primary_key=True)
    "Who."
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    "Kind of notice."
    is_wanted: Mapped[bool] = mapped_column(Boolean)
    "On or off."
