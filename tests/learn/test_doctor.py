"""``frontline doctor`` looks at everything the site needs and gives no secret away."""

import json

import pytest
from sqlalchemy import update

from courses.db import now
from learn import health
from learn.lti import keys
from learn.notifications import mail
from learn.notifications.models import Mail, MailState
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


@pytest.fixture
def failed(session):
    keys.ensure_tool_key(session)
    mail.put(session, "code", "1", now())

    def do(why):
        session.execute(update(Mail).values(state=MailState.FAILED, last_error=why))
        session.commit()

    return do


def test_mail_without_a_server_is_told_and_no_failure(run, failed, app):
    failed("address_refused")
    assert (
        f"  well    Mail: written into {app.config['FRONTLINE'].folder / 'mail'}, since FRONTLINE_SMTP_URL is empty"
        in run()
    )


def test_mail_that_could_not_be_sent_makes_the_doctor_fail_and_the_password_is_not_told(environment, request):
    environment["FRONTLINE_SMTP_URL"] = "smtp://site:hidden-word@mail.example:587"
    run, failed = request.getfixturevalue("run"), request.getfixturevalue("failed")
    failed("login_refused")
    printed = run(code=1)
    assert "unwell  Mail: sent by mail.example, port 587. 1 mail could not be sent: see Admin, Mail." in printed
    assert "hidden-word" not in printed
