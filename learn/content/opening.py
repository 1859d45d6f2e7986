"""Opening a player: a capability for one unit, and what the site's page needs to frame it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import ModuleVersion, Unit, UnitKind
from courses.learning import plays
from courses.learning.models import Mode
from learn.config import settings
from learn.content import answers, hosts

_UNIT = (
    select(Unit.kind, ModuleVersion.origin_label)
    .join(ModuleVersion, ModuleVersion.id == Unit.version_id)
    .where(Unit.id == bindparam("unit_id"))
)


class Opened(NamedTuple):
    """An opened player, for the page that frames it."""

    address: str
    "Of the player's page, for the frame's ``src``."
    origin: str
    "What its messages come from: the content host, or ``null`` for pages of an opaque origin."
    frame_source: str
    "For the page's policy (``g.frame_src``)."
    sandbox: str
    "For the frame."


def open_play(
    session: Session, unit: Any, *, mode: Mode, learner_id: int | None, session_id: int | None,
    frame_origins: Sequence[str], now: datetime,
) -> Opened:  # fmt: skip
    """Open a player for a unit (a row with ``id``). Raises Locked and NotAllowedHere as ``plays.begin`` does."""
    found = session.execute(_UNIT, {"unit_id": unit.id}).one()
    token = plays.begin(
        session, unit_id=unit.id, mode=mode, learner_id=learner_id, session_id=session_id, frame_origins=frame_origins,
        now=now,
    )  # fmt: skip
    source = hosts.read(settings()).origin(found.origin_label)
    is_opaque = found.kind is UnitKind.WEB
    sandbox = answers.SANDBOX.format("" if is_opaque else answers.SAME_ORIGIN).removeprefix("sandbox ")
    return Opened(f"{source}/c/{token}/player", "null" if is_opaque else source, source, sandbox)
