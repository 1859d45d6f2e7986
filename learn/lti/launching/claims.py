"""The claims of a platform's message: checked by type before they are used, then read into one ``Launch``.

Numbers in brackets are rows of the specification's checklist that the tests are named after: LTI Core 1.3 and Security
Framework 1.0. Nothing here reads a database or a request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from learn.lti import roles
from learn.lti.launching import messages, migration
from learn.lti.launching.messages import DATA_PRIVACY, DEEP_LINKING, SUBMISSION_REVIEW, WITH_LINK, DeepLinking
from learn.lti.launching.reading import address, an_object, identifier, seconds, texts, words
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.launching.target import Target, choose, is_ours
from learn.lti.registration import Platform
from learn.lti.roles import Roles

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

LEEWAY = 60
"Seconds that the platform's clock may differ from ours; 0.15 s of skew is enough to lose launches without it."
OLDEST = 600
"Seconds after which a message is too old, whatever its own end."
LONGEST = 86400
"Seconds ahead that a message may name as its end."
MOST_ROLES = 200

_UNSUBSTITUTED = re.compile(r"\$[A-Za-z][\w.]*")


@dataclass(frozen=True)
class Named:
    """A thing of the platform's: its identifier and what people call it; the texts may be empty."""

    id: str
    title: str = ""
    label: str = ""


@dataclass(frozen=True)
class Scores:
    """Where scores go (AGS 2.0): the link's own line item, the context's container, the scopes granted."""

    lineitem: str | None
    lineitems: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Launch:
    """One launch, every claim of it checked. ``sub`` is None for an anonymous launch."""

    platform: Platform
    message: str
    deployment_id: str
    nonce: str
    sub: str | None
    name: str
    given_name: str
    email: str | None
    roles: Roles
    mentees: tuple[str, ...]
    context: Named | None
    link: Named | None
    custom: Mapping[str, str]
    target_link_uri: str
    target: Target
    scores: Scores
    memberships_url: str | None
    groups_url: str | None
    notices_url: str | None
    locale: str
    document_target: str
    return_url: str | None
    deep_linking: DeepLinking | None = None
    for_user: str | None = None
    legacy: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_learner(self) -> bool:
        """May be given scores: known, and a learner in this context."""
        return self.sub is not None and self.roles.is_learner

    @property
    def is_instructor(self) -> bool:
        return self.sub is not None and self.roles.is_instructor


def client_of(body: Mapping[str, Any]) -> str:
    """The client ID a message is meant for [B3]: of several audiences the authorised party, which has to be one."""
    audience, party = body.get("aud"), body.get("azp")
    several = [audience] if isinstance(audience, str) else audience
    if not isinstance(several, list) or not several or not all(isinstance(one, str) for one in several):
        raise LaunchRefused("claim", detail="aud")
    if party is not None and not isinstance(party, str):
        raise LaunchRefused("claim", detail="azp")
    if party is None and len(several) > 1:
        raise LaunchRefused("claim", detail="azp")
    client_id = party if party is not None else several[0]
    if client_id not in several:
        raise LaunchRefused("audience", detail="azp")
    return identifier(client_id, "aud")


def issuer_of(body: Mapping[str, Any]) -> str:
    """Who says it has sent the message [B2]."""
    return identifier(body.get("iss"), "iss", longest=500)


def check_times(body: Mapping[str, Any], at: float) -> None:
    """Refuse a message that has ended, is too old, or comes from the future [B4]; ``at`` in seconds since 1970."""
    ends, made = seconds(body, "exp"), seconds(body, "iat")
    if ends <= at - LEEWAY:
        raise LaunchRefused("expired", detail="exp")
    if made < at - OLDEST:
        raise LaunchRefused("expired", detail="iat")
    if made > at + LEEWAY or ("nbf" in body and seconds(body, "nbf") > at + LEEWAY):
        raise LaunchRefused("clock")
    if ends > at + LONGEST:
        raise LaunchRefused("claim", detail="exp")


def check_version_and_type(body: Mapping[str, Any]) -> None:
    """Only LTI 1.3 [B7], only kinds of message that can be opened here [B8]."""
    if body.get(LTI + "version") != "1.3.0":
        raise LaunchRefused("version")
    kind = body.get(LTI + "message_type")
    if not isinstance(kind, str) or kind not in messages.KNOWN:
        raise LaunchRefused("message_type")


def nonce_of(body: Mapping[str, Any]) -> str:
    """The nonce [B5]."""
    return identifier(body.get("nonce"), "nonce")


def deployment_of(body: Mapping[str, Any]) -> str:
    """The deployment [B9]."""
    return identifier(body.get(LTI + "deployment_id"), "deployment_id")


def read(body: Mapping[str, Any], platform: Platform, base_url: str) -> Launch:
    """Read a message whose signature, times, version and type were found good."""
    target_link_uri = body.get(LTI + "target_link_uri")
    if not isinstance(target_link_uri, str) or not target_link_uri:
        raise LaunchRefused("claim", detail="target_link_uri")
    if not is_ours(target_link_uri, base_url):
        raise LaunchRefused("target_foreign")
    message = str(body.get(LTI + "message_type"))
    held = _roles(body)
    custom = _custom(body)
    presented = an_object(body, LTI + "launch_presentation")
    services = an_object(body, AGS)
    launch = Launch(
        platform=platform,
        message=message,
        deployment_id=deployment_of(body),
        nonce=nonce_of(body),
        sub=identifier(body["sub"], "sub") if "sub" in body else None,
        name=_name(body),
        given_name=words(body.get("given_name"), 255),
        email=words(body.get("email"), 254) or None,
        roles=held,
        mentees=_mentees(body, held),
        context=_context(body),
        link=_link(body) if message in WITH_LINK else None,
        deep_linking=messages.deep_linking(body) if message == DEEP_LINKING else None,
        for_user=messages.for_user(body) if message in (SUBMISSION_REVIEW, DATA_PRIVACY) else None,
        custom=custom,
        target_link_uri=target_link_uri,
        target=choose(custom, target_link_uri, base_url),
        scores=Scores(
            address(services.get("lineitem")), address(services.get("lineitems")), texts(services.get("scope"))
        ),
        memberships_url=address(an_object(body, NRPS).get("context_memberships_url")),
        groups_url=address(an_object(body, GROUPS).get("context_groups_url")),
        notices_url=_notices(body),
        locale=words(presented.get("locale"), 35),
        document_target=words(presented.get("document_target"), 20),
        return_url=return_url_of(body),
        legacy=migration.claim_of(body),
    )
    if launch.target.kind == "unknown" and message in WITH_LINK:
        raise LaunchRefused("target_unknown")
    return launch


def return_url_of(body: Mapping[str, Any]) -> str | None:
    """Where the platform wants people to go back to [B17]."""
    return address(an_object(body, LTI + "launch_presentation").get("return_url"))


def _roles(body: Mapping[str, Any]) -> Roles:
    """The roles [B12]: the claim has to be there as a list of texts, and may be empty."""
    claimed = body.get(LTI + "roles")
    if not isinstance(claimed, list) or len(claimed) > MOST_ROLES or not all(isinstance(role, str) for role in claimed):
        raise LaunchRefused("claim", detail="roles")
    return roles.read(claimed)


def _mentees(body: Mapping[str, Any], held: Roles) -> tuple[str, ...]:
    """Whom a mentor looks after [B18]; the claim counts for a mentor only."""
    return texts(body.get(roles.MENTOR_SCOPE)) if "Mentor" in held.context else ()


def _custom(body: Mapping[str, Any]) -> dict[str, str]:
    """Custom parameters; a variable that the platform did not fill in is as good as absent [B16]."""
    given = an_object(body, LTI + "custom")
    return {
        name: value for name, value in given.items() if isinstance(value, str) and not _UNSUBSTITUTED.fullmatch(value)
    }


def _notices(body: Mapping[str, Any]) -> str | None:
    """Where an address for notices of copied courses can be left [H2]; None where they are not offered."""
    offered = an_object(body, LTI + "platformnotificationservice")
    if not offered or "LtiContextCopyNotice" not in texts(offered.get("notice_types_supported")):
        return None
    return address(offered.get("platform_notification_service_url"))


def _name(body: Mapping[str, Any]) -> str:
    parts = (words(body.get("given_name"), 255), words(body.get("family_name"), 255))
    return words(body.get("name"), 255) or " ".join(part for part in parts if part)[:255]


def _context(body: Mapping[str, Any]) -> Named | None:
    given = body.get(LTI + "context")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise LaunchRefused("claim", detail="context")
    return Named(
        identifier(given.get("id"), "context"), words(given.get("title"), 1000), words(given.get("label"), 255)
    )


def _link(body: Mapping[str, Any]) -> Named:
    given = body.get(LTI + "resource_link")
    if not isinstance(given, dict):
        raise LaunchRefused("claim", detail="resource_link")
    return Named(identifier(given.get("id"), "resource_link"), words(given.get("title"), 1000))
