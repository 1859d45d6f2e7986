"""Aiken: both ways to write a letter, lines that go on, and errors by line in words."""

import pytest

from courses.packages.report import Report
from courses.questions import aiken, banks
from tests.packages.banks import AIKEN


def read(text):
    report = Report()
    found = aiken.read(text, report)
    return [question for bank in found for question in bank.questions], report


def test_a_bank_comes_in():
    questions, report = read(AIKEN)
    assert [question["kind"].value for question in questions] == ["single", "single"]
    assert questions[1]["prompt_html"] == "<p>What is kept in the site file?<br>Think of an inspector.</p>"
    right = [[option["text"] for option in question["options"] if option["is_correct"]] for question in questions]
    assert right == [["Anybody at any time"], ["The delegation log"]]
    assert report.problems == [] and report.questions == 2


def test_the_way_it_is_written_in_the_wild():
    text = "One?\r\nA. first\r\n   and more\r\nB.second\r\nanswer: a\r\nTwo & <three>?\r\nA) x\r\nB) y\r\nC) z\r\nANSWER: A, C\r\n"
    questions, report = read(banks.decoded(text.encode("utf-16")))
    assert [option["text"] for option in questions[0]["options"]] == ["first and more", "second"]
    assert questions[1]["prompt_html"] == "<p>Two &amp; &lt;three&gt;?</p>"
    assert [option["is_correct"] for option in questions[1]["options"]] == [True, False, True]
    assert questions[1]["kind"] == "multiple"
    assert report.problems == []


def test_a_line_with_a_letter_that_is_not_the_next_one_is_text():
    questions, _ = read("Who was it?\nDr\nC. Example\nA. One\nB. Two\nANSWER: B")
    assert questions[0]["prompt_html"] == "<p>Who was it?<br>Dr<br>C. Example</p>"


@pytest.mark.parametrize(
    "text, why",
    [
        ("Broken?\nA. one\nANSWER: A", "it needs at least two answers"),
        ("Broken?\nA. one\nB. two\nANSWER: C", "line 8 says that C is right, but its answers are A to B."),
        ("Broken?\nA. one\nB. two\nANSWER:", "line 8 says that nothing is right"),
        ("Broken?\nA.\nB. two\nANSWER: B", "one of its answers is empty"),
        ("ANSWER: B", "it has no text before its ANSWER line"),
    ],
)
def test_a_broken_question_is_named_with_its_line_and_takes_no_other_with_it(text, why):
    questions, report = read(f"Sound?\nA. a\nB. b\nANSWER: A\n{text}\nSound too?\nA. a\nB. b\nANSWER: A\n")
    assert len(questions) == 2
    (problem,) = report.problems
    assert problem.message.startswith("Question 2") and "(line 5) was not imported: " in problem.message
    assert why in problem.message


def test_a_file_that_ends_too_soon_says_so():
    questions, report = read(AIKEN + "Last?\nA. a\nB. b")
    assert len(questions) == 2
    assert "“Last?” (line 12) was not imported: the file ends before its ANSWER line." in report.problems[0].message
