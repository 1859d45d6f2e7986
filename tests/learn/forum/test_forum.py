"""The forum: themes with what was said last, a theme's topics a page at a time, a topic that somebody starts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from courses.db import now
from learn.discussion import topics
from learn.discussion.acts import drafts, editing, marks
from learn.discussion.models import Post, Topic, TopicKind
from learn.extensions import db
from learn.forum import listing
from tests.discussing import make_topic, make_writer, say
from tests.modules import make_theme
from tests.pages import PageClient
from tests.people import sign_in


@pytest.fixture
def themes(session):
    made = [make_theme(session, slug, n) for n, slug in enumerate(("research-culture", "patient-benefit"), 1)]
    session.commit()
    return made


@pytest.fixture
def sam(session):
    user = make_writer(session, "Sam Reed")
    session.commit()
    return user


@pytest.fixture
def browser(app, sam):
    return sign_in(PageClient(app), sam.id)


@pytest.fixture
def many(session, themes, sam):
    """Seventy topics of the first theme, a minute apart, the last one newest."""
    began = now() - timedelta(hours=3)
    rows = [
        {
            "kind": TopicKind.THEME, "subject_id": None, "theme_id": themes[0], "state": "visible", "title": f"Topic {n:02}", "slug": f"topic-{n}",
            "author_id": sam.id, "created_at": began, "last_post_at": began + timedelta(minutes=n // 2), "last_post_id": None,
            "last_poster_id": sam.id, "visible_count": 1, "next_seq": 2,
        }
        for n in range(70)
    ]  # fmt: skip
    session.execute(insert(Topic), rows)
    session.commit()


def titles(page):
    return [each.text for each in page.select(".topic-title a")]


def test_an_empty_forum_invites(browser, themes):
    page = browser.get("/forum")
    assert page.h1 == "Forum"
    assert len(page.select(".forum-theme")) == 2
    assert page.words.count("Nobody has started a topic here yet") == 2
    page = browser.get("/forum/patient-benefit")
    assert page.select_one(".empty-forum a")["href"] == "/forum/patient-benefit/new"
    browser.get("/forum/nothing", 404)


def test_each_theme_shows_where_something_was_said_last(browser, session, themes, sam):
    at = now() - timedelta(hours=1)
    for n, theme in enumerate([*themes] * 4):
        make_topic(session, sam, f"Topic number {n}", theme_id=theme, at=at + timedelta(minutes=n))
    session.commit()
    first, second = browser.get("/forum").select(".forum-theme")
    assert titles(first) == ["Topic number 6", "Topic number 4", "Topic number 2"]
    assert titles(second) == ["Topic number 7", "Topic number 5", "Topic number 3"]
    assert "Sam Reed · 1 post · last by Sam Reed" in " ".join(first.text.split())


def test_a_theme_is_read_page_by_page_and_nothing_is_missed_where_moments_are_equal(browser, many):
    seen, path = [], "/forum/research-culture"
    while path:
        page = browser.get(path)
        seen += titles(page)
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert seen == [f"Topic {n:02}" for n in reversed(range(70))]


def test_a_key_that_nobody_gave_leads_to_the_first_page(browser, many):
    for key in ("x", "9-", "-1", "9" * 30, "1764230400000000-1x"):
        assert titles(browser.get(f"/forum/research-culture?after={key}"))[0] == "Topic 69"


def test_pinned_topics_stand_above_the_others_and_once(browser, session, many):
    topics.change(session, session.scalar(select(Topic.id).where(Topic.title == "Topic 03")), is_pinned=True)
    session.commit()
    page = browser.get("/forum/research-culture")
    assert titles(page)[:2] == ["Topic 03", "Topic 69"]
    second = browser.get(page.select_one("a[rel=next]")["href"])
    assert "Topic 03" not in titles(second)


def test_what_is_new_is_told_in_words(browser, session, themes, sam):
    ann = make_writer(session, "Ann Lee")
    opened, never, old = (make_topic(session, ann, f"Topic {name}").topic_id for name in ("opened", "never", "old"))
    marks.read(session, sam.id, opened, 1, now())
    say(session, opened, ann)
    session.execute(
        text("UPDATE topic SET last_post_at = :at WHERE id = :id"), {"at": "2020-01-01 00:00:00.000000", "id": old}
    )
    session.commit()
    lines = {
        each.select_one("a").text: " ".join(each.text.split())
        for each in browser.get("/forum/research-culture").select(".topic")
    }
    assert lines["Topic opened"].endswith("1 new in Topic opened")
    assert lines["Topic never"].endswith("New")
    assert "New" not in lines["Topic old"]
    assert "new" not in lines["Topic old"]
    assert never


def test_nothing_is_called_new_that_cannot_be_read(browser, session, themes, sam):
    ann = make_writer(session, "Ann Lee")
    topic = make_topic(session, ann, "Consent").topic_id
    marks.read(session, sam.id, topic, 1, now())
    gone = say(session, topic, ann)
    say(session, topic, ann, "Bed 4, 999 000 0018")
    editing.take_back(session, gone, ann.id, now())
    session.commit()

    def what_is_new():
        return browser.get("/forum/research-culture").select_one(".topic-facts").select_one("a, .new-word")

    assert what_is_new() is None
    say(session, topic, ann, "This can be read")
    session.commit()
    found = what_is_new()
    assert " ".join(found.text.split()) == "New posts in Consent"
    assert found["href"] == f"/topics/{topic}/unread"
    marks.read(session, sam.id, topic, 4, now())
    session.commit()
    assert what_is_new() is None


def test_hidden_and_held_topics_are_not_listed(browser, session, themes, sam):
    topics.hide(session, make_topic(session, sam, "Hidden one").topic_id)
    session.commit()
    assert titles(browser.get("/forum/research-culture")) == []


def test_a_topic_is_started_and_found_in_its_theme(browser, themes, session, sam):
    page = browser.get("/forum/research-culture/new")
    assert page.h1 == "Start a topic"
    page = browser.follow("/forum/research-culture/new", {"title": "  Finding   time ", "body": "How?", "act": "post"})
    assert page.h1 == "Finding time"
    assert "You are told when somebody answers" in page.words
    assert titles(browser.get("/forum/research-culture")) == ["Finding time"]


def test_a_topic_without_title_or_text_comes_back_with_what_was_typed(browser, themes, session):
    browser.get("/forum/research-culture/new")
    page = browser.post("/forum/research-culture/new", {"title": "Hm", "body": "", "act": "post"}, 422)
    assert [each["href"] for each in page.select(".nhsuk-error-summary a")] == ["#title", "#body"]
    assert page.select_one("#title")["value"] == "Hm"
    long = "word " * 40
    page = browser.post("/forum/research-culture/new", {"title": long, "body": "Text", "act": "post"}, 422)
    assert page.select_one("#title")["value"] == long.strip()
    assert session.scalar(select(func.count()).select_from(Topic)) == 0


def test_a_preview_shows_title_and_text_and_starts_nothing(browser, themes, session):
    browser.get("/forum/research-culture/new")
    page = browser.post(
        "/forum/research-culture/new", {"title": "Finding time", "body": "*How*?", "act": "preview"}, 200
    )
    assert page.select_one(".preview h2").text == "Preview: Finding time"
    assert page.select_one(".preview em").text == "How"
    assert session.scalar(select(func.count()).select_from(Post)) == 0


def test_a_draft_of_a_topic_waits_under_its_theme(browser, themes, session, sam):
    browser.get("/forum/research-culture/new")
    browser.post("/forum/research-culture/draft", {"title": "Half", "body": "a thought"}, 200)
    page = browser.get("/forum/research-culture/new")
    assert (page.select_one("#title")["value"], page.select_one("#body").text.strip()) == ("Half", "a thought")
    assert browser.get("/forum/patient-benefit/new").select_one("#title")["value"] == ""
    assert drafts.find(session, drafts.Place(sam.id, theme_id=themes[0])).body == "a thought"


def test_a_number_in_the_title_is_masked_in_one_press(browser, themes, session):
    number = "999 000 1006"
    browser.get("/forum/research-culture/new")
    page = browser.post("/forum/research-culture/new", {"title": f"About {number}", "body": "Text", "act": "post"}, 422)
    assert page.select_one(".asked mark").text == number
    browser.post("/forum/research-culture/new", {"title": f"About {number}", "body": "Text", "act": "mask"})
    assert session.scalar(select(Topic.title)) == "About [NHS number removed]"


def test_a_theme_costs_the_same_however_many_topics(browser, session, themes, sam, many, statements):
    one = statements(lambda: browser.get("/forum/research-culture"))
    every = statements(lambda: browser.get("/forum"))
    assert len(one) <= 8
    assert len(every) <= 8
    assert not [each for each in one + every if "count(" in each and "FROM topic" in each]


def test_lists_walk_along_their_index(session, themes):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is")
    given = {"theme": 1, "user": 1, "at": now(), "number": 5, "theme_0": 1, "theme_1": 2}
    for statement in (listing._FIRST, listing._NEXT, listing._PINNED, listing._latest(2)):
        compiled = statement.compile(db.engine, compile_kwargs={"render_postcompile": True})
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(_bound(compiled, given)))
        told = " / ".join(row[3] for row in plan)
        assert "SCAN topic" not in told, told
        assert "ix_topic_theme" in told or "ix_topic_pinned" in told, told
        if statement in (listing._FIRST, listing._NEXT):
            walked, _, shown = told.partition("SCAN page")  # of the page alone: a few rows are put in order again
            assert shown, told
            assert "TEMP B-TREE" not in walked, told


def _bound(compiled, given):
    values = compiled.construct_params(given)
    return [
        value.strftime("%Y-%m-%d %H:%M:%S.%f") if hasattr(value := values[name], "strftime") else value
        for name in compiled.positiontup
    ]
