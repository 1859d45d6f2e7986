"""What journeys of authors share: come in as one, upload files, and wait for their report."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys import axe
from tests.journeys.conftest import Demo
from tests.journeys.test_learner import leaving
from tests.journeys.test_pages import enter

THEME = "Generating a research culture"
LONG = 60_000
"Milliseconds in which the worker has checked a file, on a machine that does much else."


def somebody(demo: Demo, browser: Browser, email: str, *roles: str, **more: object) -> Page:
    """A person of a browser of their own, with these roles."""
    demo.frontline("user", "add", email, "--name", "Research Nurse")
    for role in roles:
        demo.frontline("user", "grant", email, role)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **more)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    return enter(demo, context, email, is_new=False)


def look(page: Page, picture, name: str, widths: tuple[int, ...] = (1280, 885, 390)) -> None:
    """Accessible and not too wide at each width, with a picture of each; then as wide as it was."""
    before = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(page) == [], f"{name} at {width}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
        picture(page, f"{name}-{width}", full_page=True)
    assert before
    page.set_viewport_size(before)


def click(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    """Press what leads to another page, and wait for that."""
    with leaving(page.main_frame):
        page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


def upload(demo: Demo, page: Page, *paths: Path, module: str = "") -> None:
    """Choose files on the upload page and send them."""
    page.goto(f"{demo.site}/authoring/upload" + (f"?module={module}" if module else ""))
    page.get_by_label("Files").set_input_files([str(path) for path in paths])
    if not module:
        page.get_by_label("Theme").select_option(label=THEME)
    page.get_by_role("button", name="Upload").click()


def report(page: Page, said: str = "version 1") -> None:
    """Wait for the report whose outcome has these words."""
    expect(page.locator(".outcome h2")).to_contain_text(said, timeout=LONG)
