"""Coming in by a proved address: to the account that has it, to a new one, or to an administrator's decision."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from courses.learning import portable
from learn import audit
from learn.accounts import people
from learn.accounts.by_email import addresses, domains, mine
from learn.accounts.by_email.models import Admission, JoinRequest, Standing
from learn.accounts.models import Role, RoleGrant, User
from learn.notifications import mail, notices

NOTICE = "join_request"
APPROVED, REFUSED = "join_approved", "join_refused"
"Kinds of mail."
KEPT = timedelta(days=365)
"How long a request is kept after it was asked or decided."


class Entry(enum.Enum):
    """What a right code leads to."""

    IN = "in"
    REVIEW = "review"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    GONE = "gone"


@dataclass(frozen=True)
class Came:
    """What came of a right code: who comes in, or why nobody does."""

    entry: Entry
    user_id: int | None = None
    until: datetime | None = None
    "When a suspension ends."


_T: Any = table_of(JoinRequest)
_SEEN = update(User).where(User.id == bindparam("user")).values(seen_at=bindparam("at"))
_REQUEST = select(
    _T.c.id, _T.c.address, _T.c.key, _T.c.name, _T.c.sponsor, _T.c.reason, _T.c.standing, _T.c.asked_at,
    _T.c.decided_at, _T.c.decided_by_id, _T.c.answer,
)  # fmt: skip
_OF_KEY = _REQUEST.where(_T.c.key == bindparam("of_key"))
_ONE = _REQUEST.where(_T.c.id == bindparam("number"))
_ASK = portable.both(
    lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["key"]).returning(_T.c.id)
)  # fmt: skip
_DECIDE = update(_T).where(_T.c.id == bindparam("number"))
_ADMINISTRATORS = select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMINISTRATOR)


def come_in(session: Session, code: Any, at: datetime) -> Came:
    """Whom a code that was right lets in, in the transaction that used it up.

    Two first sign-ins with one address wait for each other: both count their try on the same row.
    """
    address = addresses.parse(code.address)
    user_id = mine.owner(session, address.key) or people.claim(session, address, at)
    if user_id is None:
        action = domains.decide(session, address.domain).action
        if action is not Admission.ALLOW:
            return Came(Entry.REVIEW if action is Admission.REVIEW else Entry.REFUSED)
        user_id = people.join(session, address, "", at)
        audit.note(session, "user.joined", actor_id=user_id)
        return Came(Entry.IN, user_id)
    person: Any = people.looked_at(session, user_id)
    match people.standing(person, at):
        case people.Standing.MERGED | people.Standing.ERASED:
            return Came(Entry.GONE)
        case people.Standing.SUSPENDED:
            return Came(Entry.SUSPENDED, until=person.suspended_until)
    mine.confirm(session, address, at)
    session.execute(_SEEN, {"user": user_id, "at": at})
    return Came(Entry.IN, user_id)


def request(session: Session, code: Any, told: dict[str, str], at: datetime) -> None:
    """Note that the owner of an address asks to come in, once, and tell every administrator: name, sponsor, reason."""
    row = {"address": code.address, "key": code.key, **told, "standing": Standing.WAITING, "asked_at": at,
           "decided_at": None, "decided_by_id": None, "answer": ""}  # fmt: skip
    number = session.scalar(portable.here(session, _ASK), row)
    if number is None:
        return
    audit.note(session, "join.asked", request=number)
    for user_id in session.scalars(_ADMINISTRATORS).all():
        notices.notify(session, user_id, NOTICE, at, path=f"/admin/requests/{number}", facts={"request": number})


def of_key(session: Session, key: str) -> Any | None:
    """The request of whoever owns this address; None where there is none."""
    return session.execute(_OF_KEY, {"of_key": key}).first()


def one(session: Session, number: int) -> Any | None:
    """One request."""
    return session.execute(_ONE, {"number": number}).first()


def decide(
    session: Session, number: int, standing: Standing, answer: str, at: datetime, *, actor_id: int | None
) -> bool:  # fmt: skip
    """Approve or refuse a request and write to whoever asked; False when it was decided so before, or is gone.

    What was refused can be approved later. Approving makes the account, with the address that was proved.
    """
    row = session.execute(_ONE.with_for_update(), {"number": number}).first()
    if row is None or row.standing in (standing, Standing.APPROVED):
        return False
    user_id = None
    if standing is Standing.APPROVED:
        user_id = mine.owner(session, row.key) or people.join(session, addresses.parse(row.address), row.name, at)
    decided = {"standing": standing, "answer": answer, "decided_at": at, "decided_by_id": actor_id}
    session.execute(_DECIDE.values(**decided), {"number": number})
    mail.put(session, APPROVED if user_id else REFUSED, str(number), at, user_id=user_id)
    audit.note(session, f"join.{standing.value}", actor_id=actor_id, request=number, user=user_id)
    return True


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove requests that were asked and decided, or left alone, more than a year ago."""
    before = at - KEPT
    is_over = (_T.c.decided_at < before) | (_T.c.decided_at.is_(None) & (_T.c.asked_at < before))
    return {"requests_to_join": rows_met(session, delete(_T).where(is_over))}
