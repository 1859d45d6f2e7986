"""Two accounts of one person become one: each feature gives what it holds, and the old row then holds nothing.

Who asks has proved that both are theirs, or is an administrator. Either way both rows are locked first, in the order of
their numbers: of two merges at once the second finds the account gone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, aliased

from courses.db import table_of
from learn import audit
from learn.accounts.models import User
from learn.components import moment_words
from learn.errors import FrontlineError
from learn.lti.models import PlatformUser, Registration
from learn.notifications import notices
from learn.people.person import person_of

GONE = "One of the two accounts is not there any more: it was joined with another, or erased."
CLOSED = "One of the two accounts is closed until {until}. They can be joined after that."
TWICE = "{name} knows the two accounts as two people, so they cannot become one here."
TWICE_NEXT = ("If both are yours, ask whoever runs {name} to make one of them.",)

_USER, _KNOWN = table_of(User), table_of(PlatformUser)
_BOTH = select(_USER).where(_USER.c.id.in_(bindparam("users", expanding=True))).order_by(_USER.c.id).with_for_update()
_ONE, _OTHER = aliased(PlatformUser), aliased(PlatformUser)
_TWICE = (
    select(Registration.name)
    .join(_ONE, _ONE.registration_id == Registration.id)
    .join(_OTHER, _OTHER.registration_id == Registration.id)
    .where(_ONE.user_id == bindparam("first"), _OTHER.user_id == bindparam("second"))
    .order_by(Registration.id)
    .limit(1)
)
_PLATFORMS = (
    select(_KNOWN.c.registration_id).where(_KNOWN.c.user_id == bindparam("user")).order_by(_KNOWN.c.registration_id)
)
_SET = update(_USER).where(_USER.c.id == bindparam("user"))
_POINT = update(_USER).where(_USER.c.merged_into_id == bindparam("old")).values(merged_into_id=bindparam("into"))


class CannotMerge(FrontlineError):
    """The two accounts stay two."""

    status = 409
    code = "cannot_merge"
    title = "These accounts cannot be joined"


def merge(session: Session, from_user_id: int, into_user_id: int, at: datetime, *, by_id: int | None) -> None:
    """Give everything of the first account to the second, in the caller's transaction; CannotMerge says why not.

    ``by_id`` is who asked: the second account itself, whose owner proved both, an administrator, or None from a shell.
    """
    old, into = _checked(session, from_user_id, into_user_id, at)
    platforms = session.scalars(_PLATFORMS, {"user": old.id}).all()
    source, target = person_of(session, old.id), person_of(session, into.id)
    for part in current_app.extensions["frontline_personal"]:
        part.move(session, source, target, at)
    session.execute(_SET.values(merged_into_id=into.id), {"user": old.id})
    session.execute(_POINT, {"old": old.id, "into": into.id})
    _say(session, into.id, platforms if by_id == into.id else (), at)
    audit.note(session, "user.merged", actor_id=by_id, user=into.id, merged=old.id, platforms=len(platforms))


def _checked(session: Session, first: int, second: int, at: datetime) -> tuple[Any, Any]:
    """Both rows, locked, if they may become one."""
    if first == second:
        raise CannotMerge("This is one and the same account.")
    rows = {row.id: row for row in session.execute(_BOTH, {"users": [first, second]})}
    is_gone = any(row.merged_into_id is not None or row.erased_at is not None for row in rows.values())
    if len(rows) < 2 or is_gone:
        raise CannotMerge(GONE)
    closed = max((row.suspended_until for row in rows.values() if row.suspended_until is not None), default=at)
    if closed > at:
        raise CannotMerge(CLOSED.format(until=moment_words(closed)))
    name = session.scalar(_TWICE, {"first": first, "second": second})
    if name is not None:
        raise CannotMerge(TWICE.format(name=name), next_steps=tuple(each.format(name=name) for each in TWICE_NEXT))
    return rows[first], rows[second]


def _say(session: Session, user_id: int, platforms: Sequence[int], at: datetime) -> None:
    """Of platforms that their owner linked, which; otherwise that two accounts became one."""
    for number in platforms:
        notices.notify(session, user_id, "linked", at, path="/me/link", facts={"platform": number})
    if not platforms:
        notices.notify(session, user_id, "merged", at, path="/me/link")
