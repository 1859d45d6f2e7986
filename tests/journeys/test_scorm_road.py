"""A SCORM package's whole road: uploaded, reported on, previewed, published, played, resumed elsewhere, passed, in the gradebook."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import Demo
from tests.journeys.test_choosing import LEARNER, newest, open_picker
from tests.journeys.test_learner import begin, inside, open_activity, press
from tests.packages import scorm

SIZES = ((390, 900), (1280, 1500))
"A phone, and a desktop whose frame in the LMS is 885 wide and shows a page nearly whole."


def author(page: Page, demo: Demo) -> FrameLocator:
    """The authors' pages, in the LMS's frame."""
    tool = open_activity(page, demo.lms, "author", "Frontline community")
    press(tool.get_by_role("link", name="Authoring", exact=True))
    return tool


def upload(tool: FrameLocator, path: Path) -> None:
    """On the upload page: choose a file, send it, and wait for its report."""
    tool.get_by_label("Files").set_input_files(path)
    tool.get_by_role("button", name="Upload", exact=True).click()
    expect(tool.get_by_role("heading", level=1, name=path.name, exact=True)).to_be_visible()
    expect(tool.get_by_role("link", name="Preview", exact=True)).to_be_visible(timeout=60_000)


def look(page: Page, demo: Demo, picture: Callable[..., None], name: str) -> None:
    """The page in the LMS's frame at each size: pictures, nothing for axe to find, nothing to scroll sideways."""
    frame = inside(page, demo.site)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert axe.violations(frame) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"{name}-{width}", full_page=True)


def played(tool: FrameLocator | Page) -> FrameLocator:
    """The SCO, in the player's frame, in the site's page."""
    return tool.frame_locator("iframe").frame_locator("iframe")


def state(sco: FrameLocator) -> dict[str, str]:
    """What a SCO read when it began."""
    place = sco.get_by_test_id("state")
    expect(place).to_contain_text("api")
    found: dict[str, str] = json.loads(place.inner_text())
    return found


def click(sco: FrameLocator, *names: str) -> None:
    """Press buttons of a SCO; not by pointer, since the pages around it may still settle."""
    for name in names:
        sco.get_by_role("button", name=name).evaluate("each => each.click()")


def place_in_the_course(page: Page, demo: Demo, title: str) -> str:
    """Staff choose a module in the tool's picker; the address of its activity."""
    tool = open_picker(page, demo)
    tool.get_by_label("Search", exact=True).fill(title)
    press(tool.get_by_role("button", name="Show"))
    tool.get_by_label(title).check()
    tool.get_by_role("button", name="Add to the course").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("1 activity was added")
    return newest(page, demo, title)


def launch(page: Page, address: str, heading: str) -> FrameLocator:
    """A learner opens the activity: the module's page, or where they were in it."""
    page.goto(f"{address}?as={LEARNER}")
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text(heading)
    return tool


def wait_until_sent(page: Page, tool: FrameLocator, title: str) -> None:
    """The sentence on the module's page that says what was sent; the worker may take a moment."""
    sentence = tool.get_by_text(re.compile(r"^Sent to NIHR Learn \(demo\) on .*: 100 out of 100"))
    for _ in range(40):
        if sentence.count():
            break
        page.wait_for_timeout(250)
        press(tool.get_by_role("link", name="Learn", exact=True))
        press(tool.get_by_role("link", name=title).first)
    expect(sentence).to_be_visible()


def grade(page: Page, demo: Demo, title: str):
    """The cells of a module in the gradebook."""
    page.goto(f"{demo.lms}/gradebook")
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title, exact=True))


@pytest.mark.timeout(300)
def test_scorm_12_goes_from_the_authors_zip_to_the_gradebook(demo, profile, picture, tmp_path):
    title, unit = "Consent in practice, on the ward", "Consent in practice"
    page = profile().new_page()
    publish_after_a_preview(page, demo, picture, scorm.scorm12(tmp_path / "consent.zip", title=title))
    address = place_in_the_course(page, demo, title)

    page = profile().new_page()
    tool = launch(page, address, title)
    begin(tool)
    first = state(played(tool))
    assert (first["entry"], first["suspend"], first["name"]) == ("ab-initio", "", "Learner")
    click(played(tool), "Next page", "Next page", "Answer right")
    expect(played(tool).get_by_test_id("answers")).to_have_text("Right answers: 1 of 1")
    page.close()

    page = profile().new_page()
    tool = launch(page, address, unit)
    found = state(played(tool))
    assert (found["entry"], found["location"], found["learner"]) == ("resume", "page-3", first["learner"])
    assert json.loads(found["suspend"])["answers"] == [True]
    expect(played(tool).get_by_test_id("page")).to_have_text("Page 3 of 5")
    click(played(tool), "Answer right", "Answer wrong", "Finish")
    expect(tool.get_by_text("Passed, score 67%").first).to_be_visible()
    look(page, demo, picture, "81-passed")
    press(tool.get_by_role("link", name="Back to the module"))
    wait_until_sent(page, tool, title)
    look(page, demo, picture, "82-sent")
    expect(grade(page, demo, title)).to_contain_text(re.compile("100 / 100 .*Completed"))


def publish_after_a_preview(page: Page, demo: Demo, picture: Callable[..., None], package: Path) -> None:
    """An author uploads a package, reads the report, tries it in the real player, and publishes it."""
    tool = author(page, demo)
    press(tool.get_by_role("link", name="Upload files", exact=True))
    look(page, demo, picture, "85-upload")
    upload(tool, package)
    look(page, demo, picture, "86-report")
    press(tool.get_by_role("link", name="Preview", exact=True))
    calls = tool.get_by_role("region", name="Calls, the newest first")
    expect(calls.get_by_role("cell", name="LMSInitialize", exact=True)).to_be_visible()
    click(played(tool), "Next page")
    expect(calls.get_by_role("cell", name="cmi.core.lesson_location, page-2")).to_be_visible()
    look(page, demo, picture, "87-preview")
    click(played(tool), "Answer right", "Finish")
    expect(calls.get_by_role("row").nth(1)).to_contain_text("LMSFinish")
    expect(tool.get_by_text(re.compile(r"^\d+ calls\. The last was LMSFinish\.$"))).to_be_visible()
    press(tool.get_by_role("link", name="Close the preview"))
    look(page, demo, picture, "88-version")
    press(tool.get_by_role("link", name="Preview", exact=True))
    assert state(played(tool))["entry"] == "ab-initio", "nothing of a preview is kept"
    press(tool.get_by_role("link", name="Close the preview"))
    press(tool.get_by_role("button", name="Publish version 1"))
    expect(tool.get_by_text("Version 1 is published.")).to_be_visible()


@pytest.mark.timeout(300)
def test_scorm_2004_is_fenced_by_a_second_window_resumes_and_passes(demo, profile, picture, tmp_path):
    title, unit = "Consent in practice, in the community", "Consent in practice"
    demo.frontline("module", "upload", str(scorm.scorm2004(tmp_path / "consent.zip", title=title)), "--publish")
    context = profile()
    page = context.new_page()
    tool = launch(page, place_in_the_course(page, demo, title), title)
    address = page.url
    begin(tool)
    assert state(played(tool))["entry"] == "ab-initio"
    click(played(tool), "Next page")
    expect(played(tool).get_by_test_id("page")).to_have_text("Page 2 of 5")
    with context.expect_page() as opened:
        tool.get_by_role("button", name="Show it in a full window").evaluate("each => each.click()")
    window = opened.value
    expect(window.get_by_role("heading", level=1)).to_have_text(unit)
    expect(played(window).get_by_test_id("page")).to_have_text("Page 2 of 5")
    look_at_the_window(window, picture)
    click(played(tool), "Next page")
    fenced = tool.frame_locator("iframe").get_by_role("alert")
    expect(fenced).to_have_text("You opened this in another window. What you do here is not kept.")
    expect(tool.get_by_role("alert").filter(has_text="To go on here, load this page again.")).to_be_visible()
    look(page, demo, picture, "84-fenced")
    click(played(window), "Answer right")
    expect(played(window).get_by_test_id("answers")).to_have_text("Right answers: 1 of 1")
    context.close()

    page = profile().new_page()
    tool = launch(page, address, unit)
    found = state(played(tool))
    assert (found["entry"], found["location"], found["status"]) == ("resume", "page-2", "incomplete")
    assert json.loads(found["suspend"])["answers"] == [True]
    click(played(tool), "Answer right", "Finish")
    expect(tool.get_by_text("Passed, score 100%").first).to_be_visible()
    press(tool.get_by_role("link", name="Back to the module"))
    wait_until_sent(page, tool, title)
    expect(grade(page, demo, title)).to_contain_text(re.compile("100 / 100 .*Completed"))


def look_at_the_window(window: Page, picture: Callable[..., None]) -> None:
    """The player alone, as big as the window."""
    for width, height in ((390, 844), (1280, 900)):
        window.set_viewport_size({"width": width, "height": height})
        assert axe.violations(window) == []
        picture(window, f"83-window-{width}")
