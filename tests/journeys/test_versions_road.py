"""A module is published anew while somebody is in it: who stays, who is asked, who is moved, and what of their work goes along."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.test_learner import begin, press
from tests.journeys.test_scorm_road import click, played, state, upload
from tests.journeys.test_teaching import look_at
from tests.packages.scorm import Item, scorm12

SLUG, FIRST, SECOND, NEW = "consent-again", "Before you ask", "Asking", "Afterwards"
ONE = [Item("item-1", FIRST, "before/index.html"), Item("item-2", SECOND, "asking/index.html")]
TWO = [*ONE, Item("item-3", NEW, "afterwards/index.html")]
STAY, OFFER, MUST = (
    "They stay on the version that they began with",
    "They are asked at their next visit, and may stay",
    "They are moved at their next visit",
)
COMPATIBLE = "Packages can go on where a learner left off in the version before"


AUTHOR, LEARNER = "901", "5"
"Numbers of people of the demo LMS."


def come_in(demo: Demo, browser: Browser, person: str) -> Page:
    """A window of somebody who came by a launch, outside of the LMS's frame."""
    page = browser.new_context(viewport={"width": 885, "height": 900}).new_page()
    page.goto(f"{demo.lms}/activities/1/launch?as={person}")
    page.wait_for_url(f"{demo.site}/")
    return page


@pytest.fixture
def author(demo: Demo, browser: Browser) -> Iterator[Page]:
    page = come_in(demo, browser, AUTHOR)
    yield page
    page.context.close()


@pytest.fixture
def learner(demo: Demo, browser: Browser) -> Iterator[Page]:
    page = come_in(demo, browser, LEARNER)
    yield page
    page.context.close()


def open_module(demo: Demo, window: Page) -> None:
    window.goto(f"{demo.site}/modules/{SLUG}")


def go_on(window: Page) -> FrameLocator:
    """Press Continue on the module's page: its second unit comes."""
    press(window.get_by_role("link", name="Continue", exact=True))
    expect(window.get_by_role("heading", level=1)).to_have_text(SECOND)
    return played(window)


def begin_and_complete_the_first(demo: Demo, window: Page) -> FrameLocator:
    """Begin the module and pass its first unit; the second is open."""
    open_module(demo, window)
    begin(window)
    click(played(window), "Answer right", "Finish")
    return go_on(window)


def expect_page(sco: FrameLocator, n: int, of: int) -> None:
    expect(sco.get_by_test_id("page")).to_have_text(f"Page {n} of {of}")


def publish_anew(demo: Demo, author: Page, package: Path, n: int, *choices: str, picture=None) -> None:
    """The author uploads a package as the next version, and chooses what it means for learners."""
    author.goto(f"{demo.site}/authoring/modules/{SLUG}")
    press(author.get_by_role("link", name="Upload a new version"))
    upload(author, package)
    press(author.get_by_role("link", name="Publish, or change its outline"))
    for choice in choices:
        author.get_by_label(choice).check()
    if picture is not None:
        look_at(author, picture, "90-version-2")
    press(author.get_by_role("button", name=f"Publish version {n}"))
    expect(author.get_by_text(f"Version {n} is published.")).to_be_visible()


def made(tmp_path: Path, pages: int, items: list[Item]) -> Path:
    """The module with so many pages in each unit."""
    return scorm12(tmp_path / f"pages-{pages}.zip", title="Consent, once more", items=items, pages=pages)


@pytest.mark.timeout(300)
def test_a_learner_in_the_middle_is_left_alone_then_asked_then_moved(demo, learner, author, picture, tmp_path):
    """Version 2 leaves learners alone, 3 asks them, 4 moves them; only 4 is compatible with the one before."""
    demo.frontline("module", "upload", str(made(tmp_path, 5, ONE)), "--slug", SLUG, "--publish")
    sco = begin_and_complete_the_first(demo, learner)
    click(sco, "Next page", "Next page")
    expect_page(sco, 3, of=5)
    look_at(learner, picture, "89-unit")
    back = learner.get_by_role("navigation", name="Units").get_by_role("link", name="Previous")
    assert back.bounding_box()["x"] < 100, "the last unit leads back, on the left"

    publish_anew(demo, author, made(tmp_path, 6, TWO), 2, STAY, picture=picture)
    open_module(demo, learner)
    expect(learner.get_by_text("1 of 2 units completed")).to_be_visible()
    expect(learner.get_by_text("This module has changed")).to_have_count(0)
    expect_page(go_on(learner), 3, of=5)
    open_module(demo, author)
    begin(author)
    expect_page(played(author), 1, of=6)  # who had not begun gets the new one

    publish_anew(demo, author, made(tmp_path, 7, TWO), 3, OFFER)
    stay(demo, author)
    switch(demo, learner, picture)

    publish_anew(demo, author, made(tmp_path, 8, TWO), 4, MUST, COMPATIBLE)
    learner.goto(f"{demo.site}/modules/{SLUG}/units/2")
    expect(learner.get_by_role("heading", level=1)).to_have_text("This module has been replaced")
    look_at(learner, picture, "94-replaced")
    press(learner.get_by_role("button", name="Go on with the new version"))
    expect(learner.get_by_text("1 of 3 units completed")).to_be_visible()
    sco = go_on(learner)
    found = state(sco)
    assert (found["entry"], found["location"]) == ("resume", "page-2")
    expect_page(sco, 2, of=8)


def stay(demo: Demo, window: Page) -> None:
    """Who is asked may stay, and is not asked again."""
    open_module(demo, window)
    press(window.get_by_role("button", name="Stay with mine"))
    expect(window.get_by_text("This module has changed")).to_have_count(0)
    press(window.get_by_role("link", name="Continue", exact=True))
    expect_page(played(window), 1, of=6)


def switch(demo: Demo, window: Page, picture: Callable[..., None]) -> None:
    """Who is asked sees what changed; what was completed goes along, and the open unit begins anew."""
    open_module(demo, window)
    expect(window.get_by_role("heading", name="This module has changed")).to_be_visible()
    look_at(window, picture, "91-offered")
    press(window.get_by_role("link", name="See what changed"))
    expect(window.get_by_role("listitem").filter(has_text=NEW)).to_be_visible()
    look_at(window, picture, "92-what-changed")
    press(window.get_by_role("button", name="Switch to the new version"))
    expect(window.get_by_text("You are on the new version.")).to_be_visible()
    expect(window.get_by_text("1 of 3 units completed")).to_be_visible()
    look_at(window, picture, "93-switched")
    sco = go_on(window)
    found = state(sco)
    assert (found["entry"], found["suspend"]) == ("ab-initio", "")
    expect_page(sco, 1, of=7)
    window.get_by_text("Your tries").click()
    expect(window.get_by_role("listitem").filter(has_text="in an earlier version")).to_be_visible()
    click(sco, "Next page")
    expect_page(sco, 2, of=7)
