"""Tries: what a package tells is kept whatever happens to its window, and moves the unit only when its outcome changes."""

import pytest
from sqlalchemy import event, select

from courses.catalogue import Rule, ScorePolicy
from courses.db import now
from courses.errors import NotAllowedHere
from courses.learning import attempts, events, plays
from courses.learning.acts import Marked, Played, Viewed
from courses.learning.attempts import TooBig
from courses.learning.models import Attempt, Enrolment, Exit, Mode, Statement, Status, UnitProgress, Verb
from tests.courses.learning.played import H5P, PDF, SCORM12, SCORM2004, WEB, make_played


def core(**values):
    return {"cmi": {"core": values}}


def attempt(session):
    return session.execute(select(Attempt.__table__).order_by(Attempt.n.desc())).first()


def progress(session):
    return session.execute(select(UnitProgress.__table__)).first()


def test_what_was_told_is_there_when_the_unit_is_opened_again(session, scorm, opened, told):
    told(opened(scorm.units[0].id), 1, {"cmi": {"suspend_data": "page 3", "core": {"lesson_location": "3"}}})
    cmi = attempts.initial(session, opened(scorm.units[0].id))["cmi"]
    assert (cmi["suspend_data"], cmi["core"]["lesson_location"], cmi["core"]["entry"]) == ("page 3", "3", "resume")


def test_content_that_forgets_to_say_suspend_is_resumed_all_the_same(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 1, {"cmi": {"suspend_data": "x", "core": {"exit": "", "lesson_status": "incomplete"}}}, is_final=True)
    assert attempt(session).exit is Exit.SUSPENDED
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["core"]["entry"] == "resume"


def test_the_first_time_is_ab_initio(session, scorm, opened):
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["core"]["entry"] == "ab-initio"


def test_a_message_of_changes_alone_leaves_the_rest_as_it_was(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 1, {"cmi": {"suspend_data": "kept", "core": {"lesson_location": "1"}}})
    told(play, 2, {"cmi.core.lesson_location": "2"})
    cmi = attempts.initial(session, play)["cmi"]
    assert (cmi["suspend_data"], cmi["core"]["lesson_location"]) == ("kept", "2")


def test_an_older_message_that_arrives_late_is_accepted_and_changes_nothing(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 2, {"suspend_data": "newer"})
    late = told(play, 1, {"suspend_data": "older"})
    assert (late.is_stale, late.recorded) == (True, None)
    assert told(play, 2, {"suspend_data": "twice"}).is_stale
    assert attempts.initial(session, play)["cmi"]["suspend_data"] == "newer"


def test_each_play_counts_its_messages_from_one(session, scorm, opened, told):
    told(opened(scorm.units[0].id), 9, {"suspend_data": "a"})
    told(opened(scorm.units[0].id), 1, {"suspend_data": "b"})
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["suspend_data"] == "b"


def test_a_page_that_is_loaded_again_is_told_where_its_play_stands(session, scorm, learner_id, told):
    at = now()
    token = plays.begin(
        session, unit_id=scorm.units[0].id, mode=Mode.LEARN, learner_id=learner_id, session_id=None, frame_origins=[], now=at
    )  # fmt: skip
    told(plays.find(session.connection(), token, at), 5, {}, seconds=40, after=40)
    again = plays.find(session.connection(), token, at)
    assert (again.commit_seq, again.play_seconds) == (5, 40)


@pytest.mark.parametrize("seq", [0, -1, 2**31, 2**70])
def test_a_number_that_is_no_sequence_changes_nothing(session, scorm, opened, told, seq):
    assert told(opened(scorm.units[0].id), seq, {"suspend_data": "x"}).is_stale


def test_64000_characters_of_suspend_data_are_kept_also_after_completion(session, scorm, opened, told):
    data = "".join(chr(32 + n * 7 % 90) for n in range(63_998)) + "é🙂"
    play = opened(scorm.units[0].id)
    told(play, 1, {"suspend_data": data})
    recorded = told(play, 2, core(lesson_status="completed", exit=""), is_final=True).recorded
    assert recorded.unit_completed
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["suspend_data"] == data


def test_more_than_a_megabyte_is_refused_in_words_and_what_was_kept_stays(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 1, {"suspend_data": "kept"})
    with pytest.raises(TooBig, match="more than 1MB") as refused:
        told(play, 2, {"suspend_data": "x" * 1024 * 1024})
    assert refused.value.status == 413
    session.rollback()
    assert attempts.initial(session, play)["cmi"]["suspend_data"] == "kept"


def test_completion_is_never_taken_back(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    assert told(play, 1, core(lesson_status="passed")).recorded.unit_completed
    told(play, 2, core(lesson_status="incomplete"))
    told(play, 3, core(lesson_status="failed"))
    row = attempt(session)
    assert (row.is_complete, row.is_passed, progress(session).status) == (True, True, Status.COMPLETED)


def test_the_unit_hears_only_of_what_changed_in_the_outcome(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    heard = [
        told(play, 1, {"suspend_data": "a"}).recorded,
        told(play, 2, {"suspend_data": "b"}).recorded,
        told(play, 3, core(score={"raw": "40"})).recorded,
        told(play, 4, core(score={"raw": "40"}, lesson_location="9")).recorded,
        told(play, 5, core(lesson_status="completed")).recorded,
        told(play, 6, core(lesson_status="completed")).recorded,
    ]
    assert [each is not None for each in heard] == [True, False, True, False, True, False]
    verbs = session.scalars(select(Statement.verb).order_by(Statement.id)).all()
    assert verbs == [Verb.INITIALIZED, Verb.PROGRESSED, Verb.PROGRESSED, Verb.COMPLETED]


def test_time_is_the_plays_own_total_and_adds_up_over_plays(session, scorm, opened, told):
    first = opened(scorm.units[0].id)
    told(first, 1, {}, seconds=30, after=30)
    told(first, 2, {}, seconds=70, after=70)
    told(first, 3, {}, seconds=10, after=80)
    assert attempt(session).seconds == 70
    told(opened(scorm.units[0].id), 1, {}, seconds=20, after=20)
    assert attempt(session).seconds == 90
    assert attempts.initial(session, opened(scorm.units[0].id))["cmi"]["core"]["total_time"] == "0000:01:30.00"


def test_no_more_time_is_told_than_has_passed(session, scorm, opened, told):
    told(opened(scorm.units[0].id), 1, {}, seconds=10**9, after=100)
    assert attempt(session).seconds == 160


def test_without_a_clock_the_contents_session_time_counts(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 1, core(session_time="00:01:10"), after=100)
    told(play, 2, core(session_time="00:01:30"), after=110)
    assert attempt(session).seconds == 90


def test_a_completed_try_that_its_package_ended_is_looked_at(session, scorm, opened, told):
    told(opened(scorm.units[0].id), 1, core(lesson_status="passed", exit=""), is_final=True)
    again = opened(scorm.units[0].id)
    cmi = attempts.initial(session, again)["cmi"]["core"]
    assert (again.mode, cmi["lesson_mode"], cmi["credit"], cmi["lesson_status"]) == (
        Mode.REVIEW,
        "review",
        "no-credit",
        "passed",
    )
    assert told(again, 1, core(lesson_status="failed")).recorded is None
    assert attempt(session).is_passed


def test_a_failed_try_that_was_ended_makes_way_for_the_next(session, scorm, opened, told):
    told(opened(scorm.units[0].id), 1, core(lesson_status="failed", score={"raw": "20"}), is_final=True)
    play = opened(scorm.units[0].id)
    assert (play.mode, attempt(session).n) == (Mode.LEARN, 2)
    assert attempts.initial(session, play)["cmi"]["core"]["entry"] == "ab-initio"


def test_starting_again_opens_another_try_and_takes_nothing_away(session, scorm, learner_id, opened, told):
    unit_id = scorm.units[0].id
    told(opened(unit_id), 1, {"suspend_data": "x", "core": {"lesson_status": "passed", "score": {"raw": "90"}}})
    attempts.start_again(session, learner_id, unit_id, now())
    session.commit()
    again = opened(unit_id)
    assert attempts.initial(session, again)["cmi"]["core"]["entry"] == "ab-initio"
    told(again, 1, core(lesson_status="failed", score={"raw": "10"}))
    row = progress(session)
    assert (row.status, row.best_score, row.attempts) == (Status.COMPLETED, 90, 2)
    kept = attempts.attempts_of(session, again.enrolment_id, unit_id)
    assert [(each.n, each.score, each.is_complete, each.is_passed, each.exit) for each in kept] == [
        (1, 90, True, True, Exit.ENDED),
        (2, 10, False, False, Exit.OPEN),
    ]


def test_a_window_of_the_try_before_commits_nothing_after_starting_again(session, scorm, learner_id, opened, told):
    play = opened(scorm.units[0].id)
    told(play, 1, {"suspend_data": "x"})
    attempts.start_again(session, learner_id, scorm.units[0].id, now())
    with pytest.raises(attempts.Fenced):
        told(play, 2, core(lesson_status="passed"))


def test_starting_again_before_anything_was_told_changes_nothing(session, scorm, learner_id, opened):
    play = opened(scorm.units[0].id)
    attempts.start_again(session, learner_id, scorm.units[0].id, now())
    assert opened(scorm.units[0].id).attempt_id == play.attempt_id


def test_tries_end_where_the_unit_says(session, storage, learner_id, opened, told):
    unit_id = make_played(session, storage, {**SCORM12, "max_attempts": 2}).units[0].id
    told(opened(unit_id), 1, core(lesson_status="failed"))
    attempts.start_again(session, learner_id, unit_id, now())
    told(opened(unit_id), 1, core(lesson_status="failed"), is_final=True)
    with pytest.raises(NotAllowedHere, match="all your tries"):
        attempts.start_again(session, learner_id, unit_id, now())
    assert opened(unit_id).mode is Mode.REVIEW


@pytest.mark.parametrize(
    "policy, standing, mean",
    [(ScorePolicy.BEST, 80, 80), (ScorePolicy.LAST, 60, 60), (ScorePolicy.FIRST, 40, 40)],
)
def test_the_unit_says_which_try_counts(session, storage, learner_id, opened, told, policy, standing, mean):
    unit_id = make_played(session, storage, {**SCORM12, "score_policy": policy}).units[0].id
    for score in (40, 80, 60):
        told(opened(unit_id), 1, core(score={"raw": str(score)}))
        attempts.start_again(session, learner_id, unit_id, now())
        session.commit()
    assert progress(session).best_score == standing
    row = session.execute(select(Enrolment.score_sum, Enrolment.score_count, Enrolment.best_score)).one()
    assert row == (standing, 1, mean)


def test_a_running_score_that_falls_is_the_tries_score_until_the_unit_is_completed(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    for seq, score in enumerate((100, 50, 67), 1):
        told(play, seq, core(score={"raw": str(score)}))
        assert progress(session).best_score == score
    told(play, 4, core(lesson_status="passed", score={"raw": "60"}))
    assert progress(session).best_score == 60
    told(play, 5, core(lesson_status="passed", score={"raw": "0"}))
    row = session.execute(select(Enrolment.score_sum, Enrolment.score_count, Enrolment.best_score)).one()
    assert (progress(session).best_score, *row) == (60, 60, 1, 60)


def test_a_score_that_falls_in_a_later_try_leaves_the_best_of_the_others(session, scorm, learner_id, opened, told):
    unit_id = scorm.units[0].id
    told(opened(unit_id), 1, core(score={"raw": "40"}))
    attempts.start_again(session, learner_id, unit_id, now())
    play = opened(unit_id)
    for seq, score, standing in ((1, 90, 90), (2, 30, 40), (3, 50, 50)):
        told(play, seq, core(score={"raw": str(score)}))
        assert progress(session).best_score == standing


@pytest.mark.parametrize(
    "unit, message, is_done",
    [
        (SCORM12, core(lesson_status="completed"), True),
        (SCORM12, core(lesson_status="failed"), False),
        (SCORM12, core(lesson_status="incomplete", score={"raw": "100"}), False),
        ({**SCORM12, "rule": Rule.SCORE, "threshold": 80}, core(score={"raw": "80"}), True),
        ({**SCORM12, "rule": Rule.SCORE, "threshold": 80}, core(lesson_status="passed", score={"raw": "79.9"}), False),
        ({**SCORM12, "rule": Rule.VIEWED}, {}, True),
        ({**SCORM12, "rule": Rule.MARKED}, core(lesson_status="passed"), False),
        (SCORM2004, {"cmi": {"success_status": "passed"}}, True),
        (SCORM2004, {"cmi": {"completion_status": "completed"}}, True),
        (H5P, {"finish": {"score": 1, "maxScore": 2}}, True),
        ({**H5P, "rule": Rule.SCORE, "threshold": 60}, {"finish": {"score": 1, "maxScore": 2}}, False),
        (PDF, {"pages": [1, 2, 3, 4]}, True),
        (PDF, {"pages": [1, 2, 3]}, False),
        ({**PDF, "threshold": 75}, {"pages": [1, 2, 3]}, True),
        (WEB, {}, True),
    ],
)  # fmt: skip
def test_each_rule_completes_its_unit_and_nothing_else_does(session, storage, opened, told, unit, message, is_done):
    made = make_played(session, storage, unit)
    recorded = told(opened(made.units[0].id), 1, message).recorded
    assert recorded.unit_completed is is_done
    assert (progress(session).status is Status.COMPLETED) is is_done


def test_the_share_of_pages_completes_when_it_is_reached(session, storage, opened, told):
    play = opened(make_played(session, storage, {**PDF, "threshold": 75}).units[0].id)
    told(play, None, {"pages": [1], "page": 1})
    assert told(play, None, {"pages": [2], "page": 2}).recorded is None
    assert told(play, None, {"pages": [4], "page": 4}).recorded.unit_completed
    assert attempts.initial(session, play) == {"pages": [1, 2, 4], "page": 4}


def test_a_commit_that_completes_the_last_unit_completes_the_module(session, scorm, learner_id, opened, told):
    events.record(session, learner_id, scorm.units[1].id, Marked(), now())
    recorded = told(opened(scorm.units[0].id), 1, core(lesson_status="completed")).recorded
    assert (recorded.module_completed, recorded.percent) == (True, 100)


def test_a_package_can_be_opened_by_the_page_that_shows_it(session, storage, learner_id):
    made = make_played(session, storage, WEB)
    assert events.record(session, learner_id, made.units[0].id, Viewed(), now()).unit_completed


def test_what_is_not_a_package_is_not_played(session, scorm, learner_id):
    with pytest.raises(NotAllowedHere):
        events.record(session, learner_id, scorm.units[1].id, Played(1), now())


def test_odd_values_are_put_right_and_said(session, scorm, opened, told):
    given = told(opened(scorm.units[0].id), 1, core(score={"raw": "120"}))
    assert attempt(session).score == 100
    assert given.odd == ("A score of 120 per cent is counted as 100.",)


def test_a_play_that_commits_lives_on(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    for minutes in range(10, 60, 10):
        told(play, minutes, {}, after=minutes * 60)


def spent(engine):
    statements = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: statements.append(statement))
    return lambda: [each for each in statements if not each.startswith(("BEGIN", "SAVEPOINT"))]


def test_a_commit_that_changes_no_outcome_reads_one_row_and_writes_one(session, scorm, opened, told, engine):
    play = opened(scorm.units[0].id)
    told(play, 1, {"suspend_data": "a"})
    statements = spent(engine)
    told(play, 2, {"suspend_data": "b"})
    locks = engine.dialect.name == "postgresql"
    assert len(statements()) == 2 + locks, statements()


def test_a_commit_that_completes_costs_the_same_whatever_has_gone_before(
    session, scorm, learner_id, opened, told, engine
):
    for _ in range(3):
        told(opened(scorm.units[0].id), 1, core(lesson_status="failed", score={"raw": "5"}))
        attempts.start_again(session, learner_id, scorm.units[0].id, now())
    play = opened(scorm.units[0].id)
    statements = spent(engine)
    assert told(play, 1, core(lesson_status="completed")).recorded.unit_completed
    locks = 2 * (engine.dialect.name == "postgresql")
    assert len(statements()) == 6 + locks, statements()
