"""Where stories show up beyond their own pages: the feed, the home page, notices, a platform's picker, the starter files."""

import shutil
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.community import load, starter
from learn.player import linkable
from learn.stories.around import StoryFacet
from learn.stories.models import Story, StoryEvent, StoryRevision
from learn.stories.reading import starters
from learn.stories.reading import story as story_pages
from tests.stories import make_story, many, told


@pytest.fixture
def themes(session):
    for position, theme in enumerate(starter.themes(), 1):
        load._put(
            session,
            load.Theme,
            {"slug": theme["slug"]},
            {"title": theme["title"], "summary": theme["summary"], "position": position},
        )


def test_the_feed_tells_of_public_stories_and_is_xml_whatever_was_typed(session, client):
    make_story(session)
    made = make_story(session, is_public=True, title="<b>&]]>\x0b\ufffe Bold", summary="a < b & c")
    session.commit()
    answer = client.get("/stories.rss")
    assert answer.mimetype == "application/rss+xml"
    channel = ElementTree.fromstring(answer.data).find("channel")
    (item,) = channel.findall("item")
    assert item.findtext("title") == "<b>&]]> Bold"
    assert item.findtext("description") == "a < b & c"
    assert item.findtext("link") == item.findtext("guid") == f"{client.base_url}{made.path}"
    assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo is not None
    assert client.get("/stories.rss", 304, headers={"If-None-Match": answer.headers["ETag"]}).data == b""


def test_a_feed_of_nothing_is_a_feed(client):
    channel = ElementTree.fromstring(client.get("/stories.rss").data).find("channel")
    assert channel.findtext("title") == "Frontline success stories"


def test_the_home_page_shows_the_newest_three(session, member):
    many(session, 4)
    session.commit()
    page = member.get("/")
    assert [each.get_text() for each in page.select(".story-card h3")] == ["Story 0", "Story 1", "Story 2"]
    assert page.select_one("a[href='/stories/new']").get_text() == "Share your story"


def test_a_home_page_without_stories_says_what_they_are(member):
    assert "There are no stories here yet" in member.get("/").words


def test_notices_name_the_titles_of_stories_that_somebody_may_see(session, learner):
    out, own, gone = (
        make_story(session),
        make_story(session, is_out=False, author_id=learner.id),
        make_story(session, is_out=False),
    )
    numbers = [out.id, own.id, gone.id]
    assert set(story_pages.titles(session, numbers, learner.id)) == {out.id, own.id}


def test_comments_are_counted_on_the_story_and_a_discussion_knows_its_page(session):
    made = make_story(session)
    story_pages.count_comments(session, made.id, 7, now())
    assert session.scalar(select(Story.comment_count)) == 7
    assert story_pages.path_of(session, made.id) == made.path


def test_a_course_can_link_to_the_list_and_to_the_forum(session):
    found = {each.path: each for each in linkable.search(session, "", "", "")}
    assert {"/", "/stories", "/forum"} <= set(found)
    assert found["/stories"].resource_id == "stories"
    assert [each.path for each in linkable.named(session, ["/forum", "/stories"])] == ["/forum", "/stories"]
    assert [each.path for each in linkable.search(session, "success", "stories", "")] == ["/stories"]


def test_the_starter_stories_come_in_once_and_anyone_reads_them(app, session, themes, client):
    files = len(list(starters.FOLDER.glob("*.toml")))
    assert starters.load(session, now()) == files == 12
    session.commit()
    before = [
        session.execute(select(*table.__table__.c)).all() for table in (Story, StoryRevision, StoryFacet, StoryEvent)
    ]
    assert starters.load(session, now()) == 0
    assert before == [
        session.execute(select(*table.__table__.c)).all() for table in (Story, StoryRevision, StoryFacet, StoryEvent)
    ]
    page = client.get("/stories")
    assert len(page.select(".story-row")) == 12
    for row in session.execute(select(Story.reference, Story.is_public, Story.author_id)):
        assert (row.is_public, row.author_id) == (True, None)
    first = page.select_one(".story-row h3 a")
    assert first["href"].endswith("-0001")
    assert client.get(first["href"]).h1 == first.get_text()


def test_a_starter_file_that_changed_is_a_new_text_while_the_story_is_the_sites_own(session, themes, tmp_path):
    for path in sorted(starters.FOLDER.glob("*.toml"))[:2]:
        shutil.copy(path, tmp_path)
    assert starters.load(session, now(), tmp_path) == 2
    one, two = sorted(tmp_path.glob("*.toml"))
    for path in (one, two):
        path.write_text(path.read_text().replace('title = "', 'title = "Anew: ', 1))
    taken_over = session.scalar(select(Story.id).order_by(Story.id.desc()))
    session.execute(update(Story).where(Story.id == taken_over).values(is_hidden=True))
    assert starters.load(session, now(), tmp_path) == 1
    rows = session.execute(select(Story.title, Story.published_n, Story.reference).order_by(Story.id)).all()
    assert (rows[0].title[:6], rows[0].published_n) == ("Anew: ", 2)
    assert (rows[1].title[:6] == "Anew: ", rows[1].published_n) == (False, 1)
    assert starters.load(session, now(), tmp_path) == 0


def test_a_starter_file_with_a_field_of_its_own_is_refused(session, themes, tmp_path):
    (tmp_path / "a.toml").write_text('slug = "a"\npublished = 2026-01-01\ntitel = "x"\n')
    with pytest.raises(ValueError, match="titel"):
        starters.load(session, now(), tmp_path)


def test_stories_are_found_by_words_in_the_list(session, themes, member):
    starters.load(session, now())
    session.commit()
    page = member.get("/stories?q=midwives+handover&order=best")
    assert page.select_one(".story-row h3").get_text().startswith("Research midwives at handover")
    assert member.get("/stories?q=midwives&region=wales").select(".story-row") == []
    assert "No story has all of this" in member.get("/stories?q=zzzz").words
    assert len(member.get("/stories?q=research&region=north-east-north-cumbria").select(".story-row")) >= 1


def test_what_a_test_makes_is_what_a_file_may_say():
    assert set(told()) == set(starters._fields({"slug": "x", **told()}))


def test_a_theme_shows_its_newest_stories_and_leads_to_the_rest_and_to_the_forum(session, member):
    make_story(session, fields={"title": "Of this theme", "theme": "research-culture"})
    make_story(session, fields={"title": "Of another", "theme": "clinical-care"})
    session.commit()
    page = member.get("/themes/research-culture")
    assert [each.get_text() for each in page.select(".story-card h3")] == ["Of this theme"]
    assert page.select('a[href="/stories?theme=research-culture"]')
    assert page.select('a[href="/forum/research-culture"]')
