"""An administrator connects a platform by hand, tests it, makes a rule and sees what was refused, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.test_pages import enter, look

PATHS = [
    "/admin/platforms", "/admin/platforms/new", "/admin/platforms/1", "/admin/platforms/1/change", "/admin/contexts",
    "/admin/launches", "/admin/errors", "/admin/keys", "/admin/audit",
]  # fmt: skip


@pytest.fixture(scope="module")
def office(demo: Demo, browser: Browser) -> Iterator[Page]:
    """A window of an administrator, after one launch and one refused one."""
    context = browser.new_context(viewport={"width": 885, "height": 700})
    demo.frontline("user", "add", "office@nhs.example", "--name", "Ada Administrator", "--role", "administrator")
    page = enter(demo, context, "office@nhs.example", is_new=False)
    other = browser.new_page()
    other.goto(f"{demo.site}/lti/login?iss=https://unknown.example&login_hint=5&target_link_uri={demo.site}/")
    other.close()
    yield page
    context.close()


@pytest.mark.parametrize("path", PATHS)
def test_each_page_for_administrators_is_accessible(demo, office, picture, path):
    office.goto(f"{demo.site}{path}")
    look(office, path)
    for width in (885, 390):
        office.set_viewport_size({"width": width, "height": 800})
        picture(office, f"40-admin{path.removeprefix('/admin').replace('/', '-')}-{width}", full_page=True)


def test_a_broken_platform_is_found_out_in_words(demo, office, picture):
    office.set_viewport_size({"width": 885, "height": 800})
    office.goto(f"{demo.site}/admin/platforms")
    office.get_by_role("link", name="Connect one by hand").click()
    office.get_by_role("button", name="Connect the platform").click()
    expect(office).to_have_title(re.compile("^Error: "))
    look(office, "a platform's form with errors")
    office.set_viewport_size({"width": 885, "height": 800})
    picture(office, "41-admin-form-errors", full_page=True)
    nobody = "http://127.0.0.1:9"
    for label, value in (
        ("Name", "Broken LMS"),
        ("Platform ID", "http://broken.localhost"),
        ("Client ID", "client-1"),
        ("Public keyset URL", f"{nobody}/jwks"),
        ("Access token URL", f"{nobody}/token"),
        ("Authentication request URL", f"{nobody}/auth"),
    ):
        office.get_by_label(label, exact=True).fill(value)
    office.get_by_role("button", name="Connect the platform").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Broken LMS")
    office.get_by_role("button", name="Test the connection").click()
    expect(office.get_by_text("Does not work").first).to_be_visible()
    look(office, "a connection that was tested")
    office.set_viewport_size({"width": 885, "height": 800})
    picture(office, "42-admin-tested", full_page=True)


def test_a_rule_is_made_and_removed_by_keyboard_and_press(demo, office):
    office.goto(f"{demo.site}/admin/platforms/1")
    office.get_by_label("Whoever is").select_option(label="Instructor in the course")
    office.get_by_role("button", name="Add this rule").press("Enter")
    expect(office.get_by_role("button", name="Remove this rule")).to_be_visible()
    office.get_by_role("button", name="Remove this rule").click()
    expect(office.get_by_text("There is no rule yet.")).to_be_visible()
