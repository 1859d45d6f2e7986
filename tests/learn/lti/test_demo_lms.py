"""The demo LMS against the site, its keys read over real HTTP: every break refused, every variant let in."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.db import now
from learn.accounts.models import LoginSession, User
from learn.audit import AuditEntry
from learn.lti.launching import platform_keys
from learn.lti.members import Membership
from learn.lti.models import LtiLogin
from tests.lms import forging
from tests.lms.platform import Lms
from tests.lms.serving import running
from tests.pages import PageClient


@pytest.fixture(scope="module")
def served() -> Iterator[Lms]:
    with running() as lms:
        lms.add_person("Lee", "Learner", role="learner")
        lms.add_activity("Home")
        yield lms


@pytest.fixture
def lms(served: Lms, app: Flask) -> Iterator[Lms]:
    """The served LMS, connected by hand as an administrator would."""
    known = served.registration()
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in known.items()]
    result = app.test_cli_runner().invoke(args=["platform", "add", *arguments])
    assert result.exit_code == 0, result.output
    yield served
    served.switches.reset()


class Frame:
    """A browser that opens the LMS's one activity."""

    def __init__(self, lms: Lms, browser: PageClient) -> None:
        self.lms, self.browser = lms, browser
        (self.person,) = lms.state.people.values()
        (self.activity,) = lms.state.activities.values()

    def open(self, status: int, breakage: str | None = None) -> Any:
        login = self.browser.post("/lti/login", self.lms.login_form(self.person, self.activity), 302)
        return self.browser.post("/lti/launch", self.lms.answer(login.headers["Location"], breakage=breakage), status)


@pytest.fixture
def frame(lms: Lms, client: PageClient) -> Frame:
    return Frame(lms, client)


@pytest.mark.parametrize("breakage", sorted(forging.BROKEN))
def test_every_break_of_a_launch_is_a_page_in_words_and_leaves_nothing(frame, session, breakage):
    page = frame.open(403 if breakage == "unknown_deployment" else 400, breakage)
    assert page.h1 == "This link could not be opened"
    (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "launch.refused"))
    assert line.reference in page.words and "Lee" not in str(line.details)
    assert session.scalars(select(User.id)).all() == session.scalars(select(LoginSession.id)).all() == []
    assert len(session.scalars(select(LtiLogin.state_hash)).all()) == 1


@pytest.mark.parametrize("variant", sorted(forging.ACCEPTED))
def test_every_unusual_and_right_launch_is_let_in(frame, session, variant):
    assert frame.open(303, variant).headers["Location"] == "/"
    is_known = variant not in ("no_sub", "anonymous")
    assert len(session.scalars(select(User.id)).all()) == is_known
    roles = session.scalars(select(Membership.is_learner)).all()
    assert roles == (
        [] if not is_known or variant in ("no_context", "only_resource_link") else [variant != "empty_roles"]
    )


def test_a_launch_with_the_activitys_own_consumer_key_says_what_is_wrong(frame, lms, monkeypatch):
    monkeypatch.setattr(frame.activity, "resource_key", "own-key")
    page = frame.browser.post("/lti/login", {**lms.login_form(frame.person, frame.activity)}, 400)
    assert "under another client ID" in page.words


def test_the_platform_says_that_nobody_is_signed_in_there(frame, lms):
    lms.switches.logs_in = False
    assert "not signed in there any more" in frame.open(400).words


@pytest.mark.parametrize("kind", ["html", "error_json", "500", "404", "drop"])
def test_keys_that_cannot_be_read_are_a_page_in_words_and_nothing_is_lost(frame, lms, kind, monkeypatch):
    lms.switches.fail("certs", kind, times=1)
    assert "keys of your learning platform cannot be read" in frame.open(400).words
    later = now() + platform_keys.RETRY
    monkeypatch.setattr("learn.lti.views.now", lambda: later)
    assert frame.open(303).headers["Location"] == "/"


def test_a_rotated_key_is_followed_and_a_warm_launch_asks_nothing(frame, lms):
    frame.open(303)
    lms.recorder.clear()
    frame.open(303)
    assert lms.recorder.all() == []
    lms.rotate_key(keep_old=False)
    frame.open(303)
    assert [one.kind for one in lms.recorder.all()] == ["certs"]
