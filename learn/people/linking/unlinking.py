"""A platform taken away from an account: whom it knows begins anew there, and what was learned stays with the account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import audit
from learn.accounts import people
from learn.accounts.by_email import mine
from learn.accounts.models import LoginSession, SessionEnd, User
from learn.errors import FrontlineError, NotFound
from learn.lti.members import Membership
from learn.lti.models import PlatformUser, Registration
from learn.notifications import notices
from learn.passback import personal as results

ONLY_WAY = "This is the only way you can come in. Confirm an email address first: then you can sign in with that."

_USER, _KNOWN, _SESSION = table_of(User), table_of(PlatformUser), table_of(LoginSession)
_LISTED = (
    select(_KNOWN.c.id, _KNOWN.c.registration_id, _KNOWN.c.created_at, Registration.name)
    .join(Registration, Registration.id == _KNOWN.c.registration_id)
    .where(_KNOWN.c.user_id == bindparam("user"))
    .order_by(_KNOWN.c.id)
)
_LEARNER = select(_USER.c.learner_id).where(_USER.c.id == bindparam("user"))
_GIVE = update(_KNOWN).where(_KNOWN.c.id == bindparam("person")).values(user_id=bindparam("to"))
_TEACHES = exists().where(
    Membership.platform_user_id == _KNOWN.c.id, _KNOWN.c.user_id == bindparam("user"), Membership.is_instructor.is_(True)
)  # fmt: skip
_STILL_TEACHES = update(_USER).where(_USER.c.id == bindparam("user"), ~_TEACHES).values(teaches=False)
_END = (
    update(_SESSION)
    .where(
        _SESSION.c.user_id == bindparam("user"), _SESSION.c.registration_id == bindparam("registration"),
        _SESSION.c.id != bindparam("but"), _SESSION.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("at"), ended_by=SessionEnd.ENDED_ELSEWHERE)
)  # fmt: skip


class OnlyWayIn(FrontlineError):
    """Without it nobody could come in to the account any more."""

    status = 409
    code = "only_way_in"
    title = "This platform stays linked"


def listed(session: Session, user_id: int) -> Sequence[Any]:
    """The platforms from which a person comes in."""
    return session.execute(_LISTED, {"user": user_id}).all()


def is_only_way(session: Session, user_id: int, platforms: Sequence[Any]) -> bool:
    """Whether nothing is left to come in by without one of these platforms."""
    return len(platforms) < 2 and not mine.listed(session, user_id)


def unlink(session: Session, user_id: int, number: int, at: datetime, *, session_id: int) -> str:
    """Take a platform away in the caller's transaction; returns its name. NotFound and OnlyWayIn say why not.

    The platform's gradebook keeps what it got, and gets nothing more of what is learned here; sessions that came from
    it end but ``session_id``.
    """
    people.hold(session, [user_id])
    platforms = listed(session, user_id)
    row = next((each for each in platforms if each.id == number), None)
    if row is None:
        raise NotFound("This platform is not linked with your account any more.")
    if is_only_way(session, user_id, platforms):
        raise OnlyWayIn(ONLY_WAY)
    anew = people.unnamed(session, at)
    session.execute(_GIVE, {"person": number, "to": anew})
    results.give_to(session, number, session.execute(_LEARNER, {"user": anew}).scalar_one())
    session.execute(_STILL_TEACHES, {"user": user_id})
    session.execute(_END, {"user": user_id, "registration": row.registration_id, "but": session_id, "at": at})
    notices.notify(session, user_id, "unlinked", at, path="/me/link", facts={"platform": row.registration_id})
    audit.note(session, "user.unlinked", actor_id=user_id, user=anew, registration=row.registration_id)
    return str(row.name)
