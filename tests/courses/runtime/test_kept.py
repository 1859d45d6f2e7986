"""A state is read as it was kept, however long and whatever is in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.runtime import kept

PACKED = "".join(chr(33 + (n * n * 2_654_435_761 >> 16) % 90) for n in range(64_000))
REPEATING = json.dumps([{"slide": n, "seen": True} for n in range(2_500)])


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=50)))
def test_what_was_kept_is_read_again(state):
    packed, size = kept.pack(state)
    assert kept.unpack(packed) == state
    assert size == len(json.dumps(state, separators=(",", ":")))


@pytest.mark.parametrize("text", [PACKED, REPEATING, "é🙂\ud800" * 20_000])
def test_a_long_state_is_read_again(text):
    assert kept.unpack(kept.pack({"suspend_data": text})[0]) == {"suspend_data": text}


def test_text_that_repeats_itself_is_kept_small_and_packed_text_costs_no_more_than_itself():
    assert len(kept.pack({"suspend_data": REPEATING})[0]) < len(REPEATING) / 5
    packed, size = kept.pack({"suspend_data": PACKED})
    assert len(packed) < size + 64


def test_nothing_kept_yet_is_an_empty_state():
    assert kept.unpack(b"") == {}
