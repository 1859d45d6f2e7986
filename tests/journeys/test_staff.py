"""The demo's author and administrator come in by a launch as everybody does, and may do what they were granted."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_learner import inside, open_activity, press

ROOMS = {"author": ("Authoring", "Modules"), "administrator": ("Admin", "Platforms")}
"Role -> what the menu offers beyond a learner's, and the heading of the page behind it."


@pytest.mark.parametrize("role", ROOMS)
def test_who_launches_as_author_or_administrator_finds_the_pages_of_that_role(demo, profile, picture, role):
    page = profile().new_page()
    page.goto(demo.lms)
    picture(page, "lms-home")
    tool = open_activity(page, demo.lms, role, "Frontline community")
    name, heading = ROOMS[role]
    room = tool.get_by_role("link", name=name, exact=True)
    expect(room).to_be_visible()
    picture(page, f"staff-{role}")
    press(room)
    expect(tool.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
    assert inside(page, demo.site).url.startswith(f"{demo.site}/{name.lower()}")
