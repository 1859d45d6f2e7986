"""A person as the platforms know them, for export, erasure and merging.

Erased is by which name a platform knew somebody: when it launches them again they are a new person.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.lti.deep_linking.models import DeepLinkRequest
from learn.lti.members import Membership
from learn.lti.models import Context, LtiLogin, PlatformUser, Registration

_T, _MEMBER, _CHOICE, _LOGIN = (table_of(each) for each in (PlatformUser, Membership, DeepLinkRequest, LtiLogin))
_PEOPLE: Any = bindparam("people", expanding=True)
_PLATFORMS = (
    select(Registration.name.label("platform"), _T.c.sub.label("known_there_as"), _T.c.created_at)
    .join(Registration, Registration.id == _T.c.registration_id)
    .where(_T.c.id.in_(_PEOPLE))
    .order_by(_T.c.id)
)
_COURSES = (
    select(
        Registration.name.label("platform"), Context.title.label("course"), _MEMBER.c.roles, _MEMBER.c.is_learner,
        _MEMBER.c.is_instructor, _MEMBER.c.seen_at,
    )
    .select_from(_MEMBER)
    .join(_T, _T.c.id == _MEMBER.c.platform_user_id)
    .join(Registration, Registration.id == _T.c.registration_id)
    .join(Context, Context.id == _MEMBER.c.context_pk)
    .where(_T.c.id.in_(_PEOPLE))
    .order_by(_MEMBER.c.context_pk)
)  # fmt: skip
_CHOICES = (
    select(Registration.name.label("platform"), _CHOICE.c.expires_at)
    .join(Registration, Registration.id == _CHOICE.c.registration_id)
    .where(_CHOICE.c.user_id == bindparam("user"))
)
_BEGUN = delete(_LOGIN).where(
    exists().where(
        and_(_T.c.registration_id == _LOGIN.c.registration_id, _T.c.sub == _LOGIN.c.asked["login_hint"].as_string()),
        _T.c.id.in_(_PEOPLE),
    )
)
"Logins begun and not ended, which last for minutes, where the platform named the person as it does in a launch."


def _export(session: Session, person: Person) -> dict[str, Rows]:
    people: dict[str, Any] = {"people": list(person.platform_user_ids)}
    return {
        "platforms": _plain(session.execute(_PLATFORMS, people)),
        "courses_on_platforms": _plain(session.execute(_COURSES, people)),
        "choices_for_platforms": _plain(session.execute(_CHOICES, {"user": person.user_id})),
    }


def _plain(rows: Any) -> Rows:
    return [dict(row) for row in rows.mappings()]


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    """After whatever points to how the platforms know them."""
    people = list(person.platform_user_ids)
    session.execute(_BEGUN, {"people": people})
    session.execute(delete(_CHOICE).where(_CHOICE.c.user_id == person.user_id))
    session.execute(delete(_MEMBER).where(_MEMBER.c.platform_user_id.in_(people)))
    session.execute(delete(_T).where(_T.c.id.in_(people)))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    for table in (_T, _CHOICE):
        session.execute(update(table).where(table.c.user_id == source.user_id).values(user_id=into.user_id))


PERSONAL = PersonalData(
    tables=frozenset(each.__tablename__ for each in (PlatformUser, Membership, DeepLinkRequest)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "platforms": "the platforms that you came from, and by which name each knows you",
        "courses_on_platforms": "your courses there, and your roles in them",
        "choices_for_platforms": "choices for a course that you began to make and did not end",
    },
)
