"""Our own signing keys: sealed at rest, parsed once in a process, and replaced with an overlap that no launch notices.

Platforms keep a key set for up to a day. So a new key is served for a day before it signs, and the one before it is
served for two weeks after its last signature.

Parsing an RSA key from PEM costs 33 to 49 ms (measured), so a key object is kept for as long as the process lives. What
is sealed (keys, service tokens) can be read only with the same FRONTLINE_SECRET_KEY.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import now, rows_met
from learn.config import settings
from learn.lti.models import ToolKey

BITS = 2048
LEAD = timedelta(days=1)
"How long a new key is served before it signs: longer than platforms keep a key set."
KEPT = timedelta(days=14)
"How long a key is served after its last signature."
PURPOSE = b"frontline: keys at rest"
"Keeps the key that seals apart from whatever else is derived from FRONTLINE_SECRET_KEY."


class KeyMissing(Exception):
    """There is no signing key that can be used; the message is one line that says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """The key that signs what we send to platforms."""

    kid: str
    key: rsa.RSAPrivateKey


_SIGNS = or_(ToolKey.retired_at.is_(None), ToolKey.retired_at > bindparam("at"))
_SIGNING = select(ToolKey.kid).where(_SIGNS).order_by(ToolKey.created_at, ToolKey.kid).limit(1)
"The oldest that is not retired: one that was made after it is only served as yet."
_RETIRE = update(ToolKey).where(ToolKey.retired_at.is_(None)).values(retired_at=bindparam("later"))
_DROP = delete(ToolKey)
_OVER = delete(ToolKey).where(ToolKey.retired_at <= bindparam("until"))
_ALL = select(ToolKey.kid, ToolKey.created_at, ToolKey.retired_at).order_by(ToolKey.created_at, ToolKey.kid)
_PRIVATE = select(ToolKey.private_pem).where(ToolKey.kid == bindparam("kid"))
_PUBLIC = select(ToolKey.public_jwk).order_by(ToolKey.created_at.desc(), ToolKey.kid)

_parsed: dict[tuple[str, str], rsa.RSAPrivateKey] = {}
"Key objects by secret key and kid: a process may hold more than one site (tests do)."


@lru_cache(maxsize=8)
def _fernet(secret_key: str) -> Fernet:
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(made))


def seal(text: str) -> str:
    """Encrypt a text so that it may lie in the database."""
    return _fernet(settings().secret_key).encrypt(text.encode()).decode("ascii")


def unseal(text: str) -> str:
    """Decrypt what ``seal`` made; KeyMissing when it was sealed with another FRONTLINE_SECRET_KEY."""
    try:
        return _fernet(settings().secret_key).decrypt(text.encode("ascii")).decode()
    except InvalidToken:
        raise KeyMissing("FRONTLINE_SECRET_KEY is not the one that the keys in the database are sealed with.") from None


def ensure_tool_key(session: Session) -> None:
    """Make the first signing key if there is none, in the caller's transaction."""
    if session.scalar(_SIGNING, {"at": now()}) is None:
        add(session)


def rotate(session: Session, at: datetime, *, at_once: bool = False) -> str:
    """Make the key that signs next, in the caller's transaction; returns its kid.

    The present key signs for LEAD more. ``at_once``, for a key that somebody else may know: every other key goes now,
    and a platform that holds the old set refuses us until it reads the new one.
    """
    session.execute(_DROP if at_once else _RETIRE, {} if at_once else {"later": at + LEAD})
    return add(session)


def standing(session: Session, at: datetime) -> list[tuple[str, str, datetime]]:
    """Each key with its state and the moment that goes with it: ``signs`` and ``next`` made at, ``served`` until."""
    signing = session.scalar(_SIGNING, {"at": at})
    found = []
    for row in session.execute(_ALL):
        if row.kid == signing:
            found.append((row.kid, "signs", row.created_at))
        elif row.retired_at is not None and row.retired_at <= at:
            found.append((row.kid, "served", row.retired_at + KEPT))
        else:
            found.append((row.kid, "next", row.created_at))
    return found


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Take keys out of the set whose last signature is long past."""
    return {"signing_keys": rows_met(session, _OVER, {"until": at - KEPT})}


def add(session: Session) -> str:
    """Make a key, which signs when those before it are retired; returns its kid."""
    key = generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    jwk = _jwk(key.public_key())
    row = {"kid": jwk["kid"], "private_pem": seal(pem.decode("ascii")), "public_jwk": jwk, "created_at": now()}
    session.execute(insert(ToolKey), {**row, "retired_at": None})
    return str(jwk["kid"])


def generate() -> rsa.RSAPrivateKey:
    """A key that nobody has had before; takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def signing_key(session: Session) -> SigningKey:
    """The key in use, its object from the process's memory; KeyMissing when there is none."""
    kid = session.scalar(_SIGNING, {"at": now()})
    if kid is None:
        raise KeyMissing("There is no signing key yet: run `frontline db upgrade`.")
    place = (settings().secret_key, kid)
    if place not in _parsed:
        pem = unseal(session.execute(_PRIVATE, {"kid": kid}).scalar_one())
        parsed = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
        assert isinstance(parsed, rsa.RSAPrivateKey)
        _parsed[place] = parsed
    return SigningKey(kid, _parsed[place])


def public_key_set(session: Session) -> dict[str, list[Any]]:
    """Every key that was not removed, retired ones too: platforms may still hold what those signed (RFC 7517 §5)."""
    return {"keys": list(session.scalars(_PUBLIC))}


def _jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    required = {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
    # The kid is the thumbprint of RFC 7638: the required members in this order, without spaces.
    digest = hashes.Hash(hashes.SHA256())
    digest.update(json.dumps(required, separators=(",", ":")).encode("ascii"))
    return {**required, "alg": "RS256", "use": "sig", "kid": _text(digest.finalize())}


def _base64url(number: int) -> str:
    return _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
