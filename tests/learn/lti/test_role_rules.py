"""What an LMS role is worth here: nothing by itself, and what an administrator's rule says."""

import pytest
from sqlalchemy import select

from courses.db import now
from learn.accounts.models import LoginSession
from learn.lti import role_rules
from learn.lti.models import Context, Registration
from learn.lti.role_rules import Rule
from learn.lti.roles import CONTEXT, INSTITUTION, Roles
from tests.learn.lti.platform import GONE, LTI

INSTRUCTOR = {LTI + "roles": [f"{CONTEXT}#Instructor"]}


def given(session):
    session.rollback()
    return session.scalars(select(LoginSession.granted).order_by(LoginSession.id.desc()).limit(1)).one()


def rule(session, **more):
    number = session.scalar(select(Registration.id))
    chosen = {"context_pk": None, "lti_scope": "context", "lti_role": "Instructor", "grants": "facilitator", **more}
    role_rules.add(session, number, Rule(**chosen), now(), actor_id=None)
    session.commit()
    return number


def test_an_lms_role_alone_gives_none_of_ours(platform, client, session):
    platform.launch(client, **INSTRUCTOR)
    assert given(session) == []


def test_a_rule_gives_its_role_for_the_session_of_a_launch(platform, client, session):
    platform.launch(client, **INSTRUCTOR)
    rule(session)
    platform.launch(client, **INSTRUCTOR)
    assert given(session) == ["facilitator"]


def test_b22_an_institutions_instructor_is_not_the_courses(platform, client, session):
    rule(session)
    platform.launch(client, **{LTI + "roles": [f"{INSTITUTION}#Instructor", f"{CONTEXT}#Learner"]})
    assert given(session) == []


def test_a_rule_on_one_context_counts_there_only(platform, client, session):
    platform.launch(client, **INSTRUCTOR)
    session.rollback()
    here = session.scalar(select(Context.id))
    rule(session, context_pk=here)
    platform.launch(client, **INSTRUCTOR)
    assert given(session) == ["facilitator"]
    platform.launch(client, **INSTRUCTOR, **{LTI + "context": {"id": "another", "title": "Another"}})
    assert given(session) == []


def test_a_rule_that_was_removed_takes_its_role_from_live_sessions(platform, client, session):
    number = rule(session)
    platform.launch(client, **INSTRUCTOR)
    assert given(session) == ["facilitator"]
    (rule_id,) = session.scalars(select(role_rules.RoleRule.id)).all()
    assert role_rules.remove(session, number, rule_id, actor_id=None)
    session.commit()
    assert given(session) == []
    platform.launch(client, **INSTRUCTOR)
    assert given(session) == []


def test_nobody_who_is_unknown_gets_a_role(platform, client, session):
    rule(session)
    platform.launch(client, sub=GONE, **INSTRUCTOR)
    assert given(session) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"grants": "administrator"},
        {"lti_role": "Learner"},
        {"lti_scope": "planet"},
    ],
)
def test_no_rule_makes_an_administrator_or_lets_every_learner_moderate(platform, session, wrong):
    with pytest.raises(ValueError, match="no such rule"):
        rule(session, **wrong)


def test_even_a_row_that_somebody_wrote_by_hand_makes_no_administrator():
    forged = (Rule(None, "context", "Instructor", "administrator"),)
    assert role_rules.granted(forged, Roles(context=("Instructor",)), None) == ()


def test_a_rule_that_is_there_is_not_made_twice(platform, session):
    rule(session)
    rule(session)
    assert len(session.scalars(select(role_rules.RoleRule.id)).all()) == 1


def test_a_changed_rule_is_noticed_by_every_process(platform, client, session):
    platform.launch(client, **INSTRUCTOR)
    session.rollback()
    before = session.scalar(select(Registration.version))
    rule(session)
    assert session.scalar(select(Registration.version)) == before + 1
