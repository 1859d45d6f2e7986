"""Whom several rooms' tests meet: an administrator, somebody who signs in by email, a platform that launches."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.models import Role
from learn.lti.services import http
from tests import asked
from tests.learn.lti.platform import Platform, connect
from tests.pages import PageClient
from tests.people import NURSE, make_user, sign_in


@pytest.fixture
def administrator(app: Flask, session: Session) -> PageClient:
    """A browser in which whoever runs the site is signed in."""
    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    return sign_in(PageClient(app), user.id)


@pytest.fixture
def owner(session: Session) -> Any:
    """Somebody who proved an address, and signs in with it."""
    made = make_user(session, "Amina Nurse")
    mine.add(session, made.id, parse(NURSE), now())
    session.commit()
    return made


@pytest.fixture
def platform(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform with one deployment, whose key set is served without a network."""
    made = Platform()
    monkeypatch.setattr(http, "get_json", made.get_json)
    connect(session, made)
    return made


@pytest.fixture
def statements(app: Flask) -> Any:
    """The statements that an act sends, without BEGIN and its like."""
    return asked.statements
