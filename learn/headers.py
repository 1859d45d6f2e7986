"""Security headers on every answer, with a content security policy whose nonce is made only when a page asks for it.

``frame-ancestors`` names only the frame origins of the session's registration; create_app hands in how to find them.
"""

import secrets
from collections.abc import Callable

from flask import Flask, Response, g, request

FrameOrigins = Callable[[], list[str]]

SELF = "'self'"
NONE = "'none'"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"


def csp_nonce() -> str:
    """This answer's nonce; the CSRF refusal runs before our own hooks, so it cannot be made in one."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _policy(origins: list[str]) -> str:
    script = f"'self' 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'self'"
    form_action = g.get("form_action", "'self'")
    return (
        f"default-src 'self'; script-src {script}; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        f"connect-src 'self'; form-action {form_action}; base-uri 'none'; object-src 'none'; "
        f"frame-src {g.get('frame_src', NONE)}; "
        f"frame-ancestors {' '.join([SELF, *origins])}"
    )


def init_app(app: Flask, frame_origins: FrameOrigins) -> None:
    """Put the headers on every answer of the app origin."""

    def _add(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers["Permissions-Policy"] = PERMISSIONS
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
        headers.setdefault("Cache-Control", "no-store")
        if app.config["FRONTLINE"].is_production:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if "Content-Security-Policy" not in headers and (response.mimetype == "text/html" or request.endpoint is None):
            headers["Content-Security-Policy"] = _policy(frame_origins())
        return response

    app.after_request(_add)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
