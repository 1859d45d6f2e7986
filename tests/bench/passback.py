"""How fast the worker drains scores to a platform that takes 20 ms a call, 8 at a time.

The floor is the same calls by bare threads without a database, in the same run; the bar is against 8 / 20 ms.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from courses.db import now
from courses.learning.models import Learner
from learn.accounts.models import User
from learn.app import create_app
from learn.extensions import db
from learn.lti import keys
from learn.lti.models import Deployment, LineItem, PlatformUser, Registration, ResourceLink
from learn.lti.services import ags, http
from learn.lti.services.http import Reach
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from learn.outbox.worker import Pace, Worker
from learn.passback import send
from learn.passback.models import Delivery, Score
from learn.web import writing
from tests import databases
from tests.bench.endpoint import LATENCY
from tests.bench.measuring import Row

CONCURRENCY = 8
COUNTS = {"small": 1500, "full": 10_000}
WARM_UP = 200
BAR = 0.7


def rows(count: int, *, postgres: str = "") -> list[Row]:
    """The row of the table; on PostgreSQL where an address is given."""
    databases.POSTGRES = postgres
    try:
        with tempfile.TemporaryDirectory() as folder, _platform() as url:
            app = _site(Path(folder), url, count)
            with app.app_context():
                floor = _bare(url, count)
                measured, cpu = _drain(app, count)
                db.session.remove()
                db.engine.dispose()
    finally:
        databases.POSTGRES = ""
    most = CONCURRENCY / LATENCY
    note = f"{cpu:.2f} CPU ms a score; {100 * measured / floor:.0f} % of bare threads"
    return [
        Row(
            f"passback of {count}", "postgresql" if postgres else "sqlite", measured, 0, 0, floor, measured / most,
            f">= {BAR} x {most:.0f}/s (8 calls of 20 ms)", measured >= BAR * most, "/s", note,
        )
    ]  # fmt: skip


@contextmanager
def _platform() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.endpoint"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        try:
            yield f"http://lms.localhost:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def _site(folder: Path, url: str, count: int) -> Flask:
    """A site with as many scores to send as are measured, and some to warm up."""
    databases.make_template(folder)
    app = create_app(databases.environment(folder))
    with app.app_context():
        with writing() as session:
            keys.ensure_tool_key(session)
            _fill(session, url, count)
        db.session.remove()
    return app


def _fill(session: Any, url: str, count: int) -> None:
    at = now()

    def add(model: Any, **row: Any) -> int:
        return int(session.execute(insert(model).returning(model.id), row).scalar_one())

    registration = add(
        Registration, name="LMS", issuer=url, client_id="c", auth_url=url, token_url=f"{url}/token", jwks_url=url,
        token_audience=None, frame_origins=[], is_active=True, takes_new_deployments=False, version=1, created_at=at,
    )  # fmt: skip
    deployment = add(Deployment, registration_id=registration, deployment_id="1", created_at=at)
    link = add(
        ResourceLink, deployment_pk=deployment, context_pk=None, resource_link_id="1", title="", target="/",
        lineitem_id=None, created_at=at,
    )  # fmt: skip
    item = add(
        LineItem, registration_id=registration, url_hash="0" * 64, url=f"{url}/lineitem?type_id=1",
        resource_link_pk=link, scopes=[ags.SCORE, ags.RESULT_READ], created_at=at,
    )  # fmt: skip
    score = {
        "line_item_id": item, "module_id": None, "course_id": None, "given": 100, "reached_at": at,
        "state": Delivery.QUEUED, "accepted": None, "accepted_at": None, "sent_as": None, "attempts": 0,
        "last_status": None, "last_error": "",
    }  # fmt: skip
    numbers = range(1, count + WARM_UP + 1)
    session.execute(insert(Learner), [{"id": n, "key": f"{n:032x}", "created_at": at} for n in numbers])
    person = {"name": "", "given_name": "", "email": None, "is_test": False, "created_at": at, "seen_at": at}
    session.execute(insert(User), [{"id": n, "learner_id": n, **person} for n in numbers])
    known = {"registration_id": registration, "created_at": at}
    session.execute(insert(PlatformUser), [{"id": n, "sub": str(n), "user_id": n, **known} for n in numbers])
    session.execute(insert(Score), [{"id": n, "platform_user_id": n, "learner_id": n, **score} for n in numbers])


def _drain(app: Flask, count: int) -> tuple[float, float]:
    """Scores a second through the worker, and CPU ms for each."""
    pace = replace(Pace(), concurrency=CONCURRENCY)
    _put(range(1, WARM_UP + 1))
    Worker(app, pace).run(once=True)
    _put(range(WARM_UP + 1, count + WARM_UP + 1))
    began, cpu = time.perf_counter(), time.process_time()
    Worker(app, pace).run(once=True)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    left = db.session.scalars(select(OutboxItem.id).where(OutboxItem.kind == send.KIND)).all()
    sent = db.session.scalars(select(Score.id).where(Score.state == Delivery.SENT)).all()
    assert not left and len(sent) == count + WARM_UP, (len(left), len(sent))
    return count / took, cpu * 1000 / count


def _put(numbers: range) -> None:
    with writing() as session:
        for n in numbers:
            queue.put(session, send.KIND, str(n), now(), lane="platform:1")


def _bare(url: str, count: int) -> float:
    """The same calls a second by as many threads that do nothing else."""
    reach, address = Reach(True, frozenset()), f"{url}/lineitem/scores?type_id=1"
    body = b'{"userId": "1", "scoreGiven": 100, "scoreMaximum": 100, "timestamp": "2026-11-24T09:12:00+00:00"}'
    headers = {"Authorization": f"Bearer {'0' * 32}", "Content-Type": ags.SCORE_TYPE, "Accept": "*/*"}

    def call(_: int) -> int:
        return http.call(reach, "POST", address, headers=headers, data=body).status

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(call, range(WARM_UP)))
        began = time.perf_counter()
        assert set(pool.map(call, range(count))) == {200}
        return count / (time.perf_counter() - began)
