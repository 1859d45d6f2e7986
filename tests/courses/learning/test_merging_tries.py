"""Tries at packages when two learners become one, when they are told of, and when they are forgotten."""

import pytest
from sqlalchemy import func, select, update

from courses.catalogue import Unit
from courses.db import now
from courses.errors import NotAllowedHere
from courses.learning import attempts, learners, merging, personal
from courses.learning.attempts import Fenced
from courses.learning.models import Attempt, Enrolment, Exit, Learner, Mode, Play
from tests.courses.learning.played import SCORM12, make_played


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


@pytest.mark.parametrize("is_mine_further", [True, False])
def test_of_two_versions_only_the_one_that_goes_on_takes_more(
    session, storage, scorm, other_id, opened, told, merged, is_mine_further
):
    mine = opened(scorm.units[0].id)
    newer = make_played(session, storage, {**SCORM12, "play": {**SCORM12["play"], "href": "b.html"}}, SCORM12)
    assert (newer.id, newer.version_id) != (scorm.id, scorm.version_id) and newer.id == scorm.id
    theirs = opened(newer.units[0].id, learner=other_id)
    further, left = (mine, theirs) if is_mine_further else (theirs, mine)
    told(further, 1, {"suspend_data": "further", **core(lesson_status="passed")})
    told(left, 1, {"suspend_data": "left"})
    merged()
    told(further, 2, {"suspend_data": "further still"})
    with pytest.raises(Fenced):
        told(left, 2, core(lesson_status="passed"))
    unit = (scorm if is_mine_further else newer).units[0]
    assert attempts.initial(session, opened(unit.id))["cmi"]["suspend_data"] == "further still"
    assert len(kept(session)) == 2, "the other try stays to be seen"


def test_tries_of_both_count_where_they_are_limited(session, scorm, learner_id, other_id, opened, told, merged):
    unit_id = scorm.units[0].id
    session.execute(update(Unit).where(Unit.id == unit_id).values(max_attempts=2))
    for learner in (learner_id, other_id):
        told(opened(unit_id, learner=learner), 1, core(lesson_status="failed"), is_final=True)
    merged()
    play = opened(unit_id)
    assert play.mode is Mode.REVIEW
    with pytest.raises(NotAllowedHere):
        attempts.start_again(session, learner_id, unit_id, now())


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
