"""Enrolling: a learner in a module, pinned to the version that is current at that moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses import releasing
from courses.catalogue import Module, ModuleVersion, Unit
from courses.db import table_of
from courses.errors import Locked, NotAllowedHere
from courses.learning import portable, release
from courses.learning.models import Enrolment, Statement, Status, Verb

_FIND = select(Enrolment.id, Enrolment.version_id).where(
    Enrolment.learner_id == bindparam("learner_id"), Enrolment.module_id == bindparam("module_id")
)
_CURRENT = select(Module.current_version_id).where(Module.id == bindparam("module_id"))
_MODULE = (
    select(ModuleVersion.module_id)
    .join(Unit, Unit.version_id == ModuleVersion.id)
    .where(Unit.id == bindparam("unit_id"))
)
_ADD = portable.both(
    lambda insert_: (
        insert_(table_of(Enrolment))
        .on_conflict_do_nothing(index_elements=["learner_id", "module_id"])
        .returning(table_of(Enrolment).c.id)
    )
)
_SAY = insert(table_of(Statement))
_PLACE = (
    update(table_of(Enrolment))
    .where(
        table_of(Enrolment).c.id == bindparam("enrolment_id"),
        table_of(Enrolment).c.last_position != bindparam("position"),
    )
    .values(last_position=bindparam("position"), active_at=bindparam("at"))
)
OTHER_VERSION = "This unit belongs to another version of the module than yours. Open the module again."


@dataclass(frozen=True)
class EnrolmentState:
    """Which enrolment it is, which version it is pinned to, and whether it was made just now."""

    id: int
    version_id: int
    is_new: bool


def enrol(session: Session, learner_id: int, module_id: int, now: datetime) -> EnrolmentState:
    """Enrol a learner; a second time changes nothing.

    Raises Locked when other modules come first, NotAllowedHere when the module has nothing published.
    """
    key = {"learner_id": learner_id, "module_id": module_id}
    found = session.execute(_FIND, key).first()
    if found is not None:
        return EnrolmentState(found.id, found.version_id, False)
    waits = release.missing(session, learner_id, module_id)
    if waits:
        raise Locked(f"{releasing.complete_first(title for _, title in waits)}.")
    version_id = session.scalar(_CURRENT, {"module_id": module_id})
    if version_id is None:
        raise NotAllowedHere("This module is not published.")
    made = session.execute(portable.here(session, _ADD), _new(learner_id, module_id, version_id, now)).scalar()
    if made is None:  # somebody else's request was first
        found = session.execute(_FIND, key).one()
        return EnrolmentState(found.id, found.version_id, False)
    said = {"enrolment_id": made, "unit_id": None, "verb": Verb.INITIALIZED, "result": {}, "at": now}
    session.execute(_SAY, said)
    return EnrolmentState(made, version_id, True)


def enrol_for_unit(session: Session, learner_id: int, unit_id: int, now: datetime) -> EnrolmentState:
    """Enrol a learner in the module of a unit; the enrolment may be in another version than the unit.

    Raises Locked and NotAllowedHere as ``enrol`` does, and NotAllowedHere when the unit is gone.
    """
    module_id = session.scalar(_MODULE, {"unit_id": unit_id})
    if module_id is None:
        raise NotAllowedHere("This unit is not there any more.")
    return enrol(session, learner_id, module_id, now)


def _new(learner_id: int, module_id: int, version_id: int, now: datetime) -> dict[str, object]:
    return {
        "learner_id": learner_id, "module_id": module_id, "version_id": version_id, "status": Status.STARTED,
        "done": b"", "done_count": 0, "done_weight": 0, "best_score": None, "score_sum": 0, "score_count": 0,
        "last_position": 0, "started_at": now, "active_at": now, "completed_at": None,
    }  # fmt: skip


def remember_place(session: Session, enrolment_id: int, position: int, now: datetime) -> None:
    """Remember the unit where the learner is; writes only when it is another."""
    session.execute(_PLACE, {"enrolment_id": enrolment_id, "position": position, "at": now})
