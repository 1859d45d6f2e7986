"""A learner with a SCORM package, and how it is opened and told of."""

from datetime import timedelta

import pytest

from courses.db import now
from courses.learning import attempts, learners, plays
from courses.learning.attempts import Commit
from courses.learning.models import Mode
from tests.courses.learning.played import SCORM12, make_played


@pytest.fixture
def learner_id(session):
    number = learners.add(session, now())
    session.commit()
    return number


@pytest.fixture
def scorm(session, storage):
    """A module whose first unit is a SCORM 1.2 package."""
    return make_played(session, storage, SCORM12)


@pytest.fixture
def opened(session, learner_id):
    """Open a unit and give its play, as a player finds it."""

    def go(unit_id, *, mode=Mode.LEARN, at=None, learner=learner_id, session_id=None):
        at = at or now()
        token = plays.begin(
            session, unit_id=unit_id, mode=mode, learner_id=learner, session_id=session_id, frame_origins=["https://lms.example"], now=at
        )  # fmt: skip
        session.commit()
        return plays.find(session.connection(), token, at)

    return go


@pytest.fixture
def told(session):
    """Commit a message of a play."""

    def go(play, seq, changed, *, after=0, **more):
        given = attempts.commit(session, play, Commit(seq, changed, **more), play.opened_at + timedelta(seconds=after))
        session.commit()
        return given

    return go
