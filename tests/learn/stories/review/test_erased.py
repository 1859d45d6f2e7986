"""A story whose author had their data erased is found by what is left of it."""

from courses.db import now
from learn.people.person import person_of
from learn.stories import personal
from learn.stories.models import StoryState
from tests.everywhere import places
from tests.learn.stories.review.making import filled


def test_whoever_was_quoted_is_not_found_any_more(session, author, story_in, member):
    story_in(StoryState.PUBLISHED, filled(quote="It went well.", quote_who="Unmistakable Reed", wants_public=True))
    assert "Unmistakable" in member.get("/search?q=unmistakable&kind=story").words
    personal.PERSONAL.erase(session, person_of(session, author.id), now())
    session.commit()
    assert places(session, "Unmistakable") == set()
    assert "From 94 days" in member.get("/search?q=studies&kind=story").words
