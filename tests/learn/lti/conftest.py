"""A connected platform, and what a refused launch has to leave behind."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learn.audit import AuditEntry
from learn.lti.models import LtiLogin


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
