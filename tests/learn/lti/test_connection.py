"""The connection test says in words what works with a platform, and what does not."""

import json

import pytest
from sqlalchemy import insert, select

from courses.db import now
from learn.lti import keys
from learn.lti.models import Context, Deployment
from tests.learn.lti.platform import connect
from tests.lms import serving

EVERYTHING = [
    "keys", "clock", "token:score", "token:result.readonly", "token:lineitem", "token:contextmembership.readonly",
    "line_items", "members",
]  # fmt: skip


@pytest.fixture
def lms(app, session):
    keys.ensure_tool_key(session)
    session.commit()
    with serving.running(app.config["FRONTLINE"].base_url) as running:
        running.key_set_of_tool = keys.public_key_set(session)
        session.rollback()
        yield running


@pytest.fixture
def number(lms, session):
    """The registration of the LMS, with one course that was launched from."""
    told = lms.registration()
    addresses = {name: told[name] for name in ("auth_url", "token_url", "jwks_url", "issuer", "client_id")}
    made = connect(session, lms_as(told), **addresses)
    course = f"{lms.url}/mod/lti/services.php"
    row = {"deployment_pk": session.scalar(select(Deployment.id)), "context_id": lms.course.id, "title": "", "label": "",
           "memberships_url": f"{course}/CourseSection/{lms.course.id}/bindings/1/memberships",
           "lineitems_url": f"{course}/{lms.course.id}/lineitems?type_id=1", "created_at": now()}  # fmt: skip
    session.execute(insert(Context), row)
    session.commit()
    return made


class lms_as:
    def __init__(self, told):
        self.issuer, self.client_id = told["issuer"], told["client_id"]


@pytest.fixture
def tried(app, session, number):
    def call(code=0, of=None):
        session.rollback()
        result = app.test_cli_runner().invoke(args=["platform", "test", str(of or number), "--json"])
        assert result.exit_code == code, result.output
        return {each["check"]: (each["state"], each["words"]) for each in json.loads(result.output)}

    return call


def test_everything_is_tried_and_well(tried):
    found = tried()
    assert list(found) == EVERYTHING
    assert {state for state, _ in found.values()} == {"well"}


def test_a_platform_that_answers_a_page_instead_of_keys_is_told_so(tried, lms):
    lms.switches.fail("certs", "html")
    found = tried(1)
    assert found["keys"] == ("unwell", "Its public keys cannot be read: the answer was not JSON (HTTP 200).")
    assert found["clock"][0] == "untried"


def test_a_platform_that_gives_no_token_is_told_so_for_each_purpose(tried, lms):
    lms.switches.fail("token", "500")
    found = tried(1)
    assert found["token:score"] == ("unwell", "It gave no token to send grades: the platform refused (HTTP 500).")
    assert [found[check][0] for check in EVERYTHING[2:]] == ["unwell"] * 4 + ["untried"] * 2


def test_a_platform_that_hangs_up_is_told_so(tried, lms):
    for service in ("certs", "token"):
        lms.switches.fail(service, "drop")
    assert "no connection could be made" in tried(1)["keys"][1]


def test_a_clock_that_is_far_off_is_told_with_the_difference(tried, lms, monkeypatch):
    from learn.lti import connection

    later = connection.tokens.date_of
    monkeypatch.setattr(connection.tokens, "date_of", lambda value: later(value) and later(value).replace(year=2040))
    assert tried(1)["clock"][1].endswith("ahead of ours. Links do not open: set both clocks by a time server.")


def test_a_platform_nobody_launched_from_says_what_cannot_be_tried_yet(tried, session):
    session.execute(Context.__table__.delete())
    session.commit()
    found = tried()
    assert (found["line_items"][0], found["members"][0]) == ("untried", "untried")
    assert "nobody has opened a link" in found["members"][1]


def test_the_words_are_printed_a_line_each(app, session, number):
    session.rollback()
    result = app.test_cli_runner().invoke(args=["platform", "test", str(number)])
    assert (result.exit_code, len(result.output.splitlines())) == (0, len(EVERYTHING))
    assert result.output.startswith("well    Its public keys can be read.\n")


def test_a_platform_that_is_not_there_is_said_in_one_line(app, lms):
    result = app.test_cli_runner().invoke(args=["platform", "test", "99"])
    assert (result.exit_code, result.output.strip()) == (
        1,
        "Error: There is no platform 99: see `frontline platform list`.",
    )
