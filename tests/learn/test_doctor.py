"""``frontline doctor`` looks at everything the site needs and gives no secret away."""

import json

import pytest

from learn import health
from learn.lti import keys
from tests.learn.lti.test_connection import lms, number  # noqa: F401 fixtures


@pytest.fixture
def run(app, session):
    def call(*arguments, code=0):
        session.rollback()
        result = app.test_cli_runner().invoke(args=["doctor", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_a_site_that_is_well_says_so_with_its_platform(run, number):  # noqa: F811
    told = json.loads(run("--json"))
    assert {each["state"] for findings in told["checks"].values() for each in findings} == {"well"}
    assert list(told["checks"]) == ["site", f"platform {number}, NIHR Learn"]
    assert "  well    It gave a token to send grades." in run()


def test_secrets_are_masked_and_every_setting_has_its_meaning(run, app, session):
    keys.ensure_tool_key(session)
    session.commit()
    printed = run()
    assert app.config["FRONTLINE"].secret_key not in printed
    assert "FRONTLINE_SECRET_KEY=(set)" in printed
    assert "Zone in which times are shown" in printed


def test_a_missing_key_is_told_with_what_to_do(run):
    assert "unwell  Keys: There is no signing key yet: run `frontline db upgrade`." in run(code=1)


def test_a_database_that_is_not_migrated_is_told_and_no_platform_is_asked(run, monkeypatch):
    monkeypatch.setitem(health.CHECKS, "migrations", lambda: "The database is at migration none")
    told = json.loads(run("--json", code=1))
    assert list(told["checks"]) == ["site"]


def test_a_platform_that_gives_no_token_makes_the_doctor_fail(run, lms, number):  # noqa: F811
    lms.switches.fail("token", "500")
    assert "It gave no token to send grades: the platform refused (HTTP 500)." in run(code=1)
