"""What is not in sight yet, or not any more, stays so whatever others do."""

import pytest
from sqlalchemy import select

from courses.db import now
from learn.discussion import topics
from learn.discussion.acts import editing
from learn.discussion.models import Post, PostDraft, PostState
from tests.discussing import make_topic

ANSWER = "I came by the number in the address"


def answer_to(browser, topic_id, topic, status):
    browser.get(f"/topics/{topic.topic_id}/write")
    form = {"body": ANSWER, "act": "post", "csrf_token": browser.page.csrf_token}
    return browser._open("POST", f"/topics/{topic_id}/posts", status, data=form)


@pytest.mark.parametrize("why", ["held", "taken_back"])
def test_nobody_brings_a_topic_into_sight_by_answering_it(session, topic, sam, ann, as_, number, why):
    body = f"It is {number}" if why == "held" else "Nobody was to read this"
    made = make_topic(session, sam, "Whose words nobody has read", body, because="A code")
    if why == "taken_back":
        editing.take_back(session, made.post_id, sam.id, now())
    session.commit()
    answer_to(as_(ann), made.topic_id, topic, 404)
    answer_to(as_(sam), made.topic_id, topic, 409)
    session.rollback()
    assert topics.find(session, made.topic_id).visible_count == 0
    assert session.scalars(select(Post.id).where(Post.topic_id == made.topic_id)).all() == [made.post_id]
    assert set(session.scalars(select(PostDraft.body).where(PostDraft.because == ""))) == {ANSWER}
    slug = topics.find(session, made.topic_id).theme_slug
    assert "nobody has read" not in as_(ann).get(f"/forum/{slug}").words
    assert "nobody has read" not in as_(ann).get("/search?q=nobody").words


def test_nobody_reports_and_so_hides_what_went_out_of_sight_with_its_topic(session, topic, ann, as_):
    topics.hide(session, topic.topic_id)
    session.commit()
    browser = as_(ann)
    assert "Sam" not in browser.get(f"/report/post/{topic.post_id}", 404).words
    browser.get("/forum")
    form = {"reason": "patient", "csrf_token": browser.page.csrf_token}
    browser._open("POST", f"/report/post/{topic.post_id}", 404, data=form)
    session.rollback()
    assert session.scalar(select(Post.state).where(Post.id == topic.post_id)) is PostState.VISIBLE
