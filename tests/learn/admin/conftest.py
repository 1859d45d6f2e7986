"""Whoever runs the site."""

import pytest

from learn.accounts.models import Role
from tests.pages import PageClient
from tests.people import make_user, sign_in


@pytest.fixture
def administrator(app, session):
    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    return sign_in(PageClient(app), user.id)
