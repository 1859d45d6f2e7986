"""Launches in browsers that keep nothing in a frame: platform storage, and a window of its own."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import axe
from tests.journeys.conftest import FRAMED, Demo, chromium
from tests.journeys.test_learner import begin, inside, leaving, mark, open_activity

MODULE = "Starting a research culture where you work"
"One that no other journey of the same person opens."

LEARNER = "3"
BLOCKED = 2
"Chromium's content setting for cookies that are not kept."


@pytest.fixture
def strict(playwright_, tmp_path, demo):
    """A browser profile that keeps no cookie at all for the tool in a frame of the LMS, partitioned ones included."""
    folder = tmp_path / "strict"
    (folder / "Default").mkdir(parents=True)
    site = "frontline.localhost"
    rule = {f"[*.]{site},[*.]lms.localhost": {"setting": BLOCKED}}
    preferences = {"profile": {"content_settings": {"exceptions": {"cookies": rule}}}}
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    context = playwright_.chromium.launch_persistent_context(
        str(folder), executable_path=chromium(), args=FRAMED, viewport={"width": 1280, "height": 900}
    )
    yield context
    context.close()


def activity(page: Page, demo: Demo, title: str) -> str:
    page.goto(f"{demo.lms}/course?as={LEARNER}")
    return f"{demo.lms}{page.get_by_role('link', name=title, exact=True).first.get_attribute('href')}"


def test_in_these_profiles_a_frame_really_keeps_no_cookie(demo, strict):
    page = strict.new_page()
    page.goto(demo.lms)
    page.evaluate(
        """site => new Promise(done => { const frame = document.createElement('iframe'); frame.onload = done;
        frame.src = site + '/help'; document.body.append(frame) })""",
        demo.site,
    )
    frame = inside(page, demo.site)
    kept = frame.evaluate(
        "() => { document.cookie = 'apart=1; SameSite=None; Secure; Partitioned'; return document.cookie }"
    )
    assert "apart" not in kept


def test_the_platforms_storage_proves_the_state_and_a_window_opens(demo, strict, picture):
    page = strict.new_page()
    page.goto(activity(page, demo, MODULE) + "?storage=_parent")
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text("Your link is ready")
    assert axe.violations(inside(page, demo.site)) == []
    picture(page, "70-ready")
    with strict.expect_page() as opened:
        tool.get_by_role("button", name="Open in a new window").click()
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_have_text(MODULE)
    expect(window.get_by_role("button", name="Sign out")).to_be_visible()
    picture(window, "71-window")


def test_storage_is_no_detour_where_the_cookie_is_kept(demo, profile):
    page = profile().new_page()
    page.goto(activity(page, demo, MODULE) + "?storage=_parent")
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text(MODULE)


@pytest.mark.parametrize("fault", ["mute", "lies"])
def test_a_platform_whose_storage_fails_leads_to_a_window_too(demo, strict, picture, fault):
    page = strict.new_page()
    page.goto(activity(page, demo, MODULE) + f"?storage=_parent&fault={fault}")
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("button", name="Open in a new window")).to_be_visible(timeout=10_000)
    picture(page, f"72-storage-{fault}")
    with strict.expect_page() as opened:
        tool.get_by_role("button", name="Open in a new window").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(MODULE)


def test_without_storage_the_refusal_offers_the_window(demo, strict, picture):
    page = strict.new_page()
    page.goto(activity(page, demo, MODULE))
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text("This link could not be opened")
    assert axe.violations(inside(page, demo.site)) == []
    picture(page, "73-no-cookie")
    with strict.expect_page() as opened:
        tool.get_by_role("button", name="Open in a new window").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(MODULE)


def test_an_answer_of_another_origin_is_not_believed(demo, strict):
    page = strict.new_page()
    page.goto(f"{demo.lms}/course?as={LEARNER}")
    address = activity(page, demo, MODULE)
    elsewhere = address.replace("lms.localhost", "127.0.0.1")
    page.goto(elsewhere + "?storage=_parent&as=" + LEARNER)
    tool = page.frame_locator("iframe")
    page.wait_for_timeout(500)
    expect(tool.get_by_role("heading", level=1, name="Your link is ready")).to_have_count(0)


def test_reload_and_back_in_the_frame_land_where_the_learner_was(demo, profile):
    page = profile().new_page()
    page.goto(f"{demo.lms}/?as={LEARNER}")
    tool = open_activity(page, demo.lms, "learner", "What the NHS wants from research")
    inside(page, demo.site).wait_for_load_state()
    if not tool.get_by_role("button", name="Mark as complete and continue").count():
        begin(tool)
    expect(tool.get_by_role("button", name="Mark as complete and continue")).to_be_visible()
    first = tool.get_by_role("heading", level=1).inner_text()
    mark(tool)
    second = tool.get_by_role("heading", level=1).inner_text()
    frame = inside(page, demo.site)
    with leaving(frame):
        frame.evaluate("location.reload()")
    expect(tool.get_by_role("heading", level=1)).to_have_text(second)
    with leaving(frame):
        frame.evaluate("history.back()")
    expect(tool.get_by_role("heading", level=1)).to_have_text(first)


def test_h6_the_frames_height_is_told_as_object_and_as_text(demo, profile):
    page = profile().new_page()
    page.add_init_script(
        "if (window.parent === window) { window.told = []; addEventListener('message', e => window.told.push(e.data)) }"
    )
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_function("window.told.some(each => each?.subject === 'lti.frameResize')")
    told = page.evaluate("window.told")
    heights = [each["height"] for each in told if isinstance(each, dict) and each.get("subject") == "lti.frameResize"]
    texts = [json.loads(each) for each in told if isinstance(each, str) and "lti.frameResize" in each]
    assert heights[0] > 100
    assert texts[0]["height"] == heights[0]
    frame = inside(page, demo.site)
    before = len(told)
    frame.evaluate("document.body.append(Object.assign(document.createElement('div'), {innerText: 'a\\n'.repeat(60)}))")
    page.wait_for_function(f"window.told.length > {before}")
