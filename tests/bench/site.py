"""A site to measure: a real database with many learners in many modules, made from a fixed seed."""

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import insert, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from courses.db import now
from courses.learning.models import Enrolment, Learner, Status
from learn import schema
from learn.app import create_app
from learn.extensions import db
from learn.lti import keys
from learn.web import writing
from tests import asked, databases
from tests.modules import WHOLE, make_module, make_theme
from tests.pages import PageClient
from tests.people import make_user

SEED = 20261124
SCALES = {"small": (200, 20), "full": (10_000, 100)}
"Learners and modules."
THEMES = ("research-culture", "patient-benefit", "clinical-care", "research-active-clinician", "shifting-landscape")


@dataclass
class Site:
    """A seeded site: its application, its modules, one learner to look through."""

    app: Flask
    database: str
    modules: list[Any]
    user: Any


@contextmanager
def seeded(scale: str, *, is_postgres: bool) -> Iterator[Site]:
    """A site with ``scale`` in it, gone afterwards."""
    with opened(is_postgres=is_postgres) as (app, database):
        with app.app_context():
            site = _fill(app, scale, database)
        yield site


@contextmanager
def opened(*, is_postgres: bool) -> Iterator[tuple[Flask, str]]:
    """An empty, migrated site and the name of its database, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if not is_postgres:
            os.environ.pop("FRONTLINE_TEST_POSTGRES", None)
        databases.POSTGRES = os.environ.get("FRONTLINE_TEST_POSTGRES", "") if is_postgres else ""
        databases.make_template(Path(folder))
        app = create_app({**databases.environment(Path(folder)), "FRONTLINE_IDLE_MINUTES": "600"})
        try:
            yield app, "postgresql" if is_postgres else "sqlite"
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def _fill(app: Flask, scale: str, database: str) -> Site:
    learners, modules = SCALES[scale]
    assert not schema.differences()
    folder = Path(app.config["FRONTLINE"].storage.removeprefix("file:"))
    make_themes()
    with writing() as session:
        keys.ensure_tool_key(session)
        made = [
            make_module(session, folder, WHOLE, slug=f"module-{n}", title=f"Module {n}", theme=THEMES[n % 5])
            for n in range(modules)
        ]
        user = make_user(session)
        session.execute(insert(Learner), [{"key": f"{n:032x}", "created_at": now()} for n in range(learners)])
    ids = db.session.scalars(select(Learner.id)).all()
    chance = random.Random(SEED)
    for start in range(0, len(ids), 500):
        with writing() as session:
            rows = [_enrolment(chance, learner_id, each) for learner_id in ids[start : start + 500] for each in made]
            session.execute(insert(Enrolment.__table__), rows)
    return Site(app, database, made, user)


def make_themes() -> None:
    """The five themes."""
    with writing() as session:
        for position, theme in enumerate(THEMES, 1):
            make_theme(session, theme, position)


def statements(call: Any) -> list[tuple[str, Any]]:
    """What one call asks of the database, statement by statement, the second time it is made."""
    call()
    return asked.with_values(call)


def asks(app: Flask, client: PageClient, path: str) -> Callable[[], Callable[[], None]]:
    """A way to make calls ready, each of which opens a page as the person of the client: only the WSGI call is measured."""
    kept = client.http.get_cookie(app.config["SESSION_COOKIE_NAME"], urlsplit(client.base_url).hostname or "")
    assert kept is not None
    headers = {"Accept-Encoding": "identity", "Cookie": f"{kept.key}={kept.value}"}

    def ready() -> Callable[[], None]:
        wanted = EnvironBuilder(path, client.base_url, headers=headers).get_environ()

        def call() -> None:
            _, status, _ = run_wsgi_app(app, wanted, buffered=True)
            assert status == "200 OK", f"{path}: {status}"

        return call

    return ready


def _enrolment(chance: random.Random, learner_id: int, module: Any) -> dict[str, Any]:
    done = chance.randrange(5)
    at = now() - timedelta(days=chance.randrange(300))
    return {
        "learner_id": learner_id, "module_id": module.id, "version_id": module.version_id,
        "status": Status.COMPLETED if done == 4 else Status.STARTED, "done": bytes([(1 << done) - 1]), "done_count": done,
        "done_weight": done, "best_score": 80 if done > 2 else None, "score_sum": 80 if done > 2 else 0, "score_count": int(done > 2),
        "last_position": min(4, done + 1), "started_at": at, "active_at": at, "completed_at": at if done == 4 else None,
    }  # fmt: skip
