"""Marking is the same for everybody and needs no database."""

from types import SimpleNamespace

import pytest

from courses.questions.marking import mark, plain
from courses.questions.models import QuestionKind


def question(number, kind, *options):
    return SimpleNamespace(
        id=number, kind=kind, options=[{"text": text, "is_correct": right} for text, right in options]
    )


SINGLE = question(1, QuestionKind.SINGLE, ("A", False), ("B", True))
MULTIPLE = question(2, QuestionKind.MULTIPLE, ("A", True), ("B", True), ("C", False))
SHORT = question(3, QuestionKind.SHORT_ANSWER, ("Good Clinical Practice", True), ("GCP", True))


@pytest.mark.parametrize(
    "asked, answer, right",
    [
        (SINGLE, [1], True),
        (SINGLE, [0], False),
        (SINGLE, [0, 1], False),
        (SINGLE, [], False),
        (SINGLE, None, False),
        (SINGLE, "1", False),
        (MULTIPLE, [1, 0], True),
        (MULTIPLE, [0], False),
        (MULTIPLE, [0, 1, 2], False),
        (SHORT, " good  clinical practice. ", True),
        (SHORT, "gcp", True),
        (SHORT, "", False),
        (SHORT, [0], False),
    ],
)
def test_an_answer_is_right_only_when_all_of_it_is(asked, answer, right):
    marked = mark([asked], {str(asked.id): answer})
    assert marked.marks[0].is_correct is right
    assert marked.score == (100 if right else 0)


def test_the_score_is_rounded_down_so_that_nobody_passes_by_rounding():
    assert mark([SINGLE, MULTIPLE, SHORT], {"1": [1], "2": [0, 1]}).score == 66


def test_a_quiz_without_questions_scores_nothing():
    assert mark([], {}).score == 0


def test_curly_and_straight_quotes_are_the_same():
    assert plain("Patient\u2019s choice") == plain("patient's CHOICE.")
