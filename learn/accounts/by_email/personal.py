"""A person's addresses, codes and requests to join, for export, erasure and merging."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.by_email import limits, mine
from learn.accounts.by_email.models import EmailAddress, EmailCode, JoinRequest, Tally
from learn.accounts.models import User
from learn.accounts.personal import Person, PersonalData, Rows

_ADDRESS, _CODE, _JOIN, _USER = (table_of(each) for each in (EmailAddress, EmailCode, JoinRequest, User))
_CLAIM = select(_USER.c.claim_key).where(_USER.c.id == bindparam("user"))
_SET_CLAIM = update(_USER).where(_USER.c.id == bindparam("user")).values(claim_key=bindparam("key"))
_CODES = select(_CODE.c.address, _CODE.c.purpose, _CODE.c.target, _CODE.c.created_at, _CODE.c.used_at)
_JOINS = select(
    _JOIN.c.address, _JOIN.c.name, _JOIN.c.sponsor, _JOIN.c.reason, _JOIN.c.standing, _JOIN.c.asked_at,
    _JOIN.c.decided_at, _JOIN.c.answer,
)  # fmt: skip


def _keys(session: Session, person: Person) -> list[str]:
    return [each.key for each in mine.listed(session, person.user_id)]


def _theirs(person: Person, keys: list[str]) -> Any:
    return or_(_CODE.c.user_id == person.user_id, _CODE.c.key.in_(keys))


def _export(session: Session, person: Person) -> dict[str, Rows]:
    keys = _keys(session, person)
    addresses = [
        {"address": each.address, "is_main": each.is_main, "verified_at": each.verified_at, "bounced_at": each.bounced_at}
        for each in mine.listed(session, person.user_id)
    ]  # fmt: skip
    codes = session.execute(_CODES.where(_theirs(person, keys)).order_by(_CODE.c.id)).mappings()
    joins = session.execute(_JOINS.where(_JOIN.c.key.in_(keys)).order_by(_JOIN.c.id)).mappings()
    return {
        "email_addresses": addresses,
        "codes_by_email": [{**row, "purpose": row["purpose"].value} for row in codes],
        "requests_to_join": [{**row, "standing": row["standing"].value} for row in joins],
    }


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    keys = _keys(session, person)
    claimed = session.scalar(_CLAIM, {"user": person.user_id})
    keys += [claimed] if claimed else []
    session.execute(delete(_CODE).where(_theirs(person, keys)))
    session.execute(delete(_JOIN).where(_JOIN.c.key.in_(keys)))
    session.execute(delete(_ADDRESS).where(_ADDRESS.c.user_id == person.user_id))
    session.execute(_SET_CLAIM, {"user": person.user_id, "key": None})
    limits.forget(session, [*keys, f"user:{person.user_id}"])
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    has_main = bool(mine.listed(session, into.user_id))
    theirs = update(_ADDRESS).where(_ADDRESS.c.user_id == source.user_id)
    session.execute(theirs.values(user_id=into.user_id, **({"is_main": False} if has_main else {})))
    session.execute(update(_CODE).where(_CODE.c.user_id == source.user_id).values(user_id=into.user_id))
    claimed = session.scalar(_CLAIM, {"user": source.user_id})
    if claimed:
        session.execute(_SET_CLAIM, {"user": source.user_id, "key": None})
        if session.scalar(_CLAIM, {"user": into.user_id}) is None:
            session.execute(_SET_CLAIM, {"user": into.user_id, "key": claimed})


PERSONAL = PersonalData(
    tables=frozenset(each.__tablename__ for each in (EmailAddress, EmailCode, JoinRequest, Tally)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "email_addresses": "the email addresses that you confirmed",
        "codes_by_email": "when codes were sent to your addresses, and what for; the codes themselves lie nowhere",
        "requests_to_join": "what you wrote when you asked to come in, and the answer",
    },
)
