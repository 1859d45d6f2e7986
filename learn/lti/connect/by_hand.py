"""A connection by hand: what a person copies from one site to the other, checked and kept."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from learn.lti.models import Deployment, Registration
from learn.lti.registration import MOST_FRAME_ORIGINS, origin_of
from learn.lti.services import http

ADDRESSES = ("auth_url", "token_url", "jwks_url")
LONGEST = {"issuer": 500, "client_id": 255, "deployment_id": 255}
"Characters of each identifier."
REFUSALS = {
    "bad_address": "this is not a web address.",
    "not_https": "it begins with https:// (http:// is taken in development only, for this machine).",
    "private_address": "it lies in a private network; name its host in FRONTLINE_PRIVATE_PLATFORMS to allow it.",
}

_FIND = select(Registration.id, Registration.name, Registration.frame_origins).where(
    Registration.issuer == bindparam("of_issuer"), Registration.client_id == bindparam("of_client")
)
_ADD = insert(Registration).returning(Registration.id)
_PLACES = select(Deployment.deployment_id).where(Deployment.registration_id == bindparam("number"))


@dataclass(frozen=True)
class Told:
    """What a person said of a platform. ``frame_origins`` is None where nothing was said of them."""

    issuer: str
    client_id: str
    name: str
    auth_url: str
    token_url: str
    jwks_url: str
    deployment_ids: tuple[str, ...] = ()
    token_audience: str | None = None
    frame_origins: tuple[str, ...] | None = None


def ours(base_url: str) -> dict[str, str]:
    """The values that a platform asks for, by a name for each."""
    return {
        "tool_url": f"{base_url}/lti/launch", "login_url": f"{base_url}/lti/login",
        "redirect_url": f"{base_url}/lti/launch", "jwks_url": f"{base_url}/lti/jwks.json",
        "deep_linking_url": f"{base_url}/lti/launch",
    }  # fmt: skip


def is_identifier(value: str, longest: int) -> bool:
    """Whether a text can be an identifier of LTI: printable ASCII."""
    return 0 < len(value) <= longest and value.isascii() and value.isprintable()


def why_not(address: str) -> str | None:
    """Why an address of a platform cannot be used, in words; None when it can."""
    try:
        http.check_address(address)
    except ValueError:
        return REFUSALS["bad_address"]
    except http.CallFailed as refusal:
        return REFUSALS[refusal.code]
    return None


def put(session: Session, told: Told, at: datetime) -> tuple[int, bool]:
    """Add the registration, or change the one with the same issuer and client ID; returns its number and if it is new.

    What was learned from launches (more origins, deployments) stays.
    """
    there = session.execute(_FIND, {"of_issuer": told.issuer, "of_client": told.client_id}).first()
    row = {
        **{name: getattr(told, name) for name in ADDRESSES},
        "name": told.name or (there.name if there else urlsplit(told.issuer).hostname or told.issuer),
        "frame_origins": _origins(told, there.frame_origins if there else []), "is_active": True, "is_pending": False,
    }  # fmt: skip
    if told.token_audience is not None:
        row["token_audience"] = told.token_audience or None
    if there is None:
        new = {
            "issuer": told.issuer, "client_id": told.client_id, "token_audience": None, "version": 1, "created_at": at,
            "takes_new_deployments": not told.deployment_ids,
        }  # fmt: skip
        number = int(session.execute(_ADD, {**new, **row}).scalar_one())
    else:
        number = there.id
        changed = update(Registration).where(Registration.id == number)
        session.execute(changed.values(**row, version=Registration.version + 1))
    _put_deployments(session, number, told.deployment_ids, at)
    return number, there is None


def _put_deployments(session: Session, number: int, deployment_ids: tuple[str, ...], at: datetime) -> None:
    known = set(session.scalars(_PLACES, {"number": number}))
    new = [one for one in dict.fromkeys(deployment_ids) if one not in known]
    if new:
        rows = [{"registration_id": number, "deployment_id": one, "created_at": at} for one in new]
        session.execute(insert(Deployment), rows)
    if deployment_ids:
        session.execute(update(Registration).where(Registration.id == number).values(takes_new_deployments=False))


def _origins(told: Told, known: list[str]) -> list[str]:
    if told.frame_origins is not None:
        return list(dict.fromkeys(told.frame_origins))[:MOST_FRAME_ORIGINS]
    own = [origin for address in (told.issuer, told.auth_url) if (origin := origin_of(address))]
    return list(dict.fromkeys([*known, *own]))


def is_frame_origin(value: str) -> bool:
    """Whether a text is an origin that a page's frame-ancestors may name; a wildcard stands for sub-domains only."""
    plain = value.replace("://*.", "://any.", 1)
    return "*" not in plain and origin_of(plain) == plain and plain.count(".") >= value.count("*") + 1
