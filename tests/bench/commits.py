"""What a SCORM commit costs: around the WSGI call, against the same statements by the bare driver through an empty Flask."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from learn.extensions import db
from tests import asked
from tests.bench import crowd
from tests.bench.measuring import Row, by_turns
from tests.bench.site import Site

MOST_CPU = {"sqlite": 1.5}
"Milliseconds of application CPU on a quiet machine."


def rows(site: Site, plays: list[Any]) -> list[Row]:
    """One commit after the other, and all the learners at once."""
    db.session.remove()
    counts = [0] * len(plays)
    for _ in plays:
        _ready(site.app, plays, counts)()  # the first of a try says more than those that follow
    raw = db.engine.raw_connection()
    bare = _bare(raw.driver_connection, asked.with_values(lambda: _ready(site.app, plays, counts)()))
    spent, floor = by_turns(lambda: _ready(site.app, plays, counts), lambda: _ready(bare, plays, [0] * len(plays)))
    raw.close()
    bar = MOST_CPU.get(site.database)
    alone = Row(
        "SCORM commit", site.database, spent.cpu, spent.p50, spent.p95, floor.cpu, spent.cpu / floor.cpu,
        f"<= {bar} ms CPU" if bar else "-", bar is None or spent.cpu <= bar,
    )  # fmt: skip
    return [alone, crowd.row(site, plays, counts, _message)]


def _message(n: int) -> bytes:
    changed = {"cmi": {"core": {"lesson_location": f"page-{n}"}, "suspend_data": f"{n:04d}" * 500}}
    return json.dumps({"seq": n, "changed": changed, "seconds": n}).encode()


def _ready(app: Flask, plays: list[Any], counts: list[int]) -> Callable[[], None]:
    """The next message of the learner who has sent the fewest, ready to be posted."""
    which = counts.index(min(counts))
    counts[which] += 1
    path = urlsplit(plays[which].address).path.removesuffix("player") + "commit"
    posted = EnvironBuilder(
        path, plays[which].frame_source, method="POST", data=_message(counts[which]), content_type="text/plain"
    ).get_environ()

    def post() -> None:
        _, status, _ = run_wsgi_app(app, posted, buffered=True)
        assert status == "200 OK", status

    return post


def _bare(driver: Any, statements: list[tuple[str, Any]]) -> Flask:
    """Takes the same message, sends the same statements in one transaction, and gives an answer of the same kind."""
    app = Flask("bare")
    begin = "BEGIN IMMEDIATE" if isinstance(driver, sqlite3.Connection) else "BEGIN"

    @app.post("/c/<token>/commit")
    def commit(token: str) -> Response:
        message = json.loads(request.get_data())
        cursor = driver.cursor()
        cursor.execute(begin)
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
        cursor.execute("COMMIT")
        return Response(json.dumps({"ok": True, "seq": message["seq"]}), mimetype="application/json")

    return app
