"""Reading a discussion: pages by number, permanent links, what is new, what is gone."""

import pytest
from sqlalchemy import event, select, update

from courses.db import now
from learn.discussion import states, topics
from learn.discussion.acts import editing, marks
from learn.discussion.models import Post, PostState, TopicRead
from learn.extensions import db
from tests.discussing import say


@pytest.fixture
def path(topic):
    return f"/topics/{topic.topic_id}-finding-time-for-consent"


@pytest.fixture
def long(session, topic, sam, helen):
    """A discussion of 120 posts."""
    found = [topic.post_id] + [say(session, topic.topic_id, helen, f"Number {n}") for n in range(2, 121)]
    session.commit()
    return found


def numbers(page):
    return [int(each["id"].removeprefix("post-")) for each in page.select(".post")]


def test_a_long_discussion_has_pages_that_never_change(as_, ann, path, long):
    browser = as_(ann)
    first, second, third = (browser.get(f"{path}?page={n}") for n in (1, 2, 3))
    assert numbers(first) + numbers(second) + numbers(third) == long
    assert [len(numbers(page)) for page in (first, second, third)] == [50, 50, 20]
    assert "Page 2 of 3" in second.words
    assert second.select_one("[rel=prev]")["href"] == f"{path}?page=1#comments"
    assert second.select_one("[rel=next]")["href"] == f"{path}?page=3#comments"
    assert third.select_one("[aria-current=page]:not(.nav a)").text.split()[-1] == "3"
    assert third.title.text.startswith("Finding time for consent, page 3 - ")
    browser.get(f"{path}?page=4", 404)
    browser.get(f"{path}?page=0", 404)
    browser.get(f"{path}?page=x")


def test_the_pages_to_choose_from_leave_out_what_is_far_away():
    from learn.discussion.showing import numbered

    assert [each and each[0] for each in numbered("/x", 200, 400)] == [1, None, 199, 200, 201, None, 400]
    assert [each and each[0] for each in numbered("/x", 1, 2)] == [1, 2]


def test_a_permanent_link_leads_to_page_and_place(as_, ann, path, long):
    browser = as_(ann)
    found = browser.http.get(f"/posts/{long[70]}", base_url=browser.base_url)
    assert found.headers["Location"] == f"{path}?page=2#post-{long[70]}"
    browser.get("/posts/999999", 404)


def test_answers_stand_under_what_they_answer_and_those_to_another_page_say_so(as_, ann, path, long, topic, session):
    under = say(session, topic.topic_id, ann, "To the hundredth", parent_id=long[101])
    far = say(session, topic.topic_id, ann, "To the second", parent_id=long[1])
    session.commit()
    page = as_(ann).get(f"{path}?page=3")
    found = numbers(page)
    assert found[found.index(long[101]) + 1] == under
    assert page.select_one(f"#post-{under} .post-answers") is None
    link = page.select_one(f"#post-{far} .post-answers a")
    assert (link.text, link["href"]) == ("Helen Marsh", f"{path}#post-{long[1]}")


def test_another_name_or_none_leads_to_the_topics_own(as_, ann, path, topic):
    browser = as_(ann)
    for asked in (f"/topics/{topic.topic_id}-old-name?page=1", f"/topics/{topic.topic_id}"):
        found = browser.http.get(asked, base_url=browser.base_url)
        assert found.status_code == 303
        assert found.headers["Location"].startswith(path)
    browser.get("/topics/999", 404)
    browser.get("/topics/999-nothing", 404)


def test_reading_is_remembered_and_what_is_new_is_marked(as_, ann, sam, topic, path, session):
    browser = as_(ann)
    assert "New" not in browser.get(path).select_one(".talk").text
    new = say(session, topic.topic_id, sam, "One more")
    session.commit()
    page = browser.get(path)
    assert page.select_one(f"#post-{new} .badge-new")
    assert page.select_one(f"#post-{topic.post_id} .badge-new") is None
    assert browser.get(path).select_one(".badge-new") is None


def test_the_first_unread_post_is_linked_from_the_page_before(as_, ann, long, topic, path, session):
    marks.read(session, ann.id, topic.topic_id, 60, now())
    session.commit()
    browser = as_(ann)
    link = browser.get(path).select_one(".talk a[href$=unread]")["href"]
    found = browser.http.get(link, base_url=browser.base_url)
    assert found.headers["Location"] == f"{path}?page=2#post-{long[60]}"
    browser.get(f"{path}?page=3")
    session.rollback()
    assert session.scalar(select(TopicRead.last_seq).where(TopicRead.user_id == ann.id)) == 120


def test_a_page_that_was_read_writes_nothing(as_, ann, topic, path):
    browser, written = as_(ann), []
    browser.get(path)

    def note(_c, _cur, statement, *_rest):
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    assert written == []


def test_what_one_writes_oneself_is_read_and_what_lies_before_it_is_not(session, topic, ann, sam):
    marks.read(session, ann.id, topic.topic_id, 1, now())
    say(session, topic.topic_id, ann)
    assert marks.of(session, ann.id, topic.topic_id).last_seq == 2
    say(session, topic.topic_id, sam)
    say(session, topic.topic_id, ann)
    assert marks.of(session, ann.id, topic.topic_id).last_seq == 2


def test_tombstones_say_who_removed_it_and_show_the_text_to_author_and_facilitators(
    as_, ann, sam, helen, topic, path, session
):
    words = {
        state: say(session, topic.topic_id, ann, f"Was {state.value}")
        for state in (PostState.HIDDEN, PostState.REMOVED)
    }
    for state, post in words.items():
        states.move(session, states.held_fast(session, post), state, now())
    own = say(session, topic.topic_id, ann, "Was mine")
    editing.take_back(session, own, ann.id, now())
    session.commit()
    page = as_(sam).get(path)
    assert [each.text.split(" · ")[0] for each in page.select(".tombstone")] == [
        "Hidden by a facilitator", "Removed by a facilitator", "Removed by its author",
    ]  # fmt: skip
    assert "Was " not in page.words
    for person in (ann, helen):
        assert as_(person).get(path).words.count("Was ") == 3
    assert "1 post" in page.select_one("#comments-title").text


def test_what_a_former_member_wrote_says_so(as_, ann, sam, topic, path, session):
    post = say(session, topic.topic_id, ann)
    session.execute(
        update(Post).where(Post.id == post).values(author_id=None, body="", html="", state=PostState.REMOVED)
    )
    session.commit()
    assert "The text went when its author left" in as_(sam).get(path).words
    session.execute(update(Post).where(Post.id == post).values(html="<p>Stays</p>", state=PostState.VISIBLE))
    session.commit()
    assert as_(sam).get(path).select_one(f"#post-{post} .post-name").text == "Former member"


def test_who_writes_is_told_apart(as_, ann, helen, topic, path, session):
    say(session, topic.topic_id, helen)
    session.commit()
    page = as_(ann).get(path)
    first, second = page.select(".post")
    assert first.select_one(".post-about").text.startswith("Research nurse, Example Hospital, Wales")
    assert first.select_one(".initials").text == "SR"
    assert [each.text for each in first.select(".badge")] == ["Started this"]
    assert [each.text for each in second.select(".badge")] == ["Facilitator"]


def test_a_hidden_topic_is_for_its_author_and_facilitators(as_, ann, sam, helen, topic, path, session):
    topics.hide(session, topic.topic_id)
    session.commit()
    as_(ann).get(path, 404)
    assert "A facilitator hid this topic" in as_(sam).get(path).words
    as_(helen).get(path)


def test_thanks_are_counted_once_and_taken_back(as_, ann, sam, topic, path, session):
    browser = as_(ann)
    browser.get(path)
    for _ in range(2):
        browser.post(f"/posts/{topic.post_id}/thank")
    assert "1 thanked" in " ".join(browser.get(path).select_one(".post-acts").text.split())
    for _ in range(2):
        browser.post(f"/posts/{topic.post_id}/thank", {"wish": "take_back"})
    session.rollback()
    assert session.scalar(select(Post.thanks_count)) == 0
    own = as_(sam)
    own.get(path)
    own.post(f"/posts/{topic.post_id}/thank", status=409)


def test_whoever_starts_a_topic_follows_it_and_others_can(as_, ann, sam, topic, path, session):
    assert marks.of(session, sam.id, topic.topic_id).follows
    browser = as_(ann)
    assert browser.get(path).select_one(".talk-head button").text.startswith("Follow")
    page = browser.follow(f"/topics/{topic.topic_id}/follow", {"wish": "follow"})
    assert page.select_one(".talk-head button").text.startswith("Stop following")
    browser.follow(f"/topics/{topic.topic_id}/follow", {"wish": "stop"})
    session.rollback()
    assert not marks.of(session, ann.id, topic.topic_id).follows


def reads(statements, browser, path):
    """What a page reads: its reader's own mark is written once, and not counted."""
    return [each for each in statements(lambda: browser.get(path)) if each.startswith(("SELECT", "WITH"))]


def test_a_page_costs_the_same_however_long_the_discussion(as_, ann, topic, path, session, helen, statements):
    browser = as_(ann)
    browser.get(path)
    few = reads(statements, browser, path)
    for n in range(60):
        say(session, topic.topic_id, helen, f"Number {n}")
    session.commit()
    browser.get(path)
    many = reads(statements, browser, path)
    assert len(few) == len(many) <= 8, many
    assert not [each for each in many if "OFFSET" in each or ("count(" in each and "FROM post" in each)]
