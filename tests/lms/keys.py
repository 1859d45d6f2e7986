"""The LMS's signing keys: made once, kept in a file if asked, rotated on demand, published as a key set."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm


class Key:
    """One RSA key with the name (kid) under which it is published."""

    def __init__(self, private: RSAPrivateKey) -> None:
        self.private = private
        self.public_pem = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.kid = sha256(self.public_pem).hexdigest()[:20]

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def published(self) -> dict[str, str]:
        """The public half as the recorded key set has it."""
        numbers = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": "RSA", "alg": "RS256", "kid": self.kid, "e": numbers["e"], "n": numbers["n"], "use": "sig"}

    def sign(self, claims: Any, header: dict[str, Any] | None = None) -> str:
        """A token as the recorded ones: typ, alg, kid."""
        return jwt.encode(
            claims, self.private, algorithm="RS256", headers={"kid": self.kid} if header is None else header
        )


class Keys:
    """The keys of one LMS: the one that signs and those still published."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        if path and path.exists():
            self.published = [Key(_read(pem)) for pem in path.read_text().split("\n\n") if pem.strip()]
        else:
            self.published = [Key(_first())] if path is None else [new_key()]
            self._save()

    @property
    def current(self) -> Key:
        return self.published[0]

    def rotate(self, *, keep_old: bool = True) -> Key:
        """Sign with a new key from now on; the old one stays published unless it is withdrawn."""
        self.published = [new_key(), *(self.published if keep_old else [])]
        self._save()
        return self.current

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        return {"keys": [key.published() for key in self.published]}

    def _save(self) -> None:
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            self.path.write_text("\n".join(key.private_pem.decode() for key in self.published))


def new_key() -> Key:
    return Key(generate_private_key(public_exponent=65537, key_size=2048))


@cache
def _first() -> RSAPrivateKey:
    """Every LMS of a test run begins with the same key: making one takes longer than most tests."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def stranger() -> Key:
    """A key that no LMS publishes."""
    return new_key()


def _read(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key
