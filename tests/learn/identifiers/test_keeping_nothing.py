"""What was found is in no finding, no log and no output; masks hide it wherever it stood."""

import logging
import pickle
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from learn import identifiers
from learn.identifiers.reading import plain
from tests.learn.identifiers import making

PARTS = st.lists(
    st.sampled_from(
        [
            "DOB 12/03/1950", "NHS 999 000 0018", "9990000018", "MRN K123456", "SW1A 1AA", "QQ123456C", "jane@example.com",
            "07700 900123", "aged 94", "NCT01234567", "21/LO/0123", "NHS no 999 OOO OOl8", "\u200b", "<b>", "</b>", "&nbsp;",
            "**", "\n\n", " ", "|", "(", "born", "nhs", "ward", "admitted", "0", "18", "999", "@", "+44",
        ]
    )
    | st.text(max_size=6),
    max_size=12,
)  # fmt: skip


@settings(max_examples=300)
@given(parts=PARTS, gap=st.sampled_from(["", " ", "\n"]))
def test_findings_are_in_order_apart_and_inside_the_text_whatever_it_is(parts, gap):
    text = gap.join(parts)
    found = identifiers.find(text)
    assert all(f.offset >= 0 and f.length > 0 and f.end <= len(text) for f in found)
    assert all(before.end <= after.offset for before, after in pairwise(found))
    assert {f.kind for f in found} <= set(identifiers.WORDS)
    assert all(study.end <= len(text) for study in identifiers.studies(text))


@settings(max_examples=300)
@given(parts=PARTS, gap=st.sampled_from(["", " ", "\n"]))
def test_nothing_holds_a_text_once_its_findings_are_masked_to_the_end(parts, gap):
    text = gap.join(parts)
    for _ in range(len(text) + 1):
        found = identifiers.find(text)
        if not found:
            break
        shorter = identifiers.masked(text, found)
        assert sum(c.isdigit() for c in shorter) <= sum(c.isdigit() for c in text)
        text = shorter
    assert not identifiers.holds(identifiers.find(text))


@given(text=st.text())
def test_reading_never_moves_a_character(text):
    assert len(plain(text)) == len(text)


@given(text=st.text(st.characters(codec="ascii", exclude_categories=["Cc"], exclude_characters="<&")))
def test_plain_writing_is_read_as_it_stands(text):
    assert plain(text) == text


@given(number=making.test_numbers)
def test_no_finding_holds_what_was_found(number):
    found = identifiers.find(f"NHS number {number}, {number[:3]} {number[3:6]} {number[6:]}")
    assert len(found) == 2
    for kept in (repr(found), str(found), str([f.as_dict() for f in found]), repr(pickle.dumps(found))):
        assert number not in kept
        assert number[6:] not in kept.replace(" ", "")


def test_nothing_is_logged(monkeypatch):
    records = list[logging.LogRecord]()
    monkeypatch.setattr(logging.Logger, "handle", lambda logger, record: records.append(record))
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    logging.getLogger("identifiers").debug("The net catches.")
    assert identifiers.find("NHS 999 000 0018, jane@example.com")
    assert [record.msg for record in records] == ["The net catches."]


def test_masks_say_what_was_there():
    text = "Mrs X, NHS 999 000 0018, DOB 12/03/1950."
    assert (
        identifiers.masked(text, identifiers.find(text))
        == "Mrs X, NHS [NHS number removed], DOB [date of birth removed]."
    )


def test_masks_that_overlap_hide_both_and_silent_ones_stay():
    found = [
        identifiers.Finding(2, 4, "postcode", "nudge"),
        identifiers.Finding(4, 4, "email", "nudge"),
        identifiers.Finding(9, 1, "doi", "silent"),
    ]
    assert identifiers.masked("0123456789", found) == "01[postcode removed]89"
