"""Notices of platforms (Platform Notification Service 1.0): each a message that is signed as a launch is, taken once.

The one kind that is asked for tells that a course was copied; the copy then finds the settings of its links, as it does
by the history of a launch. Canvas does not send a notice again, so nothing depends on one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.learning import portable
from learn.lti.launching import claims
from learn.lti.launching.launch import FindKey, PlatformLaunch
from learn.lti.launching.messages import LTI
from learn.lti.launching.reading import an_object, identifier
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.models import Context, Deployment
from learn.lti.notices.models import Notice

COPIED = "LtiContextCopyNotice"
MOST = 100
"Notices in one delivery."
MOST_ORIGINS = 50

_ONCE = portable.both(
    lambda insert_: (
        insert_(Notice.__table__)
        .on_conflict_do_nothing(index_elements=["registration_id", "notice_id"])
        .returning(Notice.__table__.c.notice_id)
    )
)
_HERE = select(Context.id, Context.context_id, Context.copied_from_pk).join(
    Deployment, Deployment.id == Context.deployment_pk
).where(Deployment.registration_id == bindparam("registration"), Context.context_id.in_(bindparam("named", expanding=True)))  # fmt: skip
_COPIED = update(Context).where(Context.id == bindparam("context")).values(copied_from_pk=bindparam("origin"))
_ADD = insert(Context)


class NoticeMessage(PlatformLaunch):
    """One notice: what is checked of a launch but state and login, since no browser carries it."""

    def __init__(self, token: str, session: Session, base_url: str, find_key: FindKey, at: datetime) -> None:
        self._token = token
        super().__init__(session, base_url, find_key, at)

    def _param(self, name: str) -> str:
        return self._token if name == "id_token" else ""

    def read(self) -> Mapping[str, Any]:
        """The message's claims; LaunchRefused when it cannot be believed."""
        self.validate_jwt_format().validate_registration()
        self.validate_jwt_signature()
        body: Mapping[str, Any] = self._get_jwt_body()
        claims.check_times(body, self.at.timestamp())
        claims.nonce_of(body)
        if body.get(LTI + "version") != "1.3.0":
            raise LaunchRefused("version")
        assert self.platform is not None
        if claims.deployment_of(body) not in self.platform.deployments:
            raise LaunchRefused("deployment_unknown")
        return body


def take(session: Session, message: NoticeMessage, body: Mapping[str, Any], at: datetime) -> bool:
    """Do what a notice says in the caller's transaction; False when it was taken before."""
    assert message.platform is not None
    told = an_object(body, LTI + "notice")
    notice_id = identifier(told.get("id"), "notice")
    row = {"registration_id": message.platform.id, "notice_id": notice_id, "taken_at": at}
    if session.execute(portable.here(session, _ONCE), row).first() is None:
        return False
    if told.get("type") == COPIED:
        deployment_pk = message.platform.deployments[claims.deployment_of(body)]
        _copied(session, message.platform.id, deployment_pk, body, at)
    return True


def _copied(session: Session, registration_id: int, deployment_pk: int, body: Mapping[str, Any], at: datetime) -> None:
    """Note which context a new one was copied from, the nearest that we know."""
    new = identifier(an_object(body, LTI + "context").get("id"), "context")
    given = body.get(LTI + "origin_contexts")
    origins = [one for one in given[:MOST_ORIGINS] if isinstance(one, str)] if isinstance(given, list) else []
    rows = session.execute(_HERE, {"registration": registration_id, "named": [new, *origins]}).all()
    known = {row.context_id: row for row in rows}
    origin = next((known[one].id for one in origins if one in known and one != new), None)
    if origin is None:
        return
    if new in known:
        if known[new].copied_from_pk is None:
            session.execute(_COPIED, {"context": known[new].id, "origin": origin})
        return
    row = {"deployment_pk": deployment_pk, "context_id": new, "title": "", "label": "", "memberships_url": None,
           "lineitems_url": None, "copied_from_pk": origin, "created_at": at}  # fmt: skip
    session.execute(_ADD, row)


def tokens_of(told: Any) -> list[str]:
    """The messages of one delivery; an empty list for what is none."""
    listed = told.get("notices") if isinstance(told, dict) else None
    found = [each.get("jwt") for each in listed[:MOST] if isinstance(each, dict)] if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, str)]
