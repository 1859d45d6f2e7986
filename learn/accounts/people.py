"""Accounts: made by an administrator or by whoever proved an address, found, listed."""

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from courses.learning import learners
from learn.accounts.by_email import addresses, mine
from learn.accounts.by_email.addresses import Address, NotAnAddress
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.models import RoleGrant, User
from learn.errors import FrontlineError


class Gone(FrontlineError):
    """The account was erased, or joined with another: nothing can be done to it any more."""

    status = 409
    code = "account_gone"
    title = "This account is not there any more"


class Standing(enum.StrEnum):
    """Where an account stands."""

    IN = "in"
    SUSPENDED = "suspended"
    MERGED = "merged"
    ERASED = "erased"


_THERE = (
    select(User.id)
    .where(User.id == bindparam("user"), User.merged_into_id.is_(None), User.erased_at.is_(None))
    .with_for_update()
)
_STANDING = select(User.suspended_until, User.merged_into_id, User.erased_at).where(User.id == bindparam("user"))
_HOLD = (
    select(User.id)
    .where(User.id.in_(bindparam("users", expanding=True)))
    .order_by(User.id)
    .with_for_update(key_share=True)
)


def standing(row: Any, at: datetime) -> Standing:
    """Where the account of a row stands, by suspended_until, merged_into_id and erased_at."""
    if row.erased_at is not None:
        return Standing.ERASED
    if row.merged_into_id is not None:
        return Standing.MERGED
    return Standing.SUSPENDED if row.suspended_until is not None and row.suspended_until > at else Standing.IN


def looked_at(session: Session, user_id: int) -> Any | None:
    """The columns by which an account stands where it does; None where there is no such account."""
    return session.execute(_STANDING, {"user": user_id}).first()


def must_be_there(session: Session, user_id: int) -> None:
    """Raise ``Gone`` unless the account is somebody's; it stays so until the end of the transaction."""
    if session.scalar(_THERE, {"user": user_id}) is None:
        raise Gone("It was erased, or joined with another account.")


def add(session: Session, email: str, name: str, at: datetime) -> int:
    """Add a person by an address that is not proved yet, or give the number of the one who has it already.

    Whoever proves the address by a code comes in to this account, once (``claim``): an administrator named it.
    """
    known = find(session, email)
    if known is not None:
        if name and name != known.name:
            session.execute(update(User).where(User.id == known.id).values(name=name, given_name=name.split(" ")[0]))
        return int(known.id)
    return _make(session, name, at, email=email, claim_key=_key(email))


def join(session: Session, address: Address, name: str, at: datetime) -> int:
    """Make an account for somebody who proved an address that nobody else has."""
    user_id = _make(session, name, at, email=None, claim_key=None)
    mine.add(session, user_id, address, at)
    return user_id


def unnamed(session: Session, at: datetime) -> int:
    """Make an account for somebody whom only a platform knows; their next launch brings the name."""
    return _make(session, "", at, email=None, claim_key=None)


def claim(session: Session, address: Address, at: datetime) -> int | None:
    """Give the owner of an address the account that an administrator made for it; None where there is none."""
    taken = update(User).where(User.claim_key == address.key).values(claim_key=None).returning(User.id)
    user_id = session.scalar(taken)
    if user_id is not None:
        mine.add(session, user_id, address, at)
    return user_id


def _make(session: Session, name: str, at: datetime, **more: Any) -> int:
    learner_id = learners.add(session, at)
    row = {"learner_id": learner_id, "name": name, "given_name": name.split(" ")[0], "is_test": False,
           "created_at": at, "seen_at": at, **more}  # fmt: skip
    return int(session.execute(insert(User).returning(User.id), row).scalar_one())


def _key(email: str) -> str | None:
    try:
        return addresses.parse(email).key
    except NotAnAddress:
        return None


def hold(session: Session, users: Iterable[int]) -> None:
    """Lock the rows of people about whom something is to change that two at once would get wrong, in one order."""
    session.execute(_HOLD, {"users": sorted(users)}).all()


def find(session: Session, email_or_id: str) -> Any | None:
    """One person by number or address: who proved it, else for whom an administrator named it, else who came first with it."""
    columns = select(User.id, User.name, User.email)
    if email_or_id.isdigit():
        return session.execute(columns.where(User.id == int(email_or_id))).first()
    key = _key(email_or_id)
    of_key = select(EmailAddress.user_id).where(EmailAddress.key == key)
    for known in (User.id.in_(of_key), User.claim_key == key) if key else ():
        found = session.execute(columns.where(known)).first()
        if found is not None:
            return found
    return session.execute(columns.where(func.lower(User.email) == email_or_id.lower()).order_by(User.id)).first()


def listed(session: Session) -> list[dict[str, Any]]:
    """Everybody, in the order they came, with the roles they were granted."""
    roles: dict[int, list[str]] = {}
    for user_id, role in session.execute(select(RoleGrant.user_id, RoleGrant.role).order_by(RoleGrant.role)):
        roles.setdefault(user_id, []).append(role.value)
    proven = dict(session.execute(select(EmailAddress.user_id, EmailAddress.address).where(EmailAddress.is_main)).all())
    people = session.execute(select(User.id, User.name, User.email).order_by(User.id))
    return [
        {"id": p.id, "name": p.name, "email": proven.get(p.id, p.email), "roles": roles.get(p.id, [])} for p in people
    ]
