"""People without a launch at hand, and with one: in by email, linked, refused, waiting, granted, suspended, erased."""

import json
import re
import zipfile
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlalchemy import create_engine, select, update

from learn.accounts.by_email.models import EmailCode
from tests.journeys import axe
from tests.journeys.conftest import Demo
from tests.journeys.test_choosing import complete, newest
from tests.journeys.test_learner import MODULE as TITLE
from tests.journeys.test_learner import SLUG, begin, inside, mark, press
from tests.journeys.test_pages import enter

NADIA = "nadia.nurse@example.nhs.uk"
"Whom the demo LMS knows by this address, too."


def look_at(page: Page, picture, name: str, title: str) -> None:
    """Wait for the page of that heading: accessible and not too wide at both widths, with a picture of each."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(page) == [], f"{name} at {width}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
        picture(page, f"{name}-{width}", full_page=True)


def fresh(browser: Browser, **more: Any) -> Page:
    """A page of a browser that nobody used before."""
    page = browser.new_context(viewport={"width": 885, "height": 800}, **more).new_page()
    page.set_default_timeout(10_000)
    return page


def mails(demo: Demo, address: str) -> list[EmailMessage]:
    """What went to an address, the oldest first."""
    folder = Path(demo.environment["FRONTLINE_DATA_DIR"]) / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: int(path.stem))
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [mail for mail in found if mail["To"] == address]  # type: ignore[misc]


def mail(page: Page, demo: Demo, address: str, after: int = 0) -> str:
    """The text of the newest mail to an address, when more than ``after`` have come."""
    for _ in range(80):
        found = mails(demo, address)
        if len(found) > after:
            return found[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        page.wait_for_timeout(250)
    raise AssertionError(f"no mail came to {address}")


def code_in(text: str) -> str:
    found = re.search(r"\b(\d{6})\b", text)
    assert found, text
    return found.group(1)


def a_minute_passes(demo: Demo) -> None:
    """Let every code have been asked for a minute earlier: one address gets one a minute."""
    engine = create_engine(f"sqlite:///{demo.environment['FRONTLINE_DATA_DIR']}/frontline.sqlite3")
    with engine.begin() as connection:
        rows = connection.execute(select(EmailCode.id, EmailCode.created_at)).all()
        for row in rows:
            earlier = (
                update(EmailCode)
                .where(EmailCode.id == row.id)
                .values(created_at=row.created_at - timedelta(seconds=61))
            )
            connection.execute(earlier)
    engine.dispose()


def ask_for_code(page: Page, demo: Demo, address: str) -> None:
    """From the front door to where the code is typed, by keyboard."""
    page.goto(f"{demo.site}/sign-in")
    page.get_by_role("textbox", name="Email address").fill(address)
    page.keyboard.press("Enter")


def sign_in(page: Page, demo: Demo, address: str) -> None:
    before = len(mails(demo, address))
    a_minute_passes(demo)
    ask_for_code(page, demo, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code from your email")
    page.get_by_label("6-digit code").fill(code_in(mail(page, demo, address, before)))
    page.keyboard.press("Enter")


def type_code(tool: FrameLocator, page: Page, demo: Demo, address: str, before: int) -> None:
    expect(tool.get_by_role("heading", level=1)).to_have_text("Enter the code from your email")
    tool.get_by_label("6-digit code").fill(code_in(mail(page, demo, address, before)))
    tool.get_by_label("6-digit code").press("Enter")


def test_an_nhs_address_leads_to_a_finished_module_and_a_later_launch_to_the_same_progress(
    demo, browser, profile, picture
):
    page = fresh(browser)
    ask_for_code(page, demo, NADIA)
    text = mail(page, demo, NADIA)
    look_at(page, picture, "70-code", "Enter the code")
    page.get_by_label("6-digit code").fill("000000" if code_in(text) != "000000" else "111111")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    look_at(page, picture, "71-code-wrong", "Enter the code")
    page.get_by_label("6-digit code").fill(code_in(text))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    look_at(page, picture, "72-home-first", "Welcome")
    page.goto(f"{demo.site}/modules/{SLUG}")
    complete(page, page, picture, SLUG)

    launched = profile().new_page()
    launched.goto(newest(launched, demo, TITLE) + "?as=5")
    tool = launched.frame_locator("iframe")
    expect(tool.get_by_role("heading", name="You already have an account with")).to_be_visible()
    assert NADIA not in inside(launched, demo.site).content(), "what a platform claims shows nothing of the account"
    picture(launched, "73-launched-with-an-offer")
    press(tool.get_by_role("link", name="Link them"))
    expect(tool.get_by_role("heading", level=1)).to_have_text("Linked platforms")
    frame = inside(launched, demo.site)
    for width in (885, 390):
        launched.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(frame) == []
        picture(launched, f"74-link-{width}")
    launched.set_viewport_size({"width": 1280, "height": 900})
    before = len(mails(demo, NADIA))
    a_minute_passes(demo)
    press(tool.get_by_role("button", name="Send a code to n"))
    type_code(tool, launched, demo, NADIA, before)
    expect(tool.get_by_role("rowheader", name="NIHR Learn (demo)")).to_be_visible()
    picture(launched, "75-linked")
    launched.goto(newest(launched, demo, TITLE) + "?as=5")
    expect(tool.get_by_role("heading", level=1, name=TITLE, exact=True)).to_be_visible()
    picture(launched, "76-progress-found")
    expect(tool.get_by_text(re.compile("^Completed on")).first).to_be_visible()
    row = launched.get_by_role("row").filter(has=launched.get_by_role("rowheader", name=TITLE)).first
    for _ in range(40):
        launched.goto(f"{demo.lms}/gradebook?as=5")
        if "100" in row.inner_text():
            break
        launched.wait_for_timeout(250)
    expect(row).to_contain_text("100")
    page.goto(f"{demo.site}/modules/{SLUG}")
    expect(page.get_by_text(re.compile("^Completed on")).first).to_be_visible()


def test_the_road_works_without_javascript(demo, browser, picture):
    page = fresh(browser, java_script_enabled=False)
    sign_in(page, demo, "nora.noscript@example.nhs.uk")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    page.goto(f"{demo.site}/modules/{SLUG}")
    begin(page)
    mark(page)
    page.get_by_role("contentinfo").get_by_role("link", name="Your account").click()
    for name in ("Profile", "Email addresses", "Linked platforms", "Notices", "Sessions", "Your data"):
        page.get_by_role("navigation", name="Your account").get_by_role("link", name=name).click()
        expect(page.get_by_role("navigation", name="Your account").locator("[aria-current]")).to_contain_text(name)
    press(page.get_by_role("button", name="Make a file of my data"))
    download = page.get_by_role("link", name=re.compile("^Download"))
    for _ in range(40):
        if download.count():
            break
        page.wait_for_timeout(250)
        press(page.get_by_role("link", name="Check again"))
    expect(download).to_be_visible()


def test_a_refused_domain_says_who_may_come_in_and_a_reviewed_one_waits_for_an_administrator(demo, browser, picture):
    page = fresh(browser)
    ask_for_code(page, demo, "somebody@gmail.com")
    expect(page).to_have_title(re.compile("^Error: "))
    look_at(page, picture, "77-refused", "Sign in")
    address = "rita.researcher@example.ac.uk"
    sign_in(page, demo, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask to come in")
    look_at(page, picture, "78-ask-to-come-in", "Ask to come in")
    page.get_by_role("button", name="Send the request").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Your full name").fill("Rita Researcher")
    page.get_by_label("Full name of your sponsor").fill("Ada Sponsor")
    page.get_by_label("Where your sponsor works").fill("Example NHS Trust")
    page.get_by_label("Why you want to come in").fill("I deliver a study at the trust.")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request waits for an administrator")
    look_at(page, picture, "79-waiting", "Your request waits")
    admin = enter(demo, browser.new_context(), "requests.admin@nhs.example")
    demo.frontline("user", "grant", "requests.admin@nhs.example", "administrator")
    admin.goto(f"{demo.site}/admin/requests")
    admin.get_by_role("link", name=re.compile("Rita Researcher|rita")).first.click()
    look_at(admin, picture, "80-request", "Rita Researcher")
    admin.get_by_role("button", name=re.compile("^Approve")).click()
    assert "An administrator agreed." in mail(page, demo, address, 1)
    sign_in(page, demo, address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")


def test_an_administrator_grants_suspends_exports_and_erases(demo, browser, picture):
    address = "sam.shared@example.nhs.uk"
    page = fresh(browser)
    sign_in(page, demo, address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    page.goto(f"{demo.site}/me/profile")
    page.get_by_label("Name").first.fill("Sam Shared")
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_text("Your profile is saved")).to_be_visible()
    look_at(page, picture, "81-profile", "profile")
    demo.frontline("user", "add", "people.admin@nhs.example", "--name", "Ada Admin", "--role", "administrator")
    admin = enter(demo, browser.new_context(), "people.admin@nhs.example", is_new=False)
    admin.set_default_timeout(10_000)
    admin.goto(f"{demo.site}/admin/people")
    admin.get_by_label("Find").fill("sam shared")
    admin.keyboard.press("Enter")
    admin.wait_for_url("**text=**")
    look_at(admin, picture, "82-found", "People")
    admin.get_by_role("link", name="Sam Shared").click()
    here = admin.url

    admin.get_by_role("link", name=re.compile("^Grant")).click()
    admin.get_by_label("Facilitator of every theme").check()
    admin.get_by_role("button", name="Grant this role").click()
    expect(admin).to_have_title(re.compile("^Error: "))
    look_at(admin, picture, "83-grant-without-a-reason", "Grant a role to Sam Shared")
    admin.get_by_label("Why").fill("Leads the theme")
    admin.get_by_role("button", name="Grant this role").click()
    expect(admin.get_by_role("rowheader", name="Facilitator")).to_be_visible()
    look_at(admin, picture, "84-person", "Sam Shared")
    page.goto(f"{demo.site}/")
    page.get_by_role("link", name=re.compile(r"^Notices \(1")).click()
    look_at(page, picture, "85-notice", "Notices")

    admin.get_by_role("link", name="Suspend").click()
    admin.get_by_label("1 week").check()
    admin.get_by_label("Why").fill("A shared login")
    admin.get_by_role("button", name="Suspend this account").click()
    expect(admin.get_by_text("Suspended: nobody can come in")).to_be_visible()
    page.goto(f"{demo.site}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")
    look_at(page, picture, "86-suspended", "Your session has ended")
    admin.goto(here)
    admin.get_by_role("button", name="Let them in again").click()
    sign_in(page, demo, address)

    admin.goto(here)
    admin.get_by_role("button", name="Make a file of their data").click()
    download = admin.get_by_role("link", name="Download the file")
    for _ in range(40):
        if download.count():
            break
        admin.wait_for_timeout(250)
        admin.goto(here)
    with admin.expect_download() as came:
        download.click()
    told = json.loads(zipfile.ZipFile(came.value.path()).read("data.json"))
    assert "Sam Shared" in json.dumps(told)
    admin.goto(here)
    look_at(admin, picture, "87-file-ready", "Sam Shared")

    admin.get_by_role("link", name="Erase this person").click()
    look_at(admin, picture, "88-erase", "Erase Sam Shared")
    admin.get_by_role("button", name="Erase everything about this person").click()
    look_at(admin, picture, "89-erased", "rased")
    page.goto(f"{demo.site}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")
    admin.goto(f"{demo.site}/admin/people")
    admin.get_by_label("Find").fill("sam shared")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Nobody fits.")).to_be_visible()
