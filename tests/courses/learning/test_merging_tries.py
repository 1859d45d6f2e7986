"""Tries at packages when two learners become one, when they are told of, and when they are forgotten."""

import pytest
from sqlalchemy import func, select

from courses.db import now
from courses.learning import attempts, learners, merging, personal
from courses.learning.attempts import Fenced
from courses.learning.models import Attempt, Enrolment, Exit, Learner, Play


def core(**values):
    return {"core": values}


@pytest.fixture
def other_id(session):
    number = learners.add(session, now())
    session.commit()
    return number


@pytest.fixture
def merged(session, learner_id, other_id):
    """Merge the other learner into the learner."""

    def go():
        merging.merge(session, other_id, learner_id, now())
        session.commit()

    return go


def kept(session):
    return session.execute(select(Attempt.__table__).order_by(Attempt.n)).all()


def test_tries_of_both_follow_each_other_and_the_last_used_is_gone_on_with(
    session, scorm, learner_id, other_id, opened, told, merged
):
    unit_id = scorm.units[0].id
    told(opened(unit_id), 1, {"suspend_data": "mine, older", **core(score={"raw": "30"})})
    told(opened(unit_id, learner=other_id), 1, core(score={"raw": "50"}))
    attempts.start_again(session, other_id, unit_id, now())
    session.commit()
    told(opened(unit_id, learner=other_id), 1, {"suspend_data": "theirs, newer"})
    merged()
    assert [(row.n, row.exit, row.ended_at is None) for row in kept(session)] == [
        (1, Exit.ENDED, False),
        (2, Exit.ENDED, False),
        (3, Exit.OPEN, True),
    ]
    assert {row.enrolment_id for row in kept(session)} == set(session.scalars(select(Enrolment.id)))
    assert attempts.initial(session, opened(unit_id))["cmi"]["suspend_data"] == "theirs, newer"


def test_windows_of_both_commit_no_more(session, scorm, other_id, opened, told, merged):
    mine, theirs = opened(scorm.units[0].id), opened(scorm.units[0].id, learner=other_id)
    merged()
    for play in (mine, theirs):
        with pytest.raises(Fenced):
            told(play, 1, core(lesson_status="passed"))


def test_a_try_of_the_one_who_stays_is_left_alone_when_the_other_has_none(
    session, scorm, learner_id, opened, told, merged
):
    play = opened(scorm.units[0].id)
    merged()
    told(play, 1, core(lesson_status="passed"))


def test_tries_of_a_module_that_only_the_other_began_go_along(session, scorm, other_id, opened, told, merged):
    told(opened(scorm.units[0].id, learner=other_id), 1, {"suspend_data": "theirs"})
    merged()
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["suspend_data"] == "theirs"


def test_what_a_package_keeps_is_told_to_its_learner(session, scorm, learner_id, other_id, opened, told):
    told(opened(scorm.units[0].id), 1, {"suspend_data": "mine", **core(score={"raw": "50"})}, seconds=9)
    told(opened(scorm.units[0].id, learner=other_id), 1, {"suspend_data": "theirs"})
    given = personal.told(session, [learner_id])
    (row,) = given["package_tries"]
    assert (row["unit"], row["try"], row["score"], row["seconds"], row["kept"]["suspend_data"]) == (
        "Unit 1",
        1,
        50,
        9,
        "mine",
    )
    assert [each["mode"] for each in given["packages_opened"]] == ["learn"]
    assert "theirs" not in repr(given)


def test_tries_and_plays_are_forgotten_with_their_learner_and_nobody_elses(
    session, scorm, learner_id, other_id, opened, told
):
    told(opened(scorm.units[0].id), 1, {"suspend_data": "mine"})
    told(opened(scorm.units[0].id, learner=other_id), 1, {"suspend_data": "theirs"})
    before = session.scalar(select(Learner.key).where(Learner.id == learner_id))
    personal.forget(session, [learner_id])
    session.commit()
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Play)) == 1
    (row,) = kept(session)
    assert session.scalar(select(Enrolment.learner_id).where(Enrolment.id == row.enrolment_id)) == other_id
    assert session.scalar(select(Learner.key).where(Learner.id == learner_id)) != before
