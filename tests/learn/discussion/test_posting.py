"""Posts: numbered in a safe order, placed under what they answer, counted in the same transaction."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from courses.db import now
from learn.discussion import posting, states, topics
from learn.discussion.models import Post, PostDraft, PostState, Topic, TopicKind
from learn.discussion.posting import Closed, Gone
from learn.errors import NotFound
from learn.extensions import db
from learn.moderation.models import ReviewItem, Source
from learn.search.models import SearchEntry
from learn.web import writing
from tests.discussing import make_topic, say, story_topic
from tests.modules import make_theme


def posts(session, topic_id):
    columns = select(Post.seq, Post.path, Post.depth, Post.parent_id).where(Post.topic_id == topic_id)
    return [tuple(row) for row in session.execute(columns.order_by(Post.seq))]


def test_answers_stand_under_what_they_answer_to_a_depth_of_three(session, topic, ann):
    first = say(session, topic.topic_id, ann)
    second = say(session, topic.topic_id, ann, parent_id=first)
    third = say(session, topic.topic_id, ann, parent_id=second)
    beside = say(session, topic.topic_id, ann, parent_id=third)
    assert posts(session, topic.topic_id) == [
        (1, "0001", 1, None), (2, "0002", 1, None), (3, "00020003", 2, first), (4, "000200030004", 3, second),
        (5, "000200030005", 3, third),
    ]  # fmt: skip
    assert session.get(Post, beside).parent_id == third


def test_the_path_has_room_for_a_million_posts():
    assert posting.placed(None, 36**4 - 1) == {"path": "zzzz", "depth": 1}


def test_the_topic_knows_how_many_posts_there_are_and_which_is_the_last(session, topic, ann):
    at = now() + timedelta(minutes=3)
    last = say(session, topic.topic_id, ann, at=at)
    row = topics.there(session, topic.topic_id)
    assert (row.visible_count, row.last_post_id, row.last_post_at, row.next_seq) == (2, last, at, 3)


def test_hiding_the_last_post_makes_the_one_before_the_last(session, topic, ann):
    hidden = say(session, topic.topic_id, ann, at=now() + timedelta(minutes=3))
    states.move(session, states.held_fast(session, hidden), PostState.HIDDEN, now())
    row = topics.there(session, topic.topic_id)
    assert (row.visible_count, row.last_post_id) == (1, topic.post_id)
    states.move(session, states.held_fast(session, hidden), PostState.VISIBLE, now())
    assert topics.there(session, topic.topic_id).last_post_id == hidden


def test_a_story_is_told_how_many_comments_it_has(app, session, ann):
    told = []
    app.extensions["frontline_counted"] = {"story": lambda session, subject, count, at: told.append((subject, count))}
    topic_id = story_topic(session, ann, 7)
    post = say(session, topic_id, ann)
    states.move(session, states.held_fast(session, post), PostState.REMOVED, now())
    assert told == [(7, 1), (7, 0)]


def test_a_story_has_one_topic_however_often_it_is_asked_for(session, ann):
    first = story_topic(session, ann, 7)
    assert story_topic(session, ann, 7) == first
    assert story_topic(session, ann, 8) != first
    assert topics.of(session, TopicKind.STORY, 7).id == first
    assert topics.of(session, TopicKind.MODULE, 7) is None


def test_nothing_is_added_to_a_closed_a_hidden_or_an_unknown_topic(session, topic, ann):
    session.execute(update(Topic).values(is_locked=True))
    with pytest.raises(Closed):
        say(session, topic.topic_id, ann)
    assert say(session, topic.topic_id, ann, may_when_locked=True)
    topics.hide(session, topic.topic_id)
    with pytest.raises(Closed):
        say(session, topic.topic_id, ann, may_when_locked=True)
    with pytest.raises(NotFound):
        say(session, 999, ann)


def test_what_is_gone_or_stands_elsewhere_is_not_answered(session, topic, ann):
    gone = say(session, topic.topic_id, ann)
    states.move(session, states.held_fast(session, gone), PostState.REMOVED, now())
    other = make_topic(session, ann, "Another topic")
    for parent in (gone, other.post_id, 999):
        with pytest.raises(Gone):
            say(session, topic.topic_id, ann, parent_id=parent)


def test_a_held_number_is_nowhere_but_in_its_writers_draft(session, topic, ann, number):
    held = posting.post(
        session, topic.topic_id, ann.id, f"The number is {number}.", at=now(), because="It is a batch number"
    )
    started = posting.start(session, make_theme(session), ann.id, f"About {number}", f"See {number}", at=now())
    session.commit()
    assert held.is_held
    assert started.is_held
    assert session.get(Post, held.post_id).body == "The number is [NHS number removed]."
    assert session.get(Topic, started.topic_id).title == "About [NHS number removed]"
    digits = number.replace(" ", "")
    for table in db.metadata.sorted_tables:
        for row in session.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
            words = " ".join(str(value) for value in row.values())
            assert table.name == "post_draft" or (number not in words and digits not in words), table.name
    assert sorted(session.scalars(select(PostDraft.body))) == [f"See {number}", f"The number is {number}."]


def test_what_is_held_waits_for_a_facilitator_and_is_not_counted(session, topic, ann, number):
    held = posting.post(session, topic.topic_id, ann.id, f"It is {number}", at=now())
    item = session.execute(select(ReviewItem).where(ReviewItem.target_id == held.post_id)).scalar_one()
    assert (item.kind, item.source, item.priority, item.author_id) == ("post", Source.DETECTOR, 0, ann.id)
    row = topics.there(session, topic.topic_id)
    assert (row.visible_count, row.last_post_id) == (1, topic.post_id)


def test_the_first_posts_of_somebody_new_are_seen_at_once_and_looked_at(session, topic, sam, helen):
    item = session.execute(select(ReviewItem).where(ReviewItem.target_id == topic.post_id)).scalar_one()
    assert (item.source, item.priority) == (Source.NEW_MEMBER, 3)
    assert session.get(Post, topic.post_id).state is PostState.VISIBLE
    theirs = say(session, topic.topic_id, helen)
    assert session.scalar(select(ReviewItem.id).where(ReviewItem.target_id == theirs)) is None


def test_a_topic_is_found_by_its_title_and_its_first_posts(session, topic, ann):
    say(session, topic.topic_id, ann, "After the **handover**")
    entry = session.execute(select(SearchEntry).where(SearchEntry.kind == "topic")).scalar_one()
    assert entry.title == "Finding time for consent"
    assert entry.path == f"/topics/{topic.topic_id}-finding-time-for-consent"
    assert entry.body == "How do you do it? After the handover"
    topics.hide(session, topic.topic_id)
    assert session.scalar(select(SearchEntry.id)) is None


def test_two_who_post_at_once_get_two_numbers(app, topic, sam, ann):
    failures = []

    def many(author):
        with app.app_context():
            try:
                for _ in range(20):
                    with writing() as session:
                        posting.post(session, topic.topic_id, author.id, "Me too", at=now())
            except Exception as error:
                failures.append(error)
            db.session.remove()

    threads = [threading.Thread(target=many, args=(author,)) for author in (sam, ann)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with writing() as session:
        row = topics.there(session, topic.topic_id)
        assert [seq for seq, *_ in posts(session, topic.topic_id)] == list(range(1, 42))
        assert (row.next_seq, row.visible_count) == (42, 41)
