"""Plays end with the session that opened them, whoever ends it, and go on when the same person comes in again."""

import pytest
from flask import session as browser
from sqlalchemy import select

from courses.db import now
from courses.learning import plays
from courses.learning.models import Mode
from learn.accounts import open_sessions, sessions
from learn.accounts.models import LoginSession, SessionEnd
from learn.accounts.sessions import Arrival
from learn.player import personal
from learn.web import writing
from tests.people import make_user, sign_in


@pytest.fixture
def opened(session, module):
    """Open the module's first unit as a person's newest session does; gives whether it still plays."""

    def go(user):
        session.rollback()
        newest = session.scalar(
            select(LoginSession.id).where(LoginSession.user_id == user.id).order_by(LoginSession.id.desc())
        )
        with writing() as writer:
            token = plays.begin(
                writer, unit_id=module.units[0].id, mode=Mode.LEARN, learner_id=user.learner_id, session_id=newest,
                frame_origins=[], now=now(),
            )  # fmt: skip

        def still_plays():
            session.rollback()
            return plays.find(session.connection(), token, now()) is not None

        assert still_plays()
        still_plays.session_id = newest
        return still_plays

    return go


def comes_in(app, client, user_id):
    """Somebody's launch with a browser that has a session already."""
    with client.http.session_transaction(base_url=client.base_url) as cookie:
        before = cookie["key"]
    with app.test_request_context("/"), writing() as session:
        browser["key"] = before
        key = sessions.begin(session, Arrival(user_id=user_id), now())
    with client.http.session_transaction(base_url=client.base_url) as cookie:
        cookie["key"] = key


def test_signing_out_ends_them(member, learner, opened):
    plays_on = opened(learner)
    member.get("/learn")
    member.post("/sign-out")
    assert not plays_on()


def test_ending_the_session_from_another_one_ends_them(member, learner, opened):
    plays_on = opened(learner)
    with writing() as session:
        assert open_sessions.end_one(session, learner.id, plays_on.session_id, now())
    assert not plays_on()


def test_ending_every_session_of_a_person_ends_them_and_nobody_elses(session, member, learner, opened, new_client):
    other = make_user(session, "Somebody Else")
    session.commit()
    sign_in(new_client(), other.id)
    mine, theirs = opened(learner), opened(other)
    with writing() as writer:
        sessions.end_all(writer, learner.id, SessionEnd.ACCOUNT_GONE, now())
    assert (mine(), theirs()) == (False, True)


def test_they_go_on_when_the_same_person_comes_in_again_and_end_when_they_sign_out(app, member, learner, opened):
    plays_on = opened(learner)
    comes_in(app, member, learner.id)
    assert plays_on()
    member.get("/learn")
    member.post("/sign-out")
    assert not plays_on()


def test_they_end_when_somebody_else_comes_in_with_the_same_browser(app, session, member, learner, opened):
    other = make_user(session, "Somebody Else")
    session.commit()
    plays_on = opened(learner)
    comes_in(app, member, other.id)
    assert not plays_on()


def test_what_is_over_is_pruned_and_counted(session, member, learner, opened):
    opened(learner)
    with writing() as writer:
        assert personal.prune(writer, now() + plays.LIVES) == {"plays": 1}
