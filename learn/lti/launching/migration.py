"""The claim by which a platform says who somebody was under LTI 1.1 (LTI 1.3 migration guide), believed only when signed.

The platform signs it with the secret of the old consumer key, which an administrator enters here. Then a person who
launches by LTI 1.3 for the first time is the one whom the old identifier names, if the same platform launched with it.
"""

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.launching.messages import LTI
from learn.lti.launching.reading import an_object
from learn.lti.models import PlatformUser, Registration

_SECRET = select(Registration.legacy_key, Registration.legacy_secret).where(Registration.id == bindparam("number"))
_WHO = select(PlatformUser.user_id).where(
    PlatformUser.registration_id == bindparam("number"), PlatformUser.sub == bindparam("old")
)
_KEEP = (
    update(Registration)
    .where(Registration.id == bindparam("number"))
    .values(legacy_key=bindparam("named"), legacy_secret=bindparam("sealed"), version=Registration.version + 1)
)


def claim_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What the signature covers and who the person was; empty where the platform says nothing of the kind."""
    told = an_object(body, LTI + "lti1p1")
    names = ("oauth_consumer_key", "oauth_consumer_key_sign", "user_id")
    if not all(isinstance(told.get(name), str) and 0 < len(told[name]) <= 255 for name in names):
        return {}
    covered = "&".join(
        (
            told["oauth_consumer_key"], str(body.get(LTI + "deployment_id")), str(body.get("iss")),
            body["aud"] if isinstance(body.get("aud"), str) else str(body.get("azp", "")),
            str(int(body["exp"])), str(body.get("nonce")),
        )
    )  # fmt: skip
    return {**{name: told[name] for name in names}, "covered": covered}


def is_signed(claim: Mapping[str, str], secret: str) -> bool:
    """Whether base64(HMAC-SHA256(secret, key&deployment&issuer&client&exp&nonce)) is what the claim says."""
    made = base64.b64encode(hmac.new(secret.encode(), claim["covered"].encode(), sha256).digest()).decode("ascii")
    return hmac.compare_digest(made.encode(), claim["oauth_consumer_key_sign"].encode("utf-8", "replace"))


def who(session: Session, registration_id: int, claim: Mapping[str, str]) -> int | None:
    """The person whom a verified claim names; None where it names none, or cannot be believed."""
    if not claim:
        return None
    row = session.execute(_SECRET, {"number": registration_id}).first()
    if row is None or not row.legacy_key or row.legacy_key != claim["oauth_consumer_key"]:
        return None
    if not is_signed(claim, keys.unseal(row.legacy_secret)):
        return None
    return session.scalar(_WHO, {"number": registration_id, "old": claim["user_id"]})


def keep(session: Session, registration_id: int, key: str, secret: str) -> None:
    """Keep the consumer key and secret of a platform's LTI 1.1 connection, the secret sealed."""
    session.execute(_KEEP, {"number": registration_id, "named": key, "sealed": keys.seal(secret)})
