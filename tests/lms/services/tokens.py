"""The token endpoint: a signed assertion of the tool against an opaque token for an hour."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import jwt
import requests
from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services.answers import SCOPES, plain

SIGNATURE_ONLY = {f"verify_{name}": False for name in ("aud", "exp", "iat", "nbf", "sub", "jti")}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoToken(Exception):
    """The assertion or the request is refused; the text is the error."""


def grant() -> Response:
    """POST /mod/lti/token.php"""
    try:
        asked = _asked()
        _check(asked["client_assertion"])
        scopes = [scope for scope in asked["scope"].split() if scope in SCOPES.values()]
        if not scopes:
            raise NoToken("invalid_scope")
    except NoToken as refused:
        return plain(400, "Bad Request", {"error": str(refused)}, "text/html")
    token = secrets.token_hex(16)
    life = lms.switches.token_life
    lms.keep_token(token, frozenset(scopes), life)
    body = {"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": " ".join(scopes)}
    return plain(200, "OK", body, "text/html")


def _asked() -> dict[str, str]:
    asked = {
        name: request.form.get(name, "")
        for name in ("grant_type", "client_assertion_type", "client_assertion", "scope")
    }
    if not all(asked.values()):
        raise NoToken("invalid_request")
    if asked["grant_type"] != "client_credentials" or asked["client_assertion_type"] != ASSERTION:
        raise NoToken("unsupported_grant_type")
    return asked


def _check(assertion: str) -> None:
    """Subject, signature, exp and iat; the recorded platform looks neither at aud nor at jti."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError:
        raise NoToken("Wrong number of segments") from None
    if claims.get("sub") != lms.client_id:
        raise NoToken("invalid_client")
    key = _key(str(header.get("kid", "")))
    try:
        jwt.decode(assertion, key, algorithms=["RS256"], options=SIGNATURE_ONLY)
    except jwt.InvalidTokenError:
        raise NoToken("Signature verification failed") from None
    _check_times(claims)


def _check_times(claims: dict[str, Any]) -> None:
    now = lms.now()
    if isinstance(claims.get("iat"), int | float) and claims["iat"] > now:
        when = datetime.fromtimestamp(claims["iat"], UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        raise NoToken(f"Cannot handle token with iat prior to {when}")
    if isinstance(claims.get("exp"), int | float) and claims["exp"] <= now:
        raise NoToken("Expired token")


def _key(kid: str) -> jwt.PyJWK:
    """The tool's key of that name; its key set is fetched again when it is not among those we have."""
    for is_fresh in (False, True):
        try:
            found = [key for key in lms.tool_keys(is_fresh=is_fresh)["keys"] if key.get("kid") == kid]
        except (requests.RequestException, json.JSONDecodeError, ValueError) as problem:
            raise NoToken(f"the tool's key set could not be read: {type(problem).__name__}") from None
        if found:
            return jwt.PyJWK(found[0], algorithm="RS256")
    raise NoToken('"kid" invalid, unable to lookup correct key')


def init_app(app: Flask) -> None:
    app.add_url_rule("/mod/lti/token.php", "token", grant, methods=["POST"])
