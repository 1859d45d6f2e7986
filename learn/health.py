"""For whoever watches the site: is the process up, is it ready, what does it count."""

import time
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import REGISTRY as HERE
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from sqlalchemy import text

from courses.db import now
from courses.storage import open_storage
from learn import schema
from learn.config import settings
from learn.errors import Forbidden
from learn.extensions import db
from learn.outbox import queue
from learn.policy import Permission, permits

bp = Blueprint("health", __name__)

LATE_SECONDS = 300
"A worker that leaves something due lying for longer is not ready."

REQUESTS = Counter("frontline_requests_total", "Requests by endpoint and status.", ["endpoint", "status"])
SECONDS = Histogram("frontline_request_seconds", "Seconds per request.", ["endpoint"])


@bp.get("/healthz")
@permits(Permission.ANYONE)
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@permits(Permission.ANYONE)
def readyz() -> tuple[Response, int]:
    """Database, migrations, storage and worker, each ok or in words; 503 when one is not."""
    checks = {name: check() for name, check in CHECKS.items()}
    is_ready = all(check == "ok" for check in checks.values())
    return jsonify(status="ok" if is_ready else "not ready", **checks), 200 if is_ready else 503


def database() -> str:
    """Whether the database answers: ok, or in words what is wrong; the three below say so too."""
    try:
        db.session.execute(text("select 1"))
    except Exception as error:  # whatever a driver raises, the answer is the same
        return f"cannot be reached ({type(error).__name__})"
    return "ok"


def migrations() -> str:
    """Whether the database is at the newest migration."""
    try:
        schema.check(current_app._get_current_object())  # type: ignore[attr-defined]
    except schema.SchemaError as error:
        return str(error)
    return "ok"


def storage() -> str:
    """Whether uploads have a place."""
    if not settings().folder.is_dir():
        return "the data folder is missing"
    return open_storage(settings().storage).trouble() or "ok"


def worker() -> str:
    """Whether what is due gets done."""
    try:
        waiting = queue.waiting(db.session(), now())
    except Exception as error:
        return f"unknown ({type(error).__name__})"
    if waiting.oldest_seconds > LATE_SECONDS:
        return f"something has been due for {int(waiting.oldest_seconds)} seconds: is a worker running?"
    return "ok"


CHECKS = {"database": database, "migrations": migrations, "storage": storage, "worker": worker}
"What has to be well for the site to work; `frontline doctor` looks at the same."


@bp.get("/metrics")
@permits(Permission.ANYONE)
def metrics() -> Response:
    """Prometheus text, for the token or for a caller on this machine that no proxy stands in front of."""
    token = settings().metrics_token
    has_token = bool(token) and request.headers.get("Authorization") == f"Bearer {token}"
    is_local = request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not (has_token or is_local):
        raise Forbidden("Metrics are for the token, or for this machine.")
    return Response(generate_latest(_registry()) + _outbox_lines(), mimetype="text/plain")


def _registry() -> Any:
    """All processes' numbers when `frontline web` started several, else this one's."""
    try:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        return HERE
    return registry


def _outbox_lines() -> bytes:
    waiting = queue.waiting(db.session(), now())
    lines = (
        "# HELP frontline_outbox_waiting Items that wait for a worker.",
        "# TYPE frontline_outbox_waiting gauge",
        f"frontline_outbox_waiting {waiting.count}",
        "# HELP frontline_outbox_oldest_seconds Seconds for which the oldest due item has waited.",
        "# TYPE frontline_outbox_oldest_seconds gauge",
        f"frontline_outbox_oldest_seconds {waiting.oldest_seconds:.0f}",
    )
    return ("\n".join(lines) + "\n").encode()


def count_requests(app: Flask) -> None:
    """Count every answer by endpoint, never by address."""

    @app.after_request
    def _count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response
