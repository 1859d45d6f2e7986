"""Frontline is launched by the demo LMS over real HTTP: rightly, unusually, and in every way that is wrong."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from courses.db import now
from learn.accounts.models import LoginSession, User
from learn.lti.models import Deployment, LineItem, Registration
from tests.lms import forging
from tests.lms.serving import running


@pytest.fixture(scope="module")
def served():
    """One LMS for all the cases: it takes longer to start than to launch."""
    with running() as lms:
        lms.add_instructor(lms.course)
        lms.add_learner(lms.course)
        lms.add_activity("Frontline community", "/", has_line_item=False)
        yield lms


@pytest.fixture
def lms(served, app, session):
    """It, registered with this test's own Frontline."""
    told = served.registration()
    deployment_id = told.pop("deployment_id")
    settings = {
        "token_audience": None,
        "frame_origins": [served.url],
        "is_active": True,
        "takes_new_deployments": False,
    }
    row = {**told, **settings, "version": 1, "created_at": now()}
    number = session.execute(insert(Registration).returning(Registration.id), row).scalar_one()
    deployment = {"registration_id": number, "deployment_id": deployment_id, "created_at": now()}
    session.execute(insert(Deployment), deployment)
    session.commit()
    return served


def launch(lms: Any, client: Any, role: str = "Learner", **more: Any) -> Any:
    person = next(lms.state.people[each] for each, held in lms.course.roles.items() if held == role)
    activity = next(iter(lms.state.activities.values()))
    return lms.launch(client.http, person, activity, **more)


def count(session: Any, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("role", ["Learner", "Instructor"])
def test_a_launch_leads_to_a_page(lms, client, session, role):
    answer = launch(lms, client, role)
    assert answer.status_code == 303
    client.get(answer.headers["Location"])
    assert count(session, User) == 1


@pytest.mark.parametrize("name", sorted(forging.ACCEPTED))
def test_an_unusual_launch_is_let_in(lms, client, name):
    answer = launch(lms, client, breakage=name)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    client.get(answer.headers["Location"])


@pytest.mark.parametrize("name", sorted(forging.BROKEN))
def test_a_broken_launch_is_refused_in_words_and_leaves_nothing(lms, client, session, name):
    answer = launch(lms, client, breakage=name)
    assert 400 <= answer.status_code < 500, answer.status
    assert answer.mimetype == "text/html"
    assert [count(session, each) for each in (User, LoginSession, LineItem)] == [0, 0, 0]


def test_the_platforms_own_refusal_is_shown(lms, client):
    lms.switches.logs_in = False
    try:
        answer = launch(lms, client)
    finally:
        lms.switches.reset()
    assert 400 <= answer.status_code < 500


def test_a_launch_follows_a_rotated_key_and_survives_an_outage_of_the_key_set(lms, client, new_client):
    assert launch(lms, client).status_code == 303
    lms.keys.rotate(keep_old=False)
    assert launch(lms, new_client()).status_code == 303
    lms.switches.fail("certs", "503")
    try:
        assert launch(lms, new_client()).status_code == 303
    finally:
        lms.switches.reset()
