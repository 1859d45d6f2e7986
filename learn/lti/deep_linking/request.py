"""One choice that a platform asked for: kept at the launch, looked at by the picker, used up by the answer."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from courses.db import rows_met
from learn.lti.deep_linking.models import DeepLinkRequest
from learn.lti.launching.claims import Launch
from learn.lti.launching.login import hashed
from learn.lti.launching.people import Arrived
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.models import Registration

LASTS = timedelta(hours=1)

_ADD = insert(DeepLinkRequest)
_OPEN = (DeepLinkRequest.key_hash == bindparam("of_key"), DeepLinkRequest.expires_at > bindparam("at"))
_FIND = (
    select(
        *DeepLinkRequest.__table__.columns, Registration.name.label("platform"), Registration.issuer,
        Registration.client_id,
    )
    .join(Registration, Registration.id == DeepLinkRequest.registration_id)
    .where(*_OPEN, DeepLinkRequest.user_id == bindparam("of_user"))
)  # fmt: skip
_TAKE = delete(DeepLinkRequest).where(*_OPEN)


def begin(session: Session, launched: Launch, arrived: Arrived, at: datetime) -> str:
    """Keep the request in the launch's transaction; returns the picker's path. Learners are refused [C8]."""
    asked = launched.deep_linking
    assert asked is not None
    if not launched.roles.is_staff:
        raise _refused(launched, "not_staff")
    if arrived.user_id is None:
        raise _refused(launched, "claim", detail="sub")
    key = secrets.token_urlsafe(32)
    session.execute(_ADD, {
        "key_hash": hashed(key), "registration_id": launched.platform.id, "deployment_id": launched.deployment_id,
        "context_pk": arrived.context_pk, "user_id": arrived.user_id, "return_url": asked.return_url,
        "data": asked.data, "accept_types": list(asked.accept_types), "accept_targets": list(asked.targets),
        "accepts_multiple": asked.takes_several, "accepts_line_item": asked.takes_line_item,
        "current": launched.target.path if launched.target.kind != "unknown" else "",
        "frame_origins": list(launched.platform.frame_origins), "expires_at": at + LASTS,
    })  # fmt: skip
    return f"/lti/choose/{key}"


def find(session: Session, key: str, user_id: int | None, at: datetime) -> Row[Any] | None:
    """The request of this key and person, with the platform's own values; None when there is none any more."""
    found: Row[Any] | None = session.execute(_FIND, {"of_key": hashed(key), "of_user": user_id, "at": at}).first()  # type: ignore[assignment]
    return found


def take(session: Session, key: str, at: datetime) -> bool:
    """Use the request up; of two answers at once exactly one gets it."""
    return bool(session.execute(_TAKE, {"of_key": hashed(key), "at": at}).rowcount == 1)  # type: ignore[attr-defined]


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove what was never answered."""
    is_over = DeepLinkRequest.expires_at <= at
    return {"unanswered_choices": rows_met(session, delete(DeepLinkRequest).where(is_over))}


def _refused(launched: Launch, code: str, detail: str = "") -> LaunchRefused:
    refusal = LaunchRefused(code, detail=detail, registration_id=launched.platform.id)
    refusal.return_url = launched.return_url
    return refusal
