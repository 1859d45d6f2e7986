"""Who may ask for what: one host for each version, one capability for each play, and neither on the site's own host."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from courses.learning.models import Mode, Play
from learn.accounts import sessions
from learn.accounts.models import LoginSession, SessionEnd
from learn.content import opening
from tests.packages import scorm
from tests.people import sign_in


def test_a_play_is_not_found_under_another_version_s_host(opened, scorm12, web_unit):
    one, other = opened(scorm12), opened(web_unit)
    assert one.origin != other.origin
    for path in (f"{one.base}/player", f"{one.base}/f/sco/index.html"):
        assert one.ask(path).status_code == 200
        assert other.ask(path).status_code == 404
    assert other.post(f"{one.base}/commit", {"seq": 1, "changed": {}}).status_code == 404


def test_a_play_reads_no_file_of_another_package(opened, scorm12, web_unit):
    assert opened(scorm12).ask("f/js/count.js").status_code == 404


@pytest.mark.parametrize("path", ["player", "f/sco/index.html", "commit"])
def test_the_site_s_own_host_has_none_of_it(opened, scorm12, member, path):
    play = opened(scorm12)
    member.get(f"{play.base}/{path}", 404)
    member.get("/_p/scorm-again-3.4.3/scorm12.min.js", 404)
    member.get("/static/vendor/scorm-again-3.4.3/scorm12.min.js", 404)


def test_a_cookie_is_neither_read_nor_given(app, opened, scorm12, learner):
    play = opened(scorm12)
    answer = play.ask("player", headers={"Cookie": "__Host-frontline=whatever"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert learner.name not in answer.text


def test_content_is_given_no_name_and_no_address(opened, scorm12, h5p_unit, learner):
    for unit in (scorm12, h5p_unit):
        text = opened(unit).ask("player").text
        assert learner.name not in text
        assert "Learner" in text or "learner" in text
        assert f'"{learner.id}"' not in text


def test_an_ended_or_old_capability_opens_nothing(opened, session, scorm12):
    ended, old = opened(scorm12), opened(scorm12)
    assert ended.post("end", {}).status_code == 200
    assert ended.ask("player").status_code == 404
    assert ended.post("commit", {"seq": 1, "changed": {}}).status_code == 404
    session.execute(update(Play).where(Play.ended_at.is_(None)).values(expires_at=now() - timedelta(seconds=1)))
    session.commit()
    assert old.ask("f/sco/index.html").status_code == 404


def test_signing_out_closes_what_was_opened(client, session, learner, opened, scorm12):
    member = sign_in(client, learner.id)
    session_id = session.scalar(select(LoginSession.id))
    mine, elsewhere = opened(scorm12, session_id=session_id), opened(scorm12, session_id=session_id + 1)
    member.get("/learn")
    member.post("/sign-out", status=303)
    session.rollback()
    assert mine.ask("player").status_code == 404
    assert elsewhere.ask("player").status_code == 200


def test_ending_every_session_closes_what_was_opened_in_each(app, session, client, learner, opened, scorm12):
    sign_in(client, learner.id)
    session_id = session.scalar(select(LoginSession.id))
    play = opened(scorm12, session_id=session_id, mode=Mode.PREVIEW)
    sessions.end_all(session, learner.id, SessionEnd.SUSPENDED, now())
    session.commit()
    assert play.ask("player").status_code == 404


def test_another_window_fences_the_first_which_still_shows_its_package(opened, scorm12):
    first = opened(scorm12)
    opened(scorm12)
    assert first.ask("f/sco/index.html").status_code == 200
    assert '"fenced": true' in first.ask("player").text
    answer = first.post("commit", {"seq": 1, "changed": {"cmi": {"core": {"lesson_status": "passed"}}}})
    assert answer.status_code == 409
    assert answer.json["result"] is False


def test_one_shared_host_serves_every_version(another_site, session, learner, bring, tmp_path):
    unit = bring(scorm.scorm12(tmp_path / "shared.zip"))[0]
    shared = another_site(FRONTLINE_CONTENT_URL="http://content.localhost:5000")
    with shared.app_context():
        made = opening.open_play(
            session, unit, mode=Mode.LEARN, learner_id=learner.learner_id, session_id=None, frame_origins=(), now=now()
        )  # fmt: skip
        session.commit()
    assert made.address.startswith("http://content.localhost:5000/c/")
    http = shared.test_client(use_cookies=False)
    assert http.get(made.address.removeprefix(made.frame_source), base_url=made.frame_source).status_code == 200
    assert http.get("/learn", base_url=made.frame_source).status_code == 404
    assert http.get("/learn", base_url=f"http://{unit.label}.content.localhost:5000").status_code == 421


def test_behind_a_proxy_the_forwarded_host_decides(another_site, opened, scorm12):
    play = opened(scorm12)
    behind = another_site(FRONTLINE_TRUSTED_PROXIES="1")
    http = behind.test_client(use_cookies=False)
    forwarded = {"X-Forwarded-Host": play.origin.removeprefix("http://")}
    assert http.get(f"{play.base}/player", base_url="http://10.0.0.1:8000", headers=forwarded).status_code == 200
    assert http.get("/learn", base_url="http://10.0.0.1:8000", headers=forwarded).status_code == 404


def test_what_the_page_gets_to_frame_a_package(opened, scorm12, web_unit):
    scorm_play, web_play = opened(scorm12).opened, opened(web_unit).opened
    assert scorm_play.origin == scorm_play.frame_source == f"http://{scorm12.label}.content.localhost:5000"
    assert "allow-same-origin" in scorm_play.sandbox
    assert web_play.origin == "null"
    assert "allow-same-origin" not in web_play.sandbox
    assert "top-navigation" not in scorm_play.sandbox + web_play.sandbox
