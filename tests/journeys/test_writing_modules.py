"""An author writes a module by hand, from an empty outline to a course in which a learner finds it."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.as_author import THEME, click, look, somebody
from tests.journeys.conftest import Demo
from tests.journeys.test_learner import begin, mark, press

TITLE, COURSE = "Talking about a study", "First steps on the ward"
GIFT = """::Who asks:: Who may tell a patient about a study? {
  =Any trained member of the team #Yes, all of us.
  ~Only the chief investigator #The team is bigger than that.
}"""


@pytest.fixture
def author(demo: Demo, browser: Browser):
    page = somebody(demo, browser, "writing.author@nhs.example", "author")
    yield page
    page.context.close()


def start(demo: Demo, page: Page) -> None:
    """A module of no unit yet, from the page that lists modules."""
    page.goto(f"{demo.site}/authoring")
    click(page, "Write a new module", "link")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Theme").select_option(label=THEME)
    page.get_by_label("Summary").fill("How to begin the conversation.")
    click(page, "Make the module")
    expect(page.get_by_text("There is no unit yet.")).to_be_visible()


def add_unit(page: Page, kind: str, title: str) -> None:
    """A unit at the end of the outline; its editor opens."""
    page.get_by_role("radio", name=kind).check()
    page.get_by_label("Title").fill(title)
    click(page, "Add this unit")


def write_the_page(page: Page, picture: Path) -> None:
    """Text with a picture, looked at before it is saved."""
    page.get_by_label("Text", exact=True).fill(
        "## Before you begin\n\nSit down, and ask what the person knows already."
    )
    page.get_by_label("Picture", exact=True).set_input_files(picture)
    page.get_by_label("What the picture shows").fill("Two chairs at the same height")
    click(page, "Add this picture to the text")
    expect(page.get_by_label("Text", exact=True)).to_have_value(
        "## Before you begin\n\nSit down, and ask what the person knows already.\n\n![Two chairs at the same height](chairs.png)\n"
    )
    click(page, "Preview")
    expect(page.locator(".preview").get_by_role("img", name="Two chairs at the same height")).to_be_visible()
    click(page, "Save")


def write_the_questions(page: Page) -> None:
    """One question in fields, one as text, and how often they may be tried."""
    click(page, "Save and go on to the questions")
    click(page, "One right answer", "link")
    page.get_by_label("Question", exact=True).fill("When do you ask for consent?")
    page.get_by_label("Answer", exact=True).nth(0).fill("After the person had time to think")
    page.get_by_label("Answer", exact=True).nth(1).fill("At once")
    page.get_by_label("This is the right answer").nth(0).check()
    click(page, "Add the question")
    click(page, "Several questions as text", "link")
    page.get_by_label("Questions in GIFT or Aiken").fill(GIFT)
    click(page, "Add these questions")
    expect(page.get_by_text("1 question is added.")).to_be_visible()
    click(page, "Pass mark and tries", "link")
    page.get_by_label("Pass mark, in per cent").fill("100")
    page.get_by_label("Tries at most").fill("3")
    click(page, "Save the settings")


def put_into_a_course(demo: Demo, page: Page) -> None:
    """A course of its own, with the module as its first."""
    page.goto(f"{demo.site}/authoring/courses/new")
    page.get_by_label("Title").fill(COURSE)
    click(page, "Make the course")
    page.get_by_label("Module", exact=True).select_option(label=TITLE)
    click(page, "Add this module")
    expect(page.get_by_text("The module is added at the end.")).to_be_visible()


def test_a_module_is_written_by_hand_published_put_into_a_course_and_passed(demo, browser, author, picture, tmp_path):
    page = author
    Image.new("RGB", (640, 360), "navy").save(tmp_path / "chairs.png")
    start(demo, page)
    add_unit(page, "Page", "Where to sit")
    write_the_page(page, tmp_path / "chairs.png")
    add_unit(page, "Quiz", "Check what you know")
    write_the_questions(page)
    look(page, picture, "115-outline", (885,))
    click(page, "Preview", "link")
    expect(page.get_by_role("img", name="Two chairs at the same height")).to_be_visible()
    click(page, "Next", "link")
    expect(page.get_by_text("2 questions · pass mark 100%")).to_be_visible()
    click(page, "Close the preview", "link")
    click(page, "Publish version 1")
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    put_into_a_course(demo, page)
    picture(page, "116-course", full_page=True)
    learn(demo, browser, page.url.rsplit("/", 1)[1].partition("#")[0])


def learn(demo: Demo, browser: Browser, course: str) -> None:
    """A learner opens the course, finds the module in it, reads and passes."""
    page = somebody(demo, browser, "reads.what.is.written@nhs.example")
    page.goto(f"{demo.site}/courses/{course}")
    press(page.get_by_role("link", name=TITLE).first)
    begin(page)  # type: ignore[arg-type]
    expect(page.get_by_role("img", name="Two chairs at the same height")).to_be_visible()
    assert page.get_by_role("img", name="Two chairs").evaluate("each => each.complete && each.naturalWidth") == 640
    mark(page)  # type: ignore[arg-type]
    page.get_by_label("After the person had time to think").check()
    page.get_by_label("Any trained member of the team").check()
    press(page.get_by_role("button", name="Check my answers"))
    expect(page.get_by_text("You scored 100%. You passed.")).to_be_visible()
    page.goto(f"{demo.site}/courses/{course}")
    expect(page.get_by_text("1 of 1 module completed")).to_be_visible()
    page.context.close()
