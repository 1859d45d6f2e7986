"""A teacher launches, sees who has not started, narrows the list, and sends again what could not be sent."""

import re

from playwright.sync_api import expect

from tests.journeys import axe
from tests.journeys.test_choosing import LEARNER, complete, newest
from tests.journeys.test_learner import inside, open_activity, press

TITLE, SLUG = "Where UK clinical research delivery is going", "future-of-delivery"


def test_a_teacher_sees_every_learner_of_the_course(demo, profile, picture):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "facilitator", "Your route into research")
    expect(tool.get_by_role("heading", level=1)).to_be_visible()
    press(tool.get_by_role("link", name="My learners"))
    press(tool.get_by_role("link", name="Research Delivery Foundations", exact=True))
    expect(tool.get_by_role("heading", level=1)).to_have_text("Research Delivery Foundations")
    press(tool.get_by_role("button", name="Read the list of members again"))
    expect(tool.get_by_text("The list of members is being read")).to_be_visible()
    name = tool.get_by_role("rowheader", name="Ben Learner").first
    reload_until(page, lambda: show_course(tool), name)
    expect(name).to_be_visible()
    picture(page, "60-learners")
    tool.get_by_label("State").select_option(label="Not started")
    press(tool.get_by_role("button", name="Show", exact=True))
    expect(tool.get_by_role("cell", name="Not started").first).to_be_visible()
    frame = inside(page, demo.site)
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(frame) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"61-learners-{width}")
    whole = in_a_window(page, tool)
    look_at(whole, picture, "62-learners-window")


def test_what_could_not_be_sent_is_sent_again_by_a_press(demo, profile, picture):
    learner = profile().new_page()
    before = grades(learner, demo).count()
    demo.switch(faults=[{"at": "score", "kind": "403"}])
    try:
        learner.goto(newest(learner, demo, TITLE) + f"?as={LEARNER}")
        complete(learner.frame_locator("iframe"), learner, picture, SLUG)
        page = profile().new_page()
        tool = open_activity(page, demo.lms, "facilitator", TITLE)
        again = tool.get_by_role("button", name="Send again", exact=True)
        reload_until(page, lambda: show_course(tool), again)
        expect(tool.get_by_text("has not allowed Frontline to send grades").first).to_be_visible()
    finally:
        demo.switch(reset=True)
    look_at(in_a_window(page, tool), picture, "63-could-not-be-sent")
    again.first.click()
    expect(tool.get_by_text("1 result is being sent again.")).to_be_visible()
    sent = tool.get_by_text(re.compile("^100 out of 100, on ")).first
    reload_until(page, lambda: show_course(tool), sent)
    expect(grades(page, demo)).to_have_count(before + 1)


def test_what_a_link_sends_and_a_learners_work_are_accessible_and_fit(demo, profile, picture):
    page = profile().new_page()
    tool = open_activity(page, demo.lms, "facilitator", TITLE)
    show_course(tool)
    whole = in_a_window(page, tool)
    whole.get_by_role("link", name=f"Change what {TITLE} sends").click()
    expect(whole.get_by_role("radio").first).to_be_visible()
    look_at(whole, picture, "64-link")
    whole.get_by_label("Pass mark in per cent").fill("200")
    whole.get_by_role("button", name="Save").click()
    expect(whole.get_by_role("alert")).to_be_visible()
    look_at(whole, picture, "65-link-wrong")
    show_course(whole)
    whole.get_by_role("link", name="Ben Learner").first.click()
    expect(whole.get_by_role("heading", level=1)).to_contain_text("Ben Learner")
    look_at(whole, picture, "66-learner")


def grades(page, demo):
    """The grades in the gradebook's columns of that title, of everybody and every course."""
    page.goto(f"{demo.lms}/gradebook")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=TITLE))
    return row.locator(".grade").filter(has_text="100 / 100")


def show_course(tool) -> None:
    press(tool.get_by_role("link", name="My learners").first)
    press(tool.get_by_role("link", name="Research Delivery Foundations", exact=True))
    expect(tool.get_by_role("heading", level=1)).to_have_text("Research Delivery Foundations")


def in_a_window(page, tool):
    with page.context.expect_page() as opened:
        tool.get_by_role("button", name="Full window").click()
    opened.value.wait_for_url("**/progress/contexts/*")
    return opened.value


def reload_until(page, reload, wanted) -> None:
    for _ in range(60):
        reload()
        if wanted.count():
            return
        page.wait_for_timeout(250)
    expect(wanted.first).to_be_visible()


def look_at(page, picture, name: str) -> None:
    for width in (885, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe.violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        picture(page, f"{name}-{width}", full_page=True)
