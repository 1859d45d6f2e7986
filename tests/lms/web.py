"""The Flask app around an LMS: its rooms, and the record of every request."""

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from tests.lms import choosing, launching, pages, switches
from tests.lms.recorder import Received
from tests.lms.services import answers, lineitems, members, results, scores, tokens

if TYPE_CHECKING:
    from tests.lms.platform import Lms


def make_app(lms: "Lms", *, testing: bool) -> Flask:
    app = Flask("tests.lms", static_url_path="/theme", template_folder="templates", static_folder="static")
    app.extensions["lms"] = lms
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _record(app, lms)
    switches.init_app(app, testing=testing)
    for room in (answers, tokens, lineitems, scores, results, members, choosing, launching, pages):
        room.init_app(app)
    return app


def _record(app: Flask, lms: "Lms") -> None:
    """Keep every request with its answer; a dropped connection has none."""

    def note(status: int, reason: str) -> None:
        path, query = request.path, request.query_string.decode()
        body = request.get_data(cache=True)
        lms.recorder.add(
            Received(
                g.at, request.endpoint or "", request.method, path, query, dict(request.headers), body, status, reason
            )
        )

    @app.before_request
    def arrive() -> None:
        g.at = lms.now()
        request.get_data(cache=True)

    @app.after_request
    def leave(answer: Response) -> Response:
        if request.endpoint != "static":
            note(answer.status_code, answer.status.partition(" ")[2])
        return answer

    @app.teardown_request
    def break_off(problem: BaseException | None) -> None:
        if isinstance(problem, switches.Dropped):
            note(0, "dropped")
