"""OIDC third-party login: remember state and nonce in one row, then send the browser to the platform.

The library's login is subclassed; what is changed is named at each method. One row per login in the database, so that
two frames at once do not overwrite each other (the library keeps one set per session), and a cookie that is kept in a
frame on another site too (Partitioned).
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from flask import request
from pylti1p3.contrib.flask.cookie import FlaskCookieService
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.registration import Registration as LtiRegistration
from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from courses.db import rows_met
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.launching.target import is_ours
from learn.lti.models import LtiLogin
from learn.lti.registration import DbToolConf, Platform, choose

LASTS = timedelta(minutes=10)
"How long a login may be answered."
COOKIE = "__Host-fl-st-"
COOKIE_RULES: dict[str, Any] = {
    "path": "/", "secure": True, "httponly": True, "samesite": "None", "partitioned": True,
}  # fmt: skip
LONGEST_ADDRESS = 2000
PARAMETERS = ("iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id")
FRAME_NAME = re.compile(r"[\w.:-]{1,255}")
"""What ``lti_storage_target`` may be: ``_parent`` or the name of a frame."""

_REMEMBER = insert(LtiLogin)
_PRUNE = delete(LtiLogin).where(LtiLogin.expires_at <= bindparam("at"))


def hashed(text: str) -> str:
    """How state and nonce are kept: whoever reads the database cannot answer a login."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def cookie_of(state: str) -> str:
    """The name of a state's cookie."""
    return COOKIE + hashed(state)[:8]


def forget_state(state: str, response: Response) -> None:
    """Take the cookie of a state away, whether it is there or not."""
    response.delete_cookie(cookie_of(state), **COOKIE_RULES)


class StateCookies(FlaskCookieService):
    """One cookie a login, named by its state, so that any number of frames may log in at once.

    Changed: ``__Host-`` name, always Secure, SameSite=None and Partitioned, which alone is kept in a frame on another
    site where third-party cookies are blocked; taken away again at the launch.
    """

    def _get_key(self, key: str) -> str:
        return cookie_of(key)

    def update_response(self, response: Response) -> None:
        for name, cookie in self._cookie_data_to_set.items():
            response.set_cookie(name, cookie["value"], max_age=cookie["exp"], **COOKIE_RULES)


def asked_of(parameters: Mapping[str, str]) -> Any:
    """The library's view of this request: its parameters and cookies, and no session."""
    return FlaskRequest(request.cookies, {}, parameters, True)  # type: ignore[no-untyped-call]


class NothingKept:
    """In place of the library's session storage, which would put nonces and whole launches into the session cookie."""

    def set_data_storage(self, storage: object) -> None:
        raise NotImplementedError


class PlatformLogin(FlaskOIDCLogin):
    """One login begun by a platform."""

    def __init__(self, session: Session, base_url: str) -> None:
        asked = asked_of(request.args if request.method == "GET" else request.form)
        cookies: Any = StateCookies(asked)  # type: ignore[no-untyped-call]
        super().__init__(asked, DbToolConf(session), NothingKept(), cookies)  # type: ignore[no-untyped-call]
        self._session = session
        self._base_url = base_url
        self.platform: Platform
        self.state = secrets.token_urlsafe(32)
        self.nonce = secrets.token_urlsafe(32)
        self.storage_target: str | None = None

    def check(self) -> Self:
        """Read and check what the platform said; LaunchRefused."""
        self._registration = self.validate_oidc_login()
        return self

    def _required(self, name: str) -> str:
        value = self._get_request_param(name)
        if not value:
            raise LaunchRefused("login_incomplete", detail=name)
        return str(value)

    def validate_oidc_login(self) -> LtiRegistration:
        """Changed: what is required is (A2), the deployment may choose (A5), the target has to be ours (A7)."""
        issuer, _ = self._required("iss"), self._required("login_hint")
        target = self._required("target_link_uri")
        if len(target) > LONGEST_ADDRESS or not is_ours(target, self._base_url):
            raise LaunchRefused("target_foreign")
        client_id = self._get_request_param("client_id") or ""
        deployment_id = self._get_request_param("lti_deployment_id") or ""
        if not (issuer + client_id).isascii() or not (issuer + client_id).isprintable():
            raise LaunchRefused("platform_unknown")
        self.platform = choose(self._session, issuer, client_id, deployment_id)
        asked = self._get_request_param("lti_storage_target") or ""
        self.storage_target = asked if FRAME_NAME.fullmatch(asked) else None
        return self.platform.lti

    def remember(self, session: Session, at: datetime) -> None:
        """Keep state and nonce, as hashes, in the caller's transaction."""
        row = {
            "state_hash": hashed(self.state), "nonce_hash": hashed(self.nonce), "registration_id": self.platform.id,
            "target_link_uri": self._required("target_link_uri"), "expires_at": at + LASTS,
            "storage_target": self.storage_target, "asked": self._begun_with(),
        }  # fmt: skip
        session.execute(_REMEMBER, row)

    def _begun_with(self) -> dict[str, str]:
        """The platform's own parameters, so that a new window can begin the same login."""
        told = {name: self._get_request_param(name) for name in PARAMETERS}
        return {name: value for name, value in told.items() if value and len(value) <= LONGEST_ADDRESS}

    def address(self, launch_url: str) -> str:
        """Where the browser goes next; the state's cookie is set by ``redirect`` or ``with_cookie``."""
        return self._prepare_redirect_url(launch_url)

    def with_cookie(self, response: Response) -> Response:
        """The state's cookie on an answer that is not the redirect."""
        self._cookie_service.update_response(response)
        return response

    def _prepare_redirect_url(self, launch_url: str) -> str:
        """Changed: our own state and nonce, a query that the platform's address has already is kept (A8)."""
        self._cookie_service.set_cookie(self.state, self.state, int(LASTS.total_seconds()))
        asked: dict[str, Any] = {
            "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
            "client_id": self.platform.client_id, "redirect_uri": launch_url, "state": self.state, "nonce": self.nonce,
            "login_hint": self._required("login_hint"),
        }  # fmt: skip
        hint = self._get_request_param("lti_message_hint")
        if hint:
            asked["lti_message_hint"] = hint
        address = self.platform.auth_url
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove logins that were never answered."""
    return {"logins": rows_met(session, _PRUNE, {"at": at})}
