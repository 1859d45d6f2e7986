"""What somebody said goes with them: posts keep their place and lose their words, counters stay right, two accounts become one."""

from sqlalchemy import select

from courses.db import now, table_of
from learn.discussion import personal
from learn.discussion.acts import thanking
from learn.discussion.models import Post, PostRevision, PostState, Thanks, Topic, TopicRead, TopicState
from learn.people import merging
from learn.people.own_data import requests as own_data
from learn.search import finding
from learn.web import writing
from tests.discussing import make_topic, make_writer, say

SECRET = "pomegranate"


def erase(user):
    with writing() as session:
        return own_data.erase(session, user.id, now(), by_id=None)


def row(session, model, number):
    return session.execute(select(table_of(model)).where(model.id == number)).one()


def everything(session):
    found = [*session.execute(select(table_of(Post))), *session.execute(select(table_of(PostRevision)))]
    return repr([*found, *session.execute(select(table_of(Topic)))])


def test_a_post_keeps_its_place_and_its_answers_and_loses_its_words_and_its_writer(session, topic, ann, sam, as_):
    asked = say(session, topic.topic_id, ann, f"Try the {SECRET} way.")
    answered = say(session, topic.topic_id, sam, "Thank you, we will.", parent_id=asked)
    session.commit()
    assert SECRET in everything(session)
    session.rollback()
    kept = erase(ann)
    gone = row(session, Post, asked)
    assert (gone.author_id, gone.body, gone.html, gone.state, gone.seq) == (None, "", "", PostState.REMOVED, 2)
    assert row(session, Post, answered).parent_id == asked
    assert SECRET not in everything(session)
    assert row(session, Topic, topic.topic_id).visible_count == 2
    assert any("former member" in sentence for sentence in kept)
    page = as_(sam).get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert "The text went when its author left" in page.words


def test_a_topic_in_which_nobody_else_wrote_goes_and_another_keeps_its_place_without_its_title(session, ann, sam):
    alone = make_topic(session, ann, f"About {SECRET}", "Alone.")
    both = make_topic(session, ann, f"More about {SECRET}", "With others.")
    say(session, both.topic_id, sam, "An answer.")
    session.commit()
    assert len(finding.find(session, SECRET).hits) == 2
    session.rollback()
    erase(ann)
    assert row(session, Topic, alone.topic_id).state is TopicState.REMOVED
    left = row(session, Topic, both.topic_id)
    assert (left.state, left.title, left.author_id, left.visible_count) == (
        TopicState.VISIBLE,
        personal.FORMER,
        None,
        1,
    )
    assert finding.find(session, SECRET).hits == []


def test_thanks_that_are_erased_are_not_counted_any_more(session, topic, ann, sam):
    with writing() as writer:
        thanking.thank(writer, topic.post_id, ann.id, now())
    assert row(session, Post, topic.post_id).thanks_count == 1
    session.rollback()
    erase(ann)
    assert row(session, Post, topic.post_id).thanks_count == 0
    assert session.execute(select(table_of(Thanks))).all() == []


def test_two_accounts_that_become_one_thanked_once_and_read_as_far_as_the_one_that_read_further(
    session, topic, ann, sam
):
    twin = make_writer(session, "Ann Lee")
    session.commit()
    with writing() as writer:
        for user in (ann, twin):
            thanking.thank(writer, topic.post_id, user.id, now())
        writer.execute(table_of(TopicRead).delete())
        rows = [{"user_id": ann.id, "topic_id": topic.topic_id, "last_seq": 5, "follows": False}]
        rows.append({"user_id": twin.id, "topic_id": topic.topic_id, "last_seq": 2, "follows": True})
        writer.execute(table_of(TopicRead).insert(), rows)
        mine = say(writer, topic.topic_id, twin, "By the other account.")
    with writing() as writer:
        merging.merge(writer, twin.id, ann.id, now(), by_id=None)
    assert row(session, Post, topic.post_id).thanks_count == 1
    assert row(session, Post, mine).author_id == ann.id
    read = session.execute(
        select(table_of(TopicRead)).where(TopicRead.topic_id == topic.topic_id, TopicRead.user_id == ann.id)
    ).one()
    assert (read.last_seq, read.follows) == (max(5, read.last_seq), True)
    assert session.execute(select(table_of(TopicRead)).where(TopicRead.user_id == twin.id)).all() == []
