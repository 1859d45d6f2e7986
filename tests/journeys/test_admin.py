"""An administrator connects a platform by hand, tests it, makes a rule and sees what was refused, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.test_pages import enter, look
from tests.lms import serving

PATHS = [
    "/admin/platforms", "/admin/platforms/new", "/admin/platforms/1", "/admin/platforms/1/change", "/admin/contexts",
    "/admin/launches", "/admin/errors", "/admin/keys", "/admin/audit", "/admin/people", "/admin/people/1",
    "/admin/people/1/roles/grant", "/admin/people/1/suspend", "/admin/people/1/merge", "/admin/people/1/erase",
    "/admin/domains", "/admin/requests", "/admin/mail",
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


def test_a_form_that_is_not_complete_says_what_is_missing(demo, office, picture):
    office.set_viewport_size({"width": 885, "height": 800})
    office.goto(f"{demo.site}/admin/platforms")
    office.get_by_role("link", name="Connect one by hand").click()
    office.get_by_role("button", name="Connect the platform").click()
    expect(office).to_have_title(re.compile("^Error: "))
    look(office, "a platform's form with errors")
    office.set_viewport_size({"width": 885, "height": 800})
    picture(office, "41-admin-form-errors", full_page=True)


@pytest.fixture
def test_of(demo, office):
    """Connect a platform by hand and press the test; gives what it found, as pairs of state and words."""

    def found(name: str, issuer: str, base: str, client_id: str = "client-1") -> dict[str, str]:
        office.set_viewport_size({"width": 885, "height": 800})
        office.goto(f"{demo.site}/admin/platforms/new")
        for label, value in (
            ("Name", name), ("Platform ID", issuer), ("Client ID", client_id),
            ("Public keyset URL", f"{base}/mod/lti/certs.php"), ("Access token URL", f"{base}/mod/lti/token.php"),
            ("Authentication request URL", f"{base}/mod/lti/auth.php"),
        ):  # fmt: skip
            office.get_by_label(label, exact=True).fill(value)
        office.get_by_role("button", name="Connect the platform").click()
        expect(office.get_by_role("heading", level=1)).to_have_text(name)
        office.get_by_role("button", name="Test the connection").click()
        rows = office.locator("table").filter(has=office.get_by_text("What was tried")).locator("tbody tr")
        expect(rows.first).to_be_visible()
        told = [each.split("\t") for each in rows.all_inner_texts()]
        return {words.strip(): state.strip() for state, words in told}

    return found


def test_a_platform_where_nobody_answers_is_told_in_words(office, test_of, picture):
    found = test_of("Silent LMS", "http://silent.localhost", "http://127.0.0.1:9")
    assert found["Its public keys cannot be read: no connection could be made."] == "Does not work"
    assert "Works" not in found.values()
    look(office, "a connection that was tested")
    office.set_viewport_size({"width": 885, "height": 800})
    picture(office, "42-admin-tested", full_page=True)


def test_a_platform_that_serves_a_page_for_its_keys_and_does_not_know_us_is_told_in_words(demo, test_of):
    with serving.running(demo.site) as lms:
        lms.switches.fail("certs", "html")
        found = test_of("Confused LMS", lms.url, lms.url, "somebody-else")
    assert found["Its public keys cannot be read: the answer was not JSON (HTTP 200)."] == "Does not work"
    assert [state for words, state in found.items() if "gave no token" in words] == ["Does not work"] * 4


def test_a_platform_that_grants_no_token_and_whose_clock_is_wrong_is_told_in_words(
    demo, test_of, picture, office, monkeypatch
):
    monkeypatch.setattr(serving.Handler, "date_time_string", lambda *_: "Sun, 01 Nov 2026 08:00:00 GMT")
    with serving.running(demo.site) as lms:
        lms.switches.fail("token", "500")
        found = test_of("Slow LMS", lms.url, lms.url, lms.client_id)
    assert found["Its public keys can be read."] == "Works"
    (clock,) = [words for words in found if words.startswith("Its clock is")]
    assert found[clock] == "Does not work" and clock.endswith("set both clocks by a time server.")
    assert found["It gave no token to send grades: the platform refused (HTTP 500)."] == "Does not work"
    picture(office, "43-admin-tested-clock", full_page=True)


def test_a_rule_is_made_and_removed_by_keyboard_and_press(demo, office):
    office.goto(f"{demo.site}/admin/platforms/1")
    office.get_by_label("Whoever is").select_option(label="Instructor in the course")
    office.get_by_role("button", name="Add this rule").press("Enter")
    expect(office.get_by_role("button", name="Remove this rule")).to_be_visible()
    office.get_by_role("button", name="Remove this rule").click()
    expect(office.get_by_text("There is no rule yet.")).to_be_visible()
