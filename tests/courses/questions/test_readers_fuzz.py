"""Whatever a file holds, a reader of banks gives questions that can be marked, or says why not: no crash, no hang."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.packages.report import Report
from courses.questions import aiken, banks, gift, moodle_xml
from courses.questions.marking import mark
from tests.packages import banks as written
from tests.packages.banks import AIKEN, GIFT, moodle

RUNS = settings(max_examples=200, deadline=None, derandomize=True)
TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
GIFT_BITS = st.lists(
    st.sampled_from([
        "{", "}", "{}", "=", "~", "#", "####", "%", "%50%", "%-100%", "->", "::", ":", "\\", "\n", "\n\n", "//", "$CATEGORY: a/b", "T", "5",
        "..", "[html]", "[markdown]", "<p>", "<img src=x>", "word", " ", "*", "\ue000", "\\n", "\\{",
    ]) | TEXT, max_size=40,
).map("".join)  # fmt: skip
AIKEN_BITS = st.lists(
    st.sampled_from(["A.", "A. one", "B) two", "C. three", "ANSWER: A", "ANSWER:", "ANSWER: Z", "", "Question?", "\ufeff"]) | TEXT,
    max_size=40,
).map("\n".join)  # fmt: skip


def check(found, report):
    """Each question that came in can be kept and marked."""
    json.dumps([bank.questions for bank in found])
    asked = [SimpleNamespace(id=n, **row) for n, row in enumerate(q for bank in found for q in bank.questions)]
    answers = ([0], "5", [0, "5"])
    assert all(0 <= mark(asked, dict.fromkeys(map(str, range(len(asked))), each)).score <= 100 for each in answers)
    assert found or report.has_errors
    assert report.questions == len(asked)
    assert "\x00" not in str(found)


def cut(text):
    """Sound text with a part of it replaced by another of its parts: broken the way that files break."""
    places = st.integers(0, len(text))
    return st.tuples(places, places, places, places).map(
        lambda at: text[: min(at[0], at[1])] + text[min(at[2], at[3]) : max(at[2], at[3])] + text[max(at[0], at[1]) :]
    )


@RUNS
@given(GIFT_BITS | cut(GIFT))
def test_any_text_as_gift(text):
    report = Report()
    check(gift.read(banks.decoded(text.encode()), report), report)


@RUNS
@given(AIKEN_BITS | cut(AIKEN))
def test_any_text_as_aiken(text):
    report = Report()
    check(aiken.read(banks.decoded(text.encode()), report), report)


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60).map(
    lambda text: text.replace("]]>", "")
)
GAPS = st.lists(
    st.sampled_from(["{1:SA:", "{:NM:", "{1:MC:", "}", "~", "=", "%50%", "#", "\\", "a", "5", "[[1]]", "<p>", "</p>", "&#39;"]) | WORD, max_size=20
).map("".join)  # fmt: skip
QUESTIONS = st.builds(
    written.question,
    st.sampled_from(["multichoice", "truefalse", "shortanswer", "numerical", "matching", "essay", "cloze", "ddwtos", "x"]),
    WORD, GAPS | WORD,
    st.lists(
        st.builds(written.answer, WORD | st.sampled_from(["true", "false", "5", "*"]), st.sampled_from([100, 50, 0, -100, 1e9]), WORD)
        | st.builds(written.pair, WORD, WORD)
        | st.sampled_from(["<single>false</single>", "<answer/>", "<subquestion/>", "<dragbox><text>a</text></dragbox>", "<hint/>"]),
        max_size=5,
    ).map("".join),
)  # fmt: skip


@RUNS
@given(
    st.lists(QUESTIONS, max_size=3).map(lambda rows: moodle(*rows))
    | cut(moodle(*written.ALL).decode()).map(str.encode)
    | st.binary(max_size=300)
)
def test_any_bytes_as_moodle_xml(content):
    report = Report()
    check(moodle_xml.read(content, report), report)


LONG = 100_000
NO_HANG = pytest.mark.timeout(60)
"Each takes well under a second; whatever grows faster than its text would take hours."


@NO_HANG
@pytest.mark.parametrize(
    "text",
    [
        "{" * LONG, "}" * LONG, "{\n\n" + "a\n\n" * LONG, "{\n\n" * LONG, "::" * LONG, "\n::a" * LONG, "\\" * LONG, "{=a#" + "#" * LONG,
        "q {" + "=a->b" * LONG + "}", "q {" + "~%1%a" * LONG + "}", "<" * LONG + " {T}", "<a " * LONG + " {T}", "a{#1.." + "1" * LONG + "}",
        "$CATEGORY: a\n" * LONG, "[html]" + "<p>" * LONG + "{T}", "[markdown]" + "*a " * 20_000 + "{T}",
    ],
    ids=range(16),
)  # fmt: skip
def test_a_long_gift_file_takes_time_by_its_length(text):
    gift.read(text, Report())


@NO_HANG
@pytest.mark.parametrize(
    "text", ["A. a\n" * LONG, "q\nA. a\n" + "b\n" * LONG, "ANSWER: A\n" * LONG, "q\nA. a\nB. b\nANSWER: " + "A," * LONG]
)
def test_a_long_aiken_file_takes_time_by_its_length(text):
    aiken.read(text, Report())


@NO_HANG
@pytest.mark.parametrize(
    "text",
    [
        "{1:SA:=a}" * 20_000,
        "{1:SA:" + "\\" * LONG,
        "{1:SA:" + "~" * LONG + "}",
        "{1:" * LONG,
        "[[1]]" * LONG,
        "<img " * LONG,
    ],
)
@pytest.mark.parametrize("kind", ["cloze", "ddwtos"])
def test_a_long_text_with_gaps_takes_time_by_its_length(text, kind):
    boxes = "<dragbox><text>a</text><group>1</group></dragbox>" * 2
    moodle_xml.read(moodle(written.question(kind, "n", text, boxes)), Report())
