"""The headers of every answer of the content origin, errors included: what a package can reach is decided here.

No ``X-Frame-Options``, which knows one origin only, and no ``unload=()``, since old packages save in ``unload``. Nothing
sets a cookie. Measured in Chromium 156: ``frame-ancestors`` is checked against every frame above, and an ancestor of an
opaque origin meets no source at all, not even ``*``; so files that are framed by opaque pages go without it.
"""

from collections.abc import Sequence

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

SAME_ORIGIN = "allow-same-origin "
SANDBOX = "sandbox allow-scripts {}allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads"
SOURCES = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; media-src 'self' data: blob:; "
    "frame-src 'self'; img-src 'self' data: blob:; form-action 'self'; base-uri 'self'; object-src 'none'"
)
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), fullscreen=(self), autoplay=(self)"
NO_STORE = "no-store"
FILES = "private, max-age=3600"


def policy(*, is_opaque: bool = False, ancestors: Sequence[str] | None = None, report_to: str = "") -> str:
    """The content security policy; ``ancestors`` are origins beside the host's own, None leaves the line out."""
    parts = [SANDBOX.format("" if is_opaque else SAME_ORIGIN), SOURCES]
    if ancestors is not None:
        parts.append(" ".join(["frame-ancestors", "'self'", *ancestors]))
    if report_to:
        parts.append(f"report-uri {report_to}")
    return "; ".join(parts)


def put(headers: Headers, csp: str, *, is_open: bool, caching: str = "") -> None:
    """Put on what every answer carries. ``is_open``: pages of an opaque origin may read it, as they have no other way."""
    headers["Content-Security-Policy"] = csp
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if is_open else "same-origin"
    if is_open:
        headers["Access-Control-Allow-Origin"] = "*"
    headers["Origin-Agent-Cluster"] = "?1"
    headers["Permissions-Policy"] = PERMISSIONS
    headers["X-Robots-Tag"] = "noindex"
    if caching:
        headers["Cache-Control"] = caching
    else:
        headers.setdefault("Cache-Control", NO_STORE)


def refused(status: int, words: str, **headers: str) -> Response:
    """A refusal in plain words."""
    return Response(words + "\n", status, headers, mimetype="text/plain")
