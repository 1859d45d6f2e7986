"""Plays: opened players. The token in a play's address is all that leads to it, so it is random, short-lived and kept hashed.

A play that learns belongs to a try. Opening the same unit again fences the plays before it, so that of two windows only
the later one is kept (docs of the runtime: "opened in another window").
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import ModuleVersion, Unit, UnitKind
from courses.db import rows_met, table_of
from courses.learning import tries
from courses.learning.models import Attempt, Enrolment, Mode, Play
from courses.prepared import Prepared

LIVES = timedelta(minutes=20)
"How long a play lives after it was last used."
LONGEST = timedelta(hours=12)
"How long a play lives at all."
STEP = timedelta(minutes=5)
"A use moves the end only when that is worth a write."
PRUNED_AT_ONCE = 5_000

_P, _A, _U, _V, _E = (table_of(each) for each in (Play, Attempt, Unit, ModuleVersion, Enrolment))
_FIND = Prepared(
    select(
        _P.c.id, _P.c.mode, _P.c.attempt_id, _P.c.unit_id, _U.c.kind, _U.c.play, _U.c.package_id, _U.c.title,
        _U.c.version_id, _V.c.origin_label, _E.c.learner_id, _A.c.enrolment_id, _P.c.frame_origins,
        _P.c.fenced_at.is_not(None).label("is_fenced"), _P.c.opened_at, _P.c.expires_at,
        _A.c.commit_seq, _A.c.play_seconds,
    )
    .select_from(_P)
    .join(_U, _U.c.id == _P.c.unit_id)
    .join(_V, _V.c.id == _U.c.version_id)
    .outerjoin(_A, _A.c.id == _P.c.attempt_id)
    .outerjoin(_E, _E.c.id == _A.c.enrolment_id)
    .where(_P.c.token_hash == bindparam("token_hash"), _P.c.expires_at > bindparam("at"), _P.c.ended_at.is_(None))
)  # fmt: skip
_ADD = insert(_P)
_TAKE_UP = (
    update(_A).where(_A.c.id == bindparam("attempt")).values(commit_seq=0, play_seconds=0, changed_at=bindparam("at"))
)
_KEEP_ALIVE = (
    update(_P)
    .where(_P.c.id == bindparam("play"), _P.c.expires_at < bindparam("worth_it"), _P.c.opened_at > bindparam("oldest"))
    .values(expires_at=bindparam("until"))
)
_END = update(_P).where(_P.c.token_hash == bindparam("hash"), _P.c.ended_at.is_(None)).values(ended_at=bindparam("at"))
_END_OF_SESSIONS = (
    update(_P)
    .where(_P.c.session_id.in_(bindparam("sessions", expanding=True)), _P.c.ended_at.is_(None))
    .values(ended_at=bindparam("at"))
)
_HAND_OVER = (
    update(_P)
    .where(_P.c.session_id == bindparam("before"), _P.c.ended_at.is_(None))
    .values(session_id=bindparam("after"))
)
_FENCE_ENROLMENT = (
    update(_P)
    .where(
        _P.c.attempt_id.in_(select(_A.c.id).where(_A.c.enrolment_id == bindparam("of"))),
        _P.c.fenced_at.is_(None),
        _P.c.ended_at.is_(None),
    )
    .values(fenced_at=bindparam("at"))
)
_OVER = select(_P.c.id).where(_P.c.expires_at < bindparam("at")).order_by(_P.c.expires_at).limit(PRUNED_AT_ONCE)
_PRUNE = delete(_P).where(_P.c.id.in_(_OVER))


class PlayRow(NamedTuple):
    """A play with what serving it takes. Of a preview, attempt, learner and enrolment are None.

    ``commit_seq`` and ``play_seconds`` are what it has told so far: a page that is loaded again goes on from there.
    """

    id: int
    mode: Mode
    attempt_id: int | None
    unit_id: int
    kind: UnitKind
    play: dict[str, Any]
    package_id: int | None
    title: str
    version_id: int
    origin_label: str
    learner_id: int | None
    enrolment_id: int | None
    frame_origins: list[str]
    is_fenced: bool
    opened_at: datetime
    expires_at: datetime
    commit_seq: int
    play_seconds: int


def hashed(token: str) -> str:
    """How a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(
    session: Session, *, unit_id: int, mode: Mode, learner_id: int | None, session_id: int | None,
    frame_origins: Sequence[str], now: datetime,
) -> str:  # fmt: skip
    """Open a play and give its token: 128 random bits, 22 characters for an address.

    One that learns goes on with the learner's try or opens one, and fences the plays before it; where the try can only be
    looked at any more the play is a review. Raises Locked and NotAllowedHere as ``tries.open_one`` does.
    """
    attempt_id = None
    if mode is not Mode.PREVIEW and learner_id is not None:
        attempt_id, is_over = tries.open_one(session, learner_id, unit_id, now)
        mode = Mode.REVIEW if is_over else mode
    if mode is Mode.LEARN and attempt_id is not None:
        session.execute(_TAKE_UP, {"attempt": attempt_id, "at": now})
        tries.fence(session, attempt_id, now)
    token = secrets.token_urlsafe(16)
    session.execute(_ADD, {
        "token_hash": hashed(token), "unit_id": unit_id, "mode": mode, "attempt_id": attempt_id, "session_id": session_id,
        "frame_origins": list(frame_origins), "opened_at": now, "expires_at": now + LIVES, "fenced_at": None, "ended_at": None,
    })  # fmt: skip
    return token


def find(connection: Connection, token: str, now: datetime) -> PlayRow | None:
    """The play of a token; None when it is unknown, over or closed. A fenced one is found: its package is still shown.

    Reads on a connection, since every message and file of a package comes through here: none needs a transaction for that.
    """
    row = _FIND.one(connection, {"token_hash": hashed(token), "at": now})
    return None if row is None else PlayRow._make([*row[:-2], row.commit_seq or 0, row.play_seconds or 0])


def keep_alive(session: Session, play_id: int, now: datetime) -> None:
    """Let a play that is used live on; writes nothing when its end has hardly moved."""
    session.execute(_KEEP_ALIVE, {
        "play": play_id, "until": now + LIVES, "worth_it": now + LIVES - STEP, "oldest": now - LONGEST + LIVES,
    })  # fmt: skip


def is_due(expires_at: datetime, now: datetime) -> bool:
    """Whether ``keep_alive`` would write."""
    return expires_at < now + LIVES - STEP


def end(session: Session, token: str, now: datetime) -> None:
    """Close a play."""
    session.execute(_END, {"hash": hashed(token), "at": now})


def end_of_session(session: Session, session_id: int, now: datetime) -> None:
    """Close what a session opened: its end is theirs."""
    end_of_sessions(session, [session_id], now)


def end_of_sessions(session: Session, session_ids: Sequence[int], now: datetime) -> None:
    """Close what several sessions opened."""
    if session_ids:
        session.execute(_END_OF_SESSIONS, {"sessions": list(session_ids), "at": now})


def hand_over(session: Session, before: int, after: int) -> None:
    """Let what a session opened be another's: the same person came in again, and the first window goes on."""
    session.execute(_HAND_OVER, {"before": before, "after": after})


def fence_enrolment(session: Session, enrolment_id: int, now: datetime) -> None:
    """Let no play of an enrolment commit any more, as when it moves to another version."""
    session.execute(_FENCE_ENROLMENT, {"of": enrolment_id, "at": now})


def prune(session: Session, now: datetime) -> int:
    """Remove plays that are over, the oldest 5,000 at a time; returns how many."""
    return rows_met(session, _PRUNE, {"at": now})
