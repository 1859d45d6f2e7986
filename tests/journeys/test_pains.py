"""Two old habits of packages, in the real player: all is said in ``unload`` alone, and the course runs in a window of its own."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from courses.learning.models import Attempt
from tests.journeys.framing import served
from tests.journeys.test_isolation import content
from tests.packages import scorm

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with served(tmp_path_factory.mktemp("stage")) as made:
        yield made


def outcome(stage, unit):
    row = stage.ask(select(Attempt.is_passed, Attempt.score).where(Attempt.unit_id == unit.id))
    return tuple(row) if row else None


def test_a_package_that_finishes_in_unload_alone_is_finished(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "unload.zip", finishes_in_unload=True))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    content(page).get_by_role("button", name="Answer right").click()
    content(page).get_by_role("button", name="Finish").click()
    expect(content(page).get_by_test_id("finished")).to_have_text("You have finished")
    page.goto("about:blank")
    assert stage.until(lambda: outcome(stage, unit) == (True, 100))
    page.close()


def test_a_course_in_a_window_of_its_own_finds_the_player_and_is_kept(browser, stage, tmp_path):
    unit = stage.bring(scorm.scorm12(tmp_path / "popup.zip", popup=True))[0]
    page = browser.new_page()
    page.goto(stage.in_platform(stage.open(unit)))
    with page.expect_popup() as opened:
        content(page).get_by_role("button", name="Open the course").click()
    course = opened.value
    course.get_by_role("button", name="Answer right").click()
    course.get_by_role("button", name="Finish").click()
    expect(course.get_by_test_id("finished")).to_have_text("You have finished")
    assert stage.until(lambda: outcome(stage, unit) == (True, 100))
    course.close()
    page.close()
