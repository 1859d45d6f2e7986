"""Whoever is granted a role, loses one or may come in again is told by a notice; the shell says what it did."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.decisions import suspension
from learn.accounts.models import AccountNote, Role, RoleGrant, User
from learn.notifications.models import Notification
from learn.people import granting
from tests.modules import make_theme
from tests.people import make_user


@pytest.fixture
def run(app, session):
    """Run a command of `frontline user` in this test's site."""
    runner = app.test_cli_runner()

    def call(*arguments, code=0):
        session.rollback()
        result = runner.invoke(args=["user", *arguments])
        assert result.exit_code == code, result.output
        session.rollback()
        return result.output.strip()

    return call


def notices(session, user_id):
    session.rollback()
    asked = select(Notification.kind, Notification.facts).where(Notification.user_id == user_id)
    return [tuple(row) for row in session.execute(asked.order_by(Notification.id))]


def test_each_act_is_told_once_and_an_act_that_changes_nothing_is_not_told(session, learner):
    at = now()
    make_theme(session, "clinical-care")
    assert granting.grant(session, learner.id, Role.FACILITATOR, at, themes=["clinical-care"])
    assert not granting.grant(session, learner.id, Role.FACILITATOR, at, themes=["clinical-care"])
    assert granting.revoke(session, learner.id, Role.FACILITATOR, at)
    assert not granting.revoke(session, learner.id, Role.FACILITATOR, at)
    suspension.suspend(session, learner.id, at + timedelta(days=1), at, by_id=None, reason="Test")
    assert granting.lift(session, learner.id, at)
    assert not granting.lift(session, learner.id, at)
    session.commit()
    assert notices(session, learner.id) == [
        ("role_granted", {"role": "facilitator", "themes": ["clinical-care"]}),
        ("role_revoked", {"role": "facilitator"}),
        ("suspension_lifted", {}),
    ]
    assert session.scalar(select(User.unread).where(User.id == learner.id)) == 3


def test_the_reason_is_in_no_notice(session, learner):
    granting.grant(session, learner.id, Role.AUTHOR, now(), reason="A secret reason")
    session.commit()
    assert "secret" not in str(notices(session, learner.id))


def test_a_shell_grants_for_some_themes_with_a_reason_and_takes_away(run, session, learner):
    make_theme(session, "clinical-care")
    session.commit()
    number = str(learner.id)
    told = run("grant", number, "facilitator", "--theme", "clinical-care", "--reason", "Leads the theme")
    assert told == f"{number} is now facilitator."
    row = session.execute(select(RoleGrant.themes, RoleGrant.reason, RoleGrant.granted_by_id)).one()
    assert tuple(row) == (["clinical-care"], "Leads the theme", None)
    assert run("revoke", number, "facilitator", "--reason", "Moved") == f"{number} is no longer facilitator."
    assert run("revoke", number, "facilitator") == f"{number} was not facilitator."
    assert session.scalars(select(AccountNote.reason)).all() == ["Leads the theme", "Moved"]
    assert [kind for kind, _ in notices(session, learner.id)] == ["role_granted", "role_revoked"]


@pytest.mark.parametrize("arguments, words", [
    (("grant", "{}", "facilitator", "--theme", "nowhere"), "There is no theme nowhere"),
    (("grant", "{}", "author", "--theme", "clinical-care"), "Only a facilitator looks after themes"),
    (("revoke", "999999", "author"), "Nobody here is known as 999999"),
    (("suspend", "999999", "--days", "1", "--reason", "x"), "Nobody here is known as 999999"),
    (("lift", "nobody@nhs.example"), "Nobody here is known as nobody@nhs.example"),
    (("suspend", "{}", "--until", "2020-01-31", "--reason", "x"), "still to come"),
])  # fmt: skip
def test_what_a_shell_cannot_do_is_said_in_one_line(run, session, learner, arguments, words):
    make_theme(session, "clinical-care")
    session.commit()
    told = run(*(each.format(learner.id) for each in arguments), code=1)
    assert told.startswith("Error: ") and words in told and len(told.splitlines()) == 1
    assert notices(session, learner.id) == []


@pytest.mark.parametrize("options", [
    ("--reason", "x"), ("--days", "1"), ("--days", "1", "--until", "2090-01-01", "--reason", "x"),
    ("--days", "0", "--reason", "x"), ("--days", "99999", "--reason", "x"), ("--until", "31.12.2090", "--reason", "x"),
    ("--until", "2090-01-01", "--reason", "x"), ("--days", "1", "--reason", "  "),
])  # fmt: skip
def test_a_suspension_needs_one_end_within_ten_years_and_a_reason(run, session, learner, options):
    run("suspend", str(learner.id), *options, code=2)
    assert session.scalar(select(User.suspended_until).where(User.id == learner.id)) is None


def test_a_shell_suspends_and_lifts(run, session, learner):
    assert "may come in again on" in run("suspend", str(learner.id), "--days", "2", "--reason", "Shared a login")
    until = session.scalar(select(User.suspended_until).where(User.id == learner.id))
    assert timedelta(days=1) < until - now() <= timedelta(days=2)
    day = (now() + timedelta(days=30)).date()
    told = run("suspend", str(learner.id), "--until", day.isoformat(), "--reason", "Longer")
    assert f"{day.day} {day:%B %Y} at 12:00am" in told
    assert run("lift", str(learner.id)) == f"{learner.id} may come in again."
    assert run("lift", str(learner.id)) == f"{learner.id} is not suspended."
    assert [kind for kind, _ in notices(session, learner.id)] == ["suspension_lifted"]


def test_a_shell_does_not_take_away_the_last_administrator(run, session):
    ada = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    assert "Make somebody else an administrator first." in run("revoke", str(ada.id), "administrator", code=1)
    assert "Make somebody else" in run("suspend", str(ada.id), "--days", "1", "--reason", "x", code=1)
    assert json.loads(run("list", "--json"))[0]["roles"] == ["administrator"]


def test_a_shell_lets_nobody_in_by_an_account_that_is_gone(run, session, learner):
    session.execute(update(User).where(User.id == learner.id).values(erased_at=now()))
    session.commit()
    assert "It was erased" in run("sign-in", str(learner.id), code=1)
    assert "It was erased" in run("grant", str(learner.id), "author", code=1)
