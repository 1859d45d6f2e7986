"""The platforms we know, as PyLTI1p3's tool configuration and for ourselves.

A registration is read once and then kept in the process. Whoever changes it raises its version: a login asks for the
version by one prebuilt select, a launch has it compared by the delete that uses its login up and, where the kept copy
was out of date (``is_changed``), begins again.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from pylti1p3.deployment import Deployment as LtiDeployment
from pylti1p3.registration import Registration as LtiRegistration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from learn.lti import role_rules
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.models import Deployment, Registration
from learn.lti.role_rules import Rule

MOST_FRAME_ORIGINS = 20
"A registration names no more origins than this, so that a header stays small."

_HOST = re.compile(r"[a-z0-9.-]+")


@dataclass(frozen=True)
class Platform:
    """One registration as it stood at a version. ``deployments``: the platform's name for each -> our number."""

    id: int
    version: int
    name: str
    issuer: str
    client_id: str
    auth_url: str
    jwks_url: str
    frame_origins: tuple[str, ...]
    is_active: bool
    is_pending: bool
    takes_new_deployments: bool
    deployments: dict[str, int]
    rules: tuple[Rule, ...]
    notices: dict[int, str]
    trusts_email: bool
    lti: LtiRegistration
    "The same for PyLTI1p3."


_COLUMNS = (
    Registration.id, Registration.version, Registration.name, Registration.issuer, Registration.client_id,
    Registration.auth_url, Registration.token_url, Registration.jwks_url, Registration.frame_origins,
    Registration.is_active, Registration.is_pending, Registration.takes_new_deployments, Registration.trusts_email,
)  # fmt: skip
_OF_ISSUER = select(Registration.id, Registration.version, Registration.issuer, Registration.client_id).where(
    Registration.issuer == bindparam("issuer")
)
_OF_CLIENT = _OF_ISSUER.where(Registration.client_id == bindparam("client_id"))
_VERSION = select(Registration.version).where(Registration.id == bindparam("registration_id"))
_READ = select(*_COLUMNS).where(Registration.id == bindparam("registration_id"))
_DEPLOYMENTS = select(Deployment.deployment_id, Deployment.id, Deployment.notices_url).where(
    Deployment.registration_id == bindparam("registration_id")
)
_ORIGINS = select(Registration.frame_origins).where(Registration.is_active.is_(True)).order_by(Registration.id)
_DEPLOYMENT = select(Deployment.id).where(
    Deployment.registration_id == bindparam("registration_id"), Deployment.deployment_id == bindparam("deployment_id")
)
_TAKE_FIRST = (
    update(Registration)
    .where(Registration.id == bindparam("registration_id"), Registration.takes_new_deployments.is_(True))
    .values(takes_new_deployments=False, version=Registration.version + 1)
)
_ADD_DEPLOYMENT = insert(Deployment).returning(Deployment.id)
_SET_NOTICES = (
    update(Deployment)
    .where(Deployment.id == bindparam("deployment"))
    .values(notices_url=bindparam("address"), notices_at=None)
)
_RAISE = (
    update(Registration).where(Registration.id == bindparam("registration_id")).values(version=Registration.version + 1)
)
_SET_ORIGINS = (
    update(Registration)
    .where(Registration.id == bindparam("registration_id"))
    .values(frame_origins=bindparam("origins"), version=Registration.version + 1)
)


def _kept() -> dict[tuple[str, str], Platform]:
    found: dict[tuple[str, str], Platform] = current_app.extensions.setdefault("frontline_platforms", {})
    return found


def find(session: Session, issuer: str, client_id: str) -> Platform | None:
    """The registration of an issuer and a client ID as it was last read; None if there is none."""
    platform = _kept().get((issuer, client_id))
    if platform is None:
        row = session.execute(_OF_CLIENT, {"issuer": issuer, "client_id": client_id}).first()
        return _at_version(session, row) if row else None
    return platform


def is_changed(session: Session, platform: Platform) -> bool:
    """Whether a registration was changed since it was read; it is read again when it is next asked for."""
    version = session.scalar(_VERSION, {"registration_id": platform.id})
    place = (platform.issuer, platform.client_id)
    kept = _kept().get(place)
    if kept is not None and kept.version != version:
        _kept().pop(place, None)
    return bool(version != platform.version)


def choose(session: Session, issuer: str, client_id: str, deployment_id: str) -> Platform:
    """The registration that a login means; LaunchRefused where none or not exactly one fits.

    A login without a client ID is taken only if the issuer has exactly one active registration, or if the deployment it
    names is known to exactly one (Security Framework 1.0 §5.1.1.1).
    """
    rows = session.execute(_OF_ISSUER, {"issuer": issuer}).all()
    if not rows:
        raise LaunchRefused("platform_unknown")
    if client_id:
        rows = [row for row in rows if row.client_id == client_id]
        if not rows:
            raise LaunchRefused("client_unknown")
    found = [_at_version(session, row) for row in rows]
    active = [platform for platform in found if platform.is_active]
    if not active:
        raise LaunchRefused(_why_not(found[0]), registration_id=found[0].id)
    if len(active) > 1:
        active = [platform for platform in active if deployment_id in platform.deployments]
    if len(active) != 1:
        raise LaunchRefused("client_unclear")
    return active[0]


def _at_version(session: Session, row: Any) -> Platform:
    kept, place = _kept(), (row.issuer, row.client_id)
    platform = kept.get(place)
    if platform is None or platform.version != row.version:
        platform = kept[place] = _read(session, row.id)
    return platform


def _read(session: Session, registration_id: int) -> Platform:
    row = session.execute(_READ, {"registration_id": registration_id}).one()
    lti = LtiRegistration()
    lti.set_issuer(row.issuer).set_client_id(row.client_id).set_auth_login_url(row.auth_url)
    lti.set_auth_token_url(row.token_url).set_key_set_url(row.jwks_url)
    known = session.execute(_DEPLOYMENTS, {"registration_id": registration_id}).all()
    return Platform(
        id=row.id, version=row.version, name=row.name, issuer=row.issuer, client_id=row.client_id,
        auth_url=row.auth_url, jwks_url=row.jwks_url, frame_origins=tuple(row.frame_origins), is_active=row.is_active, is_pending=row.is_pending,
        takes_new_deployments=row.takes_new_deployments, deployments={d.deployment_id: d.id for d in known},
        rules=role_rules.of(session, row.id), notices={d.id: d.notices_url for d in known if d.notices_url},
        trusts_email=row.trusts_email, lti=lti,
    )  # fmt: skip


def _why_not(platform: Platform) -> str:
    """Why a platform that is not active may not launch, as a code."""
    return "platform_pending" if platform.is_pending else "platform_inactive"


class DbToolConf(ToolConfAbstract[Any]):
    """PyLTI1p3's question "who is this platform", answered from the database.

    Its class-level dict of issuer relations is never touched: it would be shared by every configuration in the process.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> LtiRegistration:
        return choose(self._session, iss, "", "").lti

    def find_registration_by_params(self, iss: str, client_id: str, *args: Any, **kwargs: Any) -> LtiRegistration:
        return self.platform(iss, client_id).lti

    def find_deployment(self, iss: str, deployment_id: str) -> LtiDeployment | None:
        return None

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> LtiDeployment | None:
        platform = self.platform(iss, client_id)
        is_known = deployment_id in platform.deployments or platform.takes_new_deployments
        return LtiDeployment().set_deployment_id(deployment_id) if is_known else None

    def platform(self, iss: str, client_id: str) -> Platform:
        """The active registration of a token's issuer and audience; LaunchRefused when there is none."""
        platform = find(self._session, iss, client_id)
        if platform is None:
            is_known = self._session.execute(_OF_ISSUER, {"issuer": iss}).first()
            raise LaunchRefused("audience" if is_known else "platform_unknown")
        if not platform.is_active:
            raise LaunchRefused(_why_not(platform), registration_id=platform.id)
        return platform


def deployment(session: Session, platform: Platform, deployment_id: str, at: datetime) -> int:
    """The number of a deployment; the first one a platform ever names is taken, a later unknown one refused."""
    known = platform.deployments.get(deployment_id)
    if known is not None:
        return known
    taken = session.execute(_TAKE_FIRST, {"registration_id": platform.id})
    if taken.rowcount == 1:  # type: ignore[attr-defined]
        row = {"registration_id": platform.id, "deployment_id": deployment_id, "created_at": at}
        return int(session.execute(_ADD_DEPLOYMENT, row).scalar_one())
    # Another launch may have named it since the registration was read.
    since = session.scalar(_DEPLOYMENT, {"registration_id": platform.id, "deployment_id": deployment_id})
    if since is not None:
        return int(since)
    raise LaunchRefused("deployment_unknown", registration_id=platform.id)


def learn_notices(session: Session, platform: Platform, deployment_pk: int, address: str | None) -> None:
    """Keep where a deployment takes the address for its notices, when it says another than before."""
    if address is not None and platform.notices.get(deployment_pk) != address:
        session.execute(_SET_NOTICES, {"deployment": deployment_pk, "address": address})
        session.execute(_RAISE, {"registration_id": platform.id})


def learn_origin(session: Session, platform: Platform, address: str | None) -> tuple[str, ...]:
    """Let pages of the origin of a platform's address frame ours; returns the registration's origins."""
    origin = origin_of(address)
    if origin is None or any(_covers(known, origin) for known in platform.frame_origins):
        return platform.frame_origins
    if len(platform.frame_origins) >= MOST_FRAME_ORIGINS:
        return platform.frame_origins
    origins = [*platform.frame_origins, origin]
    session.execute(_SET_ORIGINS, {"registration_id": platform.id, "origins": origins})
    return tuple(origins)


def _covers(known: str, origin: str) -> bool:
    """Whether a known origin, which may begin with a wildcard such as https://*.example.org, takes in this one."""
    scheme, star, domain = known.partition("*")
    return known == origin or bool(star and origin.startswith(scheme) and origin.endswith(domain))


def origin_of(address: str | None) -> str | None:
    """Scheme, host and port of a web address; None for anything else."""
    try:
        parts = urlsplit(address or "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def frame_origins(session: Session) -> list[str]:
    """Origins of every active registration, for pages that nobody is signed in to."""
    return list(dict.fromkeys(origin for origins in session.scalars(_ORIGINS) for origin in origins))
