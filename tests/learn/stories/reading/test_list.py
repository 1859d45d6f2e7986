"""The list of stories: who sees which, narrowed by what, page by page."""

import pytest
from sqlalchemy import insert, update

from courses.db import now
from learn.stories.around import Featured
from learn.stories.models import Story
from learn.stories.reading import listing
from tests import databases
from tests.stories import make_story, many, statements


def titles(page):
    return [each.get_text(strip=True) for each in page.select(".story-row h3")]


def test_the_newest_comes_first_with_what_a_card_says(session, member):
    many(session, 2, thanks_count=3, comment_count=1, adoption_count=2)
    session.commit()
    page = member.get("/stories")
    assert titles(page) == ["Story 0", "Story 1"]
    assert "2 stories" in page.select_one(".list-told").get_text()
    assert "3 thanks · 1 comment · tried in 2 places" in page.select_one(".story-row").get_text(" ", strip=True)


def test_who_is_not_signed_in_sees_public_stories_alone(session, client):
    make_story(session, fields={"title": "For members"})
    make_story(session, fields={"title": "For anyone"}, is_public=True)
    session.commit()
    page = client.get("/stories")
    assert titles(page) == ["For anyone"]
    assert "1 story" in page.select_one(".list-told").get_text()
    assert titles(client.get("/stories?setting=community")) == ["For anyone"]


def test_what_is_not_out_is_in_no_list(session, member):
    make_story(session, is_out=False)
    session.commit()
    page = member.get("/stories")
    assert titles(page) == []
    assert "There are no stories here yet" in page.words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("theme=patient-benefit", ["Two"]),
        ("setting=acute", ["Two"]),
        ("profession=midwife", ["Two"]),
        ("region=scotland", ["Two"]),
        ("tag=HEART", ["Two"]),
        ("tag=heart&setting=acute&region=scotland&theme=patient-benefit&profession=midwife", ["Two"]),
        ("setting=community&region=wales", ["One"]),
        ("setting=community&region=scotland", []),
        ("setting=nowhere", ["Two", "One"]),
        ("setting=hospice", []),
    ],
)
def test_what_was_chosen_narrows_the_list(session, member, asked, found):
    make_story(session, fields={"title": "One"})
    other = {
        "theme": "patient-benefit",
        "setting": "acute",
        "profession": "midwife",
        "region": "scotland",
        "tags": ["Heart"],
    }
    make_story(session, fields={"title": "Two", **other})
    session.commit()
    assert titles(member.get(f"/stories?{asked}")) == found


def test_a_list_without_a_story_says_how_to_go_on(session, member):
    make_story(session)
    session.commit()
    page = member.get("/stories?setting=hospice&region=wales")
    assert "No story has all of this" in page.words
    assert page.find("a", string="Clear filters")["href"] == "/stories"


def test_pages_follow_each_other_without_a_hole(session, member):
    many(session, 45)
    session.commit()
    page, seen = member.get("/stories?setting=community"), []
    for _ in range(3):
        seen += titles(page)
        following = page.select_one("a[rel=next]")
        page = member.get(following["href"]) if following else page
    assert seen == [f"Story {n}" for n in range(45)]
    assert page.select_one(".list-pages a")["href"] == "/stories?setting=community"


@pytest.mark.parametrize("after", ["x", "1.", "-5.2", "9" * 30 + ".1", "1.1.1", "²." + "1"])
def test_a_cursor_that_is_none_begins_at_the_first(session, member, after):
    make_story(session)
    session.commit()
    assert len(titles(member.get(f"/stories?after={after}"))) == 1


def test_what_facilitators_put_first_stands_above_the_others_and_once(session, member):
    *_, last = many(session, 3)
    session.execute(insert(Featured), {"story_id": last.id, "position": 1, "until": None})
    session.commit()
    assert titles(member.get("/stories")) == ["Story 2", "Story 0", "Story 1"]
    session.execute(update(Featured).values(until=now()))
    session.commit()
    assert titles(member.get("/stories")) == ["Story 0", "Story 1", "Story 2"]


def test_a_story_without_names_says_so(session, member):
    make_story(session, fields={"name_withheld": True})
    session.commit()
    page = member.get("/stories")
    assert "Name withheld" in page.words
    assert "Amina" not in page.words


@pytest.mark.parametrize("asked", ["", "?theme=research-culture&setting=community&tag=rural"])
def test_a_list_asks_few_questions(session, member, asked):
    many(session, 30)
    session.commit()
    assert len(statements(member, f"/stories{asked}")) <= 5


@pytest.mark.skipif(bool(databases.POSTGRES), reason="SQLite plans by rule, PostgreSQL by numbers")
@pytest.mark.parametrize(
    ("lead", "chosen", "members", "index"),
    [
        ("all", (), True, "ix_story_all"),
        ("all", (), False, "ix_story_public"),
        ("all", ("setting", "theme"), False, "ix_story_public"),
        ("setting", ("setting", "theme"), True, "ix_story_setting"),
        ("theme", ("setting", "theme"), True, "ix_story_theme"),
        ("region", ("region",), False, "ix_story_region"),
        ("profession", ("profession", "region", "setting", "tag", "theme"), True, "ix_story_profession"),
    ],
)
def test_a_list_walks_the_index_that_was_chosen_for_it_and_sorts_nothing(session, lead, chosen, members, index):
    for goes_on in (False, True):
        plan = explained(session, listing._statement(lead, chosen, members, goes_on))
        assert index in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.skipif(bool(databases.POSTGRES), reason="SQLite plans by rule, PostgreSQL by numbers")
def test_a_tag_is_walked_in_its_own_order(session):
    plan = explained(session, listing._statement("tag", ("setting", "tag"), True, True))
    assert "SEARCH story_tag USING" in plan
    assert "TEMP B-TREE" not in plan


def explained(session, statement):
    """How SQLite would go about it; values do not matter."""
    compiled = statement.compile(session.get_bind())
    values = tuple(1 for _ in compiled.positiontup or ())
    rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
    return "\n".join(str(row[3]) for row in rows)


def test_every_story_row_leads_to_its_page(session, member):
    made = make_story(session)
    session.execute(update(Story).where(Story.id == made.id).values(title="<b>Bold</b>"))
    session.commit()
    page = member.get("/stories")
    assert page.select_one(".story-row h3 a")["href"] == made.path
    assert titles(page) == ["<b>Bold</b>"]
