"""Launches: the check of a message and the use of its login against bare PyJWT and driver; the whole warm POST.

A launch is measured with the login it answers already in the database, people, links and line item known, and the
person enrolled: what happens hundreds of times a morning. The work of a request lies around each, floors too, so that
both sides begin with equally cold caches.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import jwt
from flask import Flask, Response, request
from sqlalchemy import delete, event, insert
from werkzeug.test import EnvironBuilder, run_wsgi_app

from courses.db import now
from learn.accounts.models import LoginSession
from learn.config import settings
from learn.extensions import db
from learn.lti.launching import login
from learn.lti.launching.launch import PlatformLaunch
from learn.lti.models import LtiLogin
from learn.lti.services import http
from learn.lti.views import _platform_key
from learn.web import writing
from tests.bench import site
from tests.bench.measuring import ROUNDS, Row
from tests.learn.lti.platform import Answered, Platform, connect, key

COUNT = 300
"Launches a round."
PEOPLE = 50
MOST_RATIO, MOST_MS = 2.5, 3.0
TARGET = "/modules/module-3"


def rows() -> list[Row]:
    """Two rows, on SQLite: validation, and the whole warm POST."""
    with site.seeded("small", is_postgres=False) as made, _platform() as platform:
        with made.app.app_context():
            connect(db.session(), platform)
            db.session.remove()
        bench = Bench(made.app, platform)
        bench.round(bench.post)  # everybody is known from here on
        asked = platform.calls
        found = [_validation(bench), _whole(bench)]
        assert platform.calls == asked, "a warm launch asked the platform"
        return found


@contextmanager
def _platform() -> Iterator[Platform]:
    """A platform whose key set is served without a network."""
    made, real = Platform(), http.get_json
    http.get_json = made.get_json
    try:
        yield made
    finally:
        http.get_json = real


class Bench:
    """Launches ready to be posted, and ways to take them."""

    def __init__(self, app: Flask, platform: Platform) -> None:
        self.app, self.platform = app, platform
        with app.app_context():
            self.base_url = settings().base_url
        self.verifying = key("first").public_key()

    def ready(self) -> list[dict[str, Any]]:
        """COUNT launches, their logins in the database."""
        with self.app.app_context():
            made = [self._one(number) for number in range(COUNT)]
            with writing() as session:
                session.execute(insert(LtiLogin.__table__), [one["row"] for one in made])
            db.session.remove()
        return made

    def _one(self, number: int) -> dict[str, Any]:
        state, nonce = login.secrets.token_urlsafe(32), login.secrets.token_urlsafe(32)
        target = self.base_url + TARGET
        row = {
            "state_hash": login.hashed(state), "nonce_hash": login.hashed(nonce), "registration_id": 1,
            "target_link_uri": target, "expires_at": now() + timedelta(minutes=10),
        }  # fmt: skip
        token = self.platform.token(Answered(state, nonce, target, {}, ""), sub=f"person-{number % PEOPLE}")
        asked = EnvironBuilder(
            "/lti/launch", self.base_url, method="POST", data={"state": state, "id_token": token},
            headers={"Cookie": f"{login.cookie_of(state)}={state}"},
        )  # fmt: skip
        return {"row": row, "token": token, "environ": asked.get_environ()}

    def round(self, *ways: Callable[[dict[str, Any]], tuple[float, float]]) -> list[list[tuple[float, float]]]:
        """Take one round of launches in each way by turns; CPU and wall ms of every launch, by way."""
        found: list[list[tuple[float, float]]] = [[] for _ in ways]
        for number, one in enumerate(self.ready()):
            found[number % len(ways)].append(ways[number % len(ways)](one))
        return found

    def validate(self, one: dict[str, Any]) -> tuple[float, float]:
        """Check the message and use its login up, as the view does."""
        with self.app.request_context(one["environ"]):
            assert request.form and request.cookies
            began = _clocks()
            answer = PlatformLaunch(db.session(), self.base_url, _platform_key, now())
            launched = answer.check()
            with writing() as session:
                answer.consume(session, launched)
            return _since(began)

    def floor(self, driver: Any, one: dict[str, Any]) -> tuple[float, float]:
        """PyJWT with a key object, and one row deleted by the bare driver."""
        row = one["row"]
        with self.app.request_context(one["environ"]):
            assert request.form and request.cookies
            began = _clocks()
            platform = self.platform
            jwt.decode(
                one["token"], self.verifying, algorithms=["RS256"], audience=platform.client_id, issuer=platform.issuer
            )
            driver.execute("BEGIN IMMEDIATE")
            gone = driver.execute(
                "DELETE FROM lti_login WHERE state_hash = ? AND nonce_hash = ?", (row["state_hash"], row["nonce_hash"])
            )
            driver.execute("COMMIT")
            assert gone.rowcount == 1
            return _since(began)

    def post(self, one: dict[str, Any]) -> tuple[float, float]:
        """The whole POST through the application."""
        began = _clocks()
        _, status, headers = run_wsgi_app(self.app.wsgi_app, one["environ"], buffered=True)
        spent = _since(began)
        assert status.startswith("303") and headers["Location"].startswith(TARGET), (status, headers)
        return spent

    def bare(self, app: Flask, one: dict[str, Any]) -> tuple[float, float]:
        """The same POST through an application that only verifies and sends the same statements."""
        began = _clocks()
        _, status, _ = run_wsgi_app(app.wsgi_app, one["environ"], buffered=True)
        spent = _since(began)
        assert status.startswith("303")
        return spent


def _validation(bench: Bench) -> Row:
    with bench.app.app_context():
        raw = db.engine.raw_connection()
    spent, floor = _rounds(bench, bench.validate, partial(bench.floor, raw.driver_connection))
    raw.close()
    ratio = spent[0] / floor[0]
    return Row("launch: validation", "sqlite", *spent, floor[0], ratio, f"<= {MOST_RATIO} x floor", ratio <= MOST_RATIO)


def _whole(bench: Bench) -> Row:
    with bench.app.app_context():
        raw = db.engine.raw_connection()
    statements = _statements(bench)
    bare = _bare(bench, raw.driver_connection, statements)
    spent, floor = _rounds(bench, bench.post, partial(bench.bare, bare))
    raw.close()
    words = f"<= {MOST_MS} ms CPU, no outbound call"
    note = f"{len(statements)} statements"
    return Row(
        "launch: warm POST", "sqlite", *spent, floor[0], spent[0] / floor[0], words, spent[0] <= MOST_MS, note=note
    )


def _rounds(bench: Bench, *ways: Any) -> list[tuple[float, float, float]]:
    """Median CPU, p50 and p95 of wall ms, by way, over all rounds."""
    found: list[list[tuple[float, float]]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for all_of_way, of_round in zip(found, bench.round(*ways), strict=True):
            all_of_way += of_round
    return [_summary(each) for each in found]


def _summary(spent: list[tuple[float, float]]) -> tuple[float, float, float]:
    cpu, wall = (sorted(values) for values in zip(*spent, strict=True))
    return statistics.median(cpu), statistics.median(wall), wall[int(len(wall) * 0.95)]


def _statements(bench: Bench) -> list[tuple[str, Any]]:
    """What one warm launch says to the database."""
    found: list[tuple[str, Any]] = []
    with bench.app.app_context():
        engine = db.engine

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        found.append((statement, parameters))

    one = bench.ready()[0]
    event.listen(engine, "before_cursor_execute", note)
    try:
        bench.post(one)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with bench.app.app_context(), writing() as session:
        session.execute(delete(LoginSession))  # so that its row can be inserted again
    return [each for each in found if not each[0].startswith("BEGIN")]


def _bare(bench: Bench, driver: Any, statements: list[tuple[str, Any]]) -> Flask:
    app = Flask("bare")
    verifying, platform = bench.verifying, bench.platform

    @app.post("/lti/launch")
    def launch() -> Response:
        token = request.form["id_token"]
        jwt.decode(token, verifying, algorithms=["RS256"], audience=platform.client_id, issuer=platform.issuer)
        driver.execute("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            driver.execute(statement, parameters).fetchall()
        driver.execute("ROLLBACK")
        return Response(status=303, headers={"Location": TARGET})

    return app


def _clocks() -> tuple[int, int]:
    return time.process_time_ns(), time.perf_counter_ns()


def _since(began: tuple[int, int]) -> tuple[float, float]:
    cpu, wall = _clocks()
    return (cpu - began[0]) / 1e6, (wall - began[1]) / 1e6
