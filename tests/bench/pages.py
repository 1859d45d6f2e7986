"""Home, module and unit pages against "Flask hello plus a constant page of the same size plus the bare driver queries"."""

from typing import Any

from flask import Flask, Response

from learn.extensions import db
from tests.bench.measuring import Row, timed
from tests.bench.site import Site, statements
from tests.pages import PageClient
from tests.people import sign_in

MOST_QUERIES = 8
BARS = {"sqlite": 2.5}
"Milliseconds of application CPU on a quiet machine."


def rows(site: Site) -> list[Row]:
    """The three pages that are opened all the time, and the key set that platforms read."""
    with site.app.app_context():
        client = sign_in(PageClient(site.app), site.user.id)
        module = site.modules[len(site.modules) // 2]
        paths = {
            "key set": "/lti/jwks.json",
            "hub": "/",
            "module page": f"/modules/{module.slug}",
            "unit page": f"/modules/{module.slug}/units/2",
        }
        db.session.remove()
        return [_row(site, client, name, path) for name, path in paths.items()]


def _row(site: Site, client: PageClient, name: str, path: str) -> Row:
    environ = {"base_url": client.base_url, "headers": {"Accept-Encoding": "identity"}}

    def call() -> Any:
        answer = client.http.get(path, **environ)
        assert answer.status_code == 200
        return answer

    asked = statements(call)
    page = call().get_data()
    spent = timed(call)
    floor = _floor(page, asked)
    bar = BARS.get(site.database)
    is_met = len(asked) <= MOST_QUERIES and (bar is None or spent.cpu <= bar)
    words = f"<= {bar} ms CPU, <= {MOST_QUERIES} queries" if bar else f"<= {MOST_QUERIES} queries"
    return Row(
        name,
        site.database,
        spent.cpu,
        spent.p50,
        spent.p95,
        floor,
        spent.cpu / floor,
        words,
        is_met,
        note=f"{len(asked)} queries, {len(page) // 1024} KB",
    )


def _floor(page: bytes, asked: list[tuple[str, Any]]) -> float:
    """The same statements by the bare driver, and the same bytes as a constant, through an empty Flask application."""
    raw = db.engine.raw_connection()
    bare = Flask("bare")

    @bare.get("/")
    def constant() -> Response:
        cursor = raw.cursor()
        for statement, parameters in asked:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        return Response(page, mimetype="text/html")

    client = bare.test_client()
    try:
        return timed(lambda: client.get("/").get_data()).cpu
    finally:
        raw.close()
