"""Service tokens of platforms (OAuth 2 client credentials with a signed assertion; LTI Security Framework 1.0 §4.1).

Moodle's live an hour, so one is kept sealed in the database and in the process until a minute before its end.
"""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import jwt
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from courses.db import now, rows_met
from courses.learning import portable
from learn.lti import keys
from learn.lti.models import AccessToken
from learn.lti.services import http
from learn.lti.services.http import CallFailed, Reach

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY = timedelta(seconds=60)
USUAL_LIFE = 3600.0
LONGEST_LIFE = 86400.0
"Seconds; a platform that promises more is asked again all the same."


@dataclass(frozen=True)
class Token:
    """A bearer token and the moment from which it is not used any more."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Client:
    """What asking a platform for a token takes, read beforehand so that the call needs no database."""

    registration_id: int
    client_id: str
    token_url: str
    audience: str
    key: keys.SigningKey
    reach: Reach
    timeout: tuple[float, float] = http.TIMEOUT


_FIND = select(AccessToken.token, AccessToken.expires_at).where(
    AccessToken.registration_id == bindparam("registration_id"), AccessToken.scope_hash == bindparam("scope_hash")
)


def _put_statement(insert_: Any) -> Any:
    new = insert_(AccessToken)
    changed = {"token": new.excluded.token, "expires_at": new.excluded.expires_at}
    return new.on_conflict_do_update(index_elements=["registration_id", "scope_hash"], set_=changed)


_PUT = portable.both(_put_statement)


def scope_hash(scopes: tuple[str, ...]) -> str:
    """How a set of scopes is named in the table."""
    return hashlib.sha256(" ".join(sorted(scopes)).encode()).hexdigest()


def kept(session: Session, registration_id: int, scopes: tuple[str, ...], at: datetime) -> Token | None:
    """The token that is there, if it can still be used."""
    row = session.execute(_FIND, {"registration_id": registration_id, "scope_hash": scope_hash(scopes)}).first()
    if row is None or row.expires_at <= at:
        return None
    try:
        return Token(keys.unseal(row.token), row.expires_at)
    except keys.KeyMissing:
        return None  # sealed with another secret key: a new one is asked for


def keep(session: Session, registration_id: int, scopes: tuple[str, ...], token: Token) -> None:
    """Keep a token, sealed, in the caller's transaction."""
    row = {"registration_id": registration_id, "scope_hash": scope_hash(scopes), "token": keys.seal(token.text),
           "expires_at": token.expires_at}  # fmt: skip
    session.execute(portable.here(session, _PUT), row)


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove what has ended."""
    return {"service_tokens": rows_met(session, delete(AccessToken).where(AccessToken.expires_at <= at))}


def ask(client: Client, scopes: tuple[str, ...]) -> Token:
    """Ask the platform for a token; CallFailed with a code when it gives none."""
    form = {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION,
        "client_assertion": _assertion(client), "scope": " ".join(scopes),
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = http.call(
        client.reach, "POST", client.token_url, headers=headers, data=urlencode(form), timeout=client.timeout
    )
    if answer.status != 200:
        raise CallFailed("no_token", answer.status, retry_after(answer.headers))
    told = answer.json()  # whatever the media type: Moodle says text/html
    text = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(text, str) or not text:
        raise CallFailed("no_token", answer.status)
    life = told.get("expires_in", USUAL_LIFE)
    seconds = (
        float(life) if isinstance(life, int | float | str) and str(life).replace(".", "", 1).isdigit() else USUAL_LIFE
    )
    return Token(text, now() + max(timedelta(seconds=seconds) - EARLY, timedelta(seconds=seconds / 2)))


def _assertion(client: Client) -> str:
    at = int(now().timestamp())
    said = {"iss": client.client_id, "sub": client.client_id, "aud": client.audience, "iat": at - 30, "exp": at + 300,
            "jti": secrets.token_hex(16)}  # fmt: skip
    return jwt.encode(said, client.key.key, algorithm="RS256", headers={"kid": client.key.kid})


def retry_after(headers: Any) -> float | None:
    """Seconds that a platform asks to wait; None when it says nothing (RFC 9110 §10.2.3: a number, or a date)."""
    value = str(headers.get("Retry-After", "")).strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until = date_of(value)
    return max((until - now()).total_seconds(), 0.0) if until else None


def date_of(value: str) -> datetime | None:
    """A date of a header as a moment; None when it is none."""
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


class Purse:
    """The tokens of one process: of many threads that need the same one, the first asks for it and the others wait."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, tuple[str, ...]], _Place] = {}
        self._guard = threading.Lock()

    def look(self, registration_id: int, scopes: tuple[str, ...]) -> Token | None:
        """The process's token, if it can still be used."""
        token = self._place(registration_id, scopes).token
        return token if token is not None and token.expires_at > now() else None

    def remember(self, registration_id: int, scopes: tuple[str, ...], token: Token) -> None:
        """Keep a token that was read from the database."""
        self._place(registration_id, scopes).token = token

    def get(self, client: Client, scopes: tuple[str, ...], *, instead_of: Token | None = None) -> tuple[Token, bool]:
        """A token to use, and whether it was asked for just now; ``instead_of`` is one that was not accepted."""
        place = self._place(client.registration_id, scopes)
        began = time.monotonic()
        with place.lock:
            token = self.look(client.registration_id, scopes)
            if token is not None and token != instead_of:
                return token, False
            if place.failure is not None and place.failed_at > began:
                failed = place.failure
                raise CallFailed(failed.code, failed.status, failed.retry_after)
            try:
                place.token = ask(client, scopes)
            except CallFailed as failure:
                place.failure, place.failed_at = failure, time.monotonic()
                raise
            return place.token, True

    def _place(self, registration_id: int, scopes: tuple[str, ...]) -> "_Place":
        with self._guard:
            return self._places.setdefault((registration_id, scopes), _Place())


@dataclass
class _Place:
    """Where one token lies, with the failure of whoever asked for it last."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: Token | None = None
    failure: CallFailed | None = None
    failed_at: float = 0.0


def get(purse: Purse, client: Client, scopes: tuple[str, ...], address: str, media_type: str) -> http.Answer:
    """GET a service with its scope's token; one that is not accepted is asked for anew, once. CallFailed."""
    token, is_new = purse.get(client, scopes)
    headers = {"Accept": media_type}
    for is_last in (is_new, True):
        answer = http.call(
            client.reach, "GET", address, headers={**headers, "Authorization": f"Bearer {token.text}"},
            timeout=client.timeout,
        )  # fmt: skip
        if answer.status != 401 or is_last:
            break
        token, _ = purse.get(client, scopes, instead_of=token)
    return answer
