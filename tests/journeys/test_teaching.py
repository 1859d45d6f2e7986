"""A teacher launches, sees who has not started, and narrows the list, in the LMS's frame."""

from playwright.sync_api import expect

from tests.journeys import axe
from tests.journeys.test_learner import inside, open_activity


def test_a_teacher_sees_every_learner_of_the_course(demo, profile, picture):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "facilitator", "Your route into research")
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    tool.get_by_role("link", name="My learners").click()
    tool.get_by_role("link", name="Research Delivery Foundations", exact=True).click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Research Delivery Foundations")
    tool.get_by_role("button", name="Read the list of members again").click()
    expect(tool.get_by_text("The list of members is being read")).to_be_visible()
    name = tool.get_by_role("rowheader", name="Ben Learner").first
    for _ in range(40):
        if name.count():
            break
        page.wait_for_timeout(250)
        tool.get_by_role("link", name="My learners").first.click()
        tool.get_by_role("link", name="Research Delivery Foundations", exact=True).click()
        expect(tool.get_by_role("heading", level=1)).to_have_text("Research Delivery Foundations")
    expect(name).to_be_visible()
    picture(page, "60-learners")
    tool.get_by_label("State").select_option(label="Not started")
    tool.get_by_role("button", name="Show", exact=True).click()
    expect(tool.get_by_role("cell", name="Not started").first).to_be_visible()
    frame = inside(page, demo.site)
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(frame) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"61-learners-{width}")
    with page.context.expect_page() as opened:
        tool.get_by_role("button", name="Full window").click()
    whole = opened.value
    expect(whole.get_by_role("heading", level=1)).to_be_visible()
    for width in (885, 390):
        whole.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(whole) == []
        picture(whole, f"62-learners-window-{width}", full_page=True)
