"""Two learners who are one person: everything goes along, nothing is lowered, the counters stay true."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses.db import now
from courses.learning import completion, enrolments, events, learners, merging, personal
from courses.learning.acts import Answered, Marked, Watched, Written
from courses.learning.merging import Merged
from courses.learning.models import Enrolment, Learner, QuizAttempt, Reflection, Statement, Status, UnitProgress, Verb
from tests.courses.test_events import VIDEO, counters, recount, right_answers
from tests.modules import PAGES, WHOLE, make_module

CHANGED = {**PAGES, "03-check.md": WHOLE["03-check.md"], "09-more.md": "# More\n\nText."}


@pytest.fixture
def made(session, storage):
    module = make_module(session, storage, {**WHOLE, **VIDEO})
    session.commit()
    return module


@pytest.fixture
def two(session):
    """The learner who goes into another, and the other."""
    numbers = learners.add(session, now()), learners.add(session, now())
    session.commit()
    return numbers


def enrolment(session, learner_id):
    return session.execute(select(Enrolment.__table__).where(Enrolment.learner_id == learner_id)).one()


def whole(session, learner_id, made):
    """Complete the module."""
    page, page_two, quiz, reflection, film = made.units
    for unit, act in (
        (page, Marked()), (page_two, Marked()), (quiz, Answered(right_answers(session, quiz.id))),
        (reflection, Written("A thought.")), (film, Marked()),
    ):  # fmt: skip
        recorded = events.record(session, learner_id, unit.id, act, now())
    assert recorded.module_completed


def test_what_only_one_began_goes_along_as_it_is(session, made, two):
    first, second = two
    whole(session, first, made)
    before = enrolment(session, first)
    assert merging.merge(session, first, second, now()) == Merged(moved=1, joined=0, apart=0)
    assert enrolment(session, second)._mapping == {**before._mapping, "learner_id": second}
    assert session.scalar(select(Learner.merged_into_id).where(Learner.id == first)) == second


def test_what_both_began_becomes_one_and_a_unit_that_either_completed_is_completed(session, made, two):
    first, second = two
    page, page_two, *_ = made.units
    events.record(session, first, page.id, Marked(), now())
    events.record(session, second, page_two.id, Marked(), now())
    assert merging.merge(session, first, second, now()) == Merged(moved=0, joined=1, apart=0)
    row = enrolment(session, second)
    assert (row.done_count, completion.has_bit(row.done, 1), completion.has_bit(row.done, 2)) == (2, True, True)
    assert counters(session, row.id) == recount(session, row.id)
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 1
    assert session.scalar(select(func.count()).select_from(Statement)) == 4


def test_what_both_did_together_may_complete_the_module_and_is_said(session, made, two):
    first, second = two
    page, page_two, quiz, reflection, film = made.units
    for unit in (page, page_two, film):
        events.record(session, first, unit.id, Marked(), now())
    events.record(session, second, quiz.id, Answered(right_answers(session, quiz.id)), now())
    events.record(session, second, reflection.id, Written("A thought."), now())
    at = now()
    merging.merge(session, first, second, at)
    row = enrolment(session, second)
    assert (row.status, row.completed_at, row.best_score) == (Status.COMPLETED, at, 100)
    said = select(Statement.verb).where(Statement.unit_id.is_(None), Statement.enrolment_id == row.id)
    assert session.scalars(said.order_by(Statement.id)).all()[-1] is Verb.COMPLETED
    assert not events.record(session, second, film.id, Marked(), now()).module_completed


@pytest.mark.parametrize("who", [0, 1])
def test_a_completion_stays_with_the_moment_it_first_came(session, made, two, who):
    whole(session, two[who], made)
    ended = enrolment(session, two[who]).completed_at
    events.record(session, two[1 - who], made.units[0].id, Marked(), now() + timedelta(days=1))
    merging.merge(session, *two, now() + timedelta(days=2))
    row = enrolment(session, two[1])
    assert (row.status, row.completed_at, row.best_score) == (Status.COMPLETED, ended, 100)


def test_tries_follow_each_other_and_the_best_counts(session, made, two):
    first, second = two
    quiz = made.units[2]
    for learner_id, answers in ((first, right_answers(session, quiz.id)), (first, {}), (second, {}), (second, {})):
        events.record(session, learner_id, quiz.id, Answered(answers), now())
    merging.merge(session, first, second, now())
    tries = session.execute(select(QuizAttempt.n, QuizAttempt.score).order_by(QuizAttempt.n)).all()
    assert tries == [(1, 0), (2, 0), (3, 100), (4, 0)]
    assert session.execute(select(UnitProgress.attempts, UnitProgress.best_score)).all() == [(4, 100)]
    assert events.record(session, second, quiz.id, Answered({}), now()).attempt.n == 5


def test_a_score_is_not_lowered_by_a_quiz_that_only_the_other_tried(session, storage, two):
    first, second = two
    module = make_module(session, storage, {"01-a.md": WHOLE["03-check.md"], "02-b.md": WHOLE["03-check.md"]})
    good, bad = module.units
    events.record(session, second, good.id, Answered(right_answers(session, good.id)), now())
    events.record(session, first, bad.id, Answered({}), now())
    merging.merge(session, first, second, now())
    assert enrolment(session, second).best_score == 100


def test_two_reflections_stand_both_and_equal_ones_once(session, made, two):
    first, second = two
    unit, at = made.units[3], now()
    events.record(session, first, unit.id, Written("What I thought first."), at)
    events.record(session, second, unit.id, Written("What I think now."), at + timedelta(days=1))
    merging.merge(session, first, second, now())
    row = session.execute(select(Reflection.text, Reflection.written_at, Reflection.changed_at)).one()
    assert row == ("What I thought first.\n\nWhat I think now.", at, at + timedelta(days=1))
    third = learners.add(session, now())
    events.record(session, third, unit.id, Written(row.text), now())
    merging.merge(session, second, third, now())
    assert session.scalars(select(Reflection.text)).all() == [row.text]


def test_parts_of_a_video_that_either_watched_are_watched(session, made, two):
    film = made.units[4]
    events.record(session, two[0], film.id, Watched([(0, 0.25)]), now())
    events.record(session, two[1], film.id, Watched([(0.5, 0.75)]), now())
    merging.merge(session, *two, now())
    watched = session.scalar(select(UnitProgress.watched))
    assert completion.watched_percent(watched) == 50
    assert events.record(session, two[1], film.id, Watched([(0, 0.01)]), now()).watched_percent == 50


@pytest.fixture
def versions(session, storage, two):
    """The first learner is on version 1 of a module, the second on version 2."""
    old = make_module(session, storage, WHOLE)
    enrolments.enrol(session, two[0], old.id, now())
    new = make_module(session, storage, CHANGED)
    enrolments.enrol(session, two[1], new.id, now())
    assert old.version_id != new.version_id and old.id == new.id
    return old, new


@pytest.mark.parametrize("further", [0, 1])
def test_of_two_versions_the_further_one_goes_on_and_the_other_stays_whole(session, two, versions, further):
    done = versions[further].units[:2]
    for unit in done:
        events.record(session, two[further], unit.id, Marked(), now())
    events.record(session, two[1 - further], versions[1 - further].units[0].id, Marked(), now())
    assert merging.merge(session, *two, now()) == Merged(moved=0, joined=0, apart=1)
    row = enrolment(session, two[1])
    assert (row.version_id, row.done_count) == (versions[further].version_id, 2)
    other = session.execute(
        select(Enrolment.version_id, Enrolment.done_count, Learner.merged_into_id)
        .join(Learner, Learner.id == Enrolment.learner_id)
        .where(Enrolment.learner_id != two[1])
    ).one()
    assert other == (versions[1 - further].version_id, 1, two[1])
    assert events.record(session, two[1], versions[further].units[2].id, Answered({}), now()).enrolment_id == row.id


def test_a_completion_of_an_old_version_wins_over_a_new_one_that_is_open(session, two, versions):
    old, new = versions
    for unit in new.units[:2]:
        events.record(session, two[1], unit.id, Marked(), now())
    quiz = new.units[2]
    events.record(session, two[1], quiz.id, Answered({}), now())
    page, page_two, old_quiz, reflection = old.units
    events.record(session, two[0], old_quiz.id, Answered(right_answers(session, old_quiz.id)), now())
    for unit, act in ((page, Marked()), (page_two, Marked()), (reflection, Written("x"))):
        events.record(session, two[0], unit.id, act, now())
    merging.merge(session, *two, now())
    row = enrolment(session, two[1])
    assert (row.status, row.version_id, row.best_score) == (Status.COMPLETED, old.version_id, 100)


def test_the_better_score_of_two_versions_counts(session, two, versions):
    old, new = versions
    quiz = old.units[2]
    events.record(session, two[0], quiz.id, Answered(right_answers(session, quiz.id)), now())
    for unit in new.units[:2]:
        events.record(session, two[1], unit.id, Marked(), now())
    events.record(session, two[1], new.units[3].id, Marked(), now())
    merging.merge(session, *two, now())
    row = enrolment(session, two[1])
    assert (row.version_id, row.best_score) == (new.version_id, 100)


def everything(session):
    return {
        model.__tablename__: sorted(map(repr, session.execute(select(model.__table__)).all()))
        for model in (Learner, Enrolment, UnitProgress, QuizAttempt, Reflection, Statement)
    }


@pytest.mark.parametrize("further", [0, 1])
def test_a_second_time_changes_nothing(session, storage, two, versions, further):
    other = make_module(session, storage, PAGES, slug="other", title="Other")
    for learner_id in two:
        events.record(session, learner_id, other.units[0].id, Marked(), now())
    events.record(session, two[further], versions[further].units[0].id, Marked(), now())
    merging.merge(session, *two, now())
    before = everything(session)
    assert merging.merge(session, *two, now()).moved == 0
    assert everything(session) == before


def test_somebody_who_took_in_another_takes_them_along(session, made, two):
    first, second = two
    third = learners.add(session, now())
    merging.merge(session, first, second, now())
    merging.merge(session, second, third, now())
    pointed = session.execute(select(Learner.id, Learner.merged_into_id).order_by(Learner.id)).all()
    assert pointed == [(first, third), (second, third), (third, None)]


def test_nobody_is_merged_into_themselves(session, made, two):
    whole(session, two[0], made)
    assert merging.merge(session, two[0], two[0], now()) == Merged(0, 0, 0)
    assert session.scalar(select(Learner.merged_into_id).where(Learner.id == two[0])) is None
    assert enrolment(session, two[0]).status is Status.COMPLETED


def test_nobody_elses_rows_are_touched(session, made, two):
    third = learners.add(session, now())
    whole(session, third, made)
    whole(session, two[0], made)
    events.record(session, two[1], made.units[2].id, Answered({}), now())
    before = enrolment(session, third)
    merging.merge(session, *two, now())
    assert enrolment(session, third) == before
    assert counters(session, before.id) == recount(session, before.id)


acts = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_whatever_both_did_the_counters_stay_true_and_nothing_is_lowered(session, made, acts):
    both = learners.add(session, now()), learners.add(session, now())
    reached = {}
    for who, unit, variant in acts:
        row = made.units[unit]
        answers = right_answers(session, row.id) if variant else {}
        act = [
            Marked(),
            Marked(),
            Answered(answers),
            Written(f"text {who}"),
            Watched([(variant / 4, variant / 4 + 0.25)]),
        ]
        reached[who] = events.record(session, both[who], row.id, act[unit], now())
    rows = [enrolment(session, both[who]) for who in reached]
    merging.merge(session, *both, now())
    after = enrolment(session, both[1])
    assert counters(session, after.id) == recount(session, after.id)
    for row in rows:
        assert after.done_weight >= row.done_weight and after.done_count >= row.done_count
        assert (after.best_score or 0) >= (row.best_score or 0)
        assert after.status is Status.COMPLETED or row.status is not Status.COMPLETED
    assert session.scalars(select(Enrolment.id).where(Enrolment.learner_id == both[0])).all() == []


def test_all_that_is_held_is_told(session, made, two):
    whole(session, two[0], made)
    told = personal.told(session, [two[0]])
    assert [row["module"] for row in told["modules"]] == ["A module"]
    assert told["modules"][0]["status"] == "completed"
    assert [row["unit"] for row in told["units"]] == [unit.title for unit in made.units]
    assert told["reflections"][0]["text"] == "A thought."
    answers = {each["question"]: each["answer"] for each in told["quiz_tries"][0]["answers"]}
    assert ["The person"] in answers.values() and "24" in answers.values()
    assert told["what_happened"][-1]["verb"] == "completed"
    assert personal.told(session, [two[1]])["modules"] == []


def test_what_is_forgotten_leaves_numbers_without_words(session, made, two):
    whole(session, two[0], made)
    whole(session, two[1], made)
    key = session.scalar(select(Learner.key).where(Learner.id == two[0]))
    assert personal.forget(session, [two[0]]) == 1
    mine = select(Enrolment.id).where(Enrolment.learner_id == two[0]).scalar_subquery()
    for model in (Reflection, QuizAttempt, Statement, UnitProgress):
        assert session.scalars(select(model.enrolment_id).where(model.enrolment_id == mine)).all() == []
        assert session.scalars(select(model.enrolment_id)).all() != []
    assert enrolment(session, two[0]).status is Status.COMPLETED
    assert session.scalar(select(Learner.key).where(Learner.id == two[0])) != key
