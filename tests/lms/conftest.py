"""An LMS furnished like the recorded one, at the recorded moment, and a client that calls its services."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.lms.keys import Key, new_key
from tests.lms.platform import Lms, create_lms
from tests.lms.services.answers import LINE_ITEM, LINE_ITEMS, MEMBERS, RESULTS, ROOT, SCORE
from tests.lms.state import INSTRUCTOR

START = datetime(2026, 11, 22, 6, 14, 16, 500_000, tzinfo=UTC)
ITEMS = "/2/lineitems"
ITEM = "/2/lineitems/16/lineitem"
COUPLED, WITH_PASS_GRADE = "16", "17"


class Clock:
    """The LMS's time, which only a test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at.timestamp()

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def stamp(self, seconds: float = 0) -> str:
        """A score's timestamp so many seconds from now."""
        return (self.at + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Caller:
    """Calls the services as the tool does; ``token`` is sent unless another is given."""

    def __init__(self, lms: Lms, clock: Clock) -> None:
        self.lms, self.clock, self.token = lms, clock, lms.grant()
        self.http: FlaskClient = create_lms(lms).test_client()

    def call(self, method: str, path: str, *, token: str | None = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        separator = "&" if "?" in path else "?"
        place = f"{ROOT}{path}{separator}type_id=1"
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.http.open(place, method=method, base_url=self.lms.url, headers=headers, **more)

    def read(self, path: str, media_type: str | None = None, **more: Any) -> TestResponse:
        kinds = {"lineitems": LINE_ITEMS, "lineitem": LINE_ITEM, "results": RESULTS, "memberships": MEMBERS}
        accept = media_type or kinds[path.partition("?")[0].rpartition("/")[2]]
        return self.call("GET", path, headers={"Accept": accept, **more.pop("headers", {})}, **more)

    def write(self, method: str, path: str, body: Any, media_type: str = LINE_ITEM, **more: Any) -> TestResponse:
        data = body if isinstance(body, str) else json.dumps(body)
        return self.call(method, path, data=data, content_type=media_type, **more)

    def score(
        self, points: Any = None, *, item: str = COUPLED, media_type: str = SCORE, **changes: Any
    ) -> TestResponse:
        """Post a score for person 5, stamped now; a change to None leaves a field out."""
        told = {
            "timestamp": self.clock.stamp(), "activityProgress": "Completed", "gradingProgress": "FullyGraded",
            "userId": "5", "scoreGiven": points, "scoreMaximum": None if points is None else 100,
        } | {name: value for name, value in changes.items() if name not in ("token", "raw")}  # fmt: skip
        body = changes.get("raw") or {name: value for name, value in told.items() if value is not None}
        path = f"{ITEMS}/{item}/lineitem/scores"
        return self.write("POST", path, body, media_type, token=changes.get("token"))

    def results(self, item: str = COUPLED, query: str = "") -> list[dict[str, Any]]:
        return list(self.read(f"{ITEMS}/{item}/lineitem/results{query}").json)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lms(clock: Clock) -> Lms:
    """Course 2 with teacher 3, learners 5 to 7, ten activities (line items from 16 on; the second has a pass grade)."""
    made = Lms("https://lms.example", "https://tool.example", client_id="PUy6FGYcvX2B0UG", testing=True)
    made.now = clock
    made.enrol(made.course, made.add_person("Tess", "Teacher", id="3"), INSTRUCTOR)
    made.add_person("Ann", "Administrator", id="4", is_administrator=True)
    for number in (5, 6, 7):
        made.add_learner(made.course, f"Lee{number - 4}", f"Learner{number - 4}", id=str(number))
    for number in range(1, 11):
        more = {"pass_grade": 50.0} if number == 2 else {}
        made.add_activity(
            f"Module {number}", f"/modules/m{number}", resource_id=f"mod-{number}", tag="progress", **more
        )
    return made


@pytest.fixture
def caller(lms: Lms, clock: Clock) -> Caller:
    return Caller(lms, clock)


@pytest.fixture(scope="session")
def tool_key() -> Key:
    """The tool's key, for assertions."""
    return new_key()
