"""What a package tells while it is played: kept in its try, and what it means for the unit recorded.

A commit reads one row and writes one. Progress, counters and statements are touched only when the package's outcome
changed. Time is the play's own total and never more than has passed since it was opened.
"""

from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Unit, UnitKind
from courses.db import table_of
from courses.errors import CourseError
from courses.learning import effects, events, plays, portable
from courses.learning.acts import Played
from courses.learning.models import Attempt, Enrolment, Exit, Learner, Mode, Play, Status, UnitProgress
from courses.learning.plays import PlayRow
from courses.learning.tries import attempts_of, start_again
from courses.prepared import Prepared
from courses.runtime import h5p, kept, pdf, scorm12, scorm2004, web
from courses.runtime.said import Said

__all__ = ["Commit", "Committed", "Fenced", "TooBig", "attempts_of", "commit", "initial", "start_again"]

BIGGEST = 1024 * 1024
"Bytes of a state as JSON, before compression."
HIGHEST = 2**31 - 1
"The last number that a sequence can reach."
GRACE = 60
"Seconds that a package's clock may be ahead."
RUNTIMES: dict[UnitKind, ModuleType] = {UnitKind.H5P: h5p, UnitKind.PDF: pdf, UnitKind.WEB: web}


class Fenced(CourseError):
    """The unit was opened in another window, or started again: this one commits nothing any more."""

    code = "fenced"
    status = 409

    def __init__(self) -> None:
        super().__init__("This was opened in another window, so nothing more is saved here. Go on in the other window.")


class TooBig(CourseError):
    """The package wants to keep more than fits."""

    code = "too_big"
    status = 413

    def __init__(self) -> None:
        super().__init__("This package wants to keep more than 1MB for you, so its latest changes were not saved.")


@dataclass(frozen=True)
class Commit:
    """One message of a player.

    ``seq`` counts the play's messages from 1; None for a sender that keeps no order. ``changed`` is what the kind's runtime
    sends. ``seconds`` is the total time of this play so far; without it the content's own session time counts.
    """

    seq: int | None
    changed: dict[str, Any]
    seconds: int | None = None
    is_final: bool = False


@dataclass(frozen=True)
class Committed:
    """What became of it. ``recorded`` is None when nothing that matters changed; ``odd`` are sentences on odd values."""

    seq: int
    recorded: events.Recorded | None
    state_bytes: int
    is_stale: bool = False
    odd: tuple[str, ...] = ()


_A = table_of(Attempt)
_LOCK = Prepared(
    select(Enrolment.id)
    .join(Attempt, Attempt.enrolment_id == Enrolment.id)
    .where(Attempt.id == bindparam("attempt_id"))
    .with_for_update(of=Enrolment)
)
_READ = Prepared(
    select(
        Play.fenced_at, Play.ended_at.label("closed_at"), Play.opened_at, Play.expires_at,
        Attempt.id, Attempt.n, Attempt.state, Attempt.exit, Attempt.is_complete, Attempt.is_passed, Attempt.score,
        Attempt.seconds, Attempt.play_seconds, Attempt.commit_seq, Attempt.ended_at,
        Unit.rule, Unit.threshold, Enrolment.learner_id, UnitProgress.status.label("unit_status"),
    )
    .select_from(Play)
    .join(Attempt, Attempt.id == Play.attempt_id)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Unit, Unit.id == Attempt.unit_id)
    .outerjoin(
        UnitProgress, (UnitProgress.enrolment_id == Attempt.enrolment_id) & (UnitProgress.unit_id == Attempt.unit_id)
    )
    .where(Play.id == bindparam("play_id"))
)  # fmt: skip
_KEEP = Prepared(
    update(_A)
    .where(_A.c.id == bindparam("attempt_id"))
    .values(**{name: bindparam(f"to_{name}") for name in (
        "state", "exit", "is_complete", "is_passed", "score", "seconds", "play_seconds", "commit_seq", "changed_at",
    )})
)  # fmt: skip
_INITIAL = (
    select(Attempt.state, Attempt.seconds, Learner.key)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Learner, Learner.id == Enrolment.learner_id)
    .where(Attempt.id == bindparam("attempt_id"))
)


def commit(session: Session, play: PlayRow, message: Commit, now: datetime) -> Committed:
    """Keep what a package tells, in the caller's transaction; a preview and a review keep nothing.

    Raises Fenced when the unit was opened elsewhere, TooBig when the state would be over 1 MiB. A message that is not newer
    than the last one kept is accepted and changes nothing.
    """
    runtime = runtime_of(play.kind, play.play)
    if play.mode is not Mode.LEARN or play.attempt_id is None:
        packed, size = _packed(runtime.merge({}, message.changed))
        return Committed(message.seq or 0, None, size)
    connection = session.connection()
    if portable.has_row_locks(session):
        _LOCK.run(connection, {"attempt_id": play.attempt_id})
    row = _READ.one(connection, {"play_id": play.id})
    if row is None or row.fenced_at is not None or row.closed_at is not None or row.ended_at is not None:
        raise Fenced
    if plays.is_due(row.expires_at, now):
        plays.keep_alive(session, play.id, now)
    if message.seq is not None and not row.commit_seq < message.seq <= HIGHEST:
        return Committed(message.seq, None, 0, is_stale=True)
    state = runtime.merge(kept.unpack(row.state), message.changed)
    packed, size = _packed(state)
    said = runtime.said(state, play.play)
    played = _played(row, said)
    _KEEP.run(connection, _kept(row, message, runtime, packed, said, played, now))
    recorded = None
    if _matters(row, played):
        recorded = events.record(session, row.learner_id, play.unit_id, played, now)
    return Committed(message.seq or row.commit_seq, recorded, size, odd=said.odd)


def initial(session: Session, play: PlayRow) -> dict[str, Any]:
    """What the player's page loads, by kind: {cmi: {…}}, {state: {…}, learner}, {pages: […], page} or nothing."""
    runtime = runtime_of(play.kind, play.play)
    row = session.execute(_INITIAL, {"attempt_id": play.attempt_id}).first() if play.attempt_id else None
    state, seconds, key = (kept.unpack(row.state), row.seconds, row.key) if row else ({}, 0, "preview")
    made: dict[str, Any] = runtime.initial(state, play.play, key, seconds, play.mode.value)
    return made


def runtime_of(kind: UnitKind, play: dict[str, Any]) -> ModuleType:
    """The module that knows what a kind's messages mean."""
    if kind is UnitKind.SCORM:
        return scorm2004 if str(play.get("version", "")).startswith("2004") else scorm12
    return RUNTIMES.get(kind, web)


def _played(row: Any, said: Said) -> Played:
    """The try's outcome with what was said now: what was completed or passed stays so."""
    return Played(
        n=row.n,
        is_complete=row.is_complete or said.is_complete,
        is_passed=True if row.is_passed else said.is_passed if said.is_passed is not None else row.is_passed,
        score=row.score if said.score is None else said.score,
        share=said.share,
    )


def _matters(row: Any, played: Played) -> bool:
    """Whether the unit has to hear of it: the first word of a try, another outcome, or a completion that was missed."""
    if not row.state or (row.is_complete, row.is_passed, row.score) != (
        played.is_complete,
        played.is_passed,
        played.score,
    ):
        return True
    return row.unit_status != Status.COMPLETED and effects.is_met(row.rule, row.threshold, played)


def _kept(
    row: Any, message: Commit, runtime: ModuleType, packed: bytes, said: Said, played: Played, now: datetime
) -> dict[str, Any]:  # fmt: skip
    told = message.seconds if message.seconds is not None else runtime.session_seconds(message.changed)
    most = int((now - row.opened_at).total_seconds()) + GRACE
    play_seconds = max(row.play_seconds, min(told or 0, most))
    return {
        "attempt_id": row.id, "to_state": packed, "to_exit": _exit(row, message, said),
        "to_is_complete": played.is_complete, "to_is_passed": played.is_passed, "to_score": played.score,
        "to_seconds": row.seconds - row.play_seconds + play_seconds, "to_play_seconds": play_seconds,
        "to_commit_seq": row.commit_seq if message.seq is None else message.seq, "to_changed_at": now,
    }  # fmt: skip


def _exit(row: Any, message: Commit, said: Said) -> Exit:
    """Content that leaves something to go on from is suspended, whether or not it says so."""
    if not message.is_final:
        return Exit.OPEN
    return Exit.SUSPENDED if said.exit == "suspend" or said.is_resumable else Exit.ENDED


def _packed(state: dict[str, Any]) -> tuple[bytes, int]:
    """A state as it is kept, and its size before compression. Raises TooBig."""
    packed, size = kept.pack(state)
    if size > BIGGEST:
        raise TooBig
    return packed, size
