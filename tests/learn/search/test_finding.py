"""One suite for both databases: what is put is found, by its words and by what it is narrowed to, and nothing that is typed breaks it."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from courses.db import now
from learn.search import finding, index
from learn.search.finding import excerpt, find
from learn.search.words import read
from tests.asked import with_values

AT = now()


def put(session, number, title, kind="story", **more):
    index.put(session, kind, number, path=f"/{kind}/{number}", title=title, at=AT + timedelta(minutes=number), **more)


def numbers(session, typed, **more):
    return [hit.target_id for hit in find(session, typed, **more).hits]


@pytest.fixture
def there(session):
    """A few things that are found."""
    put(session, 1, "Research midwives at handover", summary="Recruitment rose", tags="maternity", theme="research-culture",
        facets=[("setting", "acute")], is_public=True)  # fmt: skip
    put(session, 2, "Champions in a children's ward", body="Midwives came to look at our handovers.", theme="clinical-care",
        facets=[("setting", "community")])  # fmt: skip
    put(
        session,
        3,
        "Caf\u00e9 conversations about COVID-19",
        kind="topic",
        body="The na\u00efve question",
        theme="shifting-landscape",
    )
    put(session, 4, "Handover", kind="module", summary="A module", theme="clinical-care", is_public=True)
    session.commit()


FOUND = [
    ("midwives", [2, 1]),
    ("midwife handovers", [2, 1]),
    ("MIDWIVES, handover!", [2, 1]),
    ('"research midwives"', [1]),
    ('"midwives research"', []),
    ("maternity", [1]),
    ("cafe", [3]),
    ("CAF\u00c9", [3]),
    ("naive", [3]),
    ("covid-19", [3]),
    ("19-covid", []),
    ("the midwives of it", [2, 1]),
    ("children's", [2]),
    ("nothing like this", []),
]


@pytest.mark.parametrize("order", ["newest", "best"])
def test_every_word_has_to_be_there_in_whatever_form(session, there, order):
    for typed, found in FOUND:
        assert sorted(numbers(session, typed, order=order)) == sorted(found), typed


def test_the_newest_come_first_and_the_best_match_where_that_is_asked(session, there):
    assert numbers(session, "handover") == [4, 2, 1]
    assert numbers(session, "handover", order="best")[-1] == 2, "a word of the text alone weighs least"


def test_a_search_is_narrowed_by_kind_theme_and_facets(session, there):
    assert numbers(session, "handover", kind="story") == [2, 1]
    assert numbers(session, "handover", theme="clinical-care") == [4, 2]
    assert numbers(session, "handover", facets=[("setting", "acute")]) == [1]
    assert numbers(session, "handover", kind="story", theme="clinical-care", facets=[("setting", "acute")]) == []
    assert numbers(session, "handover", order="best", kind="module") == [4]


def test_who_is_no_member_finds_what_is_public(session, there):
    assert numbers(session, "handover", members=False) == [4, 1]


def test_spellings_of_one_word_find_each_other(session):
    put(session, 1, "A randomised trial with women", body="Their diagnosis")
    session.commit()
    for typed in ("randomized", "woman", "diagnoses"):
        assert numbers(session, typed) == [1]


def test_the_made_up_words_are_not_found_by_those_who_type_them(session, there):
    from learn.search.words import token

    assert numbers(session, token("kind", "story")) in ([], [2, 1]), "they say nothing that the filters do not"


def test_what_is_put_again_is_found_by_its_new_words_only(session, there):
    put(session, 1, "Porters at discharge")
    session.commit()
    assert numbers(session, "midwives") == [2]
    assert numbers(session, "porters") == [1]
    assert numbers(session, "porters", members=False) == []


def test_what_is_taken_out_is_not_found(session, there):
    index.remove(session, "story", 2)
    index.remove(session, "story", 2)
    session.commit()
    assert numbers(session, "midwives") == [1]


@pytest.mark.parametrize("order", ["newest", "best"])
def test_pages_follow_each_other_without_a_gap(session, order):
    for number in range(1, 51):
        put(session, number, f"Story {number} of research")
    session.commit()
    seen, after = [], ""
    for _ in range(5):
        page = find(session, "research", order=order, after=after)
        seen += [hit.target_id for hit in page.hits]
        after = page.next
        if not after:
            break
    assert seen == list(range(50, 0, -1))
    assert [len(seen), after] == [50, ""]


@pytest.mark.parametrize(
    ("typed", "every"),
    [("daily", 1), ("often", 3), ("weekly", 7), ("yearly", 40)],
    ids=["common", "often", "some", "rare"],
)
def test_the_newest_are_found_in_order_however_common_a_word_is(session, typed, every):
    steps = {"daily": 1, "often": 3, "weekly": 7, "yearly": 40}
    for number in range(81):
        put(session, number, " ".join(word for word, step in steps.items() if number % step == 0))
    page = find(session, typed)
    found = [hit.target_id for hit in page.hits]
    while page.next:
        page = find(session, typed, after=page.next)
        found += [hit.target_id for hit in page.hits]
    assert found == [number for number in range(80, -1, -1) if number % every == 0]


def test_the_weighing_is_bounded_and_says_so(session, monkeypatch):
    monkeypatch.setattr(finding, "WINDOW", 5)
    for number in range(1, 9):
        put(session, number, f"Research {number}")
    session.commit()
    page = find(session, "research", order="best")
    assert page.is_capped
    assert {hit.target_id for hit in page.hits} <= {4, 5, 6, 7, 8}
    assert not find(session, "research").is_capped


HOSTILE = [
    "", " ", '"', '""', '"a', "AND", "OR NOT", "NEAR(a b)", "title:research", "*", "re*", "-research", "^a", "(", "a) OR (b", "{body}",
    "'; DROP TABLE story; --", "\x00", "a\x00b", "\u202e", "\U0001f600", "%", "_", "\\", "x" * 10_000, "a " * 5_000, "\ud800",
    "zf1 & zf2", "a:*", "!a", "<->", "|", "a'b", "\u0130stanbul",
]  # fmt: skip


@pytest.mark.parametrize("order", ["newest", "best"])
def test_nothing_that_is_typed_is_an_operator_or_breaks_it(session, there, order):
    for typed in HOSTILE:
        assert isinstance(find(session, typed, order=order).hits, list), typed


@pytest.mark.parametrize("order", ["newest", "best"])
def test_a_key_that_nobody_gave_is_a_page_all_the_same(session, there, order):
    for after in ("", "x", "-1", "9" * 40, "0", "\u0663", "1.5"):
        assert isinstance(find(session, "handover", order=order, after=after).hits, list), after


@pytest.mark.parametrize("order", ["newest", "best"])
def test_the_server_plans_for_the_words_that_are_looked_for(session, there, order):
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite plans every statement when it is sent")
    (statement, values), *_ = with_values(lambda: find(session, "handover", kind="story", order=order))
    assert "handover" in statement
    assert not values


@given(st.text(max_size=80))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_at_all_can_be_looked_for(session, typed):
    assert find(session, typed).hits == []


def test_the_excerpt_marks_what_was_looked_for_and_holds_plain_text():
    pieces = excerpt("", "First words. " * 30 + "Then <b>midwives</b> came. " + "Last words. " * 30, read("midwife"))
    text = "".join(piece for piece, _ in pieces)
    assert [piece for piece, is_hit in pieces if is_hit] == ["midwives"]
    assert "<b>" in text
    assert len(text) < 260
    assert text.startswith("\u2026 ") and text.endswith("\u2026")


def test_the_excerpt_is_the_beginning_where_the_title_alone_matched():
    assert excerpt("A summary.", "A body.", read("title")) == (("A summary.", False),)


def test_a_page_of_hits_costs_two_statements(session, there, statements):
    assert len(statements(lambda: find(session, "handover"))) == 2


@pytest.mark.parametrize("order", ["newest", "best"])
def test_made_up_words_that_somebody_writes_open_nothing_to_the_public(session, there, order):
    from learn.search.index import PUBLIC
    from learn.search.words import token

    forged = " ".join([token(*PUBLIC), token("kind", "story"), token("theme", "clinical-care")])
    put(session, 5, "Only for members", kind="topic", summary=forged, body=forged, tags=forged)
    session.commit()
    for narrowed in ({"members": False}, {"kind": "story"}, {"theme": "clinical-care"}):
        assert numbers(session, "members", order=order, **narrowed) == []
    assert numbers(session, "members", order=order, kind="topic") == [5]
