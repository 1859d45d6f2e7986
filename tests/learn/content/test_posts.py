"""What a play sends: what is kept of it, what it means for the unit, and what is refused in which words."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from courses.learning.models import Attempt, Enrolment, Mode, Play, Status, UnitProgress
from learn.accounts.models import LoginSession
from learn.content import rates
from learn.extensions import db
from tests.people import sign_in

PASSED = {"cmi": {"core": {"lesson_status": "passed", "score": {"raw": "80", "min": "0", "max": "100"}}}}
PLACE = {"cmi": {"core": {"lesson_location": "page-3"}, "suspend_data": "kept"}}


def given(play):
    """What the player's page was given."""
    text = play.ask("player").text
    return json.loads(text.split('id="play">', 1)[1].split("</script>", 1)[0])


@pytest.mark.parametrize("media_type", ["text/plain;charset=UTF-8", "application/json", "application/octet-stream"])
def test_a_commit_is_kept_whatever_its_type(opened, session, scorm12, media_type):
    play = opened(scorm12)
    answer = play.ask("commit", "POST", data=json.dumps({"seq": 1, "changed": PASSED}), content_type=media_type)
    assert answer.json == {"ok": True, "result": True, "errorCode": 0, "seq": 1, "completed": True}
    session.rollback()
    assert session.execute(select(UnitProgress.status, UnitProgress.best_score)).one() == (Status.COMPLETED, 80)
    assert session.scalar(select(Enrolment.status)) is Status.COMPLETED


def test_what_was_kept_is_what_the_next_player_begins_with(opened, scorm12):
    opened(scorm12).post("commit", {"seq": 1, "changed": PLACE})
    begun = given(opened(scorm12))["initial"]["cmi"]
    assert (begun["core"]["lesson_location"], begun["core"]["entry"], begun["suspend_data"]) == (
        "page-3",
        "resume",
        "kept",
    )


def test_a_page_that_is_loaded_again_goes_on_counting(opened, scorm12):
    play = opened(scorm12)
    play.post("commit", {"seq": 7, "changed": PLACE, "seconds": 30})
    assert (given(play)["seq"], given(play)["seconds"]) == (7, 30)


def test_an_older_message_is_accepted_and_changes_nothing(opened, scorm12):
    play = opened(scorm12)
    play.post("commit", {"seq": 2, "changed": PLACE})
    late = {"cmi": {"core": {"lesson_location": "page-1"}}}
    assert play.post("commit", {"seq": 1, "changed": late}).status_code == 200
    assert given(play)["initial"]["cmi"]["core"]["lesson_location"] == "page-3"


def test_a_beacon_is_a_commit(opened, scorm12):
    play = opened(scorm12)
    assert play.ask("snap", "POST", data=json.dumps({"seq": 1, "changed": PLACE})).status_code == 200
    assert given(play)["initial"]["cmi"]["suspend_data"] == "kept"


def test_a_preview_keeps_nothing(opened, session, scorm12):
    play = opened(scorm12, mode=Mode.PREVIEW)
    assert play.post("commit", {"seq": 1, "changed": PASSED}).json["completed"] is False
    session.rollback()
    assert session.scalar(select(Attempt.id)) is None
    assert session.scalar(select(Enrolment.id)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"nonsense", b"[]", b"7", b'{"changed": []}', b'{"seq": "x", "changed": {}}', b'{"seq": -1, "changed": {}}',
        b'{"seq": 99999999999, "changed": {}}', b'{"seq": 1, "changed": {"cmi": NaN}}', b'{"seq": [1], "changed": {}}',
        b'{"seq": 1, "seconds": "long", "changed": {}}', b"\xff\xfe", b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_and_changes_nothing(opened, session, scorm12, body):
    answer = opened(scorm12).ask("commit", "POST", data=body)
    assert answer.status_code == 400
    assert answer.json["result"] is False
    session.rollback()
    assert session.scalar(select(Attempt.commit_seq)) == 0


def test_a_message_over_a_megabyte_is_refused_before_it_is_read(opened, scorm12):
    play = opened(scorm12)
    answer = play.ask("commit", "POST", data=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert play.post("commit", {"seq": 1, "changed": PLACE}).status_code == 200


def test_a_state_that_grows_over_a_megabyte_is_refused(opened, h5p_unit):
    play = opened(h5p_unit)
    found = [play.post("commit", {"changed": {"state": {str(n): {"state": "x" * 600_000}}}}) for n in range(2)]
    assert [answer.status_code for answer in found] == [200, 413]
    assert "1MB" in found[1].json["message"]


def test_a_package_that_commits_in_a_loop_is_told_to_wait(opened, scorm12, monkeypatch):
    monkeypatch.setattr(rates, "BURST", 5)
    monkeypatch.setattr(rates, "PER_SECOND", 0.0)  # however slow the machine is, nothing is given back meanwhile
    play, other = opened(scorm12), opened(scorm12, mode=Mode.PREVIEW)
    found = [play.post("commit", {"seq": n, "changed": {}}).status_code for n in range(1, 7)]
    assert found == [200] * 5 + [429]
    assert other.post("commit", {"seq": 1, "changed": {}}).status_code == 200


def test_a_commit_takes_a_small_number_of_statements(opened, scorm12, statements):
    play = opened(scorm12)
    play.post("commit", {"seq": 1, "changed": PLACE})
    locks = db.engine.dialect.name == "postgresql"  # a row is locked by a statement of its own
    saved = statements(lambda: play.post("commit", {"seq": 2, "changed": {"cmi": {"suspend_data": "more"}}}))
    assert len(saved) <= 3 + locks
    assert len(statements(lambda: play.post("commit", {"seq": 3, "changed": PASSED}))) <= 12 + locks


def test_h5p_s_own_end_gives_the_score(opened, session, h5p_unit):
    play = opened(h5p_unit)
    answer = play.ask(
        "h5p/finish", "POST", data={"contentId": "1", "score": "3", "maxScore": "4", "opened": "1", "finished": "2"}
    )
    assert answer.json["ok"] is True
    session.rollback()
    assert session.scalar(select(Attempt.score)) == 75


def test_an_h5p_statement_on_the_whole_gives_the_score_and_one_on_a_part_does_not(opened, session, h5p_unit):
    play = opened(h5p_unit)
    result = {"score": {"scaled": 0.5, "raw": 1, "max": 2}, "completion": True}
    verb = {"id": "http://adlnet.gov/expapi/verbs/answered"}
    part = {"verb": verb, "object": {"id": "https://x.example/1?subContentId=abc"}, "result": result}
    play.post("commit", {"changed": {"statement": part}})
    session.rollback()
    assert session.scalar(select(Attempt.score)) is None
    play.post("commit", {"changed": {"statement": {**part, "object": {"id": "https://x.example/1"}}}})
    session.rollback()
    assert session.scalar(select(Attempt.score)) == 50


def test_h5p_finds_again_what_it_kept(opened, h5p_unit):
    play = opened(h5p_unit)
    assert play.ask("h5p/state?sub=0&t=state").json["data"] is False
    play.ask("h5p/state?sub=0&t=state", "POST", data={"data": '{"answers":[1]}', "preload": "1", "invalidate": "1"})
    again = opened(h5p_unit)
    assert again.ask("h5p/state?sub=0&t=state").json["data"] == '{"answers":[1]}'
    assert given(again)["initial"]["state"] == {"0": {"state": '{"answers":[1]}'}}
    again.ask("h5p/state?sub=0&t=state", "POST", data={"data": "0"})
    assert again.ask("h5p/state?sub=0&t=state").json["data"] is False


def test_all_pages_of_a_pdf_seen_complete_it(opened, session, pdf_unit):
    play = opened(pdf_unit)
    assert play.post("seen", {"changed": {"pages": [1, 2], "page": 2}}).json["completed"] is False
    assert given(opened(pdf_unit))["initial"] == {"pages": [1, 2], "page": 2}
    assert opened(pdf_unit).post("seen", {"changed": {"pages": [3], "page": 3}}).json["completed"] is True


def test_pages_with_scripts_are_completed_by_being_opened(opened, session, web_unit):
    assert opened(web_unit).post("seen", {}).json["completed"] is True


def test_a_player_in_use_keeps_its_session_and_one_that_is_left_does_not(opened, session, client, learner, scorm12):
    sign_in(client, learner.id)
    session_id = session.scalar(select(LoginSession.id))
    earlier = now() - timedelta(minutes=10)
    session.execute(update(LoginSession).values(used_at=earlier))
    session.commit()
    play = opened(scorm12, session_id=session_id)
    play.post("alive", {"active": False})
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) == earlier
    play.post("alive", {"active": True})
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) > earlier


def test_a_session_that_idled_out_is_not_woken(opened, session, client, learner, scorm12):
    sign_in(client, learner.id)
    earlier = now() - timedelta(minutes=31)
    session.execute(update(LoginSession).values(used_at=earlier))
    session.commit()
    opened(scorm12, session_id=session.scalar(select(LoginSession.id))).post("alive", {"active": True})
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) == earlier


def test_a_play_that_is_used_lives_on(opened, session, scorm12):
    play = opened(scorm12)
    soon = now() + timedelta(minutes=2)
    session.execute(update(Play).values(expires_at=soon))
    session.commit()
    play.ask("f/sco/index.html")
    session.rollback()
    assert session.scalar(select(Play.expires_at)) > soon + timedelta(minutes=10)


def test_the_browser_s_reports_are_noted_by_host_alone(opened, scorm12, capfd):
    play = opened(scorm12)
    told = {
        "csp-report": {"blocked-uri": "https://tracker.example/collect?who=999", "document-uri": play.opened.address}
    }
    assert play.ask("csp", "POST", data=json.dumps(told), content_type="application/csp-report").status_code == 204
    text = capfd.readouterr().err
    assert '"host": "tracker.example"' in text
    assert "collect" not in text
    assert play.token not in text


def test_no_capability_is_in_the_log(opened, scorm12, capfd):
    play = opened(scorm12)
    play.ask("player")
    play.post("commit", {"seq": 1, "changed": PASSED})
    play.ask("f/nothing.html")
    text = capfd.readouterr().err
    assert '"rule": "commit"' in text
    assert play.token not in text
