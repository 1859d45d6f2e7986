"""Submission review (AGS 2.0 §4.1): staff open one learner's work from the gradebook."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.lti.launching.claims import Launch
from learn.lti.launching.people import Arrived
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.models import PlatformUser

_WHO = select(PlatformUser.id).where(
    PlatformUser.registration_id == bindparam("registration"), PlatformUser.sub == bindparam("named")
)


def path(session: Session, launched: Launch, arrived: Arrived) -> str:
    """The page with the work of the person that the message is about [D13]; LaunchRefused when it names none we know."""
    if launched.scores.lineitem is None:
        raise _refused(launched, "claim", "lineitem")
    if not launched.is_instructor or arrived.context_pk is None:
        raise _refused(launched, "review_not_staff")
    who = session.scalar(_WHO, {"registration": launched.platform.id, "named": launched.for_user})
    if who is None:
        raise _refused(launched, "review_nobody")
    return f"/progress/contexts/{arrived.context_pk}/learners/{who}"


def _refused(launched: Launch, code: str, detail: str = "") -> LaunchRefused:
    refusal = LaunchRefused(code, detail=detail, registration_id=launched.platform.id)
    refusal.return_url = launched.return_url
    return refusal
