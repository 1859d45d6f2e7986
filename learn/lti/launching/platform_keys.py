"""The public keys of the platforms: parsed once in a process, kept in the database, fetched only with reason.

A warm launch finds its key object here and asks nobody. An unknown kid, or a set older than FRESH, has the set read
again: by one thread at a time, and seldom enough that made-up kids and a platform that is down cannot keep us busy. The
last good set is kept when the platform is down or answers rubbish. Asking and keeping are two steps, because a call
must never happen while a transaction is open; ``learn.lti.views`` takes them.
"""

import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from learn.lti.models import PlatformKeys

FRESH = timedelta(hours=12)
"How long a set is used without being read again: a key that a platform took out is trusted no longer than this."
RETRY = timedelta(seconds=10)
"After a try that failed the platform is left alone for so long, by every process."
RETRY_STALE = timedelta(minutes=5)
"The same where the set is old but still has the key."
VAIN = 5
"So many good answers without the wanted kid are waited for in one process ..."
VAIN_WINDOW = timedelta(minutes=1)
"... within this time; a kid that was found does not count, so that a rotation is followed at once."
PATIENCE = 4.0
"Seconds that a launch waits for another thread that is reading the same set."
TIMEOUT = (3.05, 5.0)
"Seconds to connect and to wait for the next bytes: somebody waits for the page."
MOST_KEYS = 100
_TO_PLAIN = bytes.maketrans(b"-_+/=", b"+/***")
"base64url to base64, and what is no sign of base64url to one that is none of base64."
SMALLEST_BITS = 2048


class BadKeySet(Exception):
    """What a platform served is not a key set that can be used."""


@dataclass
class Known:
    """What this process knows of one platform's keys."""

    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    failed_at: datetime | None = None
    vain: list[datetime] = field(default_factory=list)
    reading: threading.Lock = field(default_factory=threading.Lock)


_READ = select(PlatformKeys.jwks, PlatformKeys.fetched_at, PlatformKeys.tried_at).where(
    PlatformKeys.registration_id == bindparam("registration_id")
)
_UPDATE = update(PlatformKeys).where(PlatformKeys.registration_id == bindparam("of"))
_INSERT = insert(PlatformKeys)


def known(registration_id: int) -> Known:
    """This process's memory of one platform's keys."""
    everything: dict[int, Known] = current_app.extensions.setdefault("frontline_platform_keys", {})
    return everything.get(registration_id) or everything.setdefault(registration_id, Known())


def ready(registration_id: int, kid: str, at: datetime) -> RSAPublicKey | None:
    """The key object if it is here and its set is fresh: the road of every warm launch."""
    here = known(registration_id)
    if here.fetched_at is None or at - here.fetched_at > FRESH:
        return None
    return here.keys.get(kid)


def recall(session: Session, registration_id: int) -> None:
    """Take over what another process has read since."""
    here = known(registration_id)
    row = session.execute(_READ, {"registration_id": registration_id}).first()
    if row is None:
        return
    if here.fetched_at is None or row.fetched_at > here.fetched_at:
        here.keys, here.fetched_at = _parsed_or_none(row.jwks), row.fetched_at
    if row.tried_at > row.fetched_at and (here.failed_at is None or row.tried_at > here.failed_at):
        here.failed_at = row.tried_at


def may_read(registration_id: int, kid: str, at: datetime) -> bool:
    """Whether the platform may be asked again, for this key."""
    here = known(registration_id)
    here.vain = [moment for moment in here.vain if at - moment < VAIN_WINDOW]
    if here.failed_at is not None and at - here.failed_at < (RETRY_STALE if kid in here.keys else RETRY):
        return False
    return len(here.vain) < VAIN


def keep(session: Session, registration_id: int, served: Any, kid: str, at: datetime) -> None:
    """Keep what the platform served as its set; BadKeySet, and the last good set stays, when it is none."""
    keys = parse(served)
    row = {
        "jwks": {"keys": [_public(key) for key in served["keys"] if isinstance(key, Mapping)]},
        "fetched_at": at,
        "tried_at": at,
    }
    if session.execute(_UPDATE, {"of": registration_id, **row}).rowcount == 0:  # type: ignore[attr-defined]
        session.execute(_INSERT, {"registration_id": registration_id, **row})
    here = known(registration_id)
    here.keys, here.fetched_at, here.failed_at = keys, at, None
    if kid not in keys:
        here.vain.append(at)


def note_failure(session: Session, registration_id: int, at: datetime) -> None:
    """Note that the platform was asked and gave no set."""
    known(registration_id).failed_at = at
    session.execute(_UPDATE, {"of": registration_id, "tried_at": at})


def parse(served: Any) -> dict[str, RSAPublicKey]:
    """The RSA keys of a key set that can prove an RS256 signature, by kid; BadKeySet when it has none."""
    listed = served.get("keys") if isinstance(served, Mapping) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise BadKeySet
    found = {}
    for jwk in listed:
        if isinstance(jwk, Mapping) and _is_usable(jwk) and (key := _key(jwk)) is not None:
            found[jwk["kid"]] = key
    if not found:
        raise BadKeySet
    return found


def _parsed_or_none(jwks: Any) -> dict[str, RSAPublicKey]:
    try:
        return parse(jwks)
    except BadKeySet:
        return {}


def _is_usable(jwk: Mapping[str, Any]) -> bool:
    kid = jwk.get("kid")
    return (
        isinstance(kid, str) and bool(kid) and jwk.get("kty") == "RSA"
        and jwk.get("alg", "RS256") == "RS256" and jwk.get("use", "sig") == "sig"
    )  # fmt: skip


def _key(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    try:
        key = RSAPublicNumbers(_number(jwk.get("e")), _number(jwk.get("n"))).public_key()
    except (ValueError, TypeError, OverflowError):
        return None
    return key if key.key_size >= SMALLEST_BITS else None


def decode(segment: bytes) -> bytes:
    """The bytes of base64url as JWT and JWK use it (RFC 7515 §2), read strictly; ValueError for whatever is none."""
    if not segment:
        raise ValueError("nothing there")
    return binascii.a2b_base64(segment.translate(_TO_PLAIN) + b"=" * (-len(segment) % 4), strict_mode=True)


def _number(segment: object) -> int:
    if not isinstance(segment, str) or len(segment) > 2000:
        raise ValueError("not a number")
    return int.from_bytes(decode(segment.encode("ascii")), "big")


def _public(jwk: Mapping[str, Any]) -> dict[str, Any]:
    return {name: jwk[name] for name in ("kty", "kid", "alg", "use", "n", "e") if isinstance(jwk.get(name), str)}
