"""Talking about a module: its page shows the last comments and leads to all of them."""

import pytest
from sqlalchemy import func, select

from learn.discussion import topics
from learn.discussion.models import Topic, TopicKind
from tests.discussing import make_writer, say


@pytest.fixture
def discussed(member, module, session):
    """The module's discussion, opened from its page."""
    member.get("/modules/a-module")
    page = member.follow("/modules/a-module/discussion")
    session.rollback()
    return page


def test_the_discussion_begins_when_somebody_asks_for_it_and_once(member, module, discussed, session):
    assert discussed.h1 == "A module"
    assert discussed.select_one(".topic-page a[href='/modules/a-module']")
    assert "Nobody has said anything yet" in discussed.words
    member.follow("/modules/a-module/discussion")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Topic)) == 1


def test_the_modules_page_shows_the_last_three_comments(member, module, discussed, session):
    topic = topics.of(session, TopicKind.MODULE, module.id)
    writer = make_writer(session, "Sam Reed")
    for n in range(4):
        say(session, topic.id, writer, f"Comment **{n}**")
    session.commit()
    page = member.get("/modules/a-module")
    assert page.select_one("#talk-title").text == "4 comments"
    assert [each.select("p")[1].text for each in page.select(".post-short")] == ["Comment 3", "Comment 2", "Comment 1"]
    assert page.select_one(f".module-talk a[href='/topics/{topic.id}-a-module']")
    assert "A module" not in member.get("/forum").select_one("main").text


def test_a_discussion_that_a_facilitator_hid_is_not_offered(member, module, discussed, session):
    topics.hide(session, topics.of(session, TopicKind.MODULE, module.id).id)
    session.commit()
    assert member.get("/modules/a-module").select_one(".module-talk") is None
