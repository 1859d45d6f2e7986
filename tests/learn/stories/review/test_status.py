"""Where a story stands, as its author sees it, and what they can do there."""

from typing import Any

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.stories.models import Story, StoryEvent, StoryRemark, StoryRevision, StoryState
from learn.stories.review import deciding
from tests.learn.stories.review.making import make_draft, row
from tests.people import sign_in

S = StoryState


@pytest.fixture
def mine(session, author, new_client):
    """The author's browser."""
    session.commit()
    return sign_in(new_client(), author.id)


def path(number: int, more: str = "status") -> str:
    return f"/stories/{number}/{more}"


def buttons(page: Any) -> list[str]:
    return [each.get_text(strip=True) for each in page.select(".story-acts button, .story-acts a")]


STANDS = [
    (S.DRAFT, False, "Draft", ["Go on writing"]),
    (S.SUBMITTED, False, "Waiting for a facilitator", ["Withdraw this story"]),
    (S.IN_REVIEW, False, "A facilitator is reading it", ["Withdraw this story"]),
    (S.CHANGES_REQUESTED, False, "Changes asked for", ["Change it and send it again", "Withdraw this story"]),
    (S.REJECTED, False, "Not accepted", ["Write on", "Withdraw this story"]),
    (S.WITHDRAWN, False, "Withdrawn", ["Write on"]),
    (S.PUBLISHED, True, "Published", ["It is still right", "Change it", "Withdraw this story"]),
    (S.DRAFT, True, "Published. Its change: draft", ["Change it and send it again", "Drop this change"]),
    (S.SUBMITTED, True, "Published. Its change: waiting for a facilitator", ["Drop this change"]),
    (S.REJECTED, True, "Published. Its change: not accepted", ["Change it", "Drop this change"]),
    (S.ARCHIVED, True, "Archived", ["It is still right", "Change it", "Withdraw this story"]),
    (S.WITHDRAWN, True, "Withdrawn", ["Change it"]),
    (S.RETRACTED, True, "Retracted", []),
]


def test_each_state_has_its_words_and_the_buttons_that_make_sense(mine, story_in):
    for state, is_published, words, offered in STANDS:
        page = mine.get(path(story_in(state, published=is_published)))
        assert (page.select_one("#state").get_text(strip=True), buttons(page)) == (words, offered), state


def test_the_place_in_line_and_the_days_by_which_it_is_read_are_said(mine, story_in):
    story_in(S.SUBMITTED)
    second = story_in(S.SUBMITTED)
    words = mine.get(path(second)).select_one(".standing").get_text(" ", strip=True)
    assert "Place in line 2 First answer by" in words and "Decision by" in words


def test_a_longer_line_than_was_counted_is_said_to_be_so(mine, story_in, monkeypatch):
    monkeypatch.setattr("learn.stories.review.targets.MOST_COUNTED", 0)
    number = story_in(S.SUBMITTED)
    assert "After more than" in mine.get(path(number)).words


def test_nobody_but_its_author_and_its_facilitators_sees_it(mine, story_in, new_client, other, facilitator, client):
    number = story_in(S.SUBMITTED)
    assert "Only its author and facilitators" in sign_in(new_client(), other.id).get(path(number), 403).words
    page = sign_in(new_client(), facilitator.id).get(path(number))
    assert buttons(page) == []
    client.get(path(number), 303)
    mine.get(path(99999), 404)


def test_an_author_reads_what_is_asked_answers_it_and_sees_no_name(mine, story_in, session):
    number = story_in(S.CHANGES_REQUESTED)
    page = mine.get(path(number))
    assert "How many studies?" in page.words and "Say how many." in page.words
    assert "Helen" not in page.words
    remark = session.scalar(select(StoryRemark.id))
    page = mine.follow(path(number, "answers"), {f"answer.{remark}": "Eleven <b>studies</b>."})
    assert page.select_one("textarea").get_text() == "Eleven <b>studies</b>."
    session.rollback()
    assert session.scalar(select(StoryRemark.answer)) == "Eleven <b>studies</b>."


def test_an_answer_that_is_too_long_comes_back_as_it_was_typed(mine, story_in, session):
    number = story_in(S.CHANGES_REQUESTED)
    remark = session.scalar(select(StoryRemark.id))
    mine.get(path(number))
    page = mine.post(path(number, "answers"), {f"answer.{remark}": "x" * 2001}, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == f"#answer.{remark}"
    assert page.find(id=f"answer.{remark}").get_text() == "x" * 2001
    assert page.title.get_text().startswith("Error: ")


def test_nobody_answers_for_another(mine, story_in, session, new_client, facilitator):
    number = story_in(S.CHANGES_REQUESTED)
    remark = session.scalar(select(StoryRemark.id))
    browser = sign_in(new_client(), facilitator.id)
    browser.get(path(number))
    browser.post(path(number, "answers"), {f"answer.{remark}": "Yes."}, 403)
    mine.get(path(number))
    other_story = story_in(S.CHANGES_REQUESTED)
    mine.post(path(other_story, "answers"), {f"answer.{remark}": "Yes."}, 404)


def test_a_story_is_changed_as_a_small_correction_and_the_change_dropped_again(mine, story_in, session):
    number = story_in(S.PUBLISHED)
    mine.get(path(number))
    answer = mine.post(path(number, "change"), {"version": row(session, number).version, "is_small": "y"})
    assert answer.headers["Location"] == path(number, "write")
    session.rollback()
    assert session.scalar(select(StoryRevision.fields).where(StoryRevision.n == 2))["is_small"] is True
    page = mine.follow(path(number, "drop"), {"version": row(session, number).version})
    assert "The change is dropped" in page.words
    session.rollback()
    assert row(session, number).draft_n == 1


def test_what_was_pressed_on_an_old_page_is_refused_with_what_changed(mine, story_in, session, facilitator):
    number = story_in(S.SUBMITTED)
    page = mine.get(path(number, "withdraw"))
    version = page.select_one("input[name=version]")["value"]
    deciding.reject(session, number, facilitator.id, now(), {"words": "It is an advert."})
    session.commit()
    page = mine.post(path(number, "withdraw"), {"version": version, "reason": "We changed our mind."}, 409)
    assert "A facilitator decided not to publish it on" in page.words
    assert row(session, number).state is S.REJECTED


def test_withdrawing_asks_first_and_keeps_the_reason_in_the_history(mine, story_in, session):
    number = story_in(S.PUBLISHED)
    page = mine.get(path(number, "withdraw"))
    form = {"version": page.select_one("input[name=version]")["value"], "reason": "A patient asked us to."}
    page = mine.follow(path(number, "withdraw"), form)
    assert page.select_one("#state").get_text(strip=True) == "Withdrawn"
    session.rollback()
    assert session.scalar(select(StoryEvent.reason).where(StoryEvent.after == "withdrawn")) == "A patient asked us to."
    mine.post(path(number, "withdraw"), {**form, "reason": "x" * 2001}, 422)
    assert mine.page.select_one("#reason").get_text() == "x" * 2001


def test_an_archived_story_is_back_when_its_author_says_that_it_is_still_right(mine, story_in, session):
    number = story_in(S.ARCHIVED, published=True)
    mine.get(path(number))
    page = mine.follow(path(number, "confirm"), {"version": row(session, number).version})
    assert page.select_one("#state").get_text(strip=True) == "Published"
    session.rollback()
    assert row(session, number).is_out


def test_a_title_with_a_number_is_shown_without_it(mine, session, author, nhs_number, facilitator, new_client):
    number = make_draft(session, author.id)
    session.execute(update(Story).where(Story.id == number).values(title=f"Bed of {nhs_number}"))
    session.commit()
    assert nhs_number not in mine.get(path(number)).words


def test_the_page_asks_little_of_the_database(mine, story_in, statements):
    number = story_in(S.CHANGES_REQUESTED)
    mine.get(path(number))
    assert len(statements(lambda: mine.get(path(number)))) <= 10


def test_at_the_link_of_a_withdrawn_story_that_is_written_on_nothing_is_read(
    mine, story_in, session, new_client, other
):
    number = story_in(S.WITHDRAWN, published=True)
    reference = row(session, number).reference
    session.rollback()
    reader = sign_in(new_client(), other.id)
    assert "withdrawn" in reader.get(f"/s/{reference}", 410).words
    mine.get(path(number))
    mine.post(path(number, "change"), {"version": row(session, number).version})
    assert "Its author took it back" in reader.get(f"/s/{reference}", 404).words
