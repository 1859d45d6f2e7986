"""The SCOs that tests make do in a browser what their switches say, against a player of a few lines: what they ask, in order."""

import json
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Route

from tests.packages import media, scorm

pytestmark = pytest.mark.browser
SITE = "https://made.localhost"
PLAYER = """<!doctype html><title>Player</title><script>
const values = %s; window.asked = [];
const say = (name, given, answer) => { asked.push([name, ...given]); return answer; };
const api = {
  start: (...given) => say("start", given, "true"), get: (name) => say("get", [name], values[name] ?? ""),
  set: (name, value) => { values[name] = value; return say("set", [name, value], "true"); },
  commit: () => say("commit", [], "true"), finish: () => say("finish", [], "true"), error: () => "0",
};
window.API = {
  LMSInitialize: api.start, LMSGetValue: api.get, LMSSetValue: api.set, LMSCommit: api.commit, LMSFinish: api.finish,
  LMSGetLastError: api.error,
};
window.API_1484_11 = {
  Initialize: api.start, GetValue: api.get, SetValue: api.set, Commit: api.commit, Terminate: api.finish, GetLastError: api.error,
};
</script><iframe title="Course" src="/f/sco/index.html?lang=en" width="900" height="900"></iframe>"""
TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "webm": "video/webm"}


def play(browser: Browser, package: Path, values: dict[str, Any] | None = None) -> tuple[Page, FrameLocator]:
    """A page with the player, the package's first SCO in it."""
    page = browser.new_context().new_page()
    with zipfile.ZipFile(package) as file:
        made = {name: file.read(name) for name in file.namelist()}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0]
        body = PLAYER % json.dumps(values or {}) if path == "/" else made.get(path.removeprefix("/f/"), b"")
        route.fulfill(body=body, content_type=TYPES.get(path.rsplit(".", 1)[-1], "text/html"))

    page.context.route(f"{SITE}/**", answer)
    page.goto(f"{SITE}/")
    return page, page.frame_locator("iframe")


def press(frame: FrameLocator, *names: str) -> None:
    for name in names:
        frame.get_by_role("button", name=name).click()


def asked(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate("asked")
    return found


def longest(said: list[list[str]], name: str) -> int:
    return max(len(each[2]) for each in said if each[:2] == ["set", name])


def set_values(page: Page, name: str) -> list[str]:
    return [each[2] for each in asked(page) if each[0] == "set" and each[1] == name]


def test_a_sco_reads_its_state_at_once_and_goes_on_where_it_was(browser, tmp_path):
    kept = {"cmi.core.lesson_location": "page-3", "cmi.suspend_data": '{"page":3,"answers":[true]}', "cmi.core.student_id": "x"}  # fmt: skip
    page, frame = play(browser, scorm.scorm12(tmp_path / "a.zip"), kept)
    assert frame.get_by_test_id("page").inner_text() == "Page 3 of 5"
    state = json.loads(frame.get_by_test_id("state").inner_text())
    assert (state["learner"], state["query"], state["location"]) == ("x", "?lang=en", "page-3")
    assert asked(page)[0][0] == "start"
    page.context.close()


def test_a_sco_that_was_answered_rightly_ends_as_passed(browser, tmp_path):
    page, frame = play(browser, scorm.scorm12(tmp_path / "a.zip"))
    press(frame, "Next page", "Answer right", "Answer wrong", "Finish")
    assert set_values(page, "cmi.core.lesson_status") == ["incomplete", "passed"]
    assert set_values(page, "cmi.core.score.raw")[-1] == "50"
    assert set_values(page, "cmi.core.exit") == ["suspend"]
    assert asked(page)[-1] == ["finish"]
    page.context.close()


def test_a_sco_of_2004_sets_completion_success_and_progress(browser, tmp_path):
    page, frame = play(browser, scorm.scorm2004(tmp_path / "a.zip"))
    press(frame, "Next page", "Answer wrong", "Finish")
    assert set_values(page, "cmi.completion_status") == ["incomplete", "completed"]
    assert set_values(page, "cmi.success_status") == ["failed"]
    assert set_values(page, "cmi.progress_measure")[0] == "0.4"
    page.context.close()


@pytest.mark.parametrize(
    ("quirk", "does"),
    [
        ({"never_finishes": True}, lambda each: ["finish"] not in each), ({"never_commits": True}, lambda each: ["commit"] not in each),
        ({"forgets_suspend": True}, lambda each: ["set", "cmi.core.exit", "suspend"] not in each),
        ({"never_status": True}, lambda each: not any("lesson_status" in every for said in each for every in said)),
        ({"shouts_status": True}, lambda each: ["set", "cmi.core.lesson_status", "PASSED"] in each),
        ({"nan_interaction": True}, lambda each: ["set", "cmi.interactions.NaN.id", "question-1"] in each),
        ({"finishes_in_unload": True}, lambda each: ["set", "cmi.core.lesson_status", "passed"] not in each),
        ({"suspend_length": 64_001}, lambda each: longest(each, "cmi.suspend_data") == 64_001),
        ({"location_length": 300}, lambda each: longest(each, "cmi.core.lesson_location") == 300),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_switch_does_what_it_says(browser, tmp_path, quirk, does):
    page, frame = play(browser, scorm.scorm12(tmp_path / "a.zip", **quirk))
    press(frame, "Next page", "Answer right", "Finish")
    assert frame.get_by_test_id("finished").inner_text() == "You have finished"
    assert does(asked(page))
    page.context.close()


def test_a_sco_that_finishes_in_unload_does_so_when_its_frame_goes(browser, tmp_path):
    page, frame = play(browser, scorm.scorm12(tmp_path / "a.zip", finishes_in_unload=True))
    press(frame, "Answer right", "Finish")
    page.evaluate("document.querySelector('iframe').remove()")
    assert set_values(page, "cmi.core.lesson_status")[-1] == "passed"
    assert asked(page)[-1] == ["finish"]
    page.context.close()


def test_a_window_of_its_own_finds_the_player_through_its_opener(browser, tmp_path):
    page, frame = play(browser, scorm.scorm12(tmp_path / "a.zip", popup=True), {"cmi.core.student_id": "x"})
    with page.expect_popup() as opened:
        press(frame, "Open the course")
    state = opened.value.get_by_test_id("state").filter(has_text="learner").inner_text()
    assert json.loads(state)["learner"] == "x"
    page.context.close()


def test_a_film_can_be_played_and_sought_in(browser, tmp_path):
    film = b64encode(media.webm(tmp_path / "a.webm", 20).read_bytes()).decode()
    page = browser.new_context().new_page()
    page.set_content(f'<video muted src="data:video/webm;base64,{film}"></video>')
    length, place = page.evaluate(
        """async () => { const film = document.querySelector("video"); await film.play(); film.currentTime = 15;
        await new Promise((done) => { film.onseeked = done; }); return [film.duration, film.currentTime]; }"""
    )
    assert (length, round(place)) == (20, 15)
    page.context.close()
