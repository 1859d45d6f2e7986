"""From one version of a module to the next: what a learner is offered, and how the work is taken along.

A learner stays on the version that they began. What publishing another means for them is its author's choice
(``ModuleVersion.switch``), and is done lazily when they come back: once, in time that grows with the units of the module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from courses.catalogue import Module, ModuleVersion, Switch, Unit, UnitKind, VersionState
from courses.db import table_of
from courses.learning import completion, plays, portable
from courses.learning.events import Recorded
from courses.learning.models import Attempt, Enrolment, Exit, Reflection, Statement, Status, UnitProgress, Verb


@dataclass(frozen=True)
class Offer:
    """A newer version for one learner. ``policy`` is OFFER or MUST: the strictest of all versions in between."""

    enrolment_id: int
    from_id: int
    to_id: int
    to_n: int
    policy: Switch
    is_compatible: bool
    "Whether what a package keeps for the learner goes along: each version on the way has to be compatible."
    is_declined: bool
    "Whether the learner said to stay on theirs when this one was offered."


_OWN, _CURRENT = aliased(ModuleVersion), aliased(ModuleVersion)
_KEY = (Enrolment.learner_id == bindparam("learner_id"), Enrolment.module_id == bindparam("module_id"))
_AHEAD = (
    select(
        Enrolment.id.label("enrolment_id"), Enrolment.version_id, Enrolment.stays_on_id, Module.current_version_id,
        ModuleVersion.n, ModuleVersion.state, ModuleVersion.switch, ModuleVersion.is_compatible,
    )
    .join(Module, Module.id == Enrolment.module_id)
    .join(_OWN, _OWN.id == Enrolment.version_id)
    .join(_CURRENT, _CURRENT.id == Module.current_version_id)
    .join(ModuleVersion, ModuleVersion.module_id == Enrolment.module_id)
    .where(*_KEY, ModuleVersion.published_at.is_not(None), ModuleVersion.n > _OWN.n, ModuleVersion.n <= _CURRENT.n)
    .order_by(ModuleVersion.n)
)  # fmt: skip
_E, _P, _R, _A, _UNIT = (
    table_of(each) for each in (Enrolment, UnitProgress, Reflection, Attempt, Unit)
)  # fmt: skip
_LOCK = select(Enrolment.id).where(*_KEY).with_for_update()
_ENROLMENT = select(_E).where(_E.c.id == bindparam("enrolment"))
_UNITS = (
    select(Unit.id, Unit.version_id, Unit.position, Unit.stable_key, Unit.kind, Unit.weight, Unit.is_required)
    .where(Unit.version_id.in_(bindparam("versions", expanding=True)))
    .order_by(Unit.position)
)
_NEW_VERSION = select(ModuleVersion.required_weight, ModuleVersion.required_mask).where(
    ModuleVersion.id == bindparam("version")
)
_DONE_BEFORE = (
    select(_P, _UNIT.c.stable_key)
    .join(_UNIT, _UNIT.c.id == _P.c.unit_id)
    .join(ModuleVersion, ModuleVersion.id == _UNIT.c.version_id)
    .where(_P.c.enrolment_id == bindparam("enrolment"))
    .order_by(ModuleVersion.n)
)
"Of every version that the learner was on: a unit may be left out in one and come back in the next."
_TAKE_TEXT = (
    update(_R)
    .where(_R.c.enrolment_id == bindparam("enrolment"), _R.c.unit_id == bindparam("old"))
    .values(unit_id=bindparam("new"))
)
_TAKE_TRIES = (
    update(_A)
    .where(_A.c.enrolment_id == bindparam("enrolment"), _A.c.unit_id == bindparam("old"))
    .values(unit_id=bindparam("new"))
)
_OF_VERSION = select(_UNIT.c.id).where(_UNIT.c.version_id == bindparam("version")).scalar_subquery()
_END_TRIES = (
    update(_A)
    .where(_A.c.enrolment_id == bindparam("enrolment"), _A.c.ended_at.is_(None), _A.c.unit_id.not_in(_OF_VERSION))
    .values(exit=Exit.ENDED, ended_at=bindparam("at"))
)
_COUNTERS = (
    "version_id", "status", "done", "done_count", "done_weight", "best_score", "score_sum", "score_count", "last_position",
    "active_at", "completed_at",
)  # fmt: skip
_MOVE = (
    update(_E)
    .where(_E.c.id == bindparam("enrolment"))
    .values(stays_on_id=None, **{name: bindparam(f"to_{name}") for name in _COUNTERS})
)
_STAY = update(_E).where(_E.c.id == bindparam("enrolment")).values(stays_on_id=bindparam("version"))


def offered(session: Session, learner_id: int, module_id: int) -> Offer | None:
    """The newer version that the learner may or must switch to, whatever was skipped; None when nothing is to be said."""
    rows = session.execute(_AHEAD, {"learner_id": learner_id, "module_id": module_id}).all()
    policies = {row.switch for row in rows if row.state is VersionState.PUBLISHED}
    if not policies & {Switch.OFFER, Switch.MUST}:
        return None
    last = rows[-1]
    return Offer(
        last.enrolment_id, last.version_id, last.current_version_id, last.n,
        Switch.MUST if Switch.MUST in policies else Switch.OFFER,
        all(row.is_compatible for row in rows), last.stays_on_id == last.current_version_id,
    )  # fmt: skip


def stay(session: Session, learner_id: int, module_id: int) -> bool:
    """Remember that the learner does not want what is offered; False when there is no choice or nothing is offered."""
    offer = offered(session, learner_id, module_id)
    if offer is None or offer.policy is Switch.MUST:
        return False
    session.execute(_STAY, {"enrolment": offer.enrolment_id, "version": offer.to_id})
    return True


def switch(session: Session, learner_id: int, module_id: int, now: datetime) -> Recorded | None:
    """Put the learner on the current version; None when there is nothing to switch to, as after somebody else's request.

    Units with the same stable key keep completion, score and text. Tries at packages go along only where the author said
    that the change is compatible; else they end and stay with the unit of the old version. A completed module stays
    completed. What is returned is for the platforms, as after any act.
    """
    if portable.has_row_locks(session):
        session.execute(_LOCK, {"learner_id": learner_id, "module_id": module_id})
    offer = offered(session, learner_id, module_id)
    if offer is None:
        return None
    enrolment = session.execute(_ENROLMENT, {"enrolment": offer.enrolment_id}).one()
    version = session.execute(_NEW_VERSION, {"version": offer.to_id}).one()
    found = session.execute(_UNITS, {"versions": [offer.from_id, offer.to_id]}).all()
    olds = {unit.stable_key: unit for unit in found if unit.version_id == offer.from_id}
    news = [unit for unit in found if unit.version_id == offer.to_id]
    done = _take_progress(session, offer, news)
    _take_work(session, offer, olds, news, now)
    counted = _counted(enrolment, version, offer, done, now)
    counted["last_position"] = _place(enrolment.last_position, olds, news)
    session.execute(_MOVE, {"enrolment": enrolment.id, **{f"to_{name}": counted[name] for name in _COUNTERS}})
    return _recorded(session, enrolment, version, counted, now)


def _take_progress(session: Session, offer: Offer, news: Sequence[Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Copy what was reached to the new units; the old rows stay as history. Returns each new unit with its copy."""
    before = {
        row["stable_key"]: row
        for row in session.execute(_DONE_BEFORE, {"enrolment": offer.enrolment_id}).mappings().all()
    }
    copies = [
        (unit, {column.name: before[unit.stable_key][column.name] for column in _P.c} | {"unit_id": unit.id})
        for unit in news
        if unit.stable_key in before
    ]
    if copies:
        session.execute(insert(_P), [copy for _, copy in copies])
    return copies


def _take_work(session: Session, offer: Offer, olds: dict[str, Any], news: Sequence[Any], now: datetime) -> None:
    """Take texts along, and tries where they can be read; whatever is open in the old version is closed."""
    same = [
        (unit.kind, {"enrolment": offer.enrolment_id, "old": olds[unit.stable_key].id, "new": unit.id})
        for unit in news
        if unit.stable_key in olds and unit.kind is olds[unit.stable_key].kind
    ]
    texts = [pair for kind, pair in same if kind is UnitKind.REFLECTION]
    if texts:
        session.execute(_TAKE_TEXT, texts)
    if same and offer.is_compatible:
        session.execute(_TAKE_TRIES, [pair for _, pair in same])
    session.execute(_END_TRIES, {"enrolment": offer.enrolment_id, "version": offer.to_id, "at": now})
    plays.fence_enrolment(session, offer.enrolment_id, now)


def _counted(
    enrolment: Any, version: Any, offer: Offer, states: list[tuple[Any, dict[str, Any]]], now: datetime
) -> dict[str, Any]:
    """The enrolment's counters, worked out anew for the new version; a completed module stays completed."""
    completed = [unit for unit, state in states if state["status"] == Status.COMPLETED]
    done = b""
    for unit in completed:
        done = completion.set_bit(done, unit.position)
    is_complete = enrolment.status == Status.COMPLETED or completion.covers(done, version.required_mask)
    scores = [state["best_score"] for _, state in states if state["best_score"] is not None]
    return {
        "version_id": offer.to_id,
        "status": Status.COMPLETED if is_complete else Status.STARTED,
        "done": done,
        "done_count": len(completed),
        "done_weight": sum(unit.weight for unit in completed if unit.is_required),
        "best_score": sum(scores) // len(scores) if scores else enrolment.best_score,
        "score_sum": sum(scores),
        "score_count": len(scores),
        "active_at": now,
        "completed_at": enrolment.completed_at or (now if is_complete else None),
    }


def _place(last: int, olds: dict[str, Any], news: Sequence[Any]) -> int:
    """Where the learner goes on: the same unit, else the nearest one before it that is still there; 0 for who never began."""
    there = {unit.stable_key: unit.position for unit in news}
    passed = [there[unit.stable_key] for unit in olds.values() if unit.position <= last and unit.stable_key in there]
    return passed[-1] if passed else min(last, 1)


def _recorded(session: Session, enrolment: Any, version: Any, counted: dict[str, Any], now: datetime) -> Recorded:
    """What the switch changed. A module may be complete by it, where what was missing is not asked for any more."""
    is_complete = counted["status"] is Status.COMPLETED
    is_new = is_complete and enrolment.status != Status.COMPLETED
    if is_new:
        said = {
            "enrolment_id": enrolment.id,
            "unit_id": None,
            "verb": Verb.COMPLETED,
            "result": {"completion": True},
            "at": now,
        }
        session.execute(insert(table_of(Statement)), said)
    share = 100 if is_complete else completion.percent(counted["done_weight"], version.required_weight)
    return Recorded(
        enrolment.id, enrolment.module_id, counted["last_position"], share, counted["best_score"], counted["status"],
        unit_completed=False, module_completed=is_new, is_followed=bool(enrolment.is_followed),
    )  # fmt: skip
