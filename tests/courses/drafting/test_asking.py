"""A question typed, kept, and typed again: the same row, for every kind and for what banks bring in."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from courses.drafting import asking
from courses.drafting.asking import Answer, Typed
from courses.packages import pages
from courses.packages.report import Report
from courses.questions import gift, marking
from courses.questions.models import QuestionKind

GIFT = """
::One:: What comes <b>first</b>? { =The person #Yes. ~The form #No: **later**. ~%50%Both #Half. #### Because. }

::Two:: Which are fruit? { ~%50%Apple ~%50%Pear ~%-100%Stone }

::Three:: Consent can be withdrawn. { TRUE #It can. #At any time. }

::Four:: Capital of *France*? { =Paris =%50%paris?#Nearly }

::Five:: How many? { #=42:0.5 #Good =%50%40..44 #Nearly }

::Six:: Match. { =cat -> meows =dog -> barks = -> moos }

::Seven:: Write. {}

Only text: p < 0.05 & more.
"""


def draw(text):
    return pages.from_markdown(text).strip(), []


def rows():
    report = Report()
    found = [row for bank in gift.read(GIFT, report) for row in bank.questions]
    assert len(found) == 8, report.problems
    return [SimpleNamespace(**row) for row in found]


@pytest.mark.parametrize("number", range(8))
def test_what_a_bank_brought_in_is_typed_and_kept_the_same(number):
    question = rows()[number]
    typed = asking.typed_of(question, draw)
    kept = asking.row(typed, draw)
    assert typed.problems == {}
    assert kept["kind"] == question.kind
    assert (kept["prompt_html"], kept["explanation_html"]) == (question.prompt_html, question.explanation_html)
    again = asking.row(asking.typed_of(SimpleNamespace(**kept), draw), draw)
    assert again == kept
    for mine, theirs in zip(kept["options"], question.options, strict=True):
        for name in ("html", "share", "match", "is_correct"):
            if name in theirs:
                assert mine[name] == theirs[name], name
        assert mine.get("feedback_html", "") == theirs.get("feedback_html", "")


@pytest.mark.parametrize("answer, share", [("42.5", 100), ("41.5", 100), ("40", 50), ("44", 50), ("44.1", 0)])
def test_a_range_and_a_tolerance_are_the_same_after_they_were_typed(answer, share):
    question = rows()[4]
    kept = asking.row(asking.typed_of(question, draw), draw)
    for options in (question.options, kept["options"]):
        assert marking.share_of(QuestionKind.NUMERICAL, options, answer) == share


def answers(*texts, right=0):
    return [Answer(text=text, is_correct=n == right) for n, text in enumerate(texts)]


def shared(*shares):
    return Typed(QuestionKind.SINGLE, "q", answers=[Answer("a", share=each) for each in shares], has_shares=True)


@pytest.mark.parametrize(
    "typed, field, words",
    [
        (Typed(QuestionKind.SINGLE, "", answers=answers("a", "b")), "prompt", "Enter the question"),
        (Typed(QuestionKind.DESCRIPTION, " "), "prompt", "Enter the text"),
        (Typed(QuestionKind.SINGLE, "x" * 20_001, answers=answers("a", "b")), "prompt", "Shorten this to 20,000 letters"),
        (Typed(QuestionKind.SINGLE, "q", answers=answers("a", "", "")), "answers", "Enter at least two answers"),
        (Typed(QuestionKind.SINGLE, "q", answers=answers("a", "b", right=None)), "answers", "Choose which answer is right"),
        (Typed(QuestionKind.SINGLE, "q", answers=answers("a", "b", "", right=2)), "answers", "Choose which answer is right"),
        (Typed(QuestionKind.MULTIPLE, "q", answers=answers("a", "b", right=None)), "answers", "Tick every answer that is right"),
        (Typed(QuestionKind.TRUE_FALSE, "q", answers=[Answer(), Answer()]), "answers", "Choose which answer is right"),
        (Typed(QuestionKind.SHORT_ANSWER, "q", answers=answers("", "")), "answers", "Enter at least one accepted answer"),
        (Typed(QuestionKind.NUMERICAL, "q", answers=answers("many")), "answers-0-text", "Enter a number, for example 12.5"),
        (Typed(QuestionKind.NUMERICAL, "q", answers=answers("1e999")), "answers-0-text", "Enter a number, for example 12.5"),
        (Typed(QuestionKind.NUMERICAL, "q", answers=[Answer("1", tolerance="-1")]), "answers-0-tolerance", "Enter how far"),
        (Typed(QuestionKind.MATCHING, "q", answers=[Answer("a", match="b")]), "answers", "Enter at least two pairs"),
        (Typed(QuestionKind.MATCHING, "q", answers=[Answer("a", match="c"), Answer("b", match="c")]), "answers", "Enter at least two pairs"),
        (Typed(QuestionKind.MATCHING, "q", answers=[Answer("a"), Answer("b", match="c")]), "answers-0-match", "Enter what belongs"),
        (shared("50", "0"), "answers", "No answer gives full marks."),
        (shared("lots", "0"), "answers-0-share", "Enter a number from -100 to 100"),
        (Typed(QuestionKind.SHORT_ANSWER, "q", answers=[Answer("a", share="50")], has_shares=True), "answers", "One answer has to be worth 100"),
        (Typed(QuestionKind.SINGLE, "q", answers=[*answers("a", "b"), Answer(feedback="x")]), "answers-2-text", "Enter the answer that"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(typed, field, words):
    assert asking.row(typed, draw) is None
    assert typed.problems[field].startswith(words)


def test_empty_rows_are_left_out():
    kept = asking.row(Typed(QuestionKind.SINGLE, "q", answers=answers("", "a", "", "b", right=3)), draw)
    assert [(option["text"], option["is_correct"]) for option in kept["options"]] == [("a", False), ("b", True)]


def test_what_an_answer_says_is_never_more_than_a_label_can_hold():
    kept = asking.row(Typed(QuestionKind.SINGLE, "q", answers=answers("# a", "- b\n- [c](https://x.uk)")), draw)
    assert [option["html"] for option in kept["options"]] == ["a", "b\nc"]
    assert [option["text"] for option in kept["options"]] == ["a", "b c"]


def test_numbers_stay_exact():
    kept = asking.row(
        Typed(QuestionKind.NUMERICAL, "q", answers=[Answer("0.1", tolerance="0.02"), Answer("1,000.5"), Answer("*")]),
        draw,
    )
    assert [option.get("value") for option in kept["options"]] == [0.1, 1000.5, None]
    assert [answer.text for answer in asking.typed_of(SimpleNamespace(**kept), draw).answers] == ["0.1", "1000.5", "*"]
    assert marking.share_of(QuestionKind.NUMERICAL, kept["options"][:1], str(Decimal("0.12"))) == 100


def test_short_answers_keep_what_was_said_of_all():
    typed = Typed(
        QuestionKind.SHORT_ANSWER, "q", answers=answers("NIHR*", "NHS"), is_case_sensitive=True, is_pattern=True
    )
    kept = asking.row(typed, draw)
    assert [(o["text"], o.get("is_pattern", False), o["is_case_sensitive"]) for o in kept["options"]] == [
        ("NIHR*", True, True),
        ("NHS", False, True),
    ]
    again = asking.typed_of(SimpleNamespace(**kept), draw)
    assert (again.is_pattern, again.is_case_sensitive) == (True, True)
