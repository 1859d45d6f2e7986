"""What can be learned: themes, courses, modules, their immutable versions and the units in them."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, Json, bits, intpk, long, moment, short, slug, varchar_enum
from courses.packages import models as _  # noqa: F401 units point to packages


class Origin(enum.StrEnum):
    """Who keeps a module: the project's own starter content, or an author here."""

    STARTER = "starter"
    AUTHOR = "author"


class VersionState(enum.StrEnum):
    """Where a version stands; it never changes any more once it is published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class UnitKind(enum.StrEnum):
    """What a learner meets in a unit."""

    PAGE = "page"
    VIDEO = "video"
    QUIZ = "quiz"
    REFLECTION = "reflection"
    LINK = "link"
    FILE = "file"
    PDF = "pdf"
    WEB = "web"
    SCORM = "scorm"
    H5P = "h5p"


class Rule(enum.StrEnum):
    """What completes a unit."""

    VIEWED = "viewed"
    MARKED = "marked"
    QUIZ_PASSED = "quiz_passed"
    WATCHED = "watched"
    WRITTEN = "written"
    STATUS = "status"
    SCORE = "score"
    SEEN = "seen"


class ScorePolicy(enum.StrEnum):
    """Which of several tries gives a unit its score."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"


class Switch(enum.StrEnum):
    """What publishing a version means for learners who are on an earlier one."""

    STAY = "stay"
    OFFER = "offer"
    MUST = "must"


class Theme(Base):
    """One of the community's five themes."""

    __tablename__ = "theme"

    id: Mapped[intpk]
    slug: Mapped[slug] = mapped_column(String(80), unique=True)
    "In addresses; never reused."
    title: Mapped[short]
    "As it is shown."
    summary: Mapped[short]
    "One line under the title."
    position: Mapped[int]
    "Order on the home page, from 1."


class Course(Base):
    """A pathway: an ordered set of modules."""

    __tablename__ = "course"

    id: Mapped[intpk]
    slug: Mapped[slug] = mapped_column(String(80), unique=True)
    "In addresses and in LTI links; never reused."
    title: Mapped[short]
    "As it is shown."
    summary: Mapped[long]
    "A sentence or two on what it is for."
    position: Mapped[int]
    "Order in lists, from 1."


class Module(Base):
    """What an author uploads and a learner finishes."""

    __tablename__ = "module"

    id: Mapped[intpk]
    slug: Mapped[slug] = mapped_column(String(80), unique=True)
    "In addresses and in LTI links; never reused."
    theme_id: Mapped[int] = mapped_column(BigKey, ForeignKey("theme.id"), index=True)
    "The theme it belongs to."
    title: Mapped[short]
    "Title of the current version, kept here for lists."
    summary: Mapped[long]
    "Summary of the current version, kept here for lists."
    minutes: Mapped[int]
    "Minutes that the current version takes, kept here for lists."
    unit_count: Mapped[int]
    "Units in the current version, kept here for lists."
    position: Mapped[int]
    "Order in lists, from 1."
    origin: Mapped[Origin] = mapped_column(varchar_enum(Origin))
    "Who keeps it."
    current_version_id: Mapped[int | None] = mapped_column(
        BigKey, ForeignKey("module_version.id", use_alter=True, name="fk_module_current_version_id")
    )
    "The published version that new learners get; null until the first is published."
    created_at: Mapped[moment]
    "When it was first loaded or uploaded."


class CourseModule(Base):
    """One module's place in a course."""

    __tablename__ = "course_module"

    course_id: Mapped[int] = mapped_column(BigKey, ForeignKey("course.id"), primary_key=True)
    "The course."
    module_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module.id"), primary_key=True, index=True)
    "The module."
    position: Mapped[int]
    "Order in the course, from 1."
    is_required: Mapped[bool]
    "Whether the course counts it."


class ModulePrerequisite(Base):
    """A module that must be completed before another can be started."""

    __tablename__ = "module_prerequisite"

    module_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module.id"), primary_key=True)
    "The module that waits."
    requires_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module.id"), primary_key=True)
    "The module that comes first."

    __table_args__ = (CheckConstraint("module_id <> requires_id", name="not_itself"),)


class ModuleVersion(Base):
    """One state of a module. Immutable once published; learners are pinned to one."""

    __tablename__ = "module_version"

    id: Mapped[intpk]
    module_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module.id"))
    "The module."
    n: Mapped[int]
    "1, 2, 3 … in the module."
    state: Mapped[VersionState] = mapped_column(varchar_enum(VersionState))
    "Where it stands."
    content_hash: Mapped[str] = mapped_column(String(64))
    "SHA-256 of everything in it, so that the same upload twice makes one version."
    origin_label: Mapped[str] = mapped_column(String(26), unique=True)
    "Random label of its content origin."
    title: Mapped[short]
    "As its author wrote it."
    summary: Mapped[long]
    "As its author wrote it."
    minutes: Mapped[int]
    "Sum of its units' minutes."
    unit_count: Mapped[int]
    "Units in it."
    required_count: Mapped[int]
    "Required units in it, frozen at publishing."
    required_weight: Mapped[int]
    "Sum of the required units' weights, frozen at publishing: the whole of the progress."
    required_mask: Mapped[bits]
    "Bitmap of the required units: bit n-1 is the unit at position n, little-endian."
    created_at: Mapped[moment]
    "When it was imported."
    published_at: Mapped[datetime | None]
    "When it was published."
    switch: Mapped[Switch] = mapped_column(varchar_enum(Switch), server_default=Switch.STAY)
    "What it means for learners on an earlier version, chosen at publishing."
    is_compatible: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether its author says that what a package kept for a learner under the version before can be read by this one."
    format: Mapped[str] = mapped_column(String(24), server_default="")
    "What it was uploaded as (courses.packages.detect), else empty."

    __table_args__ = (UniqueConstraint("module_id", "n"), Index("ix_module_version_hash", "module_id", "content_hash"))


class Unit(Base):
    """One step of a module version."""

    __tablename__ = "unit"

    id: Mapped[intpk]
    version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module_version.id"))
    "The version it belongs to."
    position: Mapped[int]
    "Order in the version, from 1; the number in its address."
    stable_key: Mapped[slug]
    "Links the same step across versions."
    kind: Mapped[UnitKind] = mapped_column(varchar_enum(UnitKind))
    "What the learner meets."
    title: Mapped[short]
    "As it is shown."
    minutes: Mapped[int]
    "Minutes it takes, as its author says."
    is_required: Mapped[bool]
    "Whether the module needs it."
    weight: Mapped[int]
    "Its share of the progress, relative to the others."
    rule: Mapped[Rule] = mapped_column(varchar_enum(Rule))
    "What completes it."
    threshold: Mapped[int]
    "Per cent: the quiz's pass mark, the share of a video to be watched, else 0."
    max_attempts: Mapped[int | None]
    "Tries at a quiz; null is no limit."
    body_html: Mapped[long]
    "What it says, sanitised once at import; safe to show."
    source: Mapped[long] = mapped_column(Text, server_default="")
    "The Markdown that the body was made of, to be edited again; empty where it came as HTML."
    prompt: Mapped[short]
    "Label of a reflection's box, else empty."
    url: Mapped[str] = mapped_column(String(2000))
    "Where a link leads, else empty."
    media: Mapped[dict[str, Any]] = mapped_column(Json)
    "Files by role (video, captions, file): {role: {sha256, media_type, name, bytes}}; a video adds transcript_html."
    package_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("package.id"), index=True)
    "What is played from the content origin; null for what the site itself shows."
    play: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'"))
    "How it is played, by kind: see courses.packages.playing."
    score_policy: Mapped[ScorePolicy] = mapped_column(varchar_enum(ScorePolicy), server_default=ScorePolicy.BEST)
    "Which of several tries counts."
    release: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'"))
    "When it opens: {not_before: moment as text, after: stable key of an earlier unit, min_score: per cent of that unit}; empty is at once."

    __table_args__ = (UniqueConstraint("version_id", "position"), UniqueConstraint("version_id", "stable_key"))
