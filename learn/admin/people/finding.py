"""Finding somebody among all who have an account: by part of a name or an address, by number, by what they may do.

A page is the next ones by number, newest first. What is typed may stand anywhere in a name, since nobody remembers which
part of it comes first. No index helps with that, and none is needed: the walk down the numbers stops when the page is
full, and to look at all of 100,000 names and addresses in vain takes about a tenth of a second on either database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from learn.accounts import people
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.models import Role, RoleGrant, User
from learn.admin.places import FIRST, PAGE, Paged, paged

LONGEST = 100
"Letters of what is looked for that are read."
MOST_WORDS = 5
MOST_DIGITS = 18
"A number with more is nobody's, and too big for the database."

_LIST = (
    select(
        User.id, User.name, User.display_name, User.email, User.seen_at, User.suspended_until, User.merged_into_id,
        User.erased_at,
    )
    .where(User.id < bindparam("before"))
    .order_by(User.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip
_LIVE = (User.merged_into_id.is_(None), User.erased_at.is_(None))
_MAIN = select(EmailAddress.user_id, EmailAddress.address).where(
    EmailAddress.user_id.in_(bindparam("people", expanding=True)), EmailAddress.is_main.is_(True)
)
_ROLES = (
    select(RoleGrant.user_id, RoleGrant.role)
    .where(RoleGrant.user_id.in_(bindparam("people", expanding=True)))
    .order_by(RoleGrant.role)
)


@dataclass(frozen=True)
class Asked:
    """What an administrator looks for; empty for everybody."""

    text: str = ""
    role: Role | None = None
    is_suspended: bool = False


def asked_for(text: str, role: str, suspended: str) -> Asked:
    """Read what was typed and chosen; what means nothing is left out."""
    words = "".join(letter if letter.isprintable() and letter != "," else " " for letter in text)[:LONGEST].split()
    known = {each.value for each in Role}
    return Asked(" ".join(words), Role(role) if role in known else None, suspended == "yes")


def found(session: Session, asked: Asked, at: datetime, *, before: int | None = None) -> Paged:
    """One page of people as dicts: id, name, address, is_proven, roles, seen_at, standing."""
    listed = _LIST.where(*_conditions(asked, at))
    rows = paged(session.execute(listed, {"before": min(max(before or FIRST, 0), FIRST)}).all())
    numbers = [row.id for row in rows]
    proven = dict(session.execute(_MAIN, {"people": numbers}).all())
    roles: dict[int, list[Role]] = {}
    for row in session.execute(_ROLES, {"people": numbers}):
        roles.setdefault(row.user_id, []).append(row.role)
    page = Paged(
        {
            "id": row.id, "name": row.display_name or row.name or f"Person {row.id}", "seen_at": row.seen_at,
            "address": proven.get(row.id) or row.email or "", "is_proven": row.id in proven,
            "roles": roles.get(row.id, []), "standing": people.standing(row, at).value,
        }
        for row in rows
    )  # fmt: skip
    page.before = rows.before
    return page


def _conditions(asked: Asked, at: datetime) -> list[Any]:
    text = asked.text
    if text.isascii() and text.isdigit():
        return [User.id == (int(text) if len(text) <= MOST_DIGITS else 0)]
    conditions = [*_LIVE, _has(text)] if text else [*_LIVE]
    if asked.role is not None:
        conditions.append(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == asked.role)))
    if asked.is_suspended:
        conditions.append(User.suspended_until > at)
    return conditions


def _has(text: str) -> Any:
    """Every word somewhere in a name; with an @ it is part of an address, proven or not."""
    if "@" in text:
        proven = select(EmailAddress.user_id).where(EmailAddress.address.icontains(text, autoescape=True))
        return or_(
            User.email.icontains(text, autoescape=True), User.claim_key.icontains(text, autoescape=True),
            User.id.in_(proven),
        )  # fmt: skip
    return and_(*(
        or_(User.name.icontains(word, autoescape=True), User.display_name.icontains(word, autoescape=True))
        for word in text.split()[:MOST_WORDS]
    ))  # fmt: skip
