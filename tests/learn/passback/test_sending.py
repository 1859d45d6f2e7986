"""Scores reach a platform that behaves as a recorded Moodle: each of its answers, each of its rules."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from courses.learning import events
from courses.learning.acts import Answered, Marked, Written
from learn.lti.models import AccessToken
from learn.outbox.models import OutboxItem
from learn.passback import calling, report, send, words
from learn.passback.models import Delivery, Score
from tests.courses.test_events import right_answers


def complete(session, module, learner_id):
    """Do all of a module, as a learner's presses would."""
    acts = {"page": lambda unit: Marked(), "reflection": lambda unit: Written("text")}
    acts["quiz"] = lambda unit: Answered(right_answers(session, unit.id))
    for unit in module.units:
        recorded = events.record(session, learner_id, unit.id, acts[unit.kind.value](unit), now())
        report.report(session, learner_id, recorded, now())
    session.commit()


@pytest.fixture
def done(link, module, session):
    """A learner who opened the link and completed the module."""
    linked = link()
    linked.want(module)
    complete(session, module, linked.learner_id)
    return linked


def scores(lms):
    return lms.recorder.of("score")


def waiting(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(OutboxItem).where(OutboxItem.kind == send.KIND))


def test_a_completed_module_arrives_as_100(done, worker, session):
    assert waiting(session) == 1
    worker()
    assert done.grade == 100
    assert (done.score.state, done.score.accepted, done.score.last_error) == (Delivery.SENT, 100, "")
    assert waiting(session) == 0


def test_the_score_is_as_the_specification_and_moodle_want_it(done, worker, lms):
    worker()
    sent = scores(lms)[0]
    body = json.loads(sent.body)
    assert sent.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert sent.query == "type_id=1"
    assert set(body) == {
        "userId",
        "scoreGiven",
        "scoreMaximum",
        "activityProgress",
        "gradingProgress",
        "timestamp",
        "submission",
    }
    assert (body["activityProgress"], body["gradingProgress"]) == ("Completed", "FullyGraded")
    assert body["timestamp"].endswith("+00:00")
    assert "." not in body["timestamp"]


def test_nothing_is_sent_before_the_module_is_complete(link, module, session, worker, lms):
    linked = link()
    linked.want(module)
    recorded = events.record(session, linked.learner_id, module.units[0].id, Marked(), now())
    report.report(session, linked.learner_id, recorded, now())
    session.commit()
    worker()
    assert scores(lms) == []
    assert linked.score.state is Delivery.NOTHING_YET


def test_a_launch_from_another_link_reports_what_is_already_reached(done, link, module, worker):
    other = link(learner_id=done.learner_id)
    other.want(module)
    worker()
    assert (done.grade, other.grade) == (100, 100)


def test_opening_the_link_again_sends_nothing_again(done, module, worker, lms):
    worker()
    done.want(module)
    worker()
    assert len(scores(lms)) == 1


def test_the_token_is_asked_for_once_and_kept_sealed(done, link, module, session, worker, lms):
    worker()
    other = link(learner_id=done.learner_id)
    other.want(module)
    worker()
    assert lms.recorder.count("token") == 1
    session.rollback()
    kept = session.scalar(select(AccessToken.token))
    assert kept not in str(lms._tokens)
    assert len(kept) > 60


@pytest.mark.parametrize("kind", ["500", "503", "429", "hang", "drop"])
def test_a_passing_fault_loses_nothing(done, worker, lms, kind):
    lms.switches.fail("score", kind, times=2, seconds=1.5)
    worker()
    assert done.grade == 100
    assert done.score.state is Delivery.SENT


@pytest.mark.parametrize("kind", ["500", "429", "drop", "html", "error_json"])
def test_a_token_that_does_not_come_is_asked_for_again(done, worker, lms, kind):
    lms.switches.fail("token", kind, times=2)
    worker()
    assert done.grade == 100


def test_a_token_that_is_refused_is_replaced_once(done, link, module, worker, lms):
    worker()
    lms.revoke_tokens()
    other = link(learner_id=done.learner_id)
    other.want(module)
    worker()
    assert other.grade == 100
    assert lms.recorder.count("token") == 2


def test_tokens_revoked_between_two_calls_do_not_end_a_score(done, worker, lms):
    lms.switches.fail("score", "401", times=3)
    worker()
    assert (done.grade, done.score.state) == (100, Delivery.SENT)


def test_a_token_that_is_never_taken_is_told_after_some_tries(done, worker, lms):
    lms.switches.fail("score", "401")
    worker()
    assert len(scores(lms)) == 2 * send.REFUSED_TRIES
    assert (done.score.state, done.score.last_error) == (Delivery.NEEDS_HELP, "not_allowed")


@pytest.mark.parametrize(
    "kind, error",
    [("403", "not_allowed"), ("404", "gone")],
)
def test_a_refusal_for_good_is_told_in_words_and_not_repeated(done, worker, lms, module, session, app, kind, error):
    lms.switches.fail("score", kind)
    worker()
    tries = len(scores(lms))
    assert tries == 1
    assert (done.score.state, done.score.last_error) == (Delivery.NEEDS_HELP, error)
    with app.test_request_context():
        said = words.for_module(session, done.learner_id, module.id)
    assert said[0].state == "needs_help"
    assert said[0].words.startswith("Could not be sent to NIHR Learn: ")
    worker()
    assert len(scores(lms)) == tries


def test_somebody_whom_the_platform_does_not_grade_is_told_so(link, module, session, worker):
    teacher = link(role="instructor")
    teacher.want(module)
    complete(session, module, teacher.learner_id)
    worker()
    assert (teacher.score.state, teacher.score.last_error, teacher.score.last_status) == (
        Delivery.NEEDS_HELP,
        "not_gradable",
        400,
    )


def test_a_new_launch_tries_again_what_could_not_be_sent(done, worker, lms, module):
    lms.switches.fail("score", "404", times=1)
    worker()
    assert done.score.state is Delivery.NEEDS_HELP
    done.want(module)
    worker()
    assert done.grade == 100


def test_a_score_that_came_in_the_same_second_is_sent_with_a_later_timestamp(done, worker, lms, session):
    """Moodle stores the second of arrival and refuses whatever is not after it, although it is another score."""
    item = done.activity.line_item_id
    lms.state.grades[(item, done.person.id)] = make_grade(item, done.person.id, 40.0, stored_at=int(lms.now()) + 1)
    worker()
    assert done.grade == 100
    assert done.score.state is Delivery.SENT
    stamps = [json.loads(each.body)["timestamp"] for each in scores(lms)]
    assert stamps == sorted(set(stamps))
    assert len(stamps) >= 2


def test_an_answer_that_was_lost_is_found_again_by_reading_the_result(done, worker, lms):
    lms.switches.fail("score", "drop", times=1, after=True)
    worker()
    assert done.grade == 100
    assert done.score.state is Delivery.SENT


def test_a_409_that_never_ends_is_told_in_words(done, worker, lms, session):
    lms.switches.fail("score", "409")
    put_days_ago(session, 4)
    worker()
    assert (done.score.state, done.score.last_error) == (Delivery.NEEDS_HELP, "newer")
    assert len(scores(lms)) == calling.RESENDS + 1


def test_timestamps_of_one_score_strictly_increase(done, worker, lms, session):
    future = now().replace(microsecond=0) + timedelta(seconds=5)
    session.execute(update(Score).values(sent_as=future))
    session.commit()
    worker()
    assert json.loads(scores(lms)[0].body)["timestamp"] == (future + timedelta(seconds=1)).isoformat()


def test_no_score_is_sent_ahead_of_its_own_timestamp(done, worker, lms, session):
    """Else a score whose answer was lost could arrive after a newer one and be let in."""
    session.execute(update(Score).values(sent_as=now().replace(microsecond=0)))
    session.commit()
    worker()
    (post,) = scores(lms)
    assert post.at >= datetime.fromisoformat(json.loads(post.body)["timestamp"]).timestamp()


def test_tries_end_after_the_days_that_are_given(done, worker, lms, session):
    lms.switches.fail("score", "500")
    put_days_ago(session, 4)
    worker(give_up_after=3 * 86400.0)
    assert (done.score.state, done.score.last_error) == (Delivery.NEEDS_HELP, "gave_up")


def test_a_course_is_sent_when_all_its_required_modules_are_complete(link, module, session, worker, app):
    from sqlalchemy import insert

    from courses.catalogue import Course, CourseModule

    row = {"slug": "c", "title": "C", "summary": "", "position": 1}
    course_id = session.execute(insert(Course).returning(Course.id), row).scalar_one()
    session.execute(
        insert(CourseModule), {"course_id": course_id, "module_id": module.id, "position": 1, "is_required": True}
    )
    linked = link("/courses/c")
    report.link_opened(session, line_item_id=linked.line_item_id, platform_user_id=linked.platform_user_id,
                       learner_id=linked.learner_id, course_id=course_id, now=now())  # fmt: skip
    session.commit()
    worker()
    assert linked.grade is None
    complete(session, module, linked.learner_id)
    worker()
    assert linked.grade == 100


def test_no_call_is_made_while_a_transaction_is_open(done, session, app):
    from learn.lti.services import http

    session.execute(select(Score.id))
    with pytest.raises(AssertionError, match="transaction"):
        http.call(http.Reach(True, frozenset()), "GET", "http://lms.localhost:1/")


def test_nothing_personal_is_logged_or_queued(done, worker, lms, session, capfd):
    lms.switches.fail("score", "404")
    worker()
    out, err = capfd.readouterr()
    for secret in (done.person.name, done.person.email, *lms._tokens):
        assert secret not in out + err
    session.rollback()
    row = session.execute(select(OutboxItem.__table__)).first()
    assert row is None or row.key.isdigit() or row.key == "daily"


def put_days_ago(session, days):
    at = now() - timedelta(days=days)
    session.execute(update(OutboxItem).where(OutboxItem.kind == send.KIND).values(put_at=at))
    session.commit()


def make_grade(item, person, score, *, stored_at):
    from tests.lms.state import Grade

    return Grade(item, person, score, None, stored_at, 1, float(stored_at))
