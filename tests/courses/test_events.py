"""The one door for progress: what an act moves, that completion never goes back, and that the counters stay true."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from courses.catalogue import Unit
from courses.db import now
from courses.errors import Locked, NotAllowedHere
from courses.learning import completion, enrolments, events, learners, release
from courses.learning.acts import Answered, Marked, Viewed, Watched, Written
from courses.learning.models import Enrolment, QuizAttempt, Statement, Status, UnitProgress, Verb
from courses.questions.models import Question
from tests.modules import WHOLE, make_module

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello there\n"
VIDEO = {
    "05-film.md": '+++\ntitle = "A film"\nkind = "video"\nvideo = "film.webm"\ncaptions = "film.vtt"\nwatch = 50\n+++\nHello there, everybody.',
    "film.webm": b"\x1a\x45\xdf\xa3 not really",
    "film.vtt": VTT,
}


@pytest.fixture
def made(session, storage):
    module = make_module(session, storage, {**WHOLE, **VIDEO})
    session.commit()
    return module


@pytest.fixture
def learner_id(session):
    number = learners.add(session, now())
    session.commit()
    return number


def right_answers(session, unit_id):
    answers = {}
    for row in session.execute(select(Question.id, Question.kind, Question.options).where(Question.unit_id == unit_id)):
        right = [index for index, option in enumerate(row.options) if option["is_correct"]]
        answers[str(row.id)] = row.options[0]["text"] if row.kind == "shortanswer" else right
    return answers


def recount(session, enrolment_id):
    """The counters as they would be if everything were added up again."""
    done = session.execute(
        select(Unit.position, Unit.weight, Unit.is_required)
        .join(UnitProgress, UnitProgress.unit_id == Unit.id)
        .where(UnitProgress.enrolment_id == enrolment_id, UnitProgress.status == Status.COMPLETED)
    ).all()
    scores = session.scalars(
        select(func.max(QuizAttempt.score))
        .where(QuizAttempt.enrolment_id == enrolment_id)
        .group_by(QuizAttempt.unit_id)
    ).all()
    bitmap = b""
    for row in done:
        bitmap = completion.set_bit(bitmap, row.position)
    weight = sum(row.weight for row in done if row.is_required)
    return {
        "bits": int.from_bytes(bitmap, "little"),
        "count": len(done),
        "weight": weight,
        "sum": sum(scores),
        "n": len(scores),
    }


def counters(session, enrolment_id):
    row = session.execute(
        select(
            Enrolment.done, Enrolment.done_count, Enrolment.done_weight, Enrolment.score_sum, Enrolment.score_count
        ).where(Enrolment.id == enrolment_id)
    ).one()
    return {"bits": int.from_bytes(row.done, "little"), "count": row.done_count, "weight": row.done_weight, "sum": row.score_sum,
            "n": row.score_count}  # fmt: skip


def test_a_module_is_complete_when_every_required_unit_is(session, made, learner_id):
    page, page_two, quiz, reflection, film = made.units
    first = events.record(session, learner_id, page.id, Marked(), now())
    assert (first.percent, first.unit_completed, first.module_completed) == (20, True, False)
    events.record(session, learner_id, page_two.id, Marked(), now())
    passed = events.record(session, learner_id, quiz.id, Answered(right_answers(session, quiz.id)), now())
    assert passed.attempt.is_passed
    events.record(session, learner_id, reflection.id, Written("A thought."), now())
    last = events.record(session, learner_id, film.id, Watched([(0.0, 0.6)]), now())
    assert (last.percent, last.unit_completed, last.module_completed, last.status) == (
        100,
        True,
        True,
        Status.COMPLETED,
    )
    again = events.record(session, learner_id, film.id, Watched([(0.5, 1.0)]), now())
    assert (again.unit_completed, again.module_completed, again.percent, again.watched_percent) == (
        False,
        False,
        100,
        100,
    )


def test_a_failed_quiz_after_a_passed_one_takes_nothing_away(session, made, learner_id):
    quiz = made.units[2]
    events.record(session, learner_id, quiz.id, Answered(right_answers(session, quiz.id)), now())
    worse = events.record(session, learner_id, quiz.id, Answered({}), now())
    assert (worse.attempt.score, worse.best_score) == (0, 100)
    assert session.scalar(select(UnitProgress.status)) is Status.COMPLETED
    assert session.scalar(select(UnitProgress.best_score)) == 100
    assert session.scalar(select(UnitProgress.attempts)) == 2


def test_a_completion_keeps_the_moment_it_first_came(session, made, learner_id):
    page, at = made.units[0], now()
    events.record(session, learner_id, page.id, Marked(), at)
    events.record(session, learner_id, page.id, Marked(), at + timedelta(days=1))
    assert session.scalar(select(UnitProgress.completed_at)) == at


def test_tries_end_where_the_author_says(session, storage, learner_id):
    files = {"quiz.md": WHOLE["03-check.md"].replace("pass_mark = 75", "pass_mark = 75\nmax_attempts = 1")}
    quiz = make_module(session, storage, files).units[0]
    events.record(session, learner_id, quiz.id, Answered({}), now())
    with pytest.raises(NotAllowedHere):
        events.record(session, learner_id, quiz.id, Answered({}), now())


@pytest.mark.parametrize(
    "position, act",
    [(3, Marked()), (4, Marked()), (1, Watched([(0, 1)])), (1, Answered({})), (1, Written("x")), (4, Written("  "))],
)
def test_an_act_that_does_not_fit_its_unit_is_refused(session, made, learner_id, position, act):
    with pytest.raises(NotAllowedHere):
        events.record(session, learner_id, made.units[position - 1].id, act, now())


def test_viewing_a_page_that_wants_marking_completes_nothing(session, made, learner_id):
    assert not events.record(session, learner_id, made.units[0].id, Viewed(), now()).unit_completed


def test_reading_the_transcript_counts_for_a_video(session, made, learner_id):
    assert events.record(session, learner_id, made.units[4].id, Marked(), now()).unit_completed


def test_enrolling_twice_changes_nothing(session, made, learner_id):
    first = enrolments.enrol(session, learner_id, made.id, now())
    second = enrolments.enrol(session, learner_id, made.id, now())
    assert (first.is_new, second.is_new, first.id) == (True, False, second.id)
    assert session.scalar(select(func.count()).select_from(Statement)) == 1


def test_a_module_waits_for_what_comes_first(session, storage, made, learner_id):
    later = make_module(
        session,
        storage,
        {"module.toml": 'requires = ["a-module"]', "a.md": "# A\n\nText."},
        slug="later",
        title="Later",
    )
    with pytest.raises(Locked, match="A module"):
        enrolments.enrol(session, learner_id, later.id, now())
    assert release.missing(session, learner_id, later.id) == [("a-module", "A module")]
    with pytest.raises(Locked):
        events.record(session, learner_id, later.units[0].id, Marked(), now())


def test_statements_say_what_happened_in_order(session, made, learner_id):
    page, _, quiz, *_ = made.units
    events.record(session, learner_id, page.id, Marked(), now())
    events.record(session, learner_id, quiz.id, Answered({}), now())
    events.record(session, learner_id, quiz.id, Answered(right_answers(session, quiz.id)), now())
    said = session.execute(select(Statement.verb, Statement.result).order_by(Statement.id)).all()
    assert [row.verb for row in said] == [Verb.INITIALIZED, Verb.COMPLETED, Verb.FAILED, Verb.PASSED]
    assert said[-1].result == {"score": {"scaled": 1.0}, "success": True}


def test_one_event_costs_the_same_whatever_has_gone_before(session, made, learner_id, engine):
    events.record(session, learner_id, made.units[0].id, Marked(), now())
    for _ in range(5):
        events.record(session, learner_id, made.units[2].id, Answered({}), now())
    session.commit()
    statements = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: statements.append(statement))
    events.record(session, learner_id, made.units[1].id, Marked(), now())
    spent = [statement for statement in statements if not statement.startswith(("BEGIN", "SAVEPOINT"))]
    assert len(spent) <= (5 if engine.dialect.name == "postgresql" else 4), spent


acts = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_counters_equal_what_adding_everything_up_would_give(session, made, acts):
    learner_id = learners.add(session, now())
    percent = 0
    for unit, variant in acts:
        row = made.units[unit]
        answers = right_answers(session, row.id) if variant else {}
        act = {
            0: Marked(),
            1: Marked(),
            2: Answered(answers),
            3: Written("text"),
            4: Watched([(variant / 4, variant / 4 + 0.25)]),
        }[unit]
        recorded = events.record(session, learner_id, row.id, act, now())
        assert recorded.percent >= percent
        percent = recorded.percent
    assert counters(session, recorded.enrolment_id) == recount(session, recorded.enrolment_id)


def test_eight_writers_at_once_lose_nothing(sessions, session, made, learner_id):
    """The same learner in eight windows: every try is kept once, every part of the video counts."""
    quiz, film = made.units[2], made.units[4]
    enrolments.enrol(session, learner_id, made.id, now())
    session.commit()
    failures = []

    def work(n):
        try:
            for step in range(4):
                with sessions.begin() as mine:
                    events.record(mine, learner_id, quiz.id, Answered({}), now())
                with sessions.begin() as mine:
                    start = (n * 4 + step) / 32
                    events.record(mine, learner_id, film.id, Watched([(start, start + 1 / 32)]), now())
        except Exception as error:  # what a thread meets has to reach the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(session.scalars(select(QuizAttempt.n))) == list(range(1, 33))
    watched = session.scalar(select(UnitProgress.watched).where(UnitProgress.unit_id == film.id))
    assert completion.watched_percent(watched) == 100


@pytest.mark.parametrize("policy, standing", [("best", 100), ("last", 0), ("first", 0)])
def test_the_unit_says_which_try_at_a_quiz_counts(session, made, learner_id, policy, standing):
    quiz = made.units[2]
    session.execute(update(Unit).where(Unit.id == quiz.id).values(score_policy=policy))
    for answers in ({}, right_answers(session, quiz.id), {}):
        recorded = events.record(session, learner_id, quiz.id, Answered(answers), now())
    assert (session.scalar(select(UnitProgress.best_score)), recorded.best_score) == (standing, standing)
    assert session.scalar(select(UnitProgress.status)) is Status.COMPLETED
