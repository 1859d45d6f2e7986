"""What views share: the one way to write, the names that every page uses, one line of log per request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, current_app, g, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from learn.config import settings
from learn.extensions import WRITES, db

log = structlog.get_logger("frontline.request")

HIGHEST = 2**63 - 1
"The biggest number that a database keeps as one."
SECTIONS = {
    "player": "Learn", "stories": "Stories", "forum": "Forum", "discussion": "Forum", "moderation": "Moderate",
    "teaching": "My learners", "authoring": "Authoring", "admin": "Admin",
}  # fmt: skip
"Entry of the navigation that each room belongs to."
ANY_HOST = {"health.healthz", "health.readyz", "health.metrics"}


@contextmanager
def writing() -> Iterator[Session]:
    """Close the read and open a transaction that writes: committed on leaving, rolled back on an exception.

    SQLite takes its write lock at BEGIN (``BEGIN IMMEDIATE``), so a writer waits instead of failing half-way.
    """
    session = db.session()
    session.rollback()
    session.connection(execution_options={WRITES: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def local_path(value: str | None, default: str = "/") -> str:
    """A path of this site, or the default: nothing that a link could use to lead elsewhere."""
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")) or "\\" in value:
        return default
    parts = urlsplit(value)
    return value if not parts.scheme and not parts.netloc and value.isprintable() else default


def is_in_a_frame() -> bool:
    """Whether this page is shown in another page: the browser's word (Fetch Metadata), else the launch's."""
    where = request.headers.get("Sec-Fetch-Dest")
    if where in ("iframe", "frame", "document"):
        return where != "document"
    return bool(getattr(current_user, "is_embedded", False))


class Key(IntegerConverter):
    """A number in an address; one that no database could keep is the highest, which is nobody's."""

    def to_python(self, value: str) -> int:
        return min(int(super().to_python(value[:20])), HIGHEST)


def _nav() -> list[dict[str, Any]]:
    if not current_user.is_authenticated:
        return []
    section = (request.endpoint or "").split(".")[0]
    here = {"hub.resources": "Resources", "hub.home": "Home", "progress.mine": "My progress"}.get(
        request.endpoint or ""
    )
    here = here or SECTIONS.get(section)
    entries = [
        ("Home", "hub.home"),
        ("Learn", "player.learn"),
        ("Stories", "stories.listed"),
        ("Forum", "forum.themes"),
        ("Resources", "hub.resources"),
        ("My progress", "progress.mine"),
    ]
    if current_user.roles & {"facilitator", "administrator"} and current_user.id is not None:
        entries.append(("Moderate", "moderation.queue"))
    if current_user.teaches:
        entries.append(("My learners", "teaching.contexts"))
    if current_user.roles & {"author", "administrator"} and current_user.id is not None:
        entries.append(("Authoring", "authoring.home"))
    if "administrator" in current_user.roles:
        entries.append(("Admin", "admin.platforms"))
    counts = current_app.extensions["frontline_waiting"]
    return [
        {
            "label": label, "url": url_for(endpoint), "is_current": label == here,
            "count": counts[endpoint]() if endpoint in counts else 0,
        }
        for label, endpoint in entries
    ]  # fmt: skip


def _names() -> dict[str, Any]:
    """The names that every template may use."""
    chosen = settings()
    known = current_user.is_authenticated
    return {
        "site": {"name": chosen.site_name, "operator": chosen.operator, "contact": chosen.contact, "logo": chosen.logo},
        # The person, not the proxy, which looks them up again for each name that a template asks.
        "me": current_user._get_current_object(),
        "nav": _nav(),
        "is_embedded": is_in_a_frame(),
        "idle_seconds": chosen.idle_seconds if known else 0,
        "platform_name": current_user.platform_name if known else None,
        "comes_back_to": _this_page() if known else "/",
    }


def _this_page() -> str:
    """This page's address for whoever comes back to it; home where a form was sent to an address that shows nothing."""
    if request.method == "GET":
        return request.full_path.removesuffix("?")
    return request.path if current_app.url_map.bind("").test(request.path, "GET") else "/"


def _check_host() -> None:
    """Answer only under our own name; what is asked of the content's hosts never comes here (``learn.content``)."""
    g.began = time.perf_counter()
    if request.endpoint not in ANY_HOST and request.host.lower() != settings().host:
        abort(421)


def _log(response: Response) -> Response:
    # The rule, not the address: an address may hold a ticket or what somebody searched for.
    rule = request.url_rule.rule if request.url_rule else "-"
    spent = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
    log.info(
        "request", method=request.method, rule=rule, status=response.status_code, ms=spent, reference=g.get("reference")
    )
    return response


def init_app(app: Flask) -> None:
    """Check the host first, then serve; log last."""
    app.url_map.converters["int"] = Key
    app.before_request(_check_host)
    app.after_request(_log)
    app.context_processor(_names)
