"""Who talks in the tests of discussions, and how a patient's number is made: of the test range, with its check digit."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from learn.accounts.models import Role
from tests.discussing import make_topic, make_writer
from tests.pages import PageClient
from tests.people import sign_in


@pytest.fixture
def number() -> str:
    """A number of the test range that passes the check."""
    for start in range(999_000_100, 999_001_000):
        digits = str(start)
        left = 11 - sum(int(each) * weight for each, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if left < 10:
            return f"{digits[:3]} {digits[3:6]} {digits[6:]}{left}"
    raise AssertionError


@pytest.fixture
def sam(session: Session) -> Any:
    user = make_writer(
        session, "Sam Reed", profession="Research nurse", organisation="Example Hospital", region="wales"
    )
    session.commit()
    return user


@pytest.fixture
def ann(session: Session) -> Any:
    user = make_writer(session, "Ann Lee")
    session.commit()
    return user


@pytest.fixture
def helen(session: Session) -> Any:
    user = make_writer(session, "Helen Marsh", roles=(Role.FACILITATOR,))
    session.commit()
    return user


@pytest.fixture
def topic(session: Session, sam: Any) -> Any:
    """What Sam started: topic_id, post_id."""
    made = make_topic(session, sam)
    session.commit()
    return made


@pytest.fixture
def as_(app: Flask) -> Any:
    """A browser in which somebody is signed in."""
    return lambda user: sign_in(PageClient(app), user.id)
