"""Whoever runs the site sees how the scores stand, and has them sent again."""

import json

import pytest
from sqlalchemy import event, func, select, update

from learn.audit import AuditEntry
from learn.extensions import db
from learn.outbox.models import OutboxItem
from learn.passback.models import Delivery, Score
from tests.learn.passback.test_sending import complete

NOTHING = {state.value: 0 for state in Delivery}


@pytest.fixture
def run(app, session):
    def call(*arguments, code=0):
        session.rollback()
        result = app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == code, result.output
        session.rollback()
        return result.output

    return call


@pytest.fixture
def done(link, module, session):
    linked = link()
    linked.want(module)
    complete(session, module, linked.learner_id)
    return linked


def status(run):
    return json.loads(run("passback", "status", "--json"))


def test_the_status_counts_by_state_and_says_how_long_the_oldest_waits(run, done, worker):
    before = status(run)
    assert before["counts"] == {**NOTHING, "queued": 1}
    assert before["oldest_waiting_seconds"] >= 0
    worker()
    assert status(run) == {
        "counts": {**NOTHING, "sent": 1}, "reasons": {}, "oldest_waiting_seconds": None,
    }  # fmt: skip
    assert "1  sent" in run("passback", "status")


def test_what_failed_is_named_with_its_reason_and_arrives_when_sent_again(run, done, worker, lms, session):
    lms.switches.fail("score", "403", times=1)
    worker()
    assert status(run)["reasons"] == {"not_allowed": 1}
    assert "has not allowed Frontline to send grades" in run("passback", "status")
    assert run("passback", "resend") == "1 score will be sent again.\n"
    worker()
    assert (done.grade, done.score.state) == (100, Delivery.SENT)
    details = session.scalar(select(AuditEntry.details).where(AuditEntry.action == "passback.resent"))
    assert details == {"registration": None, "everything": False, "scores": 1}


def test_what_was_sent_is_left_alone(run, done, worker, lms):
    worker()
    assert run("passback", "resend") == "There is nothing to send again.\n"
    worker()
    assert len(lms.recorder.of("score")) == 1


def test_after_a_restore_everything_arrives_again(run, done, worker, lms):
    worker()
    lms.state.grades.clear()
    assert run("passback", "resend", "--all") == "1 score will be sent again.\n"
    worker()
    assert (done.grade, done.score.state) == (100, Delivery.SENT)


def test_one_platform_alone_is_sent_to_and_one_that_is_not_there_is_said(run, done, worker):
    worker()
    assert run("passback", "resend", "--all", "--platform", str(done.registration_id)).startswith("1 score")
    assert "There is no platform 99" in run("passback", "resend", "--platform", "99", code=1)


def test_a_score_with_nothing_reached_is_never_put(run, link, module, session):
    link().want(module)
    assert run("passback", "resend", "--all") == "There is nothing to send again.\n"
    assert session.scalar(select(func.count()).select_from(OutboxItem)) == 0


def test_many_are_put_by_as_many_statements_as_one(run, link, module, session):
    def statements(count):
        for _ in range(count):
            link().want(module)
        session.execute(update(Score).values(given=100, reached_at=None, state=Delivery.NEEDS_HELP, last_error="gone"))
        session.commit()
        seen = []

        def note(connection, cursor, text, *rest):
            seen.append(text)

        event.listen(db.engine, "before_cursor_execute", note)
        run("passback", "resend")
        event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    assert statements(1) == statements(4)
