"""Staff choose two modules in the tool's picker; a learner finishes one and the gradebook has it; the course is copied."""

import re

from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import Demo
from tests.journeys.test_learner import answer, begin, finish, inside, press, to_the_quiz, wrong_and_right

FACILITATOR, LEARNER = "4", "3"
SLUG, TITLE = "what-the-nhs-wants", "What the NHS wants from research"
OTHER = "Starting a research culture where you work"


def open_picker(page: Page, demo: Demo) -> FrameLocator:
    page.goto(f"{demo.lms}/course?as={FACILITATOR}")
    page.get_by_role("link", name="Add activities").click()
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text("Choose what to add")
    return tool


def newest(page: Page, demo: Demo, title: str, course: str = "") -> str:
    """The address of the last activity of that title in a course."""
    page.goto(f"{demo.lms}/course{course}")
    link = page.get_by_role("link", name=title, exact=True).last
    return f"{demo.lms}{link.get_attribute('href')}"


def complete(tool: FrameLocator, page: Page, picture, slug: str) -> None:
    begin(tool)
    questions, _ = wrong_and_right(tool, slug)
    to_the_quiz(tool)
    answer(tool, questions, rightly=True)
    press(tool.get_by_role("button", name="Check my answers"))
    expect(tool.get_by_text(re.compile("You passed")).first).to_be_visible()
    finish(page, tool, picture)
    expect(tool.get_by_text("You have completed this module")).to_be_visible()


def test_two_modules_are_placed_and_one_arrives_in_the_gradebook(demo, profile, picture):
    page = profile().new_page()
    tool = open_picker(page, demo)
    picture(page, "50-picker")
    tool.get_by_label("Search", exact=True).fill("wants from")
    press(tool.get_by_role("button", name="Show"))
    tool.get_by_label(TITLE).check()
    tool.get_by_label("Search", exact=True).fill("")
    tool.get_by_label("Kind").select_option(label="Modules")
    press(tool.get_by_role("button", name="Show"))
    expect(tool.get_by_label(TITLE)).to_be_checked()
    tool.get_by_label(OTHER).check()
    picture(page, "51-picked")
    tool.get_by_role("button", name="Add to the course").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("2 activities were added")
    picture(page, "52-added")
    page.goto(newest(page, demo, TITLE) + f"?as={LEARNER}")
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text(TITLE)
    complete(tool, page, picture, SLUG)
    page.goto(f"{demo.lms}/gradebook")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=TITLE)).last
    for _ in range(60):
        if "100" in row.inner_text():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(row).to_contain_text("100")
    picture(page, "53-gradebook")


def test_a_copied_course_just_works(demo, profile):
    page = profile().new_page()
    page.goto(f"{demo.lms}/course?as={FACILITATOR}")
    page.get_by_role("button", name="Copy this course").click()
    page.get_by_role("link", name=TITLE, exact=True).last.click()
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_nothing_is_added_when_staff_cancel(demo, profile):
    page = profile().new_page()
    tool = open_picker(page, demo)
    tool.get_by_role("button", name="Cancel and go back").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("0 activities were added")


def test_the_picker_is_accessible_and_fits(demo, profile, picture):
    page = profile().new_page()
    tool = open_picker(page, demo)
    frame = inside(page, demo.site)
    for width, name in ((885, "54-picker-885"), (390, "55-picker-390")):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(frame) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, name)
    tool.get_by_role("button", name="Add to the course").click()
    expect(tool.get_by_role("alert")).to_be_visible()
    assert axe.violations(inside(page, demo.site)) == []
    picture(page, "56-picker-error")
