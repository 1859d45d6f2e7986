"""What learners did: a learner is a number here, and no personal data lies in any of these tables but the reflections."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, Json, bits, intpk, long, moment, varchar_enum


class Status(enum.StrEnum):
    """Where a learner stands with a module or a unit; it never goes back."""

    STARTED = "started"
    COMPLETED = "completed"


class Verb(enum.StrEnum):
    """What a statement says (xAPI verbs, by their last path segment)."""

    INITIALIZED = "initialized"
    PROGRESSED = "progressed"
    ANSWERED = "answered"
    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"


class Learner(Base):
    """One row per person in the engine; ``User.learner_id`` points to it."""

    __tablename__ = "learner"

    id: Mapped[intpk]
    key: Mapped[str] = mapped_column(String(32), unique=True)
    "Random, pairwise name of the learner in statements."
    created_at: Mapped[moment]
    "When the person first came."
    merged_into_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    "Who goes on, by number alone, with this one's work after two accounts became one; what could not be joined stays here."


class Enrolment(Base):
    """A learner in a module, pinned to one version, with counters so that no event has to add up history."""

    __tablename__ = "enrolment"

    id: Mapped[intpk]
    learner_id: Mapped[int] = mapped_column(BigKey, ForeignKey("learner.id"))
    "Who."
    module_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module.id"), index=True)
    "What."
    version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("module_version.id"))
    "The version the learner stays on."
    status: Mapped[Status] = mapped_column(varchar_enum(Status))
    "Where the learner stands."
    done: Mapped[bits] = mapped_column(LargeBinary)
    "Bitmap of completed units: bit n-1 is the unit at position n, little-endian."
    done_count: Mapped[int]
    "Completed units."
    done_weight: Mapped[int]
    "Weight of the completed required units; progress is done_weight / version.required_weight."
    best_score: Mapped[int | None]
    "Mean of the best quiz scores so far in per cent, rounded; null before the first quiz."
    score_sum: Mapped[int]
    "Sum of the best score of each quiz tried, in per cent."
    score_count: Mapped[int]
    "Quizzes tried."
    last_position: Mapped[int]
    "The unit where the learner was last, for the resume point."
    started_at: Mapped[moment]
    "When the learner started."
    active_at: Mapped[moment]
    "When the learner last did something here."
    completed_at: Mapped[datetime | None]
    "When every required unit was completed, the first time."
    is_followed: Mapped[bool] = mapped_column(Boolean, server_default=false())
    "Whether somebody outside wants to hear of each step and not of completion alone."
    stays_on_id: Mapped[int | None] = mapped_column(BigKey)
    "The newer version that the learner was offered and did not want, by number alone; a still newer one is offered again."

    __table_args__ = (
        UniqueConstraint("learner_id", "module_id"),
        Index("ix_enrolment_recent", "learner_id", "active_at"),
    )


class UnitProgress(Base):
    """A learner's state in one unit."""

    __tablename__ = "unit_progress"

    enrolment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("enrolment.id"), primary_key=True)
    "The enrolment."
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"), primary_key=True)
    "The unit."
    status: Mapped[Status] = mapped_column(varchar_enum(Status))
    "Where the learner stands."
    best_score: Mapped[int | None]
    "Best quiz score in per cent."
    attempts: Mapped[int]
    "Quiz tries so far."
    watched: Mapped[bits | None] = mapped_column(LargeBinary)
    "32 bytes: bit n is set when the n-th 256th of the video was watched."
    first_at: Mapped[moment]
    "When the learner first did something here."
    completed_at: Mapped[datetime | None]
    "When it was completed, the first time."


class QuizAttempt(Base):
    """One try at a quiz, kept with its answers and marks."""

    __tablename__ = "quiz_attempt"

    id: Mapped[intpk]
    enrolment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("enrolment.id"))
    "The enrolment."
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"))
    "The quiz."
    n: Mapped[int]
    "1, 2, 3 …"
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    "{question id: answer}; see courses.questions.marking.mark."
    score: Mapped[int]
    "Per cent, rounded down, so that nobody passes by rounding."
    is_passed: Mapped[bool]
    "Whether the score reached the pass mark."
    submitted_at: Mapped[moment]
    "When."

    __table_args__ = (UniqueConstraint("enrolment_id", "unit_id", "n"),)


class Exit(enum.StrEnum):
    """How a try at a package stands."""

    OPEN = "open"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Attempt(Base):
    """One try at a package, with what the package keeps for the learner; never removed by completing it."""

    __tablename__ = "attempt"

    id: Mapped[intpk]
    enrolment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("enrolment.id"))
    "The enrolment."
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"))
    "The unit."
    n: Mapped[int]
    "1, 2, 3 …"
    state: Mapped[bits] = mapped_column(LargeBinary)
    "What the package keeps: CMI, H5P state or pages seen, zlib-compressed JSON; 1 MiB at most before compression."
    exit: Mapped[Exit] = mapped_column(varchar_enum(Exit))
    "How it stands."
    is_complete: Mapped[bool]
    "Whether the package said completed; never taken back."
    is_passed: Mapped[bool | None]
    "What the package said of success; null while it says nothing."
    score: Mapped[int | None]
    "Per cent, as the package said it."
    seconds: Mapped[int]
    "Time spent, added up here."
    play_seconds: Mapped[int]
    "Of that, what the running play has told so far: its total replaces what it told before."
    commit_seq: Mapped[int]
    "The last commit of the running play that was taken."
    started_at: Mapped[moment]
    "When it began."
    changed_at: Mapped[moment]
    "When it was last committed."
    ended_at: Mapped[datetime | None]
    "When another try took its place."

    __table_args__ = (UniqueConstraint("enrolment_id", "unit_id", "n"),)


class Mode(enum.StrEnum):
    """Why something is played."""

    LEARN = "learn"
    PREVIEW = "preview"
    REVIEW = "review"


class Play(Base):
    """One opened player: the capability in its address leads here, and no cookie does."""

    __tablename__ = "play"

    id: Mapped[intpk]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    "SHA-256 of the token in the address."
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"))
    "What is played."
    mode: Mapped[Mode] = mapped_column(varchar_enum(Mode))
    "Only LEARN records anything."
    attempt_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("attempt.id"), index=True)
    "The try that it plays; null in a preview."
    session_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    "The session that opened it, whose end is its own, by number alone."
    frame_origins: Mapped[list[str]] = mapped_column(Json)
    "Who may frame it beside the site itself."
    opened_at: Mapped[moment]
    "When."
    expires_at: Mapped[moment] = mapped_column(index=True)
    "20 minutes after it was last used, 12 hours after it was opened at the latest."
    fenced_at: Mapped[datetime | None]
    "When the same unit was opened elsewhere: from then on it commits nothing."
    ended_at: Mapped[datetime | None]
    "When it was closed or its session ended."


class Reflection(Base):
    """What a learner wrote for themselves; nobody else reads it."""

    __tablename__ = "reflection"

    enrolment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("enrolment.id"), primary_key=True)
    "The enrolment."
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"), primary_key=True)
    "The unit that asked."
    text: Mapped[long]
    "As typed."
    written_at: Mapped[moment]
    "When it was first written."
    changed_at: Mapped[moment]
    "When it was last changed."


class Statement(Base):
    """One thing that happened: actor, verb, object (xAPI 1.0.3). Append-only."""

    __tablename__ = "statement"

    id: Mapped[intpk]
    enrolment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("enrolment.id"), index=True)
    "The actor and the module."
    unit_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("unit.id"))
    "The object; null means the module itself."
    verb: Mapped[Verb] = mapped_column(varchar_enum(Verb))
    "What happened."
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    "xAPI result: {score: {scaled}, success, completion, …}; may be empty."
    at: Mapped[moment]
    "When."
