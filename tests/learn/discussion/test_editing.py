"""Changing and taking back one's own post."""

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.discussion import posting, states, topics
from learn.discussion.acts import drafts, editing
from learn.discussion.models import Post, PostRevision, PostState
from learn.moderation.models import ReviewItem, ReviewState, Source
from tests.discussing import make_topic, say


@pytest.fixture
def post(session, topic, ann):
    made = say(session, topic.topic_id, ann, "As it was")
    session.commit()
    return made


def body(session, post_id):
    return session.scalar(select(Post.body).where(Post.id == post_id))


def test_a_change_keeps_what_it_said_before_for_its_author_and_facilitators(as_, ann, sam, helen, post, topic, session):
    browser = as_(ann)
    page = browser.get(f"/posts/{post}/edit")
    assert page.select_one("textarea").text.strip() == "As it was"
    page = browser.follow(
        f"/posts/{post}/edit", {"body": "As it is", "revision": "1", "reason": "A slip", "act": "post"}
    )
    assert "Edited on" in page.select_one(f"#post-{post}").text
    shown = browser.get(f"/posts/{post}/history")
    assert [each.select_one(".post-body").text.strip() for each in shown.select(".answered")] == [
        "As it is",
        "As it was",
    ]
    assert "A slip" in shown.words
    assert "As it was" in as_(helen).get(f"/posts/{post}/history").words
    theirs = as_(sam)
    theirs.get(f"/posts/{post}/history", 403)
    assert theirs.get(f"/topics/{topic.topic_id}-finding-time-for-consent").select_one(".post-edited a") is None


def test_each_text_is_kept_with_who_wrote_it(session, post, ann):
    for n, text in enumerate(("Second", "Third"), 1):
        editing.change(session, post, ann.id, text, revision=n, at=now())
    kept = [(row.n, row.body, row.editor_id) for row in editing.texts(session, post)]
    assert kept == [(3, "Third", ann.id), (2, "Second", ann.id), (1, "As it was", ann.id)]
    assert editing.change(session, post, ann.id, "Third", revision=3, at=now()) is False
    assert session.scalar(select(func.count()).select_from(PostRevision)) == 3


def test_of_two_windows_the_second_sees_what_the_first_saved(as_, ann, post, session):
    browser = as_(ann)
    browser.get(f"/posts/{post}/edit")
    browser.post(f"/posts/{post}/edit", {"body": "First window", "revision": "1", "act": "post"})
    page = browser.post(f"/posts/{post}/edit", {"body": "Second window", "revision": "1", "act": "post"}, 409)
    assert page.select_one("textarea").text.strip() == "Second window"
    assert "First window" in page.select_one(".answered").text
    browser.post(f"/posts/{post}/edit", {"body": "Second window", "revision": "2", "act": "post"})
    session.rollback()
    assert body(session, post) == "Second window"


def test_nobody_changes_or_removes_what_another_wrote_or_what_is_gone(as_, sam, helen, ann, post, session):
    for person in (sam, helen):
        browser = as_(person)
        browser.get("/forum")
        for act in ("edit", "remove"):
            browser.get(f"/posts/{post}/{act}", 403)
            browser.post(f"/posts/{post}/{act}", {"body": "Mine now", "revision": "1"}, 403)
    states.move(session, states.held_fast(session, post), PostState.REMOVED, now())
    session.commit()
    as_(ann).get(f"/posts/{post}/edit", 403)


def test_a_number_put_in_afterwards_keeps_the_old_text_in_sight(as_, ann, sam, post, topic, session, number):
    browser = as_(ann)
    browser.get(f"/posts/{post}/edit")
    page = browser.post(f"/posts/{post}/edit", {"body": f"She is {number}", "revision": "1", "act": "post"}, 422)
    assert page.select_one(".asked mark").text == number
    browser.post(
        f"/posts/{post}/edit", {"body": f"She is {number}", "revision": "1", "act": "hold", "because": "A code"}
    )
    session.rollback()
    assert body(session, post) == "As it was"
    assert drafts.pending(session, post).body == f"She is {number}"
    item = session.execute(select(ReviewItem.source, ReviewItem.priority).where(ReviewItem.target_id == post)).one()
    assert tuple(item) == (Source.DETECTOR, 0)
    assert browser.get(f"/posts/{post}/edit").select_one("textarea").text.strip() == f"She is {number}"
    assert number not in as_(sam).get(f"/topics/{topic.topic_id}-finding-time-for-consent").words


def test_a_held_text_without_its_number_is_seen_at_once(session, topic, ann, number):
    held = posting.post(session, topic.topic_id, ann.id, f"She is {number}", at=now(), because="A code")
    assert not editing.change(session, held.post_id, ann.id, "She is well", revision=1, at=now())
    row = states.one(session, held.post_id)
    assert (row.state, row.body) == (PostState.VISIBLE, "She is well")
    assert drafts.pending(session, held.post_id) is None
    found = session.execute(
        select(ReviewItem.source, ReviewItem.state).where(ReviewItem.target_id == held.post_id).order_by(ReviewItem.id)
    )
    assert [tuple(each) for each in found] == [
        (Source.DETECTOR, ReviewState.CLOSED), (Source.NEW_MEMBER, ReviewState.OPEN),
    ]  # fmt: skip
    assert topics.there(session, topic.topic_id).visible_count == 2


def test_a_held_topic_whose_text_is_mended_waits_for_its_title(session, ann, number):
    held = make_topic(session, ann, f"About {number}", f"See {number}")
    assert editing.change(session, held.post_id, ann.id, "See the form", revision=1, at=now())
    assert states.one(session, held.post_id).state is PostState.HELD
    assert drafts.pending(session, held.post_id).title == f"About {number}"


def test_a_change_by_somebody_new_is_looked_at_and_one_by_a_facilitator_is_not(session, topic, ann, helen, post):
    closed = session.execute(select(ReviewItem.id).where(ReviewItem.target_id == post)).scalar_one()
    assert closed
    editing.change(session, post, ann.id, "Another text", revision=1, at=now())
    assert session.scalar(select(func.count()).where(ReviewItem.target_id == post)) == 1
    theirs = say(session, topic.topic_id, helen)
    editing.change(session, theirs, helen.id, "Another text", revision=1, at=now())
    assert session.scalar(select(func.count()).where(ReviewItem.target_id == theirs)) == 0


def test_a_hidden_text_that_was_changed_waits_for_a_facilitator(session, topic, helen):
    theirs = say(session, topic.topic_id, helen)
    states.move(session, states.held_fast(session, theirs), PostState.HIDDEN, now())
    editing.change(session, theirs, helen.id, "Better", revision=1, at=now())
    assert states.one(session, theirs).state is PostState.HIDDEN
    assert session.scalar(select(ReviewItem.source).where(ReviewItem.target_id == theirs)) is Source.EDIT


def test_what_is_taken_back_leaves_a_tombstone(as_, ann, sam, post, topic, session):
    browser = as_(ann)
    assert browser.get(f"/posts/{post}/remove").h1 == "Remove what you wrote?"
    browser.follow(f"/posts/{post}/remove")
    page = as_(sam).get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert "Removed by its author" in page.select_one(f"#post-{post}").text
    assert topics.there(session, topic.topic_id).visible_count == 1


def test_a_topic_of_which_nothing_is_left_is_not_listed(as_, sam, topic, session):
    browser = as_(sam)
    browser.get(f"/posts/{topic.post_id}/remove")
    page = browser.follow(f"/posts/{topic.post_id}/remove")
    assert page.h1 == "Research culture"
    assert "Nobody has started a topic here yet" in page.words
