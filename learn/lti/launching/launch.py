"""The launch: the platform's message checked step by step, and the login it answers used up.

The library's launch is subclassed. It looks up a nonce but never consumes it, requires neither ``exp`` nor ``iat``,
knows no leeway, fetches keys at every launch and works on unchecked types; each method below says what it does instead.
Nothing of a message is kept, and no exception carries a claim.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from flask import request
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.orm import Session

from courses.db import Base
from learn.lti.launching import claims, platform_keys
from learn.lti.launching.claims import Launch
from learn.lti.launching.login import NothingKept, StateCookies, asked_of, hashed
from learn.lti.launching.people import LinkSettings
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.launching.target import Target
from learn.lti.registration import DbToolConf, Platform

LONGEST_TOKEN = 65536
"Characters; a Moodle message has about 4,300."

FindKey = Callable[[Platform, str], RSAPublicKey]

_PADDING, _HASH = PKCS1v15(), SHA256()
_LOGIN, _REGISTRATION = Base.metadata.tables["lti_login"], Base.metadata.tables["registration"]
_CURRENT = select(_REGISTRATION.c.id).where(
    _REGISTRATION.c.id == bindparam("registration_id"), _REGISTRATION.c.version == bindparam("version")
)
_ANSWERED = and_(
    _LOGIN.c.state_hash == bindparam("state_hash"),
    _LOGIN.c.nonce_hash == bindparam("nonce_hash"),
    _LOGIN.c.registration_id == _CURRENT.scalar_subquery(),
    _LOGIN.c.expires_at > bindparam("at"),
)
_CONSUME = delete(_LOGIN).where(_ANSWERED, _LOGIN.c.target_link_uri == bindparam("target_link_uri"))
_THERE = select(_LOGIN.c.state_hash).where(_ANSWERED)


@dataclass(frozen=True)
class Opened:
    """What a launch opens and for whom. Numbers of a person are None for an anonymous launch."""

    user_id: int | None
    learner_id: int | None
    platform_user_id: int | None
    line_item_id: int | None
    context_pk: int | None
    resource_link_pk: int | None
    registration_id: int
    settings: LinkSettings
    is_learner: bool
    is_instructor: bool
    target: Target
    now: datetime


class PlatformLaunch(FlaskMessageLaunch):
    """One answer of a platform. ``check`` makes it a Launch; ``consume`` then uses its login up, once."""

    def __init__(self, session: Session, base_url: str, find_key: FindKey, at: datetime) -> None:
        asked = asked_of(request.form)
        cookies: Any = StateCookies(asked)  # type: ignore[no-untyped-call]
        nothing = NothingKept()
        super().__init__(asked, DbToolConf(session), nothing, cookies, None, nothing)  # type: ignore[no-untyped-call]
        self._base_url = base_url
        self._find_key = find_key
        self.at = at
        self.platform: Platform | None = None
        self._signed, self._signature = b"", b""
        self._is_genuine = False
        self._launch: Launch | None = None

        self.state = self._param("state")
        self._needs_cookie = True

    def _param(self, name: str) -> str:
        return request.form.get(name, "")

    @property
    def has_cookie(self) -> bool:
        """Whether this browser sent the state's cookie."""
        return bool(self.state) and self._cookie_service.get_cookie(self.state) is not None

    def check(self, *, without_cookie: bool = False) -> Launch:
        """Every check that needs no writing, in the order that gives away least; LaunchRefused.

        ``without_cookie``: the state is proved otherwise, before anybody is let in (learn.lti.launching.storage).
        """
        self._needs_cookie = not without_cookie
        try:
            self.validate()
        except LaunchRefused as refusal:
            if refusal.registration_id is None and self.platform is not None:
                refusal.registration_id = self.platform.id
            if self._is_genuine:
                refusal.return_url = claims.return_url_of(self._get_jwt_body())
            raise
        assert self._launch is not None
        return self._launch

    def consume(self, session: Session, launch: Launch) -> None:
        """Use the login up by one delete, so that of any number of equal messages exactly one is let in [B5, B6].

        The same delete finds out whether the registration is still what it was when the message was checked.
        """
        answered = {
            "state_hash": hashed(self.state), "nonce_hash": hashed(launch.nonce),
            "registration_id": launch.platform.id, "version": launch.platform.version, "at": self.at,
        }  # fmt: skip
        connection = session.connection()
        if connection.execute(_CONSUME, {**answered, "target_link_uri": launch.target_link_uri}).rowcount != 1:
            is_there = connection.scalar(_THERE, answered) is not None
            refusal = LaunchRefused("target_differs" if is_there else "used", registration_id=launch.platform.id)
            refusal.return_url = launch.return_url
            raise refusal

    def validate(self) -> Self:
        """Our order: what the platform refuses, state, form, registration, signature, claims, deployment, message."""
        self._validated = True
        self.refuse_platform_error().validate_state().validate_jwt_format().validate_registration()
        self.validate_jwt_signature().validate_claims().validate_deployment().validate_message()
        return self

    def refuse_platform_error(self) -> Self:
        """An error posted instead of a token [B19]; its own text is not shown, since nobody signed it."""
        error = self._param("error")
        if error:
            raise LaunchRefused("login_required" if error == "login_required" else "platform_refused")
        return self

    def validate_state(self) -> Self:
        """The browser that answers is the one that began: its cookie holds the state [B6]."""
        if not self.state:
            raise LaunchRefused("state_missing")
        if not self._needs_cookie:
            return self
        held = self._cookie_service.get_cookie(self.state) or ""
        if not hmac.compare_digest(held.encode("utf-8", "replace"), self.state.encode("utf-8", "replace")):
            raise LaunchRefused("state_unknown")
        return self

    def validate_jwt_format(self) -> Self:
        """Three parts of base64url; header and body are JSON objects, whoever sent them."""
        token = self._param("id_token")
        if not token:
            raise LaunchRefused("token_missing")
        if len(token) > LONGEST_TOKEN:
            raise LaunchRefused("token_unreadable")
        try:
            octets = token.encode("ascii")
            parts = octets.split(b".")
            header, body = (json.loads(platform_keys.decode(part).decode()) for part in parts[:2])
            (signature,) = parts[2:]
            self._signature = platform_keys.decode(signature) if signature else b""
        except (ValueError, RecursionError):
            raise LaunchRefused("token_unreadable") from None
        if not isinstance(header, dict) or not isinstance(body, dict):
            raise LaunchRefused("token_unreadable")
        self._signed = octets[: octets.rindex(b".")]
        self._jwt = {"header": header, "body": body}  # type: ignore[typeddict-item]
        return self

    def validate_registration(self) -> Self:
        """The active registration that issuer and audience name [B2, B3]."""
        body = self._get_jwt_body()
        self.platform = self._tool_config.platform(claims.issuer_of(body), claims.client_of(body))
        self._registration = self.platform.lti
        return self

    def validate_jwt_signature(self) -> Self:
        """RS256 and nothing else, by the key of the platform's set that the header names [B1]."""
        header = self._jwt["header"]
        if header.get("alg") != "RS256" or "crit" in header:
            raise LaunchRefused("token_algorithm")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise LaunchRefused("key_unknown", detail="kid")
        assert self.platform is not None
        try:
            self._find_key(self.platform, kid).verify(self._signature, self._signed, _PADDING, _HASH)
        except InvalidSignature:
            raise LaunchRefused("signature") from None
        self._is_genuine = True
        return self

    def validate_claims(self) -> Self:
        """Times, and that there is a nonce; it is consumed by ``consume``, inside the launch's transaction."""
        body = self._get_jwt_body()
        claims.check_times(body, self.at.timestamp())
        claims.nonce_of(body)
        return self

    def validate_deployment(self) -> Self:
        """A deployment that is known, or the first that this platform names [B9]."""
        assert self.platform is not None
        deployment_id = claims.deployment_of(self._get_jwt_body())
        if deployment_id not in self.platform.deployments and not self.platform.takes_new_deployments:
            raise LaunchRefused("deployment_unknown")
        return self

    def validate_message(self) -> Self:
        """Version, type, target, link, roles and person, anonymous ones too [B7, B8, B10 to B14]."""
        assert self.platform is not None
        body = self._get_jwt_body()
        claims.check_version_and_type(body)
        self._launch = claims.read(body, self.platform, self._base_url)
        return self

    def get_client_id(self) -> str:
        return claims.client_of(self._get_jwt_body())

    def _get_jwt_body(self) -> Any:
        """The body as it stands; the library would start to validate from here."""
        return self._jwt.get("body", {})

    def save_launch_data(self) -> Self:
        """Nothing of a message is kept."""
        return self

    def get_service_connector(self) -> Any:
        """Services are called by the worker (learn.lti.services.http), never during a launch."""
        raise NotImplementedError
