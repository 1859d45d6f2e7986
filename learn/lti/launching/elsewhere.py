"""Whether somebody else here proved the address that a platform gives of its person, and what follows from that.

Nothing does, but that linking is offered: a platform can claim any address. Only where an administrator trusts a
platform's addresses, its new people join the account of their address at once, and never an administrator's account.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, select
from sqlalchemy.orm import Session

import learn.accounts.by_email.models
import learn.accounts.models
import learn.lti.models  # noqa: F401 the tables used below
from courses.db import Base
from learn.accounts.by_email import addresses
from learn.accounts.by_email.addresses import NotAnAddress
from learn.accounts.models import Role
from learn.components import moment_words
from learn.lti.launching.claims import Launch
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.registration import Platform

_TABLES = Base.metadata.tables
ADDRESS, _USER, _GRANT = _TABLES["email_address"], _TABLES["user"], _TABLES["role_grant"]
_COMES_HERE = _TABLES["platform_user"].alias()
_MAY_BE_JOINED = select(_USER.c.id).where(
    _USER.c.id == bindparam("owner"), _USER.c.merged_into_id.is_(None), _USER.c.erased_at.is_(None),
    ~exists().where(_GRANT.c.user_id == _USER.c.id, _GRANT.c.role == Role.ADMINISTRATOR),
)  # fmt: skip


def is_of_another(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The address of ``email_key``, where an account other than this one proved it.

    Whom the platform knows already as somebody else is left out: two of its people never become one here.
    """
    knows_owner = (
        exists()
        .where(_COMES_HERE.c.user_id == ADDRESS.c.user_id)
        .where(_COMES_HERE.c.registration_id == bindparam("registration_id"))
        .correlate(ADDRESS)
    )
    return and_(ADDRESS.c.key == bindparam("email_key"), ADDRESS.c.user_id.is_distinct_from(user_id), ~knows_owner)


def key_of(launch: Launch) -> str | None:
    """The address that the platform gives, as proved ones are compared; None where there is nothing to compare."""
    if launch.sub is None or not launch.email or launch.roles.is_test_user:
        return None
    try:
        return addresses.parse(launch.email).key
    except NotAnAddress:
        return None


def refuse_suspended(launch: Launch, until: datetime | None, at: datetime) -> None:
    """Whoever is suspended comes in by no launch either."""
    if until is None or until <= at:
        return
    message = f"An administrator of this site closed your account until {moment_words(until)}."
    refusal = LaunchRefused("suspended", message=message, registration_id=launch.platform.id)
    refusal.return_url = launch.return_url
    raise refusal


def trusted(session: Session, platform: Platform, owner_id: int | None) -> int | None:
    """The account that a new person of a platform joins, because its word on the address is trusted; None for all others."""
    if not platform.trusts_email or owner_id is None:
        return None
    return session.scalar(_MAY_BE_JOINED, {"owner": owner_id})
