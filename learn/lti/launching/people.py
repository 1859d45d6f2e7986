"""A launch's people and places, brought up to date: one select of all that is known, then only what differs is written.

A person is who the registration says: (registration, sub), never an email address. The same select finds out whether
somebody else proved the address that the platform gives: that offers linking, and only where an administrator trusts the
platform's addresses it links (learn.lti.launching.elsewhere). Everything happens in the caller's transaction; two first
launches at once may collide on a unique key, and the caller then begins again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.orm import Session

import learn.accounts.by_email.models
import learn.accounts.models
import learn.lti.members
import learn.lti.models  # noqa: F401 the tables used below
from courses.db import Base
from courses.learning import learners, portable
from learn.lti.launching import copied, elsewhere, migration
from learn.lti.launching.claims import Launch, Named
from learn.lti.models import Reports

SEEN_AFTER = timedelta(minutes=5)
"A person's last coming is noted no finer than this, so that most launches write less."


@dataclass(frozen=True)
class Arrived:
    """Our numbers for what a launch named; None for what it did not."""

    user_id: int | None
    learner_id: int | None
    platform_user_id: int | None
    context_pk: int | None
    resource_link_pk: int | None
    line_item_id: int | None
    settings: "LinkSettings"
    offers_link: bool = False
    "Another account proved the address that the platform gives."
    is_trusted: bool = False
    "The platform's word on the address has just joined its person to the account that proved it."


@dataclass(frozen=True)
class LinkSettings:
    """What staff chose for the link; the usual where there is none."""

    reports: Reports = Reports.COMPLETION
    pass_mark: int | None = None
    progress_item_id: int | None = None


_TABLES = Base.metadata.tables
_USER, _PLATFORM_USER, _MEMBER = _TABLES["user"], _TABLES["platform_user"], _TABLES["membership"]
_DEPLOYMENT, _CONTEXT = _TABLES["deployment"], _TABLES["context"]
_LINK, _LINE, _ENTRY = _TABLES["resource_link"], _TABLES["line_item"], _TABLES["roster_entry"]
"Tables rather than mapped classes: a launch moves columns, no objects."

_KNOWN = (
    select(
        _PLATFORM_USER.c.id.label("platform_user_id"), _USER.c.id.label("user_id"), _USER.c.learner_id,
        _USER.c.name, _USER.c.given_name, _USER.c.email, _USER.c.is_test, _USER.c.teaches, _USER.c.seen_at,
        _USER.c.suspended_until, elsewhere.ADDRESS.c.user_id.label("owner_id"),
        _CONTEXT.c.id.label("context_pk"), _CONTEXT.c.title.label("context_title"),
        _CONTEXT.c.label.label("context_label"), _CONTEXT.c.memberships_url, _CONTEXT.c.lineitems_url,
        _CONTEXT.c.groups_url, _CONTEXT.c.scopes.label("context_scopes"),
        _LINK.c.id.label("resource_link_pk"), _LINK.c.context_pk.label("link_context_pk"),
        _LINK.c.title.label("link_title"), _LINK.c.target, _LINK.c.lineitem_id, _LINK.c.reports, _LINK.c.pass_mark,
        _LINK.c.progress_item_id,
        _LINE.c.id.label("line_item_id"), _LINE.c.resource_link_pk.label("line_link_pk"), _LINE.c.scopes,
        _MEMBER.c.roles, _MEMBER.c.is_learner, _MEMBER.c.is_instructor, _MEMBER.c.seen_at.label("member_seen_at"),
    )
    .select_from(_DEPLOYMENT)
    .outerjoin(_PLATFORM_USER, and_(
        _PLATFORM_USER.c.registration_id == bindparam("registration_id"), _PLATFORM_USER.c.sub == bindparam("sub")))
    .outerjoin(_USER, _USER.c.id == _PLATFORM_USER.c.user_id)
    .outerjoin(elsewhere.ADDRESS, elsewhere.is_of_another(_PLATFORM_USER.c.user_id))
    .outerjoin(_CONTEXT, and_(
        _CONTEXT.c.deployment_pk == _DEPLOYMENT.c.id, _CONTEXT.c.context_id == bindparam("context_id")))
    .outerjoin(_LINK, and_(
        _LINK.c.deployment_pk == _DEPLOYMENT.c.id, _LINK.c.resource_link_id == bindparam("resource_link_id")))
    .outerjoin(_LINE, and_(
        _LINE.c.registration_id == bindparam("registration_id"), _LINE.c.url_hash == bindparam("url_hash")))
    .outerjoin(_MEMBER, and_(
        _MEMBER.c.context_pk == _CONTEXT.c.id, _MEMBER.c.platform_user_id == _PLATFORM_USER.c.id))
    .where(_DEPLOYMENT.c.id == bindparam("deployment_pk"))
)  # fmt: skip

_THERE = select(_USER.c.learner_id, _USER.c.suspended_until).where(_USER.c.id == bindparam("user"))
_ADD_USER = insert(_USER).returning(_USER.c.id)
_ADD_PLATFORM_USER = insert(_PLATFORM_USER).returning(_PLATFORM_USER.c.id)
_ADD_CONTEXT = insert(_CONTEXT).returning(_CONTEXT.c.id)
_ADD_LINK = insert(_LINK).returning(_LINK.c.id)
_ADD_LINE = insert(_LINE).returning(_LINE.c.id)
_ADD_MEMBER = insert(_MEMBER)
_ADD_ENTRY = portable.both(lambda insert_: insert_(_ENTRY).on_conflict_do_nothing(index_elements=["context_pk", "sub"]))
"""Whoever came is on the course's list of members, until the platform's own list says more."""
_SET_USER = update(_USER).where(_USER.c.id == bindparam("pk"))
_SET_CONTEXT = update(_CONTEXT).where(_CONTEXT.c.id == bindparam("pk"))
_SET_LINK = update(_LINK).where(_LINK.c.id == bindparam("pk"))
_SET_LINE = update(_LINE).where(_LINE.c.id == bindparam("pk"))
_SET_MEMBER = update(_MEMBER).where(
    _MEMBER.c.context_pk == bindparam("of_context"), _MEMBER.c.platform_user_id == bindparam("of_person")
)


def arrive(session: Session, launch: Launch, deployment_pk: int, at: datetime) -> Arrived:
    """Bring user, context, resource link, line item and membership up to date and give their numbers."""
    url = launch.scores.lineitem
    known = session.execute(_KNOWN, {
        "deployment_pk": deployment_pk, "registration_id": launch.platform.id, "sub": launch.sub,
        "context_id": launch.context.id if launch.context else None, "resource_link_id": launch.link.id if launch.link else None,
        "url_hash": url_hashed(url) if url else None, "email_key": elsewhere.key_of(launch),
    }).one()  # fmt: skip
    elsewhere.refuse_suspended(launch, known.suspended_until, at)
    user_id, learner_id, platform_user_id = _person(session, launch, known, at)
    context_pk = _place(session, launch, known, deployment_pk, at)
    link_pk, line_item_id = None, None
    if launch.link is not None:
        link_pk, line_item_id = _link_and_line(session, launch, launch.link, known, deployment_pk, context_pk, at)
    if context_pk is not None and platform_user_id is not None:
        _membership(session, launch, known, context_pk, platform_user_id, at)
    settings = LinkSettings()
    if known.resource_link_pk is not None:
        settings = LinkSettings(Reports(known.reports), known.pass_mark, known.progress_item_id)
    return Arrived(
        user_id, learner_id, platform_user_id, context_pk, link_pk, line_item_id, settings,
        offers_link=known.owner_id not in (None, user_id), is_trusted=known.owner_id is not None and user_id == known.owner_id,
    )  # fmt: skip


def _person(session: Session, launch: Launch, known: Any, at: datetime) -> tuple[int | None, int | None, int | None]:
    if launch.sub is None:
        return None, None, None
    if known.platform_user_id is None:
        before = migration.who(session, launch.platform.id, launch.legacy)
        before = before or elsewhere.trusted(session, launch.platform, known.owner_id)
        if before is not None:
            return _moved(session, launch, before, at)
        learner_id = learners.add(session, at)
        user_id = session.execute(_ADD_USER, {
            "learner_id": learner_id, "name": launch.name, "given_name": launch.given_name, "email": launch.email,
            "is_test": launch.roles.is_test_user, "teaches": launch.is_instructor, "created_at": at, "seen_at": at,
        }).scalar_one()  # fmt: skip
        person = {"registration_id": launch.platform.id, "sub": launch.sub, "user_id": user_id, "created_at": at}
        return user_id, learner_id, session.execute(_ADD_PLATFORM_USER, person).scalar_one()
    # What the platform does not say this time it may have said before: an empty name takes no name away.
    told = {
        "name": launch.name,
        "given_name": launch.given_name,
        "email": launch.email,
        "is_test": launch.roles.is_test_user,
        "teaches": launch.is_instructor,
    }
    new = {name: value for name, value in told.items() if value and value != getattr(known, name)}
    if new or at - known.seen_at >= SEEN_AFTER:
        session.execute(_SET_USER, {"pk": known.user_id, **new, "seen_at": at})
    return known.user_id, known.learner_id, known.platform_user_id


def _moved(session: Session, launch: Launch, user_id: int, at: datetime) -> tuple[int, int, int]:
    """Somebody who is here already, for example under the platform's older identifier: the same person from now on."""
    there = session.execute(_THERE, {"user": user_id}).one()
    elsewhere.refuse_suspended(launch, there.suspended_until, at)
    person = {"registration_id": launch.platform.id, "sub": launch.sub, "user_id": user_id, "created_at": at}
    return user_id, there.learner_id, session.execute(_ADD_PLATFORM_USER, person).scalar_one()


def _place(session: Session, launch: Launch, known: Any, deployment_pk: int, at: datetime) -> int | None:
    if launch.context is None:
        return None
    told = {
        "title": launch.context.title, "label": launch.context.label,
        "memberships_url": launch.memberships_url, "lineitems_url": launch.scores.lineitems,
        "groups_url": launch.groups_url, "scopes": sorted(launch.scores.scopes) if launch.scores.lineitems else [],
    }  # fmt: skip
    if known.context_pk is None:
        row = {
            "deployment_pk": deployment_pk, "context_id": launch.context.id, **told, "created_at": at,
            "copied_from_pk": copied.context_of(session, launch),
        }  # fmt: skip
        return int(session.execute(_ADD_CONTEXT, row).scalar_one())
    here = (
        known.context_title, known.context_label, known.memberships_url, known.lineitems_url, known.groups_url,
        known.context_scopes,
    )  # fmt: skip
    if here != tuple(told.values()):
        session.execute(_SET_CONTEXT, {"pk": known.context_pk, **told})
    return int(known.context_pk)


def _link_and_line(
    session: Session, launch: Launch, link: Named, known: Any, deployment_pk: int, context_pk: int | None, at: datetime
) -> tuple[int, int | None]:
    """The link and its line item, which point at each other."""
    told = {"context_pk": context_pk, "title": link.title, "target": launch.target.path}
    link_pk = known.resource_link_pk
    if link_pk is None:
        row = {
            "deployment_pk": deployment_pk,
            "resource_link_id": launch.link.id if launch.link else None,
            **told,
            "lineitem_id": None,
            "created_at": at,
            **copied.link_settings(session, launch, context_pk),
        }
        link_pk = session.execute(_ADD_LINK, row).scalar_one()
    line_item_id = _line_item(session, launch, known, link_pk, at)
    if known.resource_link_pk is None:
        if line_item_id is not None:
            session.execute(_SET_LINK, {"pk": link_pk, "lineitem_id": line_item_id})
    elif (known.link_context_pk, known.link_title, known.target, known.lineitem_id) != (*told.values(), line_item_id):
        session.execute(_SET_LINK, {"pk": link_pk, **told, "lineitem_id": line_item_id})
    return link_pk, line_item_id


def _line_item(session: Session, launch: Launch, known: Any, link_pk: int, at: datetime) -> int | None:
    url, scopes = launch.scores.lineitem, sorted(launch.scores.scopes)
    if url is None:
        return None
    if known.line_item_id is None:
        row = {
            "registration_id": launch.platform.id,
            "url_hash": url_hashed(url),
            "url": url,
            "resource_link_pk": link_pk,
            "scopes": scopes,
        }
        return int(session.execute(_ADD_LINE, {**row, "created_at": at}).scalar_one())
    if (known.line_link_pk, known.scopes) != (link_pk, scopes):
        session.execute(_SET_LINE, {"pk": known.line_item_id, "resource_link_pk": link_pk, "scopes": scopes})
    return int(known.line_item_id)


def _membership(
    session: Session, launch: Launch, known: Any, context_pk: int, platform_user_id: int, at: datetime
) -> None:
    told = {
        "roles": list(launch.roles.context),
        "is_learner": launch.is_learner,
        "is_instructor": launch.is_instructor,
        "seen_at": at,
    }
    if known.roles is None:
        session.execute(_ADD_MEMBER, {"context_pk": context_pk, "platform_user_id": platform_user_id, **told})
        session.execute(portable.here(session, _ADD_ENTRY), {
            "context_pk": context_pk, "sub": launch.sub, "name": launch.name, "email": launch.email,
            "roles": told["roles"], "is_learner": launch.is_learner, "is_active": True, "groups": [], "read_at": at,
        })  # fmt: skip
        return
    is_same = (known.roles, known.is_learner, known.is_instructor) == (
        told["roles"],
        told["is_learner"],
        told["is_instructor"],
    )
    if not is_same or at - known.member_seen_at >= SEEN_AFTER:
        session.execute(_SET_MEMBER, {"of_context": context_pk, "of_person": platform_user_id, **told})


def url_hashed(url: str) -> str:
    """How a line item's address is indexed."""
    return hashlib.sha256(url.encode()).hexdigest()
