"""The search page: what people see of what is found, what they may not, and what is wrong with what they typed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from courses import publishing
from courses.db import now
from learn.discussion import topics
from learn.discussion.models import Topic, TopicKind
from learn.search import finding, index
from learn.search.models import SearchEntry
from tests.modules import make_theme
from tests.stories import make_story

AT = now() - timedelta(days=3)


def put(session, number, title, kind="story", **more):
    index.put(
        session, kind, number, path=more.pop("path", "/learn"), title=title, at=AT + timedelta(minutes=number), **more
    )


@pytest.fixture
def there(session):
    """One of each kind."""
    make_theme(session, "research-culture")
    make_theme(session, "clinical-care", 2)
    put(
        session,
        1,
        "Handover with <b>midwives</b>",
        summary="Recruitment rose",
        theme="research-culture",
        is_public=True,
    )
    put(session, 2, "Who has tried a handover sheet?", "topic", body="We want to try it.", theme="clinical-care")
    put(session, 3, "Handing over well", "module", summary="What a good handover is", theme="clinical-care")
    session.commit()


def titles(page):
    return [each.get_text(strip=True) for each in page.select(".hit h3")]


def tab(page, label):
    return next(each for each in page.select(".tabs a") if each.text == label)


def test_everything_that_has_the_words_is_found(member, there):
    page = member.get("/search?q=handover")
    assert set(titles(page)) == {
        "Handover with <b>midwives</b>",
        "Who has tried a handover sheet?",
        "Handing over well",
    }
    assert not page.select(".hit b")
    assert [each.text for each in page.select("mark")] == ["handover"]
    assert page.select_one("#q")["value"] == "handover"
    assert "handover - Search - " in page.title.text


def test_tabs_narrow_it_and_put_it_in_order(member, there):
    page = member.get("/search?q=handover")
    page = member.get(tab(page, "Stories")["href"])
    assert titles(page) == ["Handover with <b>midwives</b>"]
    assert tab(page, "Stories")["aria-current"]
    page = member.get(tab(member.get("/search?q=handover"), "Newest")["href"])
    assert titles(page)[0] == "Handing over well"
    page = member.get("/search?q=handover&theme=clinical-care&kind=topic")
    assert titles(page) == ["Who has tried a handover sheet?"]
    assert page.select_one("#theme option[selected]")["value"] == "clinical-care"
    assert page.select_one("input[name=kind]")["value"] == "topic"


def test_without_an_account_public_stories_alone_are_found(client, there):
    page = client.get("/search?q=handover")
    assert titles(page) == ["Handover with <b>midwives</b>"]
    assert "You see the stories that anyone may read" in page.words
    assert titles(client.get("/search?q=handover&kind=topic")) == []


def test_nothing_found_leads_on(member, there):
    page = member.get("/search?q=zebra&kind=story")
    assert "Nothing has all of these words" in page.words
    everything = next(each for each in page.select(".panel a") if each.text == "Look in everything")
    assert everything["href"] == "/search?q=zebra"
    assert page.select('.panel a[href="/learn"]')


def test_nothing_is_looked_for_before_something_is_typed(member, there):
    for path in ("/search", "/search?q=", "/search?q=%20%20"):
        page = member.get(path)
        assert not page.select(".hit, .tabs, .nhsuk-error-summary")


@pytest.mark.parametrize("typed", ["the of and", "!?", "\U0001f600", "x" * 10_000])
def test_what_cannot_be_looked_for_comes_back_with_a_sentence(member, there, typed):
    page = member.get("/search", 422, query_string={"q": typed})
    assert page.select_one("#q")["value"] == typed
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#q"
    assert page.title.text.startswith("Error: ")


def test_nothing_in_the_address_breaks_it(member, there):
    asked = (
        {"q": "a\0handover"},
        {"q": "\ud800x"},
        {"q": 'NEAR("'},
        {"q": "handover", "kind": "x", "theme": "y", "order": "z", "after": "w"},
    )
    for query in asked:
        member.get(
            "/search", query_string={name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}
        )


def test_pages_follow_each_other(member, session):
    for number in range(1, finding.PAGE + 3):
        put(session, number, f"Research {number}")
    session.commit()
    for order in ("best", "newest"):
        page = member.get(f"/search?q=research&order={order}")
        more = page.select_one(".search-more")
        assert len(titles(page)) == finding.PAGE
        rest = member.get(more["href"])
        assert titles(rest) == ["Research 2", "Research 1"]
        assert rest.select_one(".search-pages a")["href"].startswith("/search?q=research")


def test_the_page_says_when_only_the_newest_were_weighed(member, session, monkeypatch):
    monkeypatch.setattr(finding, "WINDOW", 5)
    for number in range(1, 9):
        put(session, number, f"Research {number}")
    session.commit()
    assert "best of the newest" in member.get("/search?q=research").words
    assert "best of the newest" not in member.get("/search?q=research&order=newest").words


def test_every_page_has_a_field_that_leads_here(member, client, there):
    form = member.get("/learn").select_one("form[role=search]")
    assert (form["action"], form["method"], form.select_one("input")["name"]) == ("/search", "get", "q")
    assert len(member.get("/search").select("form[role=search]")) == 1
    assert not client.get("/help").select("form[role=search]")


def test_what_is_typed_is_not_in_the_log(member, there, caplog, capsys):
    member.get("/search?q=handover")
    out = capsys.readouterr()
    assert "handover" not in out.out + out.err + caplog.text


def test_a_page_asks_little_of_the_database(member, there, statements):
    member.get("/search?q=handover")
    assert len(statements(lambda: member.get("/search?q=handover&kind=story&order=best"))) <= 8


def test_a_module_is_found_as_soon_as_it_is_published_and_no_more_once_retired(member, session, module, app):
    from learn.search import modules

    modules.keep(session, module.version_id)
    session.commit()
    assert titles(member.get("/search?q=asked+kindly")) == ["A module"]
    publishing.retire(session, module.version_id)
    modules.keep(session, module.version_id)
    session.commit()
    assert titles(member.get("/search?q=asked+kindly")) == []


def test_the_starter_modules_are_found(member, community):
    assert "Why research-active care is better care" in titles(member.get("/search?q=research-active+care"))


def test_rebuilding_finds_stories_and_topics_that_readers_see_and_no_others(member, app, session):
    make_story(session, fields={"title": "Out in the open"})
    make_story(session, fields={"title": "Not out in the open"}, is_out=False)
    theme = make_theme(session)
    seen, gone = (
        topics.make(session, TopicKind.THEME, None, theme, title, now()) for title in ("Open talk", "Open secret")
    )
    for number in (seen, gone):
        session.execute(update(Topic).where(Topic.id == number).values(visible_count=1))
    topics.hide(session, gone)
    session.execute(delete(SearchEntry))
    session.commit()
    said = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert said.exit_code == 0, said.output
    assert "story: 2 looked at." in said.output
    assert set(titles(member.get("/search?q=open"))) == {"Out in the open", "Open talk"}


def test_rebuilding_finds_what_was_missed_and_loses_what_is_gone(member, app, session, module):
    put(session, 999, "A ghost of a module", "module")
    session.commit()
    put(session, module.id, "An old title", "module")
    session.commit()
    said = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert said.exit_code == 0, said.output
    assert "module: 1 looked at." in said.output
    assert titles(member.get("/search?q=asked+kindly")) == ["A module"]
    assert titles(member.get("/search?q=old+title")) == []
    assert titles(member.get("/search?q=ghost")) == []
