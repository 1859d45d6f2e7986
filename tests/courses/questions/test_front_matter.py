"""Questions of a quiz page's front matter: the kinds that are written by hand."""

import pytest

from courses.packages.report import Report
from courses.questions.marking import share_of
from courses.questions.reading import front_matter


def read(given):
    report = Report()
    return front_matter.read(3, given, report, "quiz.md"), [problem.message for problem in report.problems]


def test_a_number_with_a_range_and_shares():
    options = [{"value": 5, "tolerance": 0.5, "feedback": "Yes."}, {"low": 1, "high": 10, "share": 50}]
    question, problems = read({"kind": "numerical", "prompt": "How many?", "options": options})
    assert problems == []
    assert [share_of(question["kind"], question["options"], each) for each in ("5.5", "9", "11")] == [100, 50, 0]


def test_a_matching_question_with_one_choice_more():
    options = [{"text": "a", "match": "1"}, {"text": "b", "match": "2"}, {"match": "3"}]
    question, problems = read({"kind": "matching", "prompt": "Match.", "options": options})
    assert problems == []
    assert [(option["text"], option["match"]) for option in question["options"]] == [("a", "1"), ("b", "2"), ("", "3")]


@pytest.mark.parametrize("kind", ["essay", "description"])
def test_what_nobody_marks_needs_no_answers(kind):
    question, problems = read({"kind": kind, "prompt": "What *will* you change?"})
    assert (question["kind"], question["options"], problems) == (kind, [], [])
    assert question["prompt_html"] == "<p>What <em>will</em> you change?</p>"


@pytest.mark.parametrize(
    "given, why",
    [
        (7, "it needs a prompt and a kind"),
        ({"kind": "cloze", "prompt": "x"}, "it needs a prompt and a kind"),
        ({"kind": "essay"}, "it needs a prompt and a kind"),
        ({"kind": "numerical", "prompt": "x"}, "no answer gives full marks"),
        ({"kind": "numerical", "prompt": "x", "options": [{"value": "five"}]}, "is not a number"),
        ({"kind": "numerical", "prompt": "x", "options": [{"value": 5, "share": 500}]}, "is not a share"),
        ({"kind": "matching", "prompt": "x", "options": [{"text": "a", "match": "b"}]}, "at least two pairs"),
        ({"kind": "matching", "prompt": "x", "options": "a"}, "at least two pairs"),
        ({"kind": "single", "prompt": "x", "options": [1, {"text": "a"}, {"text": "b"}]}, "exactly one answer"),
    ],
)
def test_a_half_question_is_said(given, why):
    question, problems = read(given)
    assert question is None
    assert problems[0].startswith("Question 3: ") and why in problems[0]
