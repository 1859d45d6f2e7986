"""Dynamic registration: platform and tool tell each other their addresses (LTI Dynamic Registration 1.0).

Three steps that are never mixed: read what the platform says of itself, ask it to register us, write what came of it.
Only the last has a transaction. What a platform says is believed only for its own host, and an address is called only
if the one way out (``services.http``) allows it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.config import settings
from learn.errors import FrontlineError
from learn.lti.connection import SCOPES
from learn.lti.deep_linking.answer import HISTORY
from learn.lti.models import Deployment, Registration
from learn.lti.registration import origin_of
from learn.lti.services import http
from learn.lti.services.http import CallFailed, Reach

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
ALSO = (
    "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
    "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",
)
"Scopes that few platforms have: asked for, and not missed."
MOST_PENDING = 50
"Registrations that nobody invited and that wait; more are refused until an administrator has looked."
LONGEST_SAID = 300
CLAIMS = ("iss", "sub", "name", "given_name", "family_name", "email")
ADDRESSES = {
    "authorization_endpoint": "auth_url", "token_endpoint": "token_url", "jwks_uri": "jwks_url",
    "registration_endpoint": "",
}  # fmt: skip

WORDS = {
    "no_configuration": "The learning platform did not say where its configuration is.",
    "unreadable": "The platform\u2019s configuration cannot be read",
    "incomplete": "The platform\u2019s configuration is not complete",
    "issuer": "The configuration is of another site than the one it lies on, so it is not believed.",
    "refused": "The platform did not register this site",
    "used": "This invitation was used before, or it is older than seven days.",
    "known": "This platform is connected already. To change the connection, use an invitation.",
    "full": "Too many platforms wait for approval.",
}
STEPS = {
    "no_configuration": ("Start again from the page of your platform where external tools are registered.",),
    "issuer": ("Ask whoever runs the platform to mend its issuer or the address of its configuration.",),
    "used": ("Ask the person who gave you the address for a new one, then start again from your platform.",),
    "known": ("Ask an administrator of this site for an invitation.",),
    "full": ("Ask an administrator of this site for an invitation.",),
}
USUAL_STEPS = (
    "Start again from your platform: the address it gave works once.",
    "If it happens again, connect by hand.",
)


class RegistrationRefused(FrontlineError):
    """A registration that goes no further; ``said`` is the platform's own text, shown and never kept."""

    title = "The platform was not connected"

    def __init__(self, code: str, why: str = "", said: str = "") -> None:
        words = WORDS[code]
        super().__init__(f"{words}: {why}." if why else words, next_steps=STEPS.get(code, USUAL_STEPS))
        self.code, self.said = code, said


@dataclass(frozen=True)
class Configuration:
    """What a platform says of itself; the addresses are fit to be called."""

    issuer: str
    product: str
    auth_url: str
    token_url: str
    jwks_url: str
    registration_endpoint: str
    token_audience: str | None


@dataclass(frozen=True)
class Registered:
    """What a platform answered to our registration."""

    client_id: str
    deployment_id: str | None
    scopes: tuple[str, ...]

    @property
    def refused(self) -> list[str]:
        """What it did not grant, in words."""
        return [purpose for scope, purpose in SCOPES.items() if scope not in self.scopes]


_FIND = select(Registration.id, Registration.frame_origins).where(
    Registration.issuer == bindparam("of_issuer"), Registration.client_id == bindparam("of_client")
)
_PENDING = select(func.count()).select_from(Registration).where(Registration.is_pending.is_(True))
_ADD = insert(Registration).returning(Registration.id)
_KNOWN_PLACE = select(Deployment.id).where(
    Deployment.registration_id == bindparam("of_registration"), Deployment.deployment_id == bindparam("named")
)


def read(address: str) -> Configuration:
    """Read a platform's configuration [F2]; RegistrationRefused when it cannot be believed or used."""
    if not address:
        raise RegistrationRefused("no_configuration")
    try:
        http.check_address(address)
        told = http.get_json(address)
    except (CallFailed, ValueError, RecursionError) as failure:
        raise RegistrationRefused("unreadable", _why(failure)) from None
    issuer = _text(told, "issuer", 500)
    if _place(issuer) is None or _place(issuer) != _place(address):
        raise RegistrationRefused("issuer")
    found = {name: _address(told, name) for name in ADDRESSES}
    platform = told.get(PLATFORM)
    product = platform.get("product_family_code") if isinstance(platform, dict) else ""
    audience = told.get("authorization_server")
    return Configuration(
        issuer, product[:255] if isinstance(product, str) and product.isprintable() else "",
        found["authorization_endpoint"], found["token_endpoint"], found["jwks_uri"], found["registration_endpoint"],
        audience[:2000] if isinstance(audience, str) and audience else None,
    )  # fmt: skip


def ask(configuration: Configuration, token: str) -> Registered:
    """Ask the platform to register us [F3]; RegistrationRefused with its own words when it does not."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(request_body()).encode()
    reach = Reach.of(settings())
    try:
        answer = http.call(reach, "POST", configuration.registration_endpoint, headers=headers, data=body)
        if answer.status not in (200, 201):
            said = answer.body.decode("utf-8", "replace")[:LONGEST_SAID].strip()
            raise RegistrationRefused("refused", f"it answered with HTTP {answer.status}", said)
        told = answer.json()
    except (CallFailed, ValueError, RecursionError) as failure:
        raise RegistrationRefused("refused", _why(failure)) from None
    return _registered(told)


def request_body() -> dict[str, Any]:
    """What we register as."""
    chosen = settings()
    base = chosen.base_url
    told: dict[str, Any] = {
        "application_type": "web", "grant_types": ["client_credentials", "implicit"], "response_types": ["id_token"],
        "initiate_login_uri": f"{base}/lti/login", "redirect_uris": [f"{base}/lti/launch"],
        "jwks_uri": f"{base}/lti/jwks.json", "client_name": chosen.site_name,
        "token_endpoint_auth_method": "private_key_jwt", "scope": " ".join((*SCOPES, *ALSO)),
        TOOL: {
            "domain": chosen.host, "target_link_uri": f"{base}/lti/launch", "claims": list(CLAIMS),
            "description": "Learning modules about delivering health research.",
            "messages": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "target_link_uri": f"{base}/lti/launch", "label": chosen.site_name},
                {"type": "LtiSubmissionReviewRequest"}, {"type": "DataPrivacyLaunchRequest"},
            ],
            "custom_parameters": dict(HISTORY),
        },
    }  # fmt: skip
    return told | ({"contacts": [chosen.contact]} if chosen.contact else {})


def keep(
    session: Session, configuration: Configuration, registered: Registered, invite: str, at: datetime
) -> tuple[int, bool]:
    """Write the registration in the caller's transaction and use the invitation up.

    Returns its number and whether it is pending [F7]: whoever was not invited waits for an administrator, and can
    never change a connection that is there (a file that somebody put on the platform's host would be enough).
    """
    is_invited = bool(invite) and tickets.take(session, invite, TicketKind.INVITE, at) is not None
    if invite and not is_invited:
        raise RegistrationRefused("used")
    there = session.execute(
        _FIND, {"of_issuer": configuration.issuer, "of_client": registered.client_id}
    ).first()  # fmt: skip
    if not is_invited:
        _refuse_uninvited(session, is_known=there is not None)
    told = _row(configuration, registered, there.frame_origins if there else [])
    if there is None:
        registration_id = int(session.execute(_ADD, {
            **told, "issuer": configuration.issuer, "client_id": registered.client_id, "is_pending": not is_invited,
            "is_active": is_invited, "takes_new_deployments": registered.deployment_id is None, "version": 1,
            "name": urlsplit(configuration.issuer).hostname or configuration.issuer, "created_at": at,
        }).scalar_one())  # fmt: skip
    else:
        registration_id = there.id
        changed = {**told, "version": Registration.version + 1, "is_active": True, "is_pending": False}
        session.execute(update(Registration).where(Registration.id == registration_id).values(**changed))
    _keep_deployment(session, registration_id, registered.deployment_id, at)
    audit.note(
        session, "platform.registered", registration=registration_id, is_new=there is None, is_invited=is_invited
    )
    return registration_id, not is_invited


def _refuse_uninvited(session: Session, *, is_known: bool) -> None:
    if is_known:
        raise RegistrationRefused("known")
    if (session.scalar(_PENDING) or 0) >= MOST_PENDING:
        raise RegistrationRefused("full")


def _row(configuration: Configuration, registered: Registered, known: list[str]) -> dict[str, Any]:
    origins = [*known, origin_of(configuration.issuer), origin_of(configuration.auth_url)]
    return {
        "auth_url": configuration.auth_url, "token_url": configuration.token_url, "jwks_url": configuration.jwks_url,
        "token_audience": configuration.token_audience, "product": configuration.product,
        "scopes": list(registered.scopes), "frame_origins": list(dict.fromkeys(one for one in origins if one)),
    }  # fmt: skip


def _keep_deployment(session: Session, registration_id: int, deployment_id: str | None, at: datetime) -> None:
    """The place that the platform named [F4]; where it names none, the first launch does."""
    if deployment_id is None:
        return
    if session.scalar(_KNOWN_PLACE, {"of_registration": registration_id, "named": deployment_id}) is None:
        row = {"registration_id": registration_id, "deployment_id": deployment_id, "created_at": at}
        session.execute(insert(Deployment), row)


def _registered(told: Any) -> Registered:
    client_id = told.get("client_id") if isinstance(told, dict) else None
    if not _is_identifier(client_id):
        raise RegistrationRefused("refused", "its answer names no client ID")
    tool = told.get(TOOL)
    deployment_id = tool.get("deployment_id") if isinstance(tool, dict) else None
    scope = told.get("scope")
    granted = scope.split() if isinstance(scope, str) else list(SCOPES)
    return Registered(
        str(client_id), deployment_id if _is_identifier(deployment_id) else None,
        tuple(one for one in SCOPES if one in granted),
    )  # fmt: skip


def _is_identifier(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable()


def _text(told: Any, name: str, longest: int) -> str:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isascii() or not value.isprintable():
        raise RegistrationRefused("incomplete", f"{name} is missing or cannot be used")
    return value


def _address(told: Any, name: str) -> str:
    value = _text(told, name, 2000)
    try:
        http.check_address(value)
    except (CallFailed, ValueError) as failure:
        raise RegistrationRefused("incomplete", f"{name}: {_why(failure)}") from None
    return value


def _place(address: str) -> tuple[str, str] | None:
    """Scheme and host with port of an address."""
    try:
        parts = urlsplit(address)
        return (parts.scheme, parts.netloc.lower()) if parts.hostname else None
    except ValueError:
        return None


def _why(failure: Exception) -> str:
    if not isinstance(failure, CallFailed):
        return "the answer or an address cannot be read"
    return f"{failure} (HTTP {failure.status})" if failure.status else str(failure)
