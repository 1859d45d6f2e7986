"""What a play sends: commits, H5P's own messages, signs of life, and reports of what its policy refused.

No token of a form is asked for: the capability in the address is what nobody else has, and no cookie comes along.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import bindparam, select
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from courses.db import now
from courses.errors import CourseError
from courses.learning import attempts, plays
from courses.learning.attempts import Commit
from courses.learning.models import Mode, Play
from learn.accounts import sessions
from learn.content import answers, rates
from learn.extensions import db
from learn.passback import report
from learn.web import writing

log = structlog.get_logger("frontline.content")

BIGGEST = 1024 * 1024
"Bytes of a message."
HIGHEST = 2**31 - 1
LONGEST_SECONDS = 12 * 3600
_SESSION = select(Play.session_id).where(Play.id == bindparam("play_id"))


def answer(request: Request, play: Any, token: str, rest: str) -> tuple[str, Response]:
    """The rule for the log, and the answer to a message."""
    methods = ROUTES.get(rest)
    if methods is None:
        return "-", answers.refused(404, "There is nothing here.")
    act = methods.get(request.method)
    if act is None:
        return rest, answers.refused(405, "The address exists, but not for this.", Allow=", ".join(methods))
    if not rates.allows(play.id):
        return rest, said(429, "Too many messages at a time.")
    request.max_content_length = request.max_form_memory_size = BIGGEST
    try:
        return rest, act(request, play, token)
    except RequestEntityTooLarge:
        return rest, said(413, "The message is bigger than 1MB.")
    except (ValueError, TypeError, RecursionError):
        return rest, said(400, "The message could not be read.")


def said(status: int, words: str = "", **more: Any) -> Response:
    """An answer in JSON, with what scorm-again looks for (``result``, ``errorCode``)."""
    is_ok = status < 400
    told = {
        "ok": is_ok,
        "result": is_ok,
        "errorCode": 0 if is_ok else 391,
        **({"message": words} if words else {}),
        **more,
    }
    return Response(json.dumps(told), status, mimetype="application/json")


def ended() -> Response:
    """The answer to a message of a play that is over or unknown."""
    return said(404, "This has been closed.")


def keep_alive(play: Any) -> None:
    """Let a play that is used live on; a write every few minutes at most."""
    at = now()
    if plays.is_due(play.expires_at, at):
        with writing() as session:
            plays.keep_alive(session, play.id, at)


def _read(request: Request) -> Any:
    """JSON of whatever media type; ValueError for anything else, NaN and Infinity included, which no database keeps."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    return json.loads(request.get_data(), parse_constant=refuse)


def _commit(request: Request, play: Any, token: str) -> Response:
    message = _read(request)
    if not isinstance(message, dict) or not isinstance(message.get("changed", {}), dict):
        raise ValueError("not a message")
    seq, seconds = message.get("seq"), message.get("seconds")
    if seq is not None and not 0 < int(seq) <= HIGHEST:
        raise ValueError("not a number of a message")
    told = Commit(
        seq=None if seq is None else int(seq),
        changed=message.get("changed", {}),
        seconds=None if seconds is None else max(0, min(int(seconds), LONGEST_SECONDS)),
        is_final=message.get("is_final") is True,
    )
    return _keep(play, told)


def _keep(play: Any, message: Commit) -> Response:
    """Keep a message and report what it means for the platforms, in one transaction; a preview keeps nothing."""
    if play.mode is not Mode.LEARN:
        return said(200, seq=message.seq or 0, completed=False)
    at = now()
    try:
        with writing() as session:
            done = attempts.commit(session, play, message, at)
            if done.recorded is not None:
                report.report(session, play.learner_id, done.recorded, at)
    except CourseError as refusal:
        return said(getattr(refusal, "status", 409), refusal.message)
    completed = done.recorded is not None and done.recorded.unit_completed
    return said(200, seq=done.seq, completed=completed)


def _finish(request: Request, play: Any, token: str) -> Response:
    """H5P's own message at its end (H5P core, ``setFinished``): contentId, score, maxScore, opened, finished, time."""
    finish = {name: float(request.form[name]) for name in ("score", "maxScore") if name in request.form}
    return _keep(play, Commit(None, {"finish": finish}))


def _state(request: Request, play: Any, token: str) -> Response:
    """What H5P kept for a part of its content: {success, data}, false for nothing."""
    by_type = attempts.initial(db.session(), play).get("state", {}).get(request.args.get("sub", "0"), {})
    return said(200, success=True, data=by_type.get(request.args.get("t", "state"), False))


def _put_state(request: Request, play: Any, token: str) -> Response:
    """Keep it; "0" forgets it (H5P core, ``deleteUserData``)."""
    kept = request.form.get("data", "0")
    part = {request.args.get("sub", "0"): {request.args.get("t", "state"): None if kept == "0" else kept}}
    answer = _keep(play, Commit(None, {"state": part}))
    return answer if answer.status_code >= 400 else said(200, success=True)


def _alive(request: Request, play: Any, token: str) -> Response:
    """A player in sight: it lives on, and so does the session that opened it while somebody does something there."""
    message = _read(request)
    keep_alive(play)
    if isinstance(message, dict) and message.get("active") is True:
        session_id = db.session.execute(_SESSION, {"play_id": play.id}).scalar()
        if session_id is not None:
            with writing() as session:
                sessions.stay(session, session_id, now())
    return said(200)


def _end(request: Request, play: Any, token: str) -> Response:
    with writing() as session:
        plays.end(session, token, now())
    return said(200)


def _refused(request: Request, play: Any, token: str) -> Response:
    """A report of the browser (CSP 3, 5.3): of what the package wanted only the host is noted."""
    told = _read(request)
    about = told.get("csp-report") if isinstance(told, dict) else None
    blocked = about.get("blocked-uri") if isinstance(about, dict) else None
    host = urlsplit(str(blocked)).hostname or str(blocked)[:20]
    log.info("refused-host", host=host[:253], version=play.version_id)
    return Response(status=204)


ROUTES = {
    "commit": {"POST": _commit},
    "snap": {"POST": _commit},
    "seen": {"POST": _commit},
    "h5p/finish": {"POST": _finish},
    "h5p/state": {"GET": _state, "POST": _put_state},
    "alive": {"POST": _alive},
    "end": {"POST": _end},
    "csp": {"POST": _refused},
}
