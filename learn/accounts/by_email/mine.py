"""The addresses that a person proved: whose one is, which is the main one, and when it was last proved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.accounts.by_email.addresses import Address
from learn.accounts.by_email.models import EmailAddress

_T: Any = table_of(EmailAddress)
_COLUMNS = (
    _T.c.id, _T.c.user_id, _T.c.address, _T.c.key, _T.c.is_main, _T.c.verified_at, _T.c.bounced_at, _T.c.due_at,
)  # fmt: skip
_OWNER = select(_T.c.user_id).where(_T.c.key == bindparam("of_key"))
_LISTED = select(*_COLUMNS).where(_T.c.user_id == bindparam("user")).order_by(_T.c.is_main.desc(), _T.c.id)
_LOCKED = _LISTED.with_for_update()
_MAIN = select(_T.c.address).where(_T.c.user_id == bindparam("user"), _T.c.is_main.is_(True), _T.c.bounced_at.is_(None))
_HAS = select(exists().where(_T.c.user_id == bindparam("user")))
_ADD = portable.both(lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["key"]))
_CONFIRM = (
    update(_T)
    .where(_T.c.key == bindparam("of_key"))
    .values(address=bindparam("as_typed"), verified_at=bindparam("at"), bounced_at=None, due_at=None)
)
_CHOOSE = update(_T).where(_T.c.user_id == bindparam("user")).values(is_main=_T.c.id == bindparam("chosen"))
_REMOVE = delete(_T).where(_T.c.id == bindparam("number"))
_BOUNCED = (
    update(_T).where(_T.c.address == bindparam("to"), _T.c.bounced_at.is_(None)).values(bounced_at=bindparam("at"))
)


def owner(session: Session, key: str) -> int | None:
    """Whose address it is, by the key that makes two addresses one; None when nobody proved it."""
    return session.scalar(_OWNER, {"of_key": key})


def listed(session: Session, user_id: int | None) -> Sequence[Any]:
    """A person's addresses, the main one first."""
    return session.execute(_LISTED, {"user": user_id}).all()


def main(session: Session, user_id: int) -> str | None:
    """Where mail to a person goes; None where they have no address, or mail to it was refused for good."""
    return session.scalar(_MAIN, {"user": user_id})


def add(session: Session, user_id: int, address: Address, at: datetime) -> bool:
    """Note that a person proved an address just now, new or known; False when it is somebody else's."""
    is_first = not session.scalar(_HAS, {"user": user_id})
    session.execute(portable.here(session, _ADD), {
        "user_id": user_id, "address": address.address, "key": address.key, "is_main": is_first, "verified_at": at,
        "bounced_at": None, "due_at": None,
    })  # fmt: skip
    if owner(session, address.key) != user_id:
        return False
    confirm(session, address, at)
    return True


def confirm(session: Session, address: Address, at: datetime) -> None:
    """A code sent to a known address came back right: it works, and is its owner's for another year."""
    session.execute(_CONFIRM, {"of_key": address.key, "as_typed": address.address, "at": at})


def make_main(session: Session, user_id: int, number: int) -> bool:
    """Let mail go to this address; False when the person has no such one."""
    if number not in [each.id for each in session.execute(_LOCKED, {"user": user_id})]:
        return False
    session.execute(_CHOOSE, {"user": user_id, "chosen": number})
    return True


def remove(session: Session, user_id: int, number: int, *, keeps_one: bool) -> bool:
    """Take an address away, and let the oldest of the others be the main one; False where it has to stay.

    ``keeps_one`` says that the person has no other way in. The rows are locked, so that two at once leave one.
    """
    there = session.execute(_LOCKED, {"user": user_id}).all()
    going = next((each for each in there if each.id == number), None)
    if going is None or (keeps_one and len(there) == 1):
        return False
    session.execute(_REMOVE, {"number": number})
    others = sorted(each.id for each in there if each.id != number)
    if going.is_main and others:
        session.execute(_CHOOSE, {"user": user_id, "chosen": others[0]})
    return True


def mark_bounced(session: Session, address: str, at: datetime) -> int | None:
    """Mail to it was refused for good: none goes there until it is proved again. Returns whose it is, None when noted before."""
    row = session.execute(_BOUNCED.returning(_T.c.user_id), {"to": address, "at": at}).first()
    return int(row.user_id) if row else None
