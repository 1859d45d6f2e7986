"""An administrator of the LMS connects the tool by the one-time address, in the LMS's own frame, and a learner comes in."""

from playwright.sync_api import expect

from tests.journeys import axe
from tests.journeys.test_learner import MODULE, open_activity


def test_from_the_invitation_to_the_first_launch(demo, profile, picture):
    page = profile().new_page()
    page.set_viewport_size({"width": 885, "height": 900})
    page.goto(f"{demo.lms}/tools")
    page.get_by_label("Tool URL").fill(demo.frontline("platform", "invite").strip())
    page.get_by_role("button", name="Add LTI Advantage").click()
    tool = page.frame_locator("iframe")
    expect(tool.get_by_role("heading", level=1)).to_have_text("Connect your learning platform")
    picture(page, "30-register")
    tool.get_by_role("button", name="Connect http://lms.localhost").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Your platform is connected")
    picture(page, "31-registered")
    tool.get_by_role("button", name="Close this window").click()
    page.wait_for_url("**/tools?closed=1")
    tool = open_activity(page, demo.lms, "learner", MODULE)
    expect(tool.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_pages_of_registering_are_accessible(demo, browser, picture):
    page = browser.new_page()
    invitation = demo.frontline("platform", "invite").strip()
    told = f"&openid_configuration={demo.lms}/mod/lti/openid-configuration.php&registration_token=none"
    page.goto(invitation + told)
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.violations(page) == []
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The platform was not connected")
    expect(page.get_by_text("token_already_used")).to_be_visible()
    assert axe.violations(page) == []
    picture(page, "32-not-registered-phone", full_page=True)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
