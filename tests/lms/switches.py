"""The hostile side of the LMS: what goes wrong, where, how often. Set in process, or by POST /switches if testing."""

import random
import socket
from dataclasses import asdict, dataclass, field, fields
from threading import Event, Lock
from typing import Any

from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services import answers

KINDS = ("401", "403", "404", "409", "429", "500", "503", "html", "error_json", "hang", "late", "drop")
"""What can go wrong. hang: nothing happens for ``seconds``, then the connection drops; late: the wait comes first, then
all happens as usual; drop: the connection ends without an answer; html and error_json: 200 with another body."""

SERVICES = ("token", "score", "results", "members", "lineitems", "lineitem", "create_lineitem", "replace_lineitem",
            "delete_lineitem")  # fmt: skip
"The endpoints that ``latency`` and ``error_rates`` concern; a 401 does not strike the token's own, a 409 only a score."


@dataclass
class Fault:
    """One thing that goes wrong at one endpoint. ``times``: how often at most; ``after``: the work is done first and
    only the answer is lost."""

    at: str
    kind: str
    rate: float = 1.0
    times: int | None = None
    after: bool = False
    seconds: float = 30.0
    retry_after: str = "2"


@dataclass
class Switches:
    """All that is wrong just now. Set the fields, or ``fail`` one endpoint; ``reset`` mends everything."""

    faults: list[Fault] = field(default_factory=list)
    error_rates: dict[str, float] = field(default_factory=dict)
    "Kind (401, 409, 429, 500, hang, drop, …) -> the chance that it strikes a request to a service."
    latency: float = 0.0
    "Seconds that every service takes longer."
    hang_seconds: float = 30.0
    "How long an error rate's ``hang`` and a hanging key set last."
    token_life: int = 3600
    "Seconds for which an access token is given."
    jwks: str = "ok"
    "The key set: ok, down (503), html (200 with a page), hang."
    breakage: str | None = None
    "A name of ``forging.BROKEN`` or ``ACCEPTED``, for every launch."
    logs_in: bool = True
    "False: the platform answers ``login_required``, as when the LMS's own session ended."

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._chance = random.Random(0)
        self._released = Event()

    def fail(self, at: str, kind: str, rate: float = 1.0, **more: Any) -> Fault:
        """Let ``kind`` happen at an endpoint (score, token, certs, …) with a chance of ``rate``."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        fault = Fault(at, kind, rate, **more)
        with self._lock:
            self.faults.append(fault)
        return fault

    def seed(self, number: int) -> None:
        self._chance = random.Random(number)

    def reset(self) -> None:
        """All is well again; whoever hangs is let go. The dice go on where they were."""
        with self._lock:
            well = Switches()
            for each in fields(self):
                setattr(self, each.name, getattr(well, each.name))
        self._released.set()
        self._released = Event()

    def wait(self, seconds: float) -> None:
        self._released.wait(seconds)

    def draw(self, endpoint: str, *, after: bool) -> Fault | None:
        """The fault that strikes this request, if one does; one throw of the dice a fault."""
        with self._lock:
            for fault in self.faults:
                if fault.at != endpoint or fault.after is not after or fault.times == 0:
                    continue
                if self._chance.random() < fault.rate:
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault
            return None if after else self._draw_by_rate(endpoint)

    def _draw_by_rate(self, endpoint: str) -> Fault | None:
        if endpoint == "certs" and self.jwks != "ok":
            return Fault(endpoint, {"down": "503"}.get(self.jwks, self.jwks), seconds=self.hang_seconds)
        for kind, rate in self.error_rates.items():
            concerned = {"401": SERVICES[1:], "409": ("score",)}.get(str(kind), SERVICES)
            if endpoint in concerned and self._chance.random() < rate:
                return Fault(endpoint, str(kind), seconds=self.hang_seconds)
        return None

    def as_told(self) -> dict[str, Any]:
        with self._lock:
            return {each.name: getattr(self, each.name) for each in fields(self)} | {
                "faults": [asdict(each) for each in self.faults]
            }


class Dropped(ConnectionError):
    """The connection ended without an answer."""


def strike(fault: Fault) -> Response | None:
    """Do what a fault does to the request that is being served; none means: go on as usual."""
    if fault.kind in ("hang", "late"):
        lms.switches.wait(fault.seconds)
        if fault.kind == "late":
            return None
    if fault.kind in ("hang", "drop"):
        raise _drop()
    if fault.kind in ("html", "500", "503"):
        status = (
            "200 OK"
            if fault.kind == "html"
            else {"500": "500 Internal Server Error", "503": "503 Service Unavailable"}[fault.kind]
        )
        return Response(answers.HTML, status=status, content_type="text/html; charset=utf-8")
    if fault.kind == "error_json":
        return answers.plain(
            200, "OK", {"error": "something went wrong", "errorcode": "generalexceptionmessage"}, "application/json"
        )
    if fault.kind == "409":
        return answers.plain(409, "Refusing score with an earlier timestamp for item and user", [], answers.SCORE)
    reasons = {
        "401": "Unauthorized",
        "403": "Forbidden",
        "404": "Not Found: Grade item doesn't exist",
        "429": "Too Many Requests",
    }
    refused = answers.refusal(int(fault.kind), reasons[fault.kind])
    if fault.kind == "429":
        refused.headers["Retry-After"] = fault.retry_after
    return refused


def _drop() -> Dropped:
    """End the connection of the request that is being served, where there is one."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
    return Dropped("the LMS dropped the connection")


def throw_before() -> Response | None:
    """Before a request is served: its latency, then its fault."""
    endpoint = request.endpoint or ""
    if lms.switches.latency and endpoint in SERVICES:
        lms.switches.wait(lms.switches.latency)
    fault = lms.switches.draw(endpoint, after=False)
    return strike(fault) if fault else None


def throw_after(answer: Response) -> Response:
    """After it was served: the answer may still be lost."""
    fault = lms.switches.draw(request.endpoint or "", after=True)
    return (strike(fault) or answer) if fault else answer


def show() -> dict[str, Any]:
    return lms.switches.as_told()


def change() -> dict[str, Any]:
    """POST /switches: any field of the switches by name, faults: [...], and reset, seed, rotate, withdraw, revoke."""
    wanted = request.get_json()
    if wanted.pop("reset", False):
        lms.switches.reset()
    for fault in wanted.pop("faults", []):
        lms.switches.fail(**fault)
    if "seed" in wanted:
        lms.switches.seed(wanted["seed"])
    if wanted.get("rotate"):
        lms.keys.rotate(keep_old=not wanted.get("withdraw"))
    if wanted.get("revoke"):
        lms.revoke_tokens()
    for each in fields(lms.switches):
        setattr(lms.switches, each.name, wanted.get(each.name, getattr(lms.switches, each.name)))
    return lms.switches.as_told()


def init_app(app: Flask, *, testing: bool) -> None:
    app.before_request(throw_before)
    app.after_request(throw_after)
    if testing:
        app.add_url_rule("/switches", "switches", show)
        app.add_url_rule("/switches", "change_switches", change, methods=["POST"])
