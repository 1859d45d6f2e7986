"""A package on its unit's page: its frame, what it may do, what is said of it, a full window, and starting again."""

import json

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from courses.catalogue import Rule, ScorePolicy, Unit
from courses.learning.models import Attempt, Enrolment, Mode, Play
from tests.courses.learning.played import H5P, PDF, SCORM12, SCORM2004, WEB
from tests.people import sign_in

SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads"
PASSED = {"cmi": {"core": {"lesson_status": "passed", "score": {"raw": "85"}}}}
FAILED = {"cmi": {"core": {"lesson_status": "failed", "score": {"raw": "40"}}}}
HALF = {"cmi": {"core": {"lesson_status": "incomplete"}, "suspend_data": "page=3"}}


def begin(browser, made, position=1):
    browser.get(f"/modules/{made.slug}")
    return browser.follow(f"/modules/{made.slug}/start", {"unit": position})


def state_of(browser, made, position=1):
    return json.loads(browser.get(f"/modules/{made.slug}/units/{position}/state").text)


@pytest.mark.parametrize("kind", [SCORM12, SCORM2004, H5P, PDF])
def test_a_package_is_shown_in_a_frame_that_may_do_what_the_design_says(member, make, players, kind):
    page = begin(member, make(kind))
    frame = page.select_one("iframe")
    origin, _, path = frame["src"].partition("/c/")
    assert path == f"{players.opened[-1].token}/player"
    assert " ".join(frame["sandbox"]) == SANDBOX
    assert frame["allow"] == "fullscreen; autoplay"
    assert frame["referrerpolicy"] == "no-referrer"
    assert frame["title"] == "Unit 1"
    policy = page.response.headers["Content-Security-Policy"]
    assert f"frame-src {origin};" in policy
    assert "unsafe" not in policy
    assert page.select_one("[data-module=play]")["data-origin"] == origin
    assert players.opened[-1].mode is Mode.LEARN


def test_pages_with_scripts_have_no_origin_and_their_messages_come_from_none(member, make, players):
    page = begin(member, make(WEB))
    assert "allow-same-origin" not in page.select_one("iframe")["sandbox"]
    assert page.select_one("[data-module=play]")["data-origin"] == "null"


def test_a_page_without_a_package_frames_nothing(member, make, players):
    made = make(SCORM12)
    begin(member, made)
    page = member.get(f"/modules/{made.slug}/units/2")
    assert "frame-src 'none'" in page.response.headers["Content-Security-Policy"]
    assert not page.select("iframe")
    assert len(players.opened) == 1


def test_opening_a_unit_enrols_nobody_and_plays_nothing_until_the_module_is_started(member, make, players, session):
    made = make(SCORM12, SCORM12)
    page = member.get(f"/modules/{made.slug}/units/2")
    assert not page.select("iframe")
    assert session.scalar(select(Enrolment.id)) is None
    assert players.opened == []
    page = member.follow(f"/modules/{made.slug}/start", {"unit": page.select_one("input[name=unit]")["value"]})
    assert (page.h1, bool(page.select("iframe"))) == ("Unit 2", True)


@pytest.mark.parametrize("wanted", ["0", "9", "-1", "text", ""])
def test_a_start_that_names_no_unit_begins_at_the_beginning(member, make, players, wanted):
    made = make(SCORM12)
    member.get(f"/modules/{made.slug}")
    assert member.follow(f"/modules/{made.slug}/start", {"unit": wanted}).h1 == "Unit 1"


def test_without_javascript_the_page_says_that_this_unit_needs_it(member, make, players):
    page = begin(member, make(PDF))
    assert "Turn JavaScript on" in page.select_one("noscript").get_text()


def test_an_anonymous_launch_plays_in_review_and_is_told_that_nothing_is_kept(client, make, players, session):
    reader = sign_in(client, None, platform_name="NIHR Learn")
    made = make(SCORM12)
    page = reader.get(f"/modules/{made.slug}/units/1")
    assert page.select_one("iframe")
    assert "nothing is kept" in page.words
    assert (players.opened[-1].mode, players.opened[-1].learner_id) == (Mode.REVIEW, None)
    assert session.scalar(select(Attempt.id)) is None
    assert not page.select("form[action$='/again']")
    assert state_of(reader, made)["is_done"] is False


def test_the_play_belongs_to_the_readers_session_and_may_be_framed_by_their_platform(client, make, players, learner):
    browser = sign_in(client, learner.id, frame_origins=("https://lms.example",), platform_name="NIHR Learn")
    begin(browser, make(SCORM12))
    opened = players.opened[-1]
    assert list(opened.frame_origins) == ["https://lms.example"]
    assert opened.session_id is not None
    assert opened.learner_id == learner.learner_id


def test_opening_it_again_elsewhere_fences_the_first(member, make, players, session):
    made = make(SCORM12)
    begin(member, made)
    member.get(f"/modules/{made.slug}/units/1/window")
    fenced = session.scalars(select(Play.fenced_at).order_by(Play.id)).all()
    assert [at is not None for at in fenced] == [True, False]


def test_the_state_is_told_in_words_numbers_and_parts_of_the_page(member, make, players, session):
    made = make(SCORM12)
    begin(member, made)
    before = state_of(member, made)
    assert (before["state"], before["words"], before["percent"], before["is_done"]) == (
        "in_progress",
        "In progress",
        0,
        False,
    )
    players.tell(session, PASSED)
    after = state_of(member, made)
    assert (after["state"], after["words"], after["percent"], after["is_done"]) == (
        "completed",
        "Passed, score 85%",
        50,
        True,
    )
    assert 'value="50"' in after["parts"]["rail"]
    assert "Passed, score 85%" in after["parts"]["told"]
    assert "Continue" in after["parts"]["below"]
    assert "/units/2" in after["parts"]["turn"]


def test_the_parts_are_those_that_the_page_has(member, make, players):
    made = make(SCORM12)
    page = begin(member, made)
    for name, html in state_of(member, made)["parts"].items():
        assert words(page.select_one(f"#{name}")) == words(BeautifulSoup(html, "html.parser")), name


def words(part):
    return " ".join(part.get_text(" ").split())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (PASSED, ("completed", "Passed, score 85%")),
        (FAILED, ("failed", "Failed, score 40%")),
        (HALF, ("in_progress", "In progress")),
    ],
)
def test_how_a_package_went_is_said_in_the_units_list_with_a_shape_of_its_own(
    member, make, players, session, changed, expected
):
    made = make(SCORM12)
    begin(member, made)
    players.tell(session, changed)
    line = member.get(f"/modules/{made.slug}").select(".lines li")[0]
    assert line.select_one(f"svg.s-{expected[0]}")
    assert line.select_one("small").get_text().startswith(f"{expected[1]} ·")


def test_a_unit_that_is_done_by_opening_it_can_be_marked_by_hand(member, make, players):
    made = make(WEB)
    page = begin(member, made)
    assert "Mark as complete" in page.select_one("#below").get_text()
    page = member.follow(f"/modules/{made.slug}/units/1")
    assert page.h1 == "Unit 2"
    assert member.get(f"/modules/{made.slug}/units/1").select_one("#told").get_text(strip=True) == "Completed"


def test_a_package_that_says_itself_when_it_is_done_cannot_be_marked(member, make, players, session):
    made = make(SCORM12)
    page = begin(member, made)
    assert "Mark as complete" not in page.select_one("#below").get_text()
    member.post(f"/modules/{made.slug}/units/1", {"csrf_token": page.csrf_token}, status=409)
    assert session.scalar(select(Enrolment.done_count)) == 0


def test_the_full_window_is_the_player_with_a_way_back(member, make, players):
    made = make(SCORM12)
    begin(member, made)
    page = member.get(f"/modules/{made.slug}/units/1/window")
    assert " ".join(page.select_one("iframe")["sandbox"]) == SANDBOX
    assert page.select_one(f"a[href='/modules/{made.slug}/units/1']")
    assert not page.select("nav, footer")
    assert not page.select("[data-module=frame]"), "its height follows the window's, so it is told to nobody"


def test_a_full_window_out_of_a_platforms_frame_goes_by_a_ticket(client, make, players, learner):
    """The frame's cookie does not reach a new tab."""
    browser = sign_in(client, learner.id, is_embedded=True, platform_name="NIHR Learn")
    made = make(SCORM12)
    page = begin(browser, made)
    form = next(each for each in page.select("form[action='/window']") if "full window" in each.get_text())
    assert form.select_one("input[name=next]")["value"] == f"/modules/{made.slug}/units/1/window"


def test_what_is_no_package_has_no_window_and_no_state(member, make, players):
    made = make(SCORM12)
    page = begin(member, made)
    for path in ("units/2/window", "units/2/state", "units/9/window", "units/9/state"):
        member.get(f"/modules/{made.slug}/{path}", 404)
    member.post(f"/modules/{made.slug}/units/2/again", {"csrf_token": page.csrf_token}, status=404)


def test_nothing_is_offered_to_start_again_before_anything_was_done(member, make, players):
    page = begin(member, make(SCORM12))
    assert not page.select("#again, #tries")


def test_starting_again_begins_another_try_and_keeps_what_was_reached(member, make, players, session):
    made = make(SCORM12)
    begin(member, made)
    players.tell(session, FAILED)
    page = member.get(f"/modules/{made.slug}/units/1")
    assert "Your best score counts, so another try cannot lower it." in page.select_one("#again").get_text()
    page = member.follow(f"/modules/{made.slug}/units/1/again")
    assert "A new try has begun" in page.words
    assert session.scalars(select(Attempt.n).order_by(Attempt.n)).all() == [1, 2]
    players.tell(session, PASSED)
    page = member.get(f"/modules/{made.slug}/units/1")
    listed = [" ".join(each.get_text(" ").split()) for each in page.select("#tries li")]
    assert listed[0].startswith("Try 2 Passed, score 85%")
    assert "Try 1 Failed, score 40%" in listed[1]
    assert "1 minute" in listed[1]
    assert "stays completed" in page.select_one("#again").get_text()


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (ScorePolicy.BEST, "Your best score counts"),
        (ScorePolicy.LAST, "The score of your last try counts."),
        (ScorePolicy.FIRST, "The score of your first try counts."),
    ],
)
def test_starting_again_says_which_score_counts(member, make, players, session, policy, words):
    made = make({**SCORM12, "score_policy": policy})
    begin(member, made)
    players.tell(session, FAILED)
    assert words in member.get(f"/modules/{made.slug}/units/1").select_one("#again").get_text()


def test_tries_that_are_used_up_are_said_and_refused(member, make, players, session):
    made = make({**SCORM12, "max_attempts": 2})
    begin(member, made)
    players.tell(session, FAILED)
    assert "You have 1 more try." in member.get(f"/modules/{made.slug}/units/1").words
    member.post(f"/modules/{made.slug}/units/1/again")
    member.get(f"/modules/{made.slug}/units/1")
    players.tell(session, FAILED)
    page = member.get(f"/modules/{made.slug}/units/1")
    assert "You have used all 2 tries." in page.words
    assert not page.select("#again")
    page = member.post(f"/modules/{made.slug}/units/1/again", status=409)
    assert "You have used all your tries" in page.words
    assert session.scalar(select(func.count()).select_from(Attempt)) == 2


def test_a_try_that_its_package_ended_is_only_looked_at_and_that_is_said(member, make, players, session):
    made = make(SCORM12)
    begin(member, made)
    players.tell(session, {"cmi": {"core": {"lesson_status": "passed", "exit": ""}}}, is_final=True)
    page = member.get(f"/modules/{made.slug}/units/1")
    assert "you can look through it, and nothing more is kept in it" in page.words
    assert session.scalar(select(Play.mode).order_by(Play.id.desc()).limit(1)) is Mode.REVIEW


def test_a_page_of_a_module_costs_the_same_however_many_units_and_tries_there_are(
    member, make, players, session, count
):
    small, large = make(SCORM12, slug="small"), make(*[SCORM12] * 12, slug="large")
    for made in (small, large):
        begin(member, made)
    for n in range(3):
        member.get("/modules/large/units/1")
        players.tell(session, FAILED, seq=n + 1)
        member.get("/modules/large/units/1")
        member.post("/modules/large/units/1/again")
    member.get("/modules/small/units/1")
    assert count(member, "/modules/large") == count(member, "/modules/small") <= 7
    assert count(member, "/modules/large/units/1") <= count(member, "/modules/small/units/1") + 1 <= 18


def test_time_left_is_told_in_words(member, make, players, session):
    made = make(SCORM12)
    session.execute(update(Unit).where(Unit.id == made.units[0].id).values(minutes=25, rule=Rule.STATUS))
    session.commit()
    assert "left" not in member.get(f"/modules/{made.slug}").select_one(".rail").get_text()
    assert "About 26 minutes left" in begin(member, made).select_one(".rail").get_text()
    players.tell(session, PASSED)
    assert "about 1 minute left" in member.get(f"/modules/{made.slug}").select_one(".rail").get_text()
