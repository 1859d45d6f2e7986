"""A story on the facilitators' page: read whole, asked about part by part, approved."""

import pytest
from sqlalchemy import select

from courses.db import now
from learn.moderation.models import ReviewItem
from learn.stories.models import StoryRemark, StoryState
from learn.stories.review import item, sending, withdrawing
from tests.learn.stories.review.conftest import CHECKED
from tests.learn.stories.review.making import TITLE, add_picture, filled, make_draft, rewrite, row
from tests.people import sign_in

S = StoryState


@pytest.fixture
def desk(session, facilitator, new_client):
    """The facilitator's browser."""
    session.commit()
    return sign_in(new_client(), facilitator.id)


@pytest.fixture
def open_item(session, desk):
    """Take what waits about a story; returns its page."""

    def take(number: int):
        waits = session.scalar(select(ReviewItem.id).where(ReviewItem.target_id == number, ReviewItem.state == "open"))
        session.rollback()
        desk.get("/moderation?show=stories")
        return desk.follow(f"/moderation/{waits}/take")

    return take


def sent(page, **more):
    """The form of a decision as the browser sends it."""
    form = page.select_one("form:has(#words)")
    kept = {each["name"]: each.get("value", "") for each in form.select("input[type=hidden]")}
    return form["action"], {**kept, "reason": "fine", "words": "A note.", **more}


def test_all_of_a_story_is_there_with_a_box_at_each_part_and_eight_points(session, story_in, open_item):
    number = story_in(S.SUBMITTED, filled(wants_public=True, problem="<script>alert(1)</script> **bold**"))
    page = open_item(number)
    assert page.h1 == f"Story by Sam Reed: {TITLE}"
    assert "<script>alert(1)</script> **bold**" in page.words, "as it was typed, and nothing of it runs"
    assert page.find(id="remark.problem") and page.find(id="remark.tips")
    assert len(page.select(".review-checks input")) == 8
    assert page.find(id="public")
    assert [each["value"] for each in page.select("input[name=act]")] == ["approve", "ask", "reject", "redact"]


def test_what_is_missing_is_said_and_all_that_was_typed_comes_back(session, story_in, open_item, desk):
    page = open_item(story_in(S.SUBMITTED))
    action, form = sent(page, **{"act": "approve", "remark.tips": "Which one?", "check.plain": "y"})
    page = desk.post(action, form, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#check-learning"
    assert page.find(id="check-learning") and page.find(id="check-plain").has_attr("checked")
    assert page.find(id="remark.tips").get_text() == "Which one?"
    assert page.find(id="remark.tips").find_parent("details").has_attr("open")


def test_asked_sent_again_and_approved_with_what_changed_in_between(session, story_in, open_item, desk, author):
    number = story_in(S.SUBMITTED)
    action, form = sent(open_item(number), **{"act": "ask", "remark.problem": "How many studies?"})
    desk.post(action, form)
    session.rollback()
    assert row(session, number).state is S.CHANGES_REQUESTED
    assert session.scalar(select(StoryRemark.words)) == "How many studies?"
    rewrite(session, number, problem="It took 94 days to set up each of eleven studies.")
    sending.send(session, number, author.id, now(), row(session, number).version)
    session.commit()
    page = open_item(number)
    assert "What changed since it was sent before" in page.words
    assert page.select_one(".differences ins").get_text() and page.select_one(".differences del")
    assert "How many studies?" in page.words
    action, form = sent(page, act="approve", **CHECKED)
    desk.post(action, form)
    session.rollback()
    assert row(session, number).is_out
    assert TITLE in desk.get("/stories").words


def test_what_was_masked_is_said_with_its_reason_and_never_shown(session, author, open_item, desk, nhs_number):
    number = make_draft(
        session, author.id, filled(problem=f"About {nhs_number}.", because={"problem": "It is a grant"})
    )
    add_picture(session, number, alt=f"Label {nhs_number}")
    sending.send(session, number, author.id, now(), 1)
    session.commit()
    page = open_item(number)
    assert nhs_number not in str(page)
    assert "NHS number in “The problem and why it mattered”. Its author says: It is a grant" in page.words
    action, form = sent(page, act="approve", **CHECKED)
    page = desk.post(action, form, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#held"


def test_an_old_page_is_told_what_happened_since(session, story_in, open_item, desk, author):
    number = story_in(S.SUBMITTED)
    action, form = sent(open_item(number), act="reject")
    withdrawing.withdraw(session, number, author.id, now(), row(session, number).version)
    session.commit()
    page = desk.post(action, form, 409)
    assert "author took it back" in page.words
    session.rollback()
    assert row(session, number).state is S.WITHDRAWN


def test_a_story_is_read_whole_by_few_statements(session, story_in, statements):
    number = story_in(S.SUBMITTED)
    session.rollback()
    assert len(statements(lambda: item.whole(session, number))) <= 8
    changed = story_in(S.SUBMITTED, published=True)
    session.rollback()
    assert len(statements(lambda: item.whole(session, changed))) <= 8
