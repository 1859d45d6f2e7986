"""What changed between two rounds, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from learn.stories.review import differing
from tests.learn.stories.review.making import filled


def test_only_fields_that_differ_are_named_in_the_order_of_the_form():
    found = differing.changes(filled(), filled(tips=["Begin small."], title="Another", wants_public=True))
    assert [change.field for change in found] == ["title", "tips", "wants_public"]
    assert found[0].label == "Title"


def test_words_that_stayed_went_and_came_are_told_apart():
    change = differing.changes(filled(problem="It took 94 days."), filled(problem="It took 31 long days."))[0]
    assert [(piece.kind, piece.text) for piece in change.pieces] == [
        ("same", "It took "), ("gone", "94"), ("new", "31 long"), ("same", " days."),
    ]  # fmt: skip
    assert change.said == "1 word taken out, 2 put in"


def test_rows_of_tables_choices_and_ticks_are_compared_in_words():
    row = {"measure": "Days", "before": "94", "after": "30", "unit": "", "period": "", "source": ""}
    found = {c.field: c for c in differing.changes(filled(), filled(measures=[row], cost="more", involved=["nurses"]))}
    old, new = ("".join(p.text for p in found["cost"].pieces if p.kind != kind) for kind in ("new", "gone"))
    assert (old, new) == ("No cost", "More than £5,000")
    assert "after 30" in "".join(piece.text for piece in found["measures"].pieces if piece.kind != "gone")
    assert "Managers" in "".join(piece.text for piece in found["involved"].pieces if piece.kind == "gone")


def test_what_is_said_of_a_picture_is_compared_by_its_number():
    before = filled(files={"12": {"name": "a.png", "alt": "A board", "caption": ""}})
    after = filled(files={"12": {"name": "a.png", "alt": "A board with cards", "caption": ""}})
    found = differing.changes(before, after)
    assert [(change.field, change.label) for change in found] == [("files.12.alt", "Description of picture or file 12")]


def test_a_text_that_is_too_long_to_compare_is_shown_whole():
    long = "word " * 4001
    pieces = differing.pieces(long, "short")
    assert [(piece.kind, piece.text) for piece in pieces] == [("gone", long), ("new", "short")]


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_is_lost_in_between(before, after):
    pieces = differing.pieces(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_months_and_measures_are_read_as_words():
    texts = differing.as_texts(filled(ended="soon"))
    assert (texts["started"], texts["ended"]) == ("January 2026", "soon")
    assert texts["measures"] == "Days to set up, before 94, after 31, days, 6 months, source: log"
