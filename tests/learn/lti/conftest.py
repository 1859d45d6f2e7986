"""A connected platform, and what a refused launch has to leave behind."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from courses.db import now
from learn.audit import AuditEntry
from learn.lti.models import Deployment, LtiLogin, Registration
from learn.lti.services import http
from tests.learn.lti.platform import Platform


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


@pytest.fixture
def platform(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform with one deployment, whose key set is served without a network."""
    made = Platform()
    monkeypatch.setattr(http, "get_json", made.get_json)
    connect(session, made)
    return made


@pytest.fixture
def refused(session: Session) -> Callable[..., Any]:
    """Check that a page refuses a launch: words, a reference code, one audit line, and nothing personal in it."""
    seen = set(session.scalars(select(AuditEntry.id)))

    def check(page: Any, code: str, detail: str = "") -> Any:
        assert page.h1 == "This link could not be opened"
        session.rollback()
        lines = [line for line in session.scalars(select(AuditEntry)) if line.id not in seen]
        assert len(lines) == 1, lines
        seen.add(lines[0].id)
        assert (lines[0].action, lines[0].details["code"], lines[0].details["detail"]) == (
            "launch.refused",
            code,
            detail,
        )
        assert set(lines[0].details) == {"code", "detail", "registration"}
        assert lines[0].reference in page.words
        assert "Lee" not in page.words
        return lines[0]

    return check


@pytest.fixture
def open_logins(session: Session) -> Callable[[], int]:
    """How many logins wait to be answered."""

    def count() -> int:
        session.rollback()
        return len(session.scalars(select(LtiLogin.state_hash)).all())

    return count
