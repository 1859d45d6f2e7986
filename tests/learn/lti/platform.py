"""A platform of plain functions: it forges whatever a test wants signed, and serves its keys without a network."""

import base64
import json
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import insert
from sqlalchemy.orm import Session

from courses.db import now
from learn.lti.models import Deployment, Registration
from learn.lti.services import http

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
TOOL = "http://frontline.localhost:5000"

GONE = object()
"Value of a claim that is to be left out."


@lru_cache(maxsize=8)
def key(name: str) -> rsa.RSAPrivateKey:
    """One key a name, for all tests of a process: making one takes a tenth of a second."""
    return rsa.generate_private_key(65537, 2048)


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwk(kid: str, name: str | None = None, **changes: Any) -> dict[str, Any]:
    """The public half of a key as a platform serves it."""
    numbers = key(name or kid).public_key().public_numbers()
    made = {
        "kty": "RSA",
        "kid": kid,
        "alg": "RS256",
        "use": "sig",
        "n": base64url(numbers.n.to_bytes(256, "big")),
        "e": "AQAB",
    }
    return without_gone({**made, **changes})


def without_gone(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not GONE}


def sign(header: Any, body: Any, name: str = "first") -> str:
    """A compact JWT of any header and any body, signed by the key of that name."""
    signed = ".".join(
        base64url(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (header, body)
    )
    signature = key(name).sign(signed.encode(), padding.PKCS1v15(), SHA256())
    return f"{signed}.{base64url(signature)}"


@dataclass
class Answered:
    """A login that the platform was asked for."""

    state: str
    nonce: str
    target: str
    asked: dict[str, str]
    url: str


@dataclass
class Platform:
    """One LMS. ``served``: what its key set address answers, or an exception to raise; ``calls`` counts the calls."""

    issuer: str = "https://lms.example"
    client_id: str = "client-1"
    deployment_id: str = "1"
    served: Any = field(default_factory=lambda: {"keys": [jwk("first")]})
    calls: int = 0

    def get_json(self, url: str, **_more: Any) -> Any:
        """In place of ``learn.lti.services.http.get_json``: the edge of the house."""
        http.assert_no_transaction()
        self.calls += 1
        if isinstance(self.served, Exception):
            raise self.served
        return self.served

    def log_in(self, client: Any, target: str = f"{TOOL}/", **params: Any) -> Answered:
        """Begin a launch in a browser, as Moodle does."""
        form = without_gone(
            {
                "iss": self.issuer,
                "target_link_uri": target,
                "login_hint": "5",
                "client_id": self.client_id,
                "lti_message_hint": '{"cmid":32,"launchid":"ltilaunch1_654235678"}',
                "lti_deployment_id": self.deployment_id,
                **params,
            }
        )
        answer = client.post("/lti/login", form, 302)
        asked = dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))
        return Answered(asked["state"], asked["nonce"], form["target_link_uri"], asked, answer.headers["Location"])

    def claims(self, login: Answered, **changes: Any) -> dict[str, Any]:
        """A learner's claims as Moodle 4.4 sends them; a change names a claim with or without LTI's own prefix."""
        at = int(time.time())
        made = {
            "nonce": login.nonce,
            "iat": at,
            "exp": at + 60,
            "iss": self.issuer,
            "aud": self.client_id,
            LTI + "deployment_id": self.deployment_id,
            LTI + "target_link_uri": login.target,
            "sub": "5",
            LTI + "roles": [LEARNER],
            LTI + "context": {
                "id": "2",
                "label": "RDF",
                "title": "Research Delivery Foundations",
                "type": ["CourseSection"],
            },
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "version": "1.3.0",
            LTI + "resource_link": {"title": "Module 1", "description": "Intro to module 1", "id": "1"},
            "given_name": "Lee",
            "family_name": "Learner",
            "name": "Lee Learner",
            "email": "lee@lms.example",
            LTI + "launch_presentation": {
                "locale": "en",
                "document_target": "iframe",
                "return_url": f"{self.issuer}/mod/lti/return.php?course=2",
            },
            LTI + "custom": {},
            AGS: {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitems": f"{self.issuer}/mod/lti/services.php/2/lineitems?type_id=1",
                "lineitem": f"{self.issuer}/mod/lti/services.php/2/lineitems/16/lineitem?type_id=1",
            },
            NRPS: {
                "context_memberships_url": f"{self.issuer}/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
            },
        }
        short = {name.removeprefix(LTI): name for name in made}
        short |= {"ags": AGS, "nrps": NRPS, "role_scope_mentor": LTI + "role_scope_mentor"}
        return without_gone(made | {short.get(name, name): value for name, value in changes.items()})

    def token(self, login: Answered, **changes: Any) -> str:
        return sign({"typ": "JWT", "alg": "RS256", "kid": "first"}, self.claims(login, **changes))

    def answer(self, client: Any, login: Answered, token: str, status: int = 303, **form: Any) -> Any:
        """Post the platform's answer from the browser."""
        return client.post("/lti/launch", without_gone({"state": login.state, "id_token": token, **form}), status)

    def launch(self, client: Any, status: int = 303, *, target: str = f"{TOOL}/", **changes: Any) -> Any:
        """A whole launch; returns the redirect, or the page that refuses it."""
        login = self.log_in(client, target)
        return self.answer(client, login, self.token(login, **changes), status)


def connect(session: Session, platform: Platform, *, deployments: tuple[str, ...] = ("1",), **more: Any) -> int:
    """Register a platform; returns the registration's number."""
    row = {
        "name": "NIHR Learn", "issuer": platform.issuer, "client_id": platform.client_id,
        "auth_url": f"{platform.issuer}/mod/lti/auth.php", "token_url": f"{platform.issuer}/mod/lti/token.php",
        "jwks_url": f"{platform.issuer}/mod/lti/certs.php", "token_audience": None, "frame_origins": [platform.issuer],
        "is_active": True, "takes_new_deployments": not deployments, "version": 1, "created_at": now(), **more,
    }  # fmt: skip
    number = session.execute(insert(Registration).returning(Registration.id), row).scalar_one()
    for deployment_id in deployments:
        session.execute(
            insert(Deployment), {"registration_id": number, "deployment_id": deployment_id, "created_at": now()}
        )
    session.commit()
    return number
