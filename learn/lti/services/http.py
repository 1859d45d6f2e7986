"""The one way out to platforms: time-outs, no redirects, a limit on size, no address that is not theirs to give.

Exceptions carry codes, never what a platform said: an answer may echo a score or a name. No call is made while a
database transaction is open, so that a platform that hangs holds up nobody else.
"""

import ipaddress
import json
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as NoAnswerInTime

from learn.config import Settings, settings
from learn.extensions import db

TIMEOUT = (3.05, 10.0)
"Seconds to connect and to wait for the next bytes."
LARGEST = 5 * 1024 * 1024
"Bytes of an answer that are read."
CHUNK = 64 * 1024
USER_AGENT = "Frontline (LTI tool)"
"Some Moodle sites refuse callers without one."


WORDS = {
    "bad_address": "this is not an address that begins with https://",
    "not_https": "the address has to begin with https:// (http:// only for this machine in development)",
    "private_address": "the address is a private one: name its host in FRONTLINE_PRIVATE_PLATFORMS if that is meant",
    "timeout": "no answer came in time",
    "unreachable": "no connection could be made",
    "too_long": "the answer was too long",
    "not_json": "the answer was not JSON",
    "refused": "the platform refused",
}


class CallFailed(Exception):
    """A call to a platform did not succeed. ``code`` is for machines; ``status`` is the HTTP status, if one came."""

    def __init__(self, code: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(WORDS.get(code, code))
        self.code = code
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Reach:
    """Where calls may go: what of the settings matters here, so that a worker's thread needs no application."""

    is_development: bool
    private_hosts: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "Reach":
        named = frozenset(host.strip().lower() for host in settings.private_platforms.split(",") if host.strip())
        return cls(not settings.is_production, named)

    def allows(self, url: str) -> str | None:
        """Why an address may not be called, as a code; None when it may. https only, but for what the settings name."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            return "bad_address"
        if parts.scheme == "http" and not self._is_named(host):
            return "not_https"
        return None

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to; CallFailed when it has none, or only private ones."""
        host = host.lower()
        if self.is_development and _is_here(host):
            return ["127.0.0.1"] if host.endswith("localhost") else [host]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise CallFailed("unreachable") from None
        numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = numbers if self._is_named(host) else [number for number in numbers if _is_public(number)]
        if not allowed:
            raise CallFailed("private_address")
        return allowed

    def _is_named(self, host: str) -> bool:
        return host in self.private_hosts or (self.is_development and _is_here(host))


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "::1")


def _is_public(number: str) -> bool:
    """Whether an address is one of the Internet's; an IPv4 one that is wrapped in IPv6 is looked at itself."""
    address = ipaddress.ip_address(number.split("%")[0])
    wrapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return (wrapped or address).is_global and not address.is_multicast


class _Checked:
    """A connection that resolves its host itself, and connects to nothing but an address that was looked at.

    Looked at here and not before, so that a name cannot change what it points to in between.
    """

    reach: Reach

    def _new_conn(self) -> socket.socket:
        named = self._dns_host  # type: ignore[has-type]
        failure: Exception = CallFailed("unreachable")
        try:
            for number in self.reach.addresses(named.rstrip("."), self.port):  # type: ignore[attr-defined]
                self._dns_host = number
                try:
                    made: socket.socket = super()._new_conn()  # type: ignore[misc]
                    return made
                except HTTPError as problem:
                    failure = problem
            raise failure
        finally:
            self._dns_host = named  # the Host header and the certificate are of the name


class _Adapter(HTTPAdapter):
    """Pools of checked connections, kept alive between calls."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        super().__init__(pool_connections=16, pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        plain = type("PlainConnection", (_Checked, HTTPConnection), {"reach": self.reach})
        secure = type("SecureConnection", (_Checked, HTTPSConnection), {"reach": self.reach})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }


_clients: dict[Reach, requests.Session] = {}
_clients_lock = threading.Lock()


def client(reach: Reach) -> requests.Session:
    """The process's session for these settings; connections are kept alive and shared by threads."""
    with _clients_lock:
        if reach not in _clients:
            made = requests.Session()
            made.trust_env = False
            made.headers = {"User-Agent": USER_AGENT}  # type: ignore[assignment]
            made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a service call belongs to no session
            made.mount("http://", _Adapter(reach))
            made.mount("https://", _Adapter(reach))
            _clients[reach] = made
        return _clients[reach]


@dataclass(frozen=True)
class Answer:
    """A platform's answer: status, headers, body as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; CallFailed when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise CallFailed("not_json", self.status) from None


def assert_no_transaction() -> None:
    """Refuse an outbound call in a thread whose database session is in a transaction."""
    try:
        is_open = db.session.registry.has() and db.session().in_transaction()
    except RuntimeError:
        return  # a thread without an application has no session
    if is_open:
        raise AssertionError("an outbound call while a transaction is open")


def call(
    reach: Reach, method: str, url: str, *, headers: Mapping[str, str] | None = None, data: Any = None,
    timeout: tuple[float, float] = TIMEOUT,
) -> Answer:  # fmt: skip
    """Call a platform and give its answer, whatever the status; CallFailed when none came or none may be asked for."""
    assert_no_transaction()
    refused = reach.allows(url)
    if refused:
        raise CallFailed(refused)
    # From None throughout: what lies beneath names the whole address, and a result's address names a learner.
    try:
        with client(reach).request(
            method, url, headers=dict(headers or {}), data=data, timeout=timeout, allow_redirects=False, stream=True
        ) as answer:
            return Answer(answer.status_code, answer.headers, _read(answer, time.monotonic() + timeout[1]))
    except (requests.Timeout, NoAnswerInTime):
        raise CallFailed("timeout") from None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise CallFailed("unreachable") from None


def _read(answer: requests.Response, until: float) -> bytes:
    """The body, within the limit of size and, for a platform that drips, of time."""
    body = bytearray()
    while part := answer.raw.read(CHUNK, decode_content=True):
        body += part
        if len(body) > LARGEST:
            raise CallFailed("too_long", answer.status_code)
        if time.monotonic() > until:
            raise CallFailed("timeout", answer.status_code)
    return bytes(body)


def get_json(url: str, *, accept: str = "application/json", timeout: tuple[float, float] = TIMEOUT) -> Any:
    """A platform's JSON by GET, for a request of ours; CallFailed for any answer but 200, and for what is not JSON."""
    answer = call(Reach.of(settings()), "GET", url, headers={"Accept": accept}, timeout=timeout)
    if answer.status != 200:
        raise CallFailed("refused", answer.status)
    return answer.json()


def check_address(url: str) -> None:
    """Raise CallFailed with the reason when an address may not be called from here.

    One that is not found now may be later.
    """
    reach = Reach.of(settings())
    refused = reach.allows(url)
    if refused:
        raise CallFailed(refused)
    parts = urlsplit(url)
    try:
        reach.addresses(parts.hostname or "", parts.port or 443)
    except CallFailed as failure:
        if failure.code == "private_address":
            raise
