"""A shared computer: warned in time, nothing of one person for the next, what was typed kept for whoever typed it."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import ARGUMENTS, FRAMED, Demo, chromium
from tests.journeys.test_learner import begin, inside, open_activity, press
from tests.journeys.test_pages import MODULE, WIDTHS, enter, look

REFLECTION = f"{MODULE}/units/7"
SECRET = "I will ask at handover which patients could be offered a study."
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
    "Mobile/15E148 Safari/604.1"
)
BACK = "What you typed here before is back"
KEPT = "Object.keys(localStorage).filter(name => name.startsWith('frontline-typed:')).length"


@pytest.fixture
def context(browser):
    """The browser of a shared computer."""
    made = browser.new_context(viewport={"width": 885, "height": 800})
    yield made
    made.close()


@pytest.fixture
def usual(playwright_, tmp_path) -> Iterator[BrowserContext]:
    """A browser that gives a frame of another site a storage of its own; where such cookies are blocked it has none."""
    folder = tmp_path / "usual"
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
    made = playwright_.chromium.launch_persistent_context(
        str(folder), executable_path=chromium(), args=FRAMED, viewport={"width": 1280, "height": 900}
    )
    yield made
    made.close()


@pytest.fixture
def session_over(demo: Demo) -> Callable[[str], None]:
    """Let the sessions of a person be idle for as long as ends them: the browser's clock is not the server's."""

    def end(who_is: str) -> None:
        path = Path(demo.environment["FRONTLINE_DATA_DIR"]) / "frontline.sqlite3"
        who = "SELECT id FROM user WHERE email LIKE ? OR name LIKE ?"
        idle = f"UPDATE login_session SET used_at = datetime(used_at, '-31 minutes') WHERE user_id IN ({who})"
        with sqlite3.connect(path, timeout=10) as database:
            assert database.execute(idle, (who_is, who_is)).rowcount > 0
        database.close()

    return end


def keeps(page: Page | Frame, count: int) -> None:
    """Wait until the browser keeps the text of so many forms."""
    for _ in range(100):
        if page.evaluate(KEPT) == count:
            return
        page.wait_for_timeout(50)
    assert page.evaluate(KEPT) == count


def write(demo: Demo, page: Page, text: str = SECRET) -> None:
    """Open the reflection and type, until the browser keeps it."""
    page.goto(f"{demo.site}{MODULE}")
    start = page.get_by_role("button", name="Start module")
    if start.count():
        press(start)
    page.goto(f"{demo.site}{REFLECTION}")
    page.locator("textarea").fill(text)
    keeps(page, 1)


def come_again(demo: Demo, context: BrowserContext, email: str) -> Page:
    return enter(demo, context, email, is_new=False)


def leave_idle(page: Page, email: str, session_over: Callable[[str], None]) -> None:
    session_over(email)
    page.clock.fast_forward("31:00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")


def test_a_warning_two_minutes_before_one_press_to_stay_and_the_text_is_still_there(demo, context, picture):
    page = enter(demo, context, "warned@nhs.example")
    page.clock.install()
    write(demo, page)
    stay = page.get_by_role("button", name="Stay signed in")
    page.clock.fast_forward("27:50")
    expect(stay).to_be_hidden()
    page.clock.fast_forward("00:20")
    expect(stay).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("signed out in 2 minutes")
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"40-warning-{width}", full_page=True)
    look(page, "a warning before the end")
    stay.click()
    expect(stay).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "main-content"
    expect(page.locator("textarea")).to_have_value(SECRET)
    page.clock.fast_forward("27:00")
    expect(stay).to_be_hidden()


def test_what_was_typed_outlives_the_session_for_its_person_and_for_nobody_else(demo, context, session_over, picture):
    page = enter(demo, context, "first@nhs.example")
    page.clock.install()
    write(demo, page)
    leave_idle(page, "first@nhs.example", session_over)
    words = page.locator("body").inner_text()
    assert "not used for a while" in words and "kept in this browser for a day" in words
    assert SECRET not in page.content() and "Research Nurse" not in words
    stored = page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert "frontline-typed" in stored and SECRET[:12] not in stored
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"41-ended-{width}", full_page=True)
    look(page, "the end of a session")
    page.close()
    other = enter(demo, context, "second@nhs.example")
    other.goto(f"{demo.site}{MODULE}")
    other.get_by_role("button", name="Start module").click()
    other.goto(f"{demo.site}{REFLECTION}")
    expect(other.locator("textarea")).to_have_value("")
    expect(other.get_by_text(BACK)).to_have_count(0)
    other.locator("textarea").fill("Mine, of the second.")
    keeps(other, 2)
    other.get_by_role("button", name="Sign out").click()
    assert other.evaluate(KEPT) == 1
    page = come_again(demo, context, "first@nhs.example")
    page.goto(f"{demo.site}{REFLECTION}")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("textarea")).to_have_value(SECRET)
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"42-put-back-{width}", full_page=True)
    look(page, "what was typed is back")
    page.get_by_role("button", name="Discard what I typed").click()
    expect(page.locator("textarea")).to_have_value("")
    expect(page.locator("textarea")).to_be_focused()
    page.reload()
    expect(page.locator("textarea")).to_have_value("")
    assert page.evaluate(KEPT) == 0


def test_what_was_sent_is_not_put_back_and_what_was_refused_is(demo, context):
    page = enter(demo, context, "sender@nhs.example")
    write(demo, page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save my reflection").click()
    keeps(page, 0)
    page.goto(f"{demo.site}{REFLECTION}")
    expect(page.locator("textarea")).to_have_value(SECRET)
    expect(page.get_by_text(BACK)).to_have_count(0)
    page.goto(f"{demo.site}/me/profile")
    page.get_by_label("What you work as").fill("Research <nurse>")
    page.get_by_role("button", name="Save my profile").click()
    expect(page).to_have_title(re.compile("^Error: "))
    keeps(page, 1)
    page.goto(f"{demo.site}/me/profile")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("What you work as")).to_have_value("Research <nurse>")
    page.get_by_label("What you work as").fill("Research nurse")
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Your profile is saved")).to_be_visible()
    keeps(page, 0)
    expect(page.get_by_label("What you work as")).to_have_value("Research nurse")


def test_what_could_not_be_sent_is_there_when_the_form_is_opened_again(demo, context):
    page = enter(demo, context, "offline@nhs.example")
    write(demo, page)
    context.set_offline(True)
    page.get_by_role("button", name="Save my reflection").click()
    for _ in range(50):  # waiting for the address would fail as the page does
        if page.url.startswith("chrome-error:"):
            break
        page.wait_for_timeout(100)
    assert page.url.startswith("chrome-error:")
    context.set_offline(False)
    page.goto(f"{demo.site}/learn")
    keeps(page, 1)
    page.goto(f"{demo.site}{REFLECTION}")
    expect(page.locator("textarea")).to_have_value(SECRET)
    expect(page.get_by_text(BACK)).to_be_visible()


def test_signing_out_leaves_nothing_that_was_typed(demo, context):
    page = enter(demo, context, "leaver@nhs.example")
    write(demo, page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert page.evaluate(KEPT) == 0
    page = come_again(demo, context, "leaver@nhs.example")
    page.goto(f"{demo.site}{REFLECTION}")
    expect(page.locator("textarea")).to_have_value("")


def test_after_a_day_it_goes_whoever_comes_next(demo, context, session_over):
    page = enter(demo, context, "dayold@nhs.example")
    page.clock.install()
    write(demo, page)
    leave_idle(page, "dayold@nhs.example", session_over)
    page.clock.fast_forward("24:00:00")
    other = enter(demo, context, "nextday@nhs.example")
    keeps(other, 0)


def test_a_form_of_a_session_that_was_ended_elsewhere_is_not_sent_and_not_lost(demo, browser, context):
    page = enter(demo, context, "elsewhere@nhs.example")
    write(demo, page)
    home = browser.new_context()
    other = come_again(demo, home, "elsewhere@nhs.example")
    other.goto(f"{demo.site}/me/sessions")
    other.get_by_role("button", name="Sign out everywhere else").click()
    expect(other.get_by_text("You are signed in nowhere else")).to_be_visible()
    page.locator("textarea").press_sequentially(" And more.")
    page.get_by_role("button", name="Save my reflection").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")
    expect(page.get_by_text("ended from another browser")).to_be_visible()
    page.close()
    page = come_again(demo, context, "elsewhere@nhs.example")
    page.goto(f"{demo.site}{REFLECTION}")
    expect(page.locator("textarea")).to_have_value(f"{SECRET} And more.")
    home.close()


def test_sign_out_everywhere_ends_the_other_browsers_session_and_this_one(demo, browser, context, picture):
    page = enter(demo, context, "everywhere@nhs.example")
    phone = browser.new_context(user_agent=IPHONE)
    other = come_again(demo, phone, "everywhere@nhs.example")
    page.goto(f"{demo.site}/me/sessions")
    expect(page.get_by_role("rowheader", name="Safari on iPhone")).to_be_visible()
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"43-sessions-{width}", full_page=True)
    look(page, "two sessions")
    page.get_by_role("button", name="Sign out everywhere, here too").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    other.get_by_role("link", name="My progress").click()
    expect(other.get_by_text("ended from another browser")).to_be_visible()
    page.goto(f"{demo.site}/me")
    expect(page).to_have_url(re.compile("/sign-in"))
    phone.close()


def test_signing_out_takes_the_other_tabs_along(demo, context):
    page = enter(demo, context, "tabs@nhs.example")
    left_open = context.new_page()
    left_open.goto(f"{demo.site}/me/profile")
    expect(left_open.get_by_label("Name that others see")).to_have_value("Research Nurse")
    page.get_by_role("button", name="Sign out").click()
    expect(left_open).to_have_url(re.compile("/sign-in"))
    assert "Research Nurse" not in left_open.content()


def test_back_after_signing_out_shows_nothing_of_the_person(demo, context):
    page = enter(demo, context, "back@nhs.example")
    page.goto(f"{demo.site}/me/profile")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.go_back()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert "Research Nurse" not in page.content()


def test_a_page_that_the_browser_kept_whole_hides_and_asks_again(demo, context):
    page = enter(demo, context, "frozen@nhs.example")
    page.goto(f"{demo.site}/me/profile")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(page.locator("body")).to_be_hidden()
    context.clear_cookies()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_with_the_back_forward_cache_on_it_is_the_same(demo, playwright_):
    started = playwright_.chromium.launch(
        executable_path=chromium(), args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    context = started.new_context()
    page = enter(demo, context, "cached@nhs.example")
    page.goto(f"{demo.site}/me/profile")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.wait_for_load_state()
    page.go_back()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert "Research Nurse" not in page.content()
    started.close()


def write_in_the_frame(demo: Demo, page: Page) -> tuple[FrameLocator, Frame]:
    """Launch, begin the module and type into its reflection."""
    tool = open_activity(page, demo.lms, "learner", "Why research-active care is better care")
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    frame = inside(page, demo.site)
    frame.wait_for_load_state()
    if tool.get_by_role("button", name="Start module").count():
        begin(tool)
        expect(tool.get_by_role("button", name="Mark as complete and continue")).to_be_visible()
    frame.goto(f"{demo.site}{REFLECTION}")
    tool.locator("textarea").fill(SECRET)
    return tool, frame


def test_the_next_launch_empties_the_frame_that_was_left_open(demo, usual):
    left_open = usual.new_page()
    tool, frame = write_in_the_frame(demo, left_open)
    keeps(frame, 1)
    page = usual.new_page()
    theirs = open_activity(page, demo.lms, "facilitator", "Frontline community")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Farah")
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Farah")
    assert SECRET not in frame.content() and "Amina" not in frame.content()
    again = open_activity(page, demo.lms, "learner", "Frontline community")
    expect(again.get_by_role("heading", level=1)).to_contain_text("Amina")
    inside(page, demo.site).goto(f"{demo.site}{REFLECTION}")
    expect(again.locator("textarea")).to_have_value(SECRET)


def test_where_the_frame_keeps_nothing_the_page_is_covered_until_its_person_is_back(
    demo, profile, session_over, picture
):
    context = profile()
    left_open = context.new_page()
    left_open.clock.install()
    tool, frame = write_in_the_frame(demo, left_open)
    session_over("Amina%")
    left_open.clock.fast_forward("31:00")
    covered = tool.get_by_role("heading", level=1, name="You are not signed in")
    expect(covered).to_be_visible()
    expect(tool.locator("textarea")).to_be_hidden()
    words = frame.locator("body").inner_text()
    assert SECRET not in words and "Reflect" not in words
    picture(left_open, "49-covered")
    assert axe.violations(frame) == []
    page = context.new_page()
    theirs = open_activity(page, demo.lms, "facilitator", "Frontline community")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Farah")
    tool.get_by_role("button", name="Show what I typed").click()
    expect(tool.get_by_text("You are not signed in here yet")).to_be_visible()
    expect(tool.locator("textarea")).to_be_hidden()
    again = open_activity(page, demo.lms, "learner", "Frontline community")
    expect(again.get_by_role("heading", level=1)).to_contain_text("Amina")
    tool.get_by_role("button", name="Show what I typed").click()
    expect(tool.locator("textarea")).to_be_visible()
    expect(tool.locator("textarea")).to_have_value(SECRET)
    expect(covered).to_be_hidden()


def test_a_frame_that_hears_nothing_of_other_tabs_asks_when_it_is_looked_at(demo, profile):
    context = profile()
    left_open = context.new_page()
    tool = open_activity(left_open, demo.lms, "learner", "Frontline community")
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Amina")
    page = context.new_page()
    theirs = open_activity(page, demo.lms, "facilitator", "Frontline community")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("Farah")
    inside(left_open, demo.site).evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Farah")


def test_without_javascript_profile_and_sessions_work(demo, browser):
    context = browser.new_context(java_script_enabled=False)
    page = enter(demo, context, "plainest@nhs.example")
    page.get_by_role("link", name="Fill in your profile").click()
    page.get_by_label("Where you work").fill("Example Hospital")
    page.get_by_label("Part of the country").select_option("Wales")
    page.get_by_role("button", name="Save my profile").click()
    expect(page.get_by_text("Research Nurse, Example Hospital")).to_be_visible()
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_text("This one")).to_be_visible()
    context.close()


def test_pictures_of_profile_and_card(demo, context, picture):
    page = enter(demo, context, "pictures@nhs.example")
    states = {"44-asked": "/", "45-profile": "/me/profile", "46-one-session": "/me/sessions", "47-suspended": None}
    for name, path in states.items():
        page = page if path else context.browser.new_page()
        page.goto(f"{demo.site}{path or '/sign-in?reason=suspended'}")
        for width in (885, 390):
            page.set_viewport_size({"width": width, "height": 800})
            picture(page, f"{name}-{width}", full_page=True)
    page.close()
    page = context.new_page()
    page.goto(f"{demo.site}/me/profile")
    page.get_by_label("Name that others see").fill("")
    page.get_by_label("Where you work").fill("<b>")
    page.get_by_role("button", name="Save my profile").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture(page, f"48-profile-wrong-{width}", full_page=True)
    look(page, "a profile with errors")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.violations(page) == []
