"""The courses and links that launched, who came last, newest first: read page by page, at a cost that stays."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.accounts.models import LoginSession
from learn.lti.models import Context, Deployment, LineItem, Registration, ResourceLink

PAGE = 50

_CONTEXTS = (
    select(
        Context.id, Context.title, Context.label, Context.context_id, Context.created_at, Context.roster_at,
        Context.roster_error, Registration.id.label("number"), Registration.name.label("platform"),
    )
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
)  # fmt: skip
_LISTED = _CONTEXTS.where(Context.id < bindparam("before")).order_by(Context.id.desc()).limit(PAGE + 1)
_ONE = _CONTEXTS.add_columns(
    Context.memberships_url, Context.lineitems_url, Context.copied_from_pk, Deployment.deployment_id
).where(Context.id == bindparam("context"))
_LINKS = (
    select(
        ResourceLink.id, ResourceLink.title, ResourceLink.resource_link_id, ResourceLink.target, ResourceLink.reports,
        ResourceLink.created_at, LineItem.url.label("line_item"),
    )
    .outerjoin(LineItem, LineItem.id == ResourceLink.lineitem_id)
    .where(ResourceLink.context_pk == bindparam("context"), ResourceLink.id < bindparam("before"))
    .order_by(ResourceLink.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip
_LAUNCHES = (
    select(
        LoginSession.id, LoginSession.created_at, LoginSession.platform_name, LoginSession.user_id,
        LoginSession.is_embedded, LoginSession.granted, Context.id.label("context"), Context.title.label("course"),
        ResourceLink.title.label("link"), ResourceLink.target,
    )
    .outerjoin(Context, Context.id == LoginSession.context_pk)
    .outerjoin(ResourceLink, ResourceLink.id == LoginSession.resource_link_pk)
    .where(LoginSession.registration_id.is_not(None), LoginSession.id < bindparam("before"))
    .order_by(LoginSession.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip
FIRST = 2**62
"Above every number of a row."


def contexts(session: Session, *, before: int | None = None, platform: int | None = None) -> "Paged":
    """The platforms' courses, newest first; of one platform only where ``platform`` is given."""
    asked = _LISTED if platform is None else _LISTED.where(Registration.id == platform)
    return paged(session.execute(asked, {"before": before or FIRST}).all())


def context(session: Session, number: int) -> Any:
    """One course with its services; None when there is none."""
    return session.execute(_ONE, {"context": number}).first()


def links(session: Session, number: int, *, before: int | None = None) -> "Paged":
    """The links of a course, newest first."""
    return paged(session.execute(_LINKS, {"context": number, "before": before or FIRST}).all())


def launches(session: Session, *, before: int | None = None, platform: int | None = None) -> "Paged":
    """The last launches that let somebody in, newest first. People are numbers here."""
    asked = _LAUNCHES if platform is None else _LAUNCHES.where(LoginSession.registration_id == platform)
    return paged(session.execute(asked, {"before": before or FIRST}).all())


class Paged(list[Any]):
    """Rows of one page; ``before`` is the key of the next one, None at the end."""

    before: int | None = None


def paged(rows: Sequence[Any]) -> Paged:
    found = Paged(rows[:PAGE])
    found.before = rows[PAGE - 1].id if len(rows) > PAGE else None
    return found
