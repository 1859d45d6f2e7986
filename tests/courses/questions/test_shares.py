"""Marking with shares, pairs, numbers and gaps: never below nothing, never above all."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.questions.marking import mark, matched, rights, share_of
from courses.questions.models import QuestionKind


def question(number, kind, options):
    return SimpleNamespace(id=number, kind=kind, options=options)


def worth(*shares):
    return [{"text": str(n), "is_correct": share > 0, "share": share} for n, share in enumerate(shares)]


PAIRS = [
    {"text": "a", "match": "1"}, {"text": "b", "match": "2"}, {"text": "c", "match": "2"}, {"text": "", "match": "0"},
]  # fmt: skip
MATCHING = question(1, QuestionKind.MATCHING, PAIRS)
ESSAY = question(2, QuestionKind.ESSAY, [])
DESCRIPTION = question(3, QuestionKind.DESCRIPTION, [])


@pytest.mark.parametrize(
    "kind, shares, answer, share",
    [
        ("single", (100, 50, 0), [1], 50),
        ("single", (100, 50, 0), [0, 1], 0),
        ("single", (100, -50, 0), [1], 0),
        ("single", (100, 50, 0), [7], 0),
        ("single", (100, 50, 0), None, 0),
        ("multiple", (50, 50, -50), [0, 2], 0),
        ("multiple", (50, 50, -25), [0, 1, 2], 75),
        ("multiple", (50, 50, 50), [0, 1, 2], 100),
        ("multiple", (33.333, 33.333, 33.333), [0, 1, 2], 100),
        ("multiple", (50, 50), [0, 0], 50),
        ("multiple", (50, 50), [0, 9], 50),
        ("multiple", (50, 50), [], 0),
    ],
)
def test_the_share_of_what_was_chosen(kind, shares, answer, share):
    marked = mark([question(1, QuestionKind(kind), worth(*shares))], {"1": answer})
    assert marked.marks[0].share == share
    assert marked.marks[0].is_correct is (share == 100)
    assert marked.score == share


def test_a_quiz_scores_the_mean_of_shares_rounded_down():
    asked = [question(n, QuestionKind.SINGLE, worth(100, 50, 0)) for n in (1, 2, 3)]
    assert mark(asked, {"1": [0], "2": [1], "3": [1]}).score == 66
    assert mark(asked, {"1": [0], "2": [0], "3": [0]}).score == 100


@pytest.mark.parametrize(
    "answer, parts",
    [
        ([0, 1, 1], (100, 100, 100)), ([0, 2, 1], (100, 100, 100)), ([0, 3, 0], (100, 0, 0)), ([0], (100, 0, 0)),
        (None, (0, 0, 0)), ("0", (0, 0, 0)), ([99, None, -1], (0, 0, 0)),
    ],
)  # fmt: skip
def test_a_matching_question_counts_each_pair(answer, parts):
    (marked,) = mark([MATCHING], {"1": answer}).marks
    assert marked.parts == parts
    assert round(marked.share, 3) == round(sum(parts) / 3, 3)


def test_choices_on_the_right_are_each_once_and_by_the_alphabet():
    assert rights(PAIRS) == [(3, "0"), (0, "1"), (1, "2")]


def test_what_nobody_marks_does_not_count():
    single = question(1, QuestionKind.SINGLE, worth(100, 0))
    marked = mark([single, ESSAY, DESCRIPTION], {"1": [0], "2": "Much."})
    assert marked.score == 100 and marked.is_scored
    assert [each.share for each in marked.marks] == [100, None, None]
    assert mark([single, ESSAY], {"1": [1], "2": "Much."}).score == 0


def test_a_quiz_that_nobody_marks_is_passed_when_handed_in():
    marked = mark([ESSAY, DESCRIPTION], {})
    assert (marked.score, marked.is_scored) == (100, False)


@pytest.mark.parametrize(
    "pattern, answer, fits",
    [
        ("*", "anything", True), ("*", "", False), ("a*", "abc", True), ("*c", "abc.", True), ("a*c", "ac", True), ("a*b*c", "a b c", True),
        ("aba*aba", "aba", False), ("*b*b*", "b", False), ("*b*b*", "abcb", True), ("A  * Z", "a x z", True), ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False), ("colo*r", "COLOUR", True),
    ],
)  # fmt: skip
def test_patterns_of_short_answers(pattern, answer, fits):
    options = [{"text": pattern, "is_correct": True, "is_pattern": True}]
    assert (matched(QuestionKind.SHORT_ANSWER, options, answer) == 0) is fits


def test_a_star_is_a_star_where_no_pattern_is_meant():
    assert share_of(QuestionKind.SHORT_ANSWER, [{"text": "*", "is_correct": True}], "anything") == 0


def test_the_first_accepted_answer_that_fits_counts():
    options = [{"text": "gcp", "share": 50}, {"text": "*", "share": 100, "is_pattern": True}]
    assert matched(QuestionKind.SHORT_ANSWER, options, "GCP") == 0
    assert share_of(QuestionKind.SHORT_ANSWER, options, "GCP") == 50


ANSWERS = st.none() | st.text(max_size=20) | st.lists(st.none() | st.integers(-3, 9) | st.text(max_size=8), max_size=6)
KINDS = {
    QuestionKind.SINGLE: worth(100, 30, -20), QuestionKind.MULTIPLE: worth(60, 40, -50),
    QuestionKind.NUMERICAL: [{"text": "5", "value": 5, "tolerance": 1, "share": 100}, {"text": "*", "low": None, "high": None, "share": -10}],
    QuestionKind.SHORT_ANSWER: [{"text": "a*b*", "is_pattern": True, "share": 100}], QuestionKind.MATCHING: PAIRS,
    QuestionKind.CLOZE: [
        {"kind": "single", "weight": 2, "options": worth(100, 10)},
        {"kind": "numerical", "weight": 0, "options": [{"text": "1", "low": 0, "high": 2}]},
    ],
}  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(KINDS)), ANSWERS)
def test_any_answer_at_all_is_worth_between_nothing_and_all(kind, answer):
    marked = mark([question(1, QuestionKind(kind), KINDS[QuestionKind(kind)])], {"1": answer})
    assert 0 <= marked.marks[0].share <= 100
    assert 0 <= marked.score <= 100
