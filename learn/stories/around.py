"""What stands around a published story: its tags and counts in lists, who put it first, and who tried the same."""

import enum
from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, long, moment, varchar_enum


class Outcome(enum.StrEnum):
    """How it went where somebody tried the same."""

    WORKED = "worked"
    PARTLY = "partly"
    DID_NOT = "did_not"
    TOO_EARLY = "too_early"


class StoryTag(Base):
    """A tag of a published story, in the order of a tag's list."""

    __tablename__ = "story_tag"

    tag: Mapped[str] = mapped_column(String(40), primary_key=True)
    "In small letters, as the address has it."
    published_at: Mapped[moment] = mapped_column(primary_key=True)
    "As the story has it."
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), primary_key=True, index=True)
    "Which story."


class StoryFacet(Base):
    """How many stories that readers find have a value: counted when one is published or taken back, so that asking costs nothing."""

    __tablename__ = "story_facet"

    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    "theme, setting, region, profession, tag, or all."
    value: Mapped[str] = mapped_column(String(80), primary_key=True)
    "Key of it; of a theme its slug; empty for all."
    is_public: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    "Counted among those that anyone may read; members see both together."
    count: Mapped[int]
    "How many."


class StoryNumber(Base):
    """The last number that a year gave to a story."""

    __tablename__ = "story_number"

    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    "Year of publication."
    last: Mapped[int]
    "The number given last; the update that takes the next locks the row."


class Featured(Base):
    """A story that facilitators put first."""

    __tablename__ = "story_featured"

    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"), primary_key=True)
    "Which story."
    position: Mapped[int]
    "Order, from 1."
    until: Mapped[datetime | None]
    "Until when; null for as long as nobody changes it."
    by_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"), index=True)
    "The facilitator; null after they erased their data."


class Adoption(Base):
    """Somebody tried the same where they work: the spread of a story."""

    __tablename__ = "adoption"

    id: Mapped[intpk]
    story_id: Mapped[int] = mapped_column(BigKey, ForeignKey("story.id"))
    "Which story."
    user_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("user.id"))
    "Who says so; null after they erased their data, when only place, time and outcome stay."
    organisation: Mapped[str] = mapped_column(String(120))
    "Where."
    region: Mapped[str] = mapped_column(String(40))
    "Key of learn.accounts.profile.REGIONS, or empty."
    tried_on: Mapped[date] = mapped_column(Date)
    "Since when: the first day of a month."
    outcome: Mapped[Outcome] = mapped_column(varchar_enum(Outcome))
    "How it went."
    words: Mapped[long]
    "What they found, as plain text; may be empty."
    because: Mapped[str] = mapped_column(String(500), server_default="")
    "Why something found in it is not a patient's number, without that number; empty where nothing was found."
    is_visible: Mapped[bool] = mapped_column(Boolean)
    "Whether readers see it: not while it is held, nor after it was removed."
    at: Mapped[moment]
    "When they said so."

    __table_args__ = (
        Index("ux_adoption_user", "story_id", "user_id", unique=True),
        Index("ix_adoption_user", "user_id"),
        Index("ix_adoption_story", "story_id", "id"),
    )
