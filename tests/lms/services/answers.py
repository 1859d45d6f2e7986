"""How every service answers and refuses, and what it asks of a request before anything else."""

import json
from typing import Any

from flask import Flask, Response, request

from tests.lms.current import lms

ROOT = "/mod/lti/services.php"
LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope"
SCOPES = {
    "lineitem": f"{_AGS}/lineitem",
    "lineitem.readonly": f"{_AGS}/lineitem.readonly",
    "result.readonly": f"{_AGS}/result.readonly",
    "score": f"{_AGS}/score",
    "members": "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
}
"Short name -> scope."


HTML = "<!DOCTYPE html>\n<html lang='en'><head><title>Error | learn</title></head><body><h1>Error</h1></body></html>"
"The page that the platform shows when it fails."


class Refused(Exception):
    """A service refuses; ``answer`` is what it says."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def plain(status: int, reason: str, body: Any, media_type: str) -> Response:
    """An answer with a reason phrase of its own. Signs that no header may hold are taken out of the phrase."""
    phrase = "".join(sign for sign in reason if sign >= " ").encode().decode("latin-1")
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(text, status=f"{status} {phrase}", content_type=f"{media_type}; charset=utf-8")


def refusal(status: int, reason: str) -> Response:
    """The platform's own error object, which tells the request back."""
    return plain(
        status, reason.rstrip(), {"status": status, "reason": reason, "request": _told_back()}, "application/json"
    )


def refuse(status: int, reason: str) -> Refused:
    return Refused(refusal(status, reason))


def expect(media_type: str | None, *scopes: str) -> None:
    """Refuse a request of the wrong media type (400), then one without a token that holds one of the scopes (401).

    A GET says the type in Accept, a POST or PUT in Content-Type; ``*/*`` is no type.
    """
    told = _told_back()
    if media_type:
        is_read = request.method == "GET"
        if is_read and told["accept"] == "*/*":
            raise refuse(400, "No context or unsupported content type")
        if (told["accept"] if is_read else told["contentType"]) != media_type:
            accept = "" if told["accept"] == "*/*" else told["accept"]
            raise refuse(400, f"No handler found for {request.path.removeprefix(ROOT)} {accept} {told['contentType']}")
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not lms.is_granted(token, {SCOPES[scope] for scope in scopes}):
        raise refuse(401, "Unauthorized")


def number(value: float) -> int | float:
    """Whole numbers without a point, as PHP writes them."""
    return int(value) if float(value).is_integer() else value


def _told_back() -> dict[str, str]:
    accept = request.headers.get("Accept", "").split(";")[0].strip()
    content_type = request.headers.get("Content-Type", "").split(";")[0].strip()
    where = request.path + (f"?{request.query_string.decode()}" if request.query_string else "")
    return {"method": request.method, "url": where, "accept": accept, "contentType": content_type}


def init_app(app: Flask) -> None:
    app.register_error_handler(Refused, lambda refused: refused.answer)
