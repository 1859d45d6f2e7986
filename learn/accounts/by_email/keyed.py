"""Keys of their own for what is derived from FRONTLINE_SECRET_KEY: codes, and hashes of who tried how often."""

import hmac
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from learn.config import settings


@lru_cache(maxsize=8)
def _key(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


def digest(purpose: bytes, text: str) -> bytes:
    """32 bytes that only this site can work out, by HMAC-SHA-256 with the key of that purpose (RFC 5869, RFC 2104)."""
    return hmac.digest(_key(settings().secret_key, purpose), text.encode(), "sha256")
