"""The content origin in a real browser: a learning platform frames the site, the site frames a package, each on its own host.

One server in a thread answers for all: the site as it is, with one page more that frames what it is told to and writes down
what the frame tells it; a platform round that page; and a host outside that writes down who reaches it.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from flask import Flask, Response, g, request
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from courses import publishing
from courses.catalogue import ModuleVersion, Origin, Unit
from courses.db import now
from courses.learning import learners
from courses.learning.models import Mode
from courses.storage import open_storage
from learn.app import create_app
from learn.content import opening
from learn.extensions import db
from learn.headers import csp_nonce
from learn.policy import Permission, permits
from learn.web import writing
from tests import databases
from tests.journeys.conftest import free_port
from tests.modules import make_theme

SCRIPT = """
const told = document.getElementById("told");
const all = [];
addEventListener("message", (event) => {
  if (event.source !== document.querySelector("iframe").contentWindow) return;
  all.push({ ...event.data, origin: event.origin });
  told.textContent = JSON.stringify(all);
});
"""


@dataclass
class Stage:
    """A running site with packages on it."""

    app: Flask
    port: int
    learner_id: int
    reached: list[str] = field(default_factory=list)
    "What the host outside was asked for."
    answered: threading.Condition = field(default_factory=threading.Condition)
    "Told of each request to the site, once it was answered."

    @property
    def site(self) -> str:
        return f"http://frontline.localhost:{self.port}"

    @property
    def lms(self) -> str:
        return f"http://lms.localhost:{self.port}"

    @property
    def outside(self) -> str:
        return f"http://outside.localhost:{self.port}"

    def bring(self, path: Path, **more: Any) -> Any:
        """Import and publish a file; its units."""
        with self.app.app_context(), writing() as session:
            make_theme(session)
            chosen = {"theme": "research-culture", "origin": Origin.AUTHOR, "now": now(), "slug": path.stem, **more}
            report = publishing.import_file(session, open_storage(self.app.config["FRONTLINE"].storage), path, **chosen)
            assert report.accepted, report.problems
            version_id = session.scalar(select(ModuleVersion.id).order_by(ModuleVersion.id.desc()).limit(1))
            publishing.publish(session, version_id, now())
            columns = select(Unit.id, Unit.kind, Unit.play, ModuleVersion.origin_label).join(ModuleVersion)
            return session.execute(columns.where(Unit.version_id == version_id).order_by(Unit.position)).all()

    def open(self, unit: Any, mode: Mode = Mode.LEARN) -> Any:
        """A player, opened for the learner."""
        with self.app.app_context(), writing() as session:
            return opening.open_play(
                session, unit, mode=mode, learner_id=self.learner_id, session_id=None, frame_origins=[self.lms], now=now()
            )  # fmt: skip

    def framed(self, opened: Any) -> str:
        """The address of the site's page that frames it, as the platform frames it."""
        return f"{self.site}/framing?src={quote(opened.address)}&sandbox={quote(opened.sandbox)}"

    def in_platform(self, opened: Any) -> str:
        """The address of the platform's page."""
        return f"{self.lms}/?src={quote(self.framed(opened))}"

    def ask(self, statement: Any) -> Any:
        """A value of the database."""
        with self.app.app_context():
            return db.session.execute(statement).first()

    def until(self, holds: Callable[[], Any], seconds: float = 10) -> bool:
        """Whether what is asked of the database comes to hold, looked at whenever the site has answered somebody."""
        with self.answered:
            return bool(self.answered.wait_for(holds, seconds))

    def _tell(self) -> None:
        with self.answered:
            self.answered.notify_all()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        host = environ["HTTP_HOST"].split(".")[0]
        if host == "outside":
            self.reached.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
            return Response("outside", headers={"Access-Control-Allow-Origin": "*"})(environ, start_response)
        if host in ("lms", "other-lms"):
            src = escape(dict(parse_qsl(environ["QUERY_STRING"])).get("src", ""))
            given = f'src="{src}" allow="fullscreen; autoplay" width="100%" height="800"'
            page = f'<!doctype html><title>Platform</title><iframe title="tool" {given}></iframe>'
            return Response(page, mimetype="text/html")(environ, start_response)
        return ClosingIterator(self.app(environ, start_response), self._tell)


@permits(Permission.ANYONE)
def _framing() -> Response:
    src, sandbox = request.args["src"], request.args["sandbox"]
    g.frame_src = "/".join(src.split("/")[:3])
    g.frame_origins = [f"http://lms.localhost:{request.host.rsplit(':', 1)[1]}"]
    given = f'src="{escape(src)}" sandbox="{escape(sandbox)}" allow="fullscreen; autoplay" width="100%" height="620"'
    frame = f'<iframe title="activity" {given}></iframe>'
    script = f'<script nonce="{csp_nonce()}">{SCRIPT}</script>'
    return Response(f'<!doctype html><title>Unit</title>{frame}<pre id="told">[]</pre>{script}', mimetype="text/html")


def told(page: Any) -> list[dict[str, Any]]:
    """What the frame has told the site's page."""
    frame = next(each for each in page.frames if "/framing?" in each.url)
    return json.loads(frame.locator("#told").inner_text())


@contextmanager
def served(folder: Path, **more: str) -> Iterator[Stage]:
    """A site with a learner, gone afterwards."""
    port = free_port()
    databases.make_template(folder)
    chosen = {
        **databases.environment(folder), "FRONTLINE_BASE_URL": f"http://frontline.localhost:{port}",
        "FRONTLINE_CONTENT_URL": f"http://{{label}}.content.localhost:{port}", **more,
    }  # fmt: skip
    app = create_app(chosen)
    app.add_url_rule("/framing", "framing", _framing)
    with app.app_context(), writing() as session:
        learner_id = learners.add(session, now())
    stage = Stage(app, port, learner_id)
    server = make_server("127.0.0.1", port, stage, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
