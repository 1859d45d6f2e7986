"""A person on the platforms' lists of members, for export and erasure; two accounts that become one change no list."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.lti.members import RosterEntry
from learn.lti.models import Context, Deployment, PlatformUser, Registration

STAYS = (
    "A learning platform keeps its own list of the members of its courses. While you are on it, the platform may give us "
    "your name and address again, for the teachers of those courses."
)

_T = table_of(RosterEntry)
_THEIRS = (
    select(
        _T.c.id, Registration.name.label("platform"), Context.title.label("course"), _T.c.name, _T.c.email, _T.c.roles,
        _T.c.groups, _T.c.is_active, _T.c.read_at,
    )
    .select_from(_T)
    .join(Context, Context.id == _T.c.context_pk)
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
    .join(PlatformUser, and_(PlatformUser.registration_id == Registration.id, PlatformUser.sub == _T.c.sub))
    .where(PlatformUser.id.in_(bindparam("people", expanding=True)))
    .order_by(_T.c.id)
)  # fmt: skip


def _export(session: Session, person: Person) -> dict[str, Rows]:
    rows = session.execute(_THEIRS, {"people": list(person.platform_user_ids)}).mappings()
    return {"lists_of_members": [{name: value for name, value in row.items() if name != "id"} for row in rows]}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    """Before ``lti`` forgets by which name each platform knows them."""
    rows = session.execute(_THEIRS, {"people": list(person.platform_user_ids)}).all()
    session.execute(delete(_T).where(_T.c.id.in_([row.id for row in rows])))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """The lists say how the platforms know somebody, and that stays."""


PERSONAL = PersonalData(
    tables=frozenset({RosterEntry.__tablename__}),
    export=_export,
    erase=_erase,
    move=_move,
    words={"lists_of_members": "what your platforms say of you in the lists of the members of your courses there"},
    keeps=(STAYS,),
)
