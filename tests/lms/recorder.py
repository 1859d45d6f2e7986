"""Every request the LMS received and what it answered, for assertions and for the demo's log."""

import json
from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import Any
from urllib.parse import parse_qs

MOST = 50_000
"The oldest requests are forgotten beyond this many."


@dataclass(frozen=True)
class Received:
    """One request. ``kind``: the endpoint (score, token, certs, auth, lineitems, lineitem, results, members, pages…);
    ``status`` 0: no answer was given because the connection was dropped."""

    at: float
    kind: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    reason: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Recorder:
    """The list of them. Reading takes a copy, so that a test may look while the LMS serves."""

    def __init__(self) -> None:
        self._lock = Condition()
        self._all: deque[Received] = deque(maxlen=MOST)

    def add(self, received: Received) -> None:
        with self._lock:
            self._all.append(received)
            self._lock.notify_all()

    def all(self) -> list[Received]:
        with self._lock:
            return list(self._all)

    def of(self, *kinds: str) -> list[Received]:
        return [each for each in self.all() if each.kind in kinds]

    def wait_for(self, kind: str, number: int, seconds: float) -> bool:
        """Wait until so many requests of a kind are here; whether they came in time."""
        with self._lock:
            return self._lock.wait_for(lambda: sum(each.kind == kind for each in self._all) >= number, seconds)

    def count(self, *kinds: str) -> int:
        return len(self.of(*kinds))

    def scores(self, person_id: str | None = None, *, accepted: bool | None = None) -> list[dict[str, Any]]:
        """The bodies of the scores posted, in order of arrival; those of one person, or those taken or refused."""
        found = []
        for each in self.of("score"):
            try:
                body = each.json
            except ValueError:
                continue
            if accepted is not None and (each.status == 200) is not accepted:
                continue
            if person_id is None or body.get("userId") == person_id:
                found.append(body)
        return found

    def clear(self) -> None:
        with self._lock:
            self._all.clear()
