"""The link in each mail of a notice that stops mail of its kind (RFC 8058): works signed out, by POST alone.

Mail scanners open links, so opening it shows a button and does nothing. A mail program posts to the same address without
asking; it follows no redirect, so the answer to the POST is the page itself. Nothing is read of what is posted, and a mail
that was stopped before writes nothing: however often it is pressed, it costs one select.
"""

from typing import Any

from flask import abort, make_response, render_template, request

from learn.errors import FrontlineError
from learn.extensions import csrf, db
from learn.notifications import choices
from learn.notifications.kinds import KINDS
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

MOST_BYTES = 4096
"Of what a mail program posts, which is 26."


class NoSuchLink(FrontlineError):
    """The link was cut off, or is not one of ours."""

    status = 404
    code = "no_such_link"
    title = "This link does not work"


@bp.get("/mail/stop/<token>")
@permits(Permission.ANYONE)
def stop_page(token: str) -> Any:
    """Ask, and do nothing yet."""
    _, kind = _read(token)
    return _page(kind, token=token, is_stopped=False)


@bp.post("/mail/stop/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def stop_mail(token: str) -> Any:
    """Switch mail of a kind off; the token is all that a mail program sends."""
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    user_id, kind = _read(token)
    owner = choices.whose(db.session(), user_id)
    if owner is not None and choices.wants(db.session(), owner, kind):
        with writing() as session:
            choices.choose(session, owner, [kind], set())
    return _page(kind, token=token, is_stopped=True)


def _read(token: str) -> tuple[int, str]:
    found = choices.read_token(token)
    if found is None:
        steps = (
            "Copy the whole link from the email.",
            "Or sign in and choose under Your account, Notices, what you get by email.",
        )
        raise NoSuchLink("Part of it is missing, or it was made by another site.", next_steps=steps)
    return found


def _page(kind: str, **more: Any) -> Any:
    answer = make_response(render_template("people/notices/stop.html", kind=KINDS[kind].label, **more))
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address holds the token
    return answer
