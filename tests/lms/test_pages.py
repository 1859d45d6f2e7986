"""The LMS's pages, as somebody who tries the demo walks through them."""

import pytest
from bs4 import BeautifulSoup

from tests.lms import demo
from tests.lms.platform import Lms, create_lms


@pytest.fixture
def lms() -> Lms:
    made = Lms()
    demo.furnish(made)
    return made


@pytest.fixture
def open_page(lms):
    browser = create_lms(lms).test_client()

    def get(path: str, **query: str) -> BeautifulSoup:
        answer = browser.get(path, base_url=lms.url, query_string=query or None, follow_redirects=True)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.html["lang"] == "en"
        assert len(page.select("h1")) == len(page.select("main")) == 1
        return page

    return get


def press(open_page, label: str) -> BeautifulSoup:
    form = next(each.find_parent("form") for each in open_page("/").select("button") if each.get_text() == label)
    return open_page(form["action"], **{each["name"]: each["value"] for each in form.select("input")})


BUTTONS = [
    ("Launch as learner", "Amina Learner"),
    ("Launch as facilitator", "Farah Facilitator"),
    ("Launch as another learner", "Ben Learner"),
]


@pytest.mark.parametrize("label, name", BUTTONS)
def test_a_launch_button_leads_to_the_first_module_in_its_frame(open_page, label, name):
    page = press(open_page, label)
    assert page.h1.get_text() == page.iframe["title"] == "Why research-active care is better care"
    assert name in page.header.get_text()
    assert len(page.select("nav.side li a")) == len(demo.ACTIVITIES)
    assert [each["aria-current"] for each in page.select("nav.side a[aria-current]")] == ["page"]
    inside = open_page(page.iframe["src"])
    assert inside.form["action"] == "http://frontline.localhost:5000/lti/login"
    assert inside.form.button.get_text() == "Continue"
    fields = {each["name"]: each["value"] for each in inside.form.select("input")}
    assert fields["target_link_uri"] == "http://frontline.localhost:5000/modules/research-active-care"


STAFF = [("Launch as author", "Arthur Author"), ("Launch as administrator", "Ada Administrator")]


@pytest.mark.parametrize("label, name", STAFF)
def test_those_who_run_the_site_begin_at_its_home_page_and_are_learners_of_nothing(open_page, lms, label, name):
    page = press(open_page, label)
    assert page.h1.get_text() == "Frontline community"
    assert name in page.header.get_text()
    assert name not in open_page("/gradebook").table.get_text()
    person = next(each for each in lms.state.people.values() if each.name == name)
    assert person.id not in lms.course.roles


def test_a_new_window_is_told_to_the_tool(open_page, lms):
    page = press(open_page, "Launch as learner")
    link = page.select_one("a[target=_blank]")
    assert link.get_text() == "Open in a new window"
    open_page(link["href"])
    assert list(lms.launches.values())[-1].opens == "window"


def test_the_gradebook_shows_what_arrived(open_page, lms):
    person, activity = lms.state.people["2"], lms.state.activities["3"]
    browser, address = create_lms(lms).test_client(), lms.line_item_url(lms.state.line_items[activity.line_item_id])
    score = {"timestamp": "2026-11-22T06:14:15Z", "activityProgress": "Completed", "gradingProgress": "FullyGraded",
             "userId": person.id, "scoreGiven": 62.5, "scoreMaximum": 100}  # fmt: skip
    headers = {"Authorization": f"Bearer {lms.grant()}"}
    sent = browser.post(address.replace("/lineitem?", "/lineitem/scores?"), json=score, headers=headers,
                        content_type="application/vnd.ims.lis.v1.score+json")  # fmt: skip
    assert sent.status_code == 200
    row = next(each for each in open_page("/gradebook").select("tbody tr") if each.th.get_text() == activity.title)
    words = " ".join(row.td.get_text(" ").split())
    assert words.startswith("62.5 / 100 ✓ Completed received ")
    assert "62.5 / 100 ✓ Completed" in open_page("/course", **{"as": person.id}).get_text()
    log = open_page("/requests").get_text(" ")
    assert "scoreGiven" in log
    assert "Bearer" not in log


def test_the_demo_is_furnished_once(lms):
    before = (len(lms.state.people), len(lms.state.activities), len(lms.state.line_items))
    demo.furnish(lms)
    assert (len(lms.state.people), len(lms.state.activities), len(lms.state.line_items)) == before == (6, 10, 9)


def test_nobody_is_signed_in_at_first(lms, open_page):
    assert "Nobody is signed in" in open_page("/course").get_text()
    assert create_lms(lms).test_client().get("/activities/3/launch", base_url=lms.url).status_code == 403
    assert create_lms(lms).test_client().get("/activities/99", base_url=lms.url).status_code == 404


def test_coming_back_shows_the_tools_message(open_page):
    assert "Well done" in open_page("/mod/lti/return.php", lti_msg="Well done").get_text()
