"""What an author writes on after they sent a story is theirs alone until they send it again: pictures too."""

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.moderation.models import ReviewItem
from learn.stories.models import StoryFile, StoryState
from learn.stories.review import sending
from tests.learn.stories.review.making import TITLE, add_picture, filled, make_draft, row
from tests.learn.stories.writing.conftest import form_of
from tests.people import sign_in

S = StoryState


@pytest.fixture
def desk(session, new_client, facilitator):
    session.commit()
    return sign_in(new_client(), facilitator.id)


@pytest.mark.parametrize("state", [S.CHANGES_REQUESTED, S.WITHDRAWN, S.REJECTED])
def test_a_picture_that_was_not_sent_is_not_on_the_page_of_the_item(session, desk, story_in, state):
    number = story_in(state)
    add_picture(session, number, name="kitchen.png", alt="Somebody in our kitchen")
    session.commit()
    page = desk.get(f"/moderation/{session.scalar(select(ReviewItem.id))}")
    assert "kitchen" not in str(page)


def test_what_is_said_of_a_picture_is_read_as_it_was_sent(session, desk, author):
    number = make_draft(session, author.id, filled())
    picture = add_picture(session, number, alt="A board with cards")
    sending.send(session, number, author.id, now(), row(session, number).version)
    session.execute(update(StoryFile).where(StoryFile.id == picture).values(alt="A board with a name on it"))
    session.commit()
    page = str(desk.get(f"/moderation/{session.scalar(select(ReviewItem.id))}"))
    assert "A board with cards" in page and "with a name" not in page


def test_the_title_that_an_author_writes_now_is_not_on_the_page_of_where_it_stands(
    session, desk, author, story_in, new_client
):
    number = story_in(S.CHANGES_REQUESTED)
    browser = sign_in(new_client(), author.id)
    filled_in = form_of(browser.get(f"/stories/{number}/write"))
    browser.post(f"/stories/{number}/write", {**filled_in, "title": "How our kitchen helped", "act": "save"})
    path = f"/stories/{number}/status"
    assert "kitchen" in browser.get(path).words
    page = desk.get(path)
    assert "kitchen" not in page.words and TITLE in page.words
