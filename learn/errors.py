"""Refusals and failures as pages: in words, with what to do next and a reference code, never with a stack trace."""

import secrets
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from courses.errors import CourseError, Locked

log = structlog.get_logger("frontline.errors")


class FrontlineError(Exception):
    """A refusal that somebody reads: status, a stable code, a title, a message, what to do next."""

    status = 400
    code = "refused"
    title = "This cannot be done"
    way_on = ("Go to the home page", "/")
    "Where whoever is signed in goes from there: the words of a link, and its path."
    retry_after: int | None = None
    "Seconds after which the same may be tried again, for a 429."

    def __init__(self, message: str = "", *, next_steps: tuple[str, ...] = ()) -> None:
        super().__init__(self.code)
        self.message = message
        self.next_steps = next_steps


class Forbidden(FrontlineError):
    """The person may not do this; the message says who may."""

    status = 403
    code = "forbidden"
    title = "You cannot open this page"


class NotFound(FrontlineError):
    """There is no such page or thing."""

    status = 404
    code = "not_found"
    title = "Page not found"


class SignInNeeded(FrontlineError):
    """Nobody is signed in; leads to the sign-in page for a GET, says so for a POST."""

    status = 403
    code = "sign_in_needed"
    title = "Your session has ended"

    def __init__(self) -> None:
        super().__init__("Come in again from your learning platform.")


PLAIN = {
    400: ("This request could not be understood", "The address or the form is incomplete."),
    404: ("Page not found", "If you typed the address, check that it is correct. If you followed a link, it may be out of date."),
    405: ("This cannot be done this way", "The address exists, but not for what was asked of it."),
    413: ("The file is too big", "Choose a smaller file."),
    421: ("This site has another address", "Frontline does not answer under this name."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
}  # fmt: skip


def reference() -> str:
    """The code that a person can quote and that the log carries; the same for one request."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return str(g.reference)


def page(
    status: int, title: str, message: str, *, next_steps: tuple[str, ...] = (), ref: str | None = None,
    way_on: tuple[str, str] = FrontlineError.way_on,
) -> Response:  # fmt: skip
    """The error page as a response; to a page's script, which asks for JSON, the same words as {words}."""
    if request.accept_mimetypes.best == "application/json":
        answer: Response = jsonify(words=" ".join([message, *next_steps]))
        answer.status_code = status
        return answer
    text = render_template(
        "errors/error.html", status=status, title=title, message=message, next_steps=list(next_steps), reference=ref,
        way_on=way_on,
    )  # fmt: skip
    return Response(text, status=status, mimetype="text/html")


def _refused(error: FrontlineError) -> Response:
    answer = page(
        error.status, error.title, error.message, next_steps=error.next_steps, ref=reference(), way_on=error.way_on
    )
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _sign_in(error: SignInNeeded) -> Any:
    if request.method == "GET":
        target = None if request.path == "/" else request.full_path.removesuffix("?")
        return redirect(url_for("accounts.sign_in", reason=g.get("session_end"), next=target), 303)
    return page(
        403, error.title, "What you pressed was not saved.", next_steps=("Come in again from your learning platform, then try once more.",)
    )  # fmt: skip


def _course(error: CourseError) -> Response:
    status = 403 if isinstance(error, Locked) else 409
    return page(
        status, "This cannot be done yet" if status == 403 else "This cannot be done", error.message, ref=reference()
    )


def _csrf(error: CSRFError) -> Response:
    steps = (
        "Go back, load the page again and send the form once more.",
        "Copy long text first, so that it is not lost.",
    )
    message = "The form was too old, or somebody else has come in with this browser since."
    return page(400, "The form could not be accepted", message, next_steps=steps, ref=reference())


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    title, message = PLAIN.get(error.code, ("This cannot be done", error.name + "."))
    answer = page(error.code, title, message, ref=None if error.code == 404 else reference())
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _failed(error: Exception) -> Response:
    if current_app.testing:
        raise error
    # Only the kind and the place: an exception's text may hold what somebody typed or a platform said.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    log.error("failed", reference=reference(), error=type(error).__name__, place=place, endpoint=request.endpoint)
    steps = ("Try again in a few minutes.", "If it happens again, tell whoever runs this site and quote the reference.")
    return page(
        500,
        "Something went wrong here",
        "It is not your doing. What you did before is safe.",
        next_steps=steps,
        ref=reference(),
    )


def init_app(app: Flask) -> None:
    """Answer every failure with a page."""
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(FrontlineError, _refused)
    app.register_error_handler(CourseError, _course)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failed)
