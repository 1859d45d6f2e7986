"""What a package can reach, tried from inside one: framed by the site, which a learning platform frames."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from courses.learning.models import Attempt, Mode
from tests.journeys.framing import served, told
from tests.packages import h5p, media, scorm, web

pytestmark = pytest.mark.browser

UPWARDS = ("app_document", "top_document", "top_navigation", "app_location")
WAYS = ("fetch", "beacon", "image", "script", "style", "video", "frame", "form", "module", "worker")
OUTSIDE = ("outside_socket", "outside_event_source", "outside_font")
SHUT = (
    "service_worker", "object", "base", "geolocation", "camera", "cookies", "stored_before", "referrer", "text_as_script",
    "app_pages_here", "other_token", "outside_folder",
)  # fmt: skip
FEATURES = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture")
OPEN = ("may_evaluate", "may_use_unload", "may_go_full_screen", "may_use_data_images", "agent_cluster")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with served(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="module")
def places(stage, tmp_path_factory):
    """The origins that a package tries to reach."""
    other = stage.bring(web.pages(tmp_path_factory.mktemp("other") / "other.zip"))[0]
    other_origin = f"http://{other.origin_label}.content.localhost:{stage.port}"
    return {"app": stage.site, "other": other_origin, "outside": stage.outside}


def content(page):
    """The frame of the package itself."""
    frame = page.frame_locator("iframe").frame_locator("iframe").frame_locator("iframe")
    return frame.first


def probed(page):
    done = content(page).locator('[data-testid=probes][data-done="true"]')
    expect(done).to_have_count(1, timeout=100_000)
    return json.loads(done.inner_text())


@pytest.mark.parametrize("kind", ["scorm", "web"])
def test_every_way_out_of_a_package_is_shut(browser, stage, places, tmp_path, kind):
    made = {"scorm": lambda path: scorm.scorm12(path, probes=places), "web": lambda path: web.probing(path, places)}
    unit = stage.bring(made[kind](tmp_path / f"probes-{kind}.zip"))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    found = probed(page)
    shut = [
        *UPWARDS,
        *(f"{who}_{way}" for who in places for way in WAYS),
        *OUTSIDE,
        *SHUT,
        *(f"feature_{name}" for name in FEATURES),
    ]
    assert {name: found[name]["said"] for name in shut if found[name]["reached"]} == {}
    # 'self' of the permissions policy is no opaque origin.
    may = [name for name in OPEN if kind == "scorm" or name != "may_go_full_screen"]
    assert {name: found[name]["said"] for name in may if not found[name]["reached"]} == {}
    assert stage.reached == []
    assert page.url.startswith(stage.lms)
    if kind == "scorm":
        hosts = {each["host"] for each in told(page) if each["t"] == "refused-host"}
        assert hosts == {place.removeprefix("http://") for place in places.values()}
    page.close()


def test_only_the_site_and_the_platform_of_the_play_may_frame_it(browser, stage, tmp_path):
    opened = stage.open(stage.bring(scorm.scorm12(tmp_path / "framed.zip"))[0])
    page = browser.new_page()
    page.goto(f"{stage.lms.replace('lms.', 'other-lms.')}/")
    page.evaluate(
        """address => { document.body.innerHTML = ''; const frame = document.createElement('iframe'); frame.src = address;
        document.body.append(frame); return new Promise(done => { frame.onload = done; }); }""",
        opened.address,
    )
    assert page.frame_locator("iframe").locator("#stage").count() == 0
    page.close()


def test_scorm_is_resumed_after_its_page_was_left(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "resumed.zip", never_commits=True, never_finishes=True))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    content(page).get_by_role("button", name="Next page").click()
    content(page).get_by_role("button", name="Answer right").click()
    page.goto("about:blank")
    kept = select(Attempt.commit_seq).where(Attempt.unit_id == unit.id)
    assert stage.until(lambda: stage.ask(kept).commit_seq)
    page.goto(stage.in_platform(stage.open(unit)))
    expect(content(page).get_by_test_id("page")).to_have_text("Page 2 of 5")
    state = json.loads(content(page).get_by_test_id("state").inner_text())
    assert (state["entry"], state["raw"]) == ("resume", "100")
    page.close()


def test_a_tab_that_is_gone_without_a_word_has_lost_a_second_or_two(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "gone.zip", never_commits=True, never_finishes=True))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    content(page).get_by_role("button", name="Next page").click()
    page.wait_for_timeout(2_000)
    assert stage.ask(select(Attempt.commit_seq).where(Attempt.unit_id == unit.id)).commit_seq
    page.close()


def test_the_longest_state_survives_a_closed_tab(browser, stage, tmp_path):
    unit = stage.bring(
        scorm.scorm2004(tmp_path / "longest.zip", suspend_length=64_000, never_commits=True, never_finishes=True)
    )[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    content(page).get_by_role("button", name="Next page").click()
    page.close()
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    assert json.loads(content(page).get_by_test_id("state").inner_text())["suspend_length"] == 64_000
    page.close()


def test_what_real_packages_get_wrong_is_kept_all_the_same(browser, stage, tmp_path):
    quirks = {"shouts_status": True, "nan_interaction": True, "location_length": 900, "forgets_suspend": True}
    unit = stage.bring(scorm.scorm12(tmp_path / "quirks.zip", **quirks))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    content(page).get_by_role("button", name="Answer right").click()
    content(page).get_by_role("button", name="Finish").click()
    expect(content(page).get_by_test_id("finished")).to_have_text("You have finished")
    page.close()
    row = stage.ask(select(Attempt.is_complete, Attempt.is_passed, Attempt.score).order_by(Attempt.id.desc()))
    assert tuple(row) == (True, True, 100)
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    assert len(json.loads(content(page).get_by_test_id("state").inner_text())["location"]) == 900
    page.close()


def test_a_second_window_fences_the_first(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "fenced.zip"))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    expect(content(page).get_by_test_id("page")).to_have_text("Page 1 of 5")
    stage.open(unit)
    content(page).get_by_role("button", name="Next page").click()
    player = page.frame_locator("iframe").frame_locator("iframe")
    expect(player.get_by_role("alert")).to_have_text("You opened this in another window. What you do here is not kept.")
    assert told(page)[-1]["t"] == "fenced"
    page.close()


def test_a_preview_tells_each_call_and_keeps_nothing(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "preview.zip"))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit, Mode.PREVIEW)))
    content(page).get_by_role("button", name="Finish").click()
    expect(page.frame_locator("iframe").locator("#told")).to_contain_text('"t":"exit"')
    calls = [each for each in told(page) if each["t"] == "call"]
    assert calls[0]["name"] == "LMSInitialize"
    assert ["cmi.core.lesson_status", "completed"] in [each["args"] for each in calls]
    assert stage.ask(select(Attempt.id).where(Attempt.unit_id == unit.id)) is None
    page.close()


def test_h5p_scores_where_the_browser_gives_frames_no_storage(browser, stage, tmp_path):
    unit = stage.bring(h5p.question(tmp_path / "question.h5p"))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    for name in ("Answer right", "Answer right", "Finish"):
        content(page).get_by_role("button", name=name).click()
    assert stage.until(lambda: stage.ask(select(Attempt.score).where(Attempt.unit_id == unit.id)).score == 100)
    page.close()


def test_a_pdf_is_turned_by_keyboard_and_completed_by_seeing_it(browser, stage, tmp_path):
    unit = stage.bring(media.pdf(tmp_path / "paper.pdf", 3))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    player = page.frame_locator("iframe").frame_locator("iframe")
    expect(player.get_by_text("Page 1. Ask first.")).to_be_visible()
    for number in (2, 3):
        page.wait_for_timeout(1_200)  # a page counts as seen after a second
        player.locator("#stage").press("ArrowRight")
        expect(player.get_by_text(f"Page {number} of 3")).to_have_count(1)
    assert stage.until(lambda: stage.ask(select(Attempt.is_complete).where(Attempt.unit_id == unit.id)).is_complete)
    page.close()
