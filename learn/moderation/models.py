"""What waits for a facilitator, what was reported, and what was decided. Things are known by kind and number alone."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, json_object, long, moment, varchar_enum


class Source(enum.StrEnum):
    """Why something waits."""

    STORY = "story"
    DETECTOR = "detector"
    FLAG = "flag"
    NEW_MEMBER = "new_member"
    EDIT = "edit"
    SCAN = "scan"
    FACILITATOR = "facilitator"


class ReviewState(enum.StrEnum):
    """Open waits; closed was decided, or is not needed any more."""

    OPEN = "open"
    CLOSED = "closed"


class FlagState(enum.StrEnum):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class FlagReason(enum.StrEnum):
    """What somebody says is wrong, the gravest first."""

    PATIENT = "patient"
    UNSAFE = "unsafe"
    ILLEGAL = "illegal"
    UNKIND = "unkind"
    COPYRIGHT = "copyright"
    ADVERT = "advert"
    OTHER = "other"


class ReviewItem(Base):
    """One thing that waits, or waited, for a facilitator. There is one open row for a thing at most."""

    __tablename__ = "review_item"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(12))
    "story, post, topic or adoption: who handed in the acts for it."
    target_id: Mapped[int] = mapped_column(BigKey)
    "Its number."
    source: Mapped[Source] = mapped_column(varchar_enum(Source))
    "Why it waits, the gravest cause."
    theme_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("theme.id"))
    "Whose facilitators see it; null for facilitators of all themes."
    author_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who wrote the thing; they never decide about it."
    priority: Mapped[int] = mapped_column(SmallInteger)
    "0 patient information, 1 safety and law, 2 other reports, 3 first posts and held ones, 4 stories: lower comes first."
    state: Mapped[ReviewState] = mapped_column(varchar_enum(ReviewState))
    "Open or closed."
    created_at: Mapped[moment]
    "Since when it waits."
    due_at: Mapped[moment]
    "When it should be looked at, counted in working hours."
    lease_by_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "The facilitator who has it open."
    lease_until: Mapped[datetime | None]
    "Until when nobody else can decide about it."
    first_seen_at: Mapped[datetime | None]
    "When a facilitator first opened it."
    closed_at: Mapped[datetime | None]
    "When it was decided or became needless."
    version: Mapped[int] = mapped_column(server_default="1")
    "Raised by whatever changes it; a decision names the one that it was made about."

    __table_args__ = (
        Index(
            "ux_review_item_open", "kind", "target_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_review_item_queue", "priority", "created_at", "id",
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_review_item_theme", "theme_id", "priority", "created_at", "id",
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("ix_review_item_target", "kind", "target_id", "id"),
        Index("ix_review_item_closed", "closed_at", "id"),
    )  # fmt: skip


class Flag(Base):
    """One report of one thing by somebody, with or without an account (Online Safety Act 2023, sections 20 and 21)."""

    __tablename__ = "flag"

    id: Mapped[intpk]
    item_id: Mapped[int] = mapped_column(BigKey, ForeignKey("review_item.id"), index=True)
    "What it made wait."
    kind: Mapped[str] = mapped_column(String(12))
    "Kind of the thing."
    target_id: Mapped[int] = mapped_column(BigKey)
    "Its number."
    reason: Mapped[FlagReason] = mapped_column(varchar_enum(FlagReason))
    "What is wrong."
    words: Mapped[long]
    "In the reporter's words, with what the detector found in them masked; may be empty."
    reporter_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "Who; null for somebody without an account, and after they erased their data."
    reporter_email: Mapped[str] = mapped_column(String(254))
    "Where somebody without an account wants the answer; empty otherwise, and blanked 90 days after the decision."
    state: Mapped[FlagState] = mapped_column(varchar_enum(FlagState))
    "What became of it."
    at: Mapped[moment]
    "When."
    settled_at: Mapped[datetime | None]
    "When it was upheld or dismissed."

    __table_args__ = (
        Index("ix_flag_target", "kind", "target_id", "id"),
        Index("ix_flag_at", "at", "id"),
    )


class Decision(Base):
    """What a facilitator decided, with the reason that the author reads. Never changed but to note that it was undone."""

    __tablename__ = "decision"

    id: Mapped[intpk]
    item_id: Mapped[int] = mapped_column(BigKey, ForeignKey("review_item.id"), index=True)
    "About which item."
    act: Mapped[str] = mapped_column(String(24))
    "What was done, of ``decisions.ACTS``."
    reason: Mapped[str] = mapped_column(String(40))
    "Code of the reason."
    words: Mapped[long]
    "What the author reads; without what the detector finds."
    actor_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "The facilitator; null for what the site itself did, and after they erased their data. Readers see only: a facilitator."
    at: Mapped[moment]
    "When."
    before: Mapped[json_object]
    "What undoing needs: states and numbers, no text."
    undone_at: Mapped[datetime | None]
    "When it was undone; possible for 30 minutes."

    __table_args__ = (Index("ix_decision_at", "at", "id"),)


class ReviewScan(Base):
    """How far one scan of everything that is there has come: numbers alone."""

    __tablename__ = "review_scan"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(12))
    "Kind of thing that it looks at now; empty when it is over."
    after_id: Mapped[int] = mapped_column(BigKey)
    "The last one of that kind that it has looked at."
    seen: Mapped[int]
    "Things looked at so far, of every kind."
    found: Mapped[int]
    "Those that wait for a facilitator now because of it."
    began_at: Mapped[moment]
    "When it was asked for."
    ended_at: Mapped[datetime | None]
    "When it was over."
