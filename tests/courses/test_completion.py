"""The arithmetic of completion: pure rules, no database."""

from hypothesis import given
from hypothesis import strategies as st

from courses.learning import completion

positions = st.sets(st.integers(1, 200), max_size=40)


def bitmap(wanted):
    made = b""
    for position in wanted:
        made = completion.set_bit(made, position)
    return made


@given(positions)
def test_a_bit_that_was_set_is_there_and_no_other(wanted):
    made = bitmap(wanted)
    assert {position for position in range(1, 220) if completion.has_bit(made, position)} == wanted
    assert completion.count_bits(made) == len(wanted)


@given(positions, positions)
def test_a_mask_is_covered_exactly_when_every_bit_is_there(done, mask):
    assert completion.covers(bitmap(done), bitmap(mask)) == (mask <= done)


def test_nothing_required_is_covered_at_once():
    assert completion.covers(b"", b"")


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_hundred_per_cent_means_all_of_it(done, total):
    share = completion.percent(min(done, total), total)
    assert 0 <= share <= 100
    assert (share == 100) == (done >= total)


def test_nothing_of_nothing_is_nothing():
    assert completion.percent(0, 0) == 0


spans = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).map(tuple), max_size=8)


@given(spans, spans)
def test_watching_more_never_loses_what_was_watched(before, after):
    once = completion.merge_watched(None, before)
    both = completion.merge_watched(once, after)
    assert int.from_bytes(once, "little") & ~int.from_bytes(both, "little") == 0
    assert both == completion.merge_watched(completion.merge_watched(None, after), before)
    assert len(both) == 32


def test_a_whole_video_in_small_parts_is_a_hundred_per_cent():
    watched = None
    for part in range(60):
        watched = completion.merge_watched(watched, [(part / 60, (part + 1) / 60)])
    assert completion.watched_percent(watched) == 100


def test_a_jump_over_the_middle_counts_only_what_was_played():
    watched = completion.merge_watched(None, [(0, 0.25), (0.75, 1)])
    assert completion.watched_percent(watched) == 50


def test_a_span_past_the_end_counts_to_the_end():
    assert completion.watched_percent(completion.merge_watched(None, [(0.5, 1.01)])) == 50
