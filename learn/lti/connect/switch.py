"""Who may launch, and who is believed: approve a platform that registered itself, pause one, let it go on, trust its addresses.

What was learned stays."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learn import audit
from learn.errors import FrontlineError, NotFound
from learn.lti.models import Registration

_HERE = Registration.id == bindparam("number")
_STATE = select(Registration.is_pending).where(_HERE)
_SET = (
    update(Registration)
    .where(_HERE)
    .values(is_active=bindparam("to_active"), is_pending=False, version=Registration.version + 1)
    .execution_options(synchronize_session=False)
)
_TRUST = (
    update(Registration)
    .where(_HERE)
    .values(trusts_email=bindparam("to_trust"), version=Registration.version + 1)
    .execution_options(synchronize_session=False)
)
DONE = {"approve": "approved", "pause": "paused", "resume": "resumed"}


class CannotSwitch(FrontlineError):
    """The platform is not in a state from which this can be done."""

    status = 409
    code = "platform_state"


def switch(session: Session, number: int, act: str, *, actor_id: int | None = None) -> None:
    """Do one of DONE in the caller's transaction; NotFound and CannotSwitch say why not."""
    is_pending = session.scalar(_STATE, {"number": number})
    if is_pending is None:
        raise NotFound(f"There is no platform {number}.")
    if act == "approve" and not is_pending:
        raise CannotSwitch(f"Platform {number} does not wait for approval.")
    if act != "approve" and is_pending:
        raise CannotSwitch(f"Platform {number} waits for approval. Approve it first.")
    session.execute(_SET, {"number": number, "to_active": act != "pause"})
    audit.note(session, f"platform.{DONE[act]}", actor_id=actor_id, registration=number)


def trust(session: Session, number: int, trusts: bool, *, actor_id: int | None = None) -> None:
    """Believe a platform's email addresses, or do so no more, in the caller's transaction; NotFound where there is none."""
    if session.execute(_TRUST, {"number": number, "to_trust": trusts}).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound(f"There is no platform {number}.")
    audit.note(session, "platform.trusts_email", actor_id=actor_id, registration=number, trusts=trusts)
