"""H1: keys are replaced with an overlap longer than any platform keeps a key set."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from courses.db import now
from learn.audit import AuditEntry
from learn.lti import keys
from learn.lti.models import ToolKey

SOON, TOMORROW = timedelta(hours=23), timedelta(hours=25)
LATER = keys.LEAD + keys.KEPT + timedelta(hours=1)


@pytest.fixture
def first(app, session):
    keys.ensure_tool_key(session)
    session.commit()
    return session.scalars(select(ToolKey.kid)).one()


@pytest.fixture
def run(app, session):
    def call(*arguments):
        session.rollback()
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, result.output
        session.rollback()
        return result.output

    return call


def signing(session, at):
    return next(kid for kid, state, _ in keys.standing(session, at) if state == "signs")


def served(client):
    return {key["kid"] for key in client.get("/lti/jwks.json").json["keys"]}


def test_h1_a_new_key_is_served_for_a_day_before_it_signs(run, first, client, session):
    second = json.loads(run("keys", "rotate", "--json"))["kid"]
    assert served(client) == {first, second}
    assert keys.signing_key(session).kid == first
    assert (signing(session, now() + SOON), signing(session, now() + TOMORROW)) == (first, second)


def test_h1_the_key_before_is_served_for_two_weeks_and_then_goes(run, first, session, client):
    second = json.loads(run("keys", "rotate", "--json"))["kid"]
    keys.prune(session, now() + keys.KEPT)
    assert [kid for kid, _, _ in keys.standing(session, now())] == [first, second]
    keys.prune(session, now() + LATER)
    assert [kid for kid, _, _ in keys.standing(session, now())] == [second]


def test_h1_two_rotations_in_a_day_skip_nobody(run, first, session):
    second = json.loads(run("keys", "rotate", "--json"))["kid"]
    third = json.loads(run("keys", "rotate", "--json"))["kid"]
    assert signing(session, now()) == first
    session.execute(ToolKey.__table__.delete().where(ToolKey.kid == first))
    assert signing(session, now() + SOON) == second
    assert signing(session, now() + TOMORROW) == third


def test_h1_a_key_that_others_know_goes_at_once(run, first, client, session):
    second = json.loads(run("keys", "rotate", "--at-once", "--json"))["kid"]
    assert served(client) == {second}
    assert keys.signing_key(session).kid == second


def test_h1_the_list_says_what_each_key_does_and_the_trail_who_rotated(run, first, session):
    run("keys", "rotate")
    states = {each["kid"]: each["state"] for each in json.loads(run("keys", "list", "--json"))}
    assert (states.pop(first), list(states.values())) == ("signs", ["next"])
    assert f"{first}  signs, made" in run("keys", "list")
    line = session.execute(select(AuditEntry.action, AuditEntry.details)).one()
    assert (line.action, line.details["at_once"]) == ("keys.rotated", False)
