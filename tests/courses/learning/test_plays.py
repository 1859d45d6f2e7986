"""Plays: the token is the only way in, it ends by itself, and of two windows the later one is kept."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from courses.db import now
from courses.errors import NotAllowedHere
from courses.learning import attempts, plays
from courses.learning.attempts import Commit, Fenced
from courses.learning.models import Attempt, Enrolment, Mode, Play, UnitProgress
from tests.courses.learning.played import SCORM12, make_played


def begin(session, unit_id, learner_id, at=None, **more):
    given = {"mode": Mode.LEARN, "session_id": None, "frame_origins": [], "now": at or now(), **more}
    token = plays.begin(session, unit_id=unit_id, learner_id=learner_id, **given)
    session.commit()
    return token


def test_a_token_is_random_and_not_kept(session, scorm, learner_id):
    token = begin(session, scorm.units[0].id, learner_id)
    assert len(token) == 22
    assert session.scalar(select(Play.token_hash)) == plays.hashed(token) != token
    assert plays.find(session.connection(), token + "x", now()) is None


def test_a_play_tells_what_serving_it_takes(session, scorm, learner_id):
    token = begin(session, scorm.units[0].id, learner_id, frame_origins=["https://lms.example"])
    row = plays.find(session.connection(), token, now())
    assert (row.mode, row.unit_id, row.kind, row.version_id) == (
        Mode.LEARN,
        scorm.units[0].id,
        "scorm",
        scorm.version_id,
    )
    assert (row.learner_id, row.frame_origins, row.is_fenced) == (learner_id, ["https://lms.example"], False)
    assert row.play["version"] == "1.2"
    assert row.enrolment_id == session.scalar(select(Enrolment.id))


def test_a_play_ends_20_minutes_after_its_last_use_and_after_12_hours_at_the_latest(session, scorm, learner_id):
    start = now()
    token = begin(session, scorm.units[0].id, learner_id, start)
    play = plays.find(session.connection(), token, start + timedelta(minutes=19))
    assert play is not None
    assert plays.find(session.connection(), token, start + timedelta(minutes=20)) is None
    for minutes in range(15, 12 * 60, 15):
        plays.keep_alive(session, play.id, start + timedelta(minutes=minutes))
    assert plays.find(session.connection(), token, start + timedelta(hours=11, minutes=40)) is not None
    assert plays.find(session.connection(), token, start + timedelta(hours=12)) is None


def test_a_use_moves_the_end_only_when_that_is_worth_a_write(session, scorm, learner_id):
    start = now()
    token = begin(session, scorm.units[0].id, learner_id, start)
    play = plays.find(session.connection(), token, start)
    plays.keep_alive(session, play.id, start + timedelta(minutes=4))
    assert session.scalar(select(Play.expires_at)) == play.expires_at
    plays.keep_alive(session, play.id, start + timedelta(minutes=6))
    assert session.scalar(select(Play.expires_at)) == start + timedelta(minutes=26)


def test_a_closed_play_and_one_whose_session_ended_are_gone(session, scorm, learner_id):
    first, second = (begin(session, scorm.units[0].id, learner_id, session_id=number) for number in (7, 8))
    plays.end(session, first, now())
    assert plays.find(session.connection(), first, now()) is None
    plays.end_of_session(session, 7, now())
    assert plays.find(session.connection(), second, now()) is not None
    plays.end_of_session(session, 8, now())
    assert plays.find(session.connection(), second, now()) is None


def test_plays_that_are_over_are_pruned(session, scorm, learner_id):
    begin(session, scorm.units[0].id, learner_id)
    assert plays.prune(session, now()) == 0
    assert plays.prune(session, now() + timedelta(minutes=21)) == 1
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_opening_the_unit_again_fences_the_window_before(session, scorm, opened, told):
    first, second = opened(scorm.units[0].id), opened(scorm.units[0].id)
    assert first.attempt_id == second.attempt_id
    with pytest.raises(Fenced, match="opened in another window") as refused:
        told(first, 1, {"suspend_data": "old"})
    assert refused.value.status == 409
    assert told(second, 1, {"suspend_data": "new"}).recorded is not None


def test_another_unit_and_another_learner_are_not_fenced(session, storage, learner_id, opened, told):
    made = make_played(session, storage, SCORM12, SCORM12)
    first = opened(made.units[0].id)
    opened(made.units[1].id)
    told(first, 1, {"suspend_data": "mine"})


def test_a_preview_needs_no_learner_and_keeps_nothing(session, scorm, opened, told):
    play = opened(scorm.units[0].id, mode=Mode.PREVIEW, learner=None)
    assert (play.attempt_id, play.learner_id) == (None, None)
    assert told(play, 1, {"core": {"lesson_status": "passed"}}).recorded is None
    assert attempts.initial(session, play)["cmi"]["core"]["entry"] == "ab-initio"
    for table in (Attempt, Enrolment, UnitProgress):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_unit_of_another_version_is_not_opened(session, storage, scorm, learner_id):
    begin(session, scorm.units[0].id, learner_id)
    other = make_played(session, storage, SCORM12, SCORM12)
    with pytest.raises(NotAllowedHere, match="another version"):
        begin(session, other.units[1].id, learner_id)


def test_moving_to_another_version_fences_every_play_of_the_enrolment(session, scorm, opened, told):
    play = opened(scorm.units[0].id)
    plays.fence_enrolment(session, play.enrolment_id, now())
    with pytest.raises(Fenced):
        told(play, 1, {})


def test_finding_a_play_is_one_statement(session, scorm, learner_id, engine):
    token = begin(session, scorm.units[0].id, learner_id)
    statements = []
    event.listen(engine, "before_cursor_execute", lambda c, cur, statement, *rest: statements.append(statement))
    plays.find(session.connection(), token, now())
    assert len([each for each in statements if not each.startswith("BEGIN")]) == 1


def test_windows_that_open_and_commit_at_once_leave_one_that_counts(sessions, session, scorm, learner_id):
    """Six windows open the same unit and commit as fast as they can: whoever was fenced has written nothing since."""
    unit_id, failures, tokens = scorm.units[0].id, [], []

    def work(n):
        try:
            with sessions.begin() as mine:
                token = plays.begin(
                    mine, unit_id=unit_id, mode=Mode.LEARN, learner_id=learner_id, session_id=None, frame_origins=[], now=now()
                )  # fmt: skip
            tokens.append(token)
            for seq in range(1, 8):
                with sessions.begin() as mine:
                    play = plays.find(mine.connection(), token, now())
                    attempts.commit(mine, play, Commit(seq, {"suspend_data": f"{n}:{seq}"}), now())
        except Fenced:
            pass
        except Exception as error:  # what a thread meets has to reach the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1
    standing = session.execute(select(Play.id).where(Play.fenced_at.is_(None))).all()
    assert len(standing) == 1
    assert session.scalar(select(Attempt.commit_seq)) == 7
