"""GIFT: the whole grammar, the ways it is written in the wild, and a broken question beside sound ones."""

import pytest

from courses.packages.report import Report
from courses.questions import banks, gift
from courses.questions.marking import share_of
from courses.questions.models import QuestionKind
from tests.packages.banks import GIFT


def read(text):
    report = Report()
    return gift.read(text, report), report


def one(text):
    """The one question of a text, and nothing to report."""
    found, report = read(text)
    assert report.problems == []
    (question,) = found[0].questions
    return question


def refused(text):
    """Why the question did not come in, beside one that does."""
    found, report = read(f"::Sound:: Yes? {{T}}\n\n{text}\n\n::Sound too:: No? {{F}}")
    assert [len(bank.questions) for bank in found] == [2], "a broken question takes no other with it"
    assert not report.has_errors
    (problem,) = report.problems
    return problem.message


def test_a_bank_of_every_kind_comes_in_with_its_categories():
    found, report = read(GIFT)
    assert [(bank.title, len(bank.questions)) for bank in found] == [("Consent / Basics", 4), ("Consent / Numbers", 5)]
    kinds = [question["kind"].value for bank in found for question in bank.questions]
    assert kinds == [
        "single", "truefalse", "multiple", "shortanswer", "numerical", "numerical", "matching", "essay", "description",
    ]  # fmt: skip
    assert report.questions == 9
    assert [problem.code for problem in report.problems] == ["categories"]


def test_the_bank_becomes_one_quiz_unit():
    found, _ = read(GIFT)
    unit = banks.unit(found, "Consent")
    assert (unit.kind, unit.title, unit.threshold, unit.minutes, len(unit.questions)) == ("quiz", "Consent", 75, 8, 9)


def test_escaped_characters_are_text():
    question = one(r"::A\:B:: Is \{x\} \= y\#1 \~ z \\ w? {=a\=b\~c\#d#f\#g ~\{none\}}")
    assert question["prompt_html"] == r"<p>Is {x} = y#1 ~ z \ w?</p>"
    assert [option["text"] for option in question["options"]] == ["a=b~c#d", "{none}"]
    assert question["options"][0]["feedback_html"] == "f#g"


def test_a_backslash_n_is_a_new_line():
    assert one(r"First\nsecond {T}")["prompt_html"] == "<p>First<br>second</p>"


@pytest.mark.parametrize(
    "text, html",
    [
        ("[html]<p>A <b>bold</b> <script>x</script>word</p> {T}", "<p>A <b>bold</b> word</p>"),
        ("[markdown]A **bold** word {T}", "<p>A <strong>bold</strong> word</p>"),
        ("[plain]A <b>bold</b> word {T}", "<p>A &lt;b&gt;bold&lt;/b&gt; word</p>"),
        ("[moodle]A <b>bold</b>\nword {T}", "<p>A <b>bold</b><br>word</p>"),
        ("A <b>bold</b> word, p<0.05 {T}", "<p>A <b>bold</b> word, p&lt;0.05</p>"),
    ],
)
def test_each_format_of_text(text, html):
    found, _ = read(text)
    assert found[0].questions[0]["prompt_html"] == html


def test_an_answer_may_have_a_format_of_its_own():
    options = one("[markdown]Which? {=[html]<i>this</i> ~*that*}")["options"]
    assert [option["html"] for option in options] == ["<i>this</i>", "<em>that</em>"]


def test_shares_general_feedback_and_feedback():
    question = one("Which? {=%100%a#yes ~%33.3%b#partly ~c#no####Because.}")
    assert question["explanation_html"] == "<p>Because.</p>"
    assert [option["share"] for option in question["options"]] == [100, 33.3, 0]
    assert [option["feedback_html"] for option in question["options"]] == ["yes", "partly", "no"]


def test_one_right_answer_of_several_needs_no_shares():
    options = one("Which? {=a ~b ~c}")["options"]
    assert [option["is_correct"] for option in options] == [True, False, False]
    assert not any("share" in option for option in options)


def test_two_right_answers_to_one_choice_are_both_right():
    question = one("Which? {=a =b ~c}")
    assert question["kind"] is QuestionKind.SINGLE
    assert [share_of(question["kind"], question["options"], [n]) for n in range(3)] == [100, 100, 0]


def test_shares_without_a_right_one_are_a_question_of_several_answers():
    question = one("Which? {~%50%a ~%50%b ~%-100%c}")
    assert question["kind"] is QuestionKind.MULTIPLE
    given = [[0, 1], [0], [0, 1, 2], []]
    assert [share_of(question["kind"], question["options"], each) for each in given] == [100, 50, 0, 0]


@pytest.mark.parametrize("word, right", [("T", 0), ("TRUE", 0), ("true", 0), ("F", 1), ("False", 1)])
def test_true_and_false(word, right):
    options = one(f"Is it? {{{word}}}")["options"]
    assert [option["is_correct"] for option in options].index(True) == right


def test_the_first_feedback_of_true_or_false_is_for_the_wrong_answer():
    options = one("Is it? {F#wrong#right}")["options"]
    assert [(option["text"], option["feedback_html"]) for option in options] == [("True", "wrong"), ("False", "right")]


@pytest.mark.parametrize(
    "written, answer, share",
    [
        ("{#5}", "5", 100), ("{#5}", "5.1", 0), ("{#5:0.1}", "5.1", 100), ("{#0.7:0.1}", "0.8", 100), ("{#1..5}", "1", 100),
        ("{#1..5}", "5.01", 0), ("{#-1..1}", "-1", 100), ("{#3,14:0,01}", "3.15", 100), ("{#=5 =%50%5:1}", "5.5", 50),
        ("{#=5 =%50%5:1}", "5", 100), ("{#=5#yes ~#no}", "7", 0), ("{#1e3}", "1000", 100),
    ],
)  # fmt: skip
def test_numbers_with_tolerances_ranges_and_shares(written, answer, share):
    question = one(f"How many? {written}")
    assert question["kind"] is QuestionKind.NUMERICAL
    assert share_of(question["kind"], question["options"], answer) == share


def test_what_is_written_after_the_answers_makes_a_missing_word():
    assert one("GCP means good {=clinical} practice.")["prompt_html"] == "<p>GCP means good _____ practice.</p>"
    assert one("It ends {=here}.")["prompt_html"] == "<p>It ends _____.</p>"


def test_a_star_in_a_short_answer_is_any_text():
    question = one("What? {=good * practice =%50%*practice*}")
    kind, options = question["kind"], question["options"]
    assert share_of(kind, options, "Good clinical practice.") == 100
    assert share_of(kind, options, "the practice nurse") == 50
    assert share_of(kind, options, "nothing") == 0


def test_comments_blank_lines_and_windows_lines():
    text = "// a comment\r\n\r\n::A:: One? {\r\n\r\n=yes\r\n// within\r\n\r\n~no\r\n}\r\n\r\n::B:: Two? {T}\r\n"
    found, report = read(banks.decoded(text.encode()))
    assert [question["kind"].value for question in found[0].questions] == ["single", "truefalse"]
    assert report.problems == []


def test_questions_without_a_blank_line_between_them_stay_two():
    found, _ = read("$CATEGORY: A\n::One:: One? {T}\n::Two:: Two? {F}\n$CATEGORY: A/B\n::Three:: Three? {T}")
    assert [(bank.title, len(bank.questions)) for bank in found] == [("A", 2), ("A / B", 1)]


def test_a_slash_in_the_name_of_a_category_is_written_twice():
    assert banks.category("$module$/top/Yes//no/Maybe") == "Yes/no / Maybe"


@pytest.mark.parametrize(
    "text, why",
    [
        ("::Broken:: Which? {=a ~b", "its { has no }"),
        ("::Broken Which? {T}", "its title has no ::"),
        ("::Broken:: {=a ~b}", "it has no text"),
        ("::Broken:: Which? {~a ~b}", "no answer gives full marks"),
        ("::Broken:: Which? {=a ~}", "one of its answers is empty"),
        ("::Broken:: Which? {a ~b}", "each of its answers needs a = or a ~"),
        ("::Broken:: Which? {~%500%a ~b}", "500 is not a share"),
        ("::Broken:: Which? {~%nan%a ~b}", "nan is not a share"),
        ("::Broken:: Match {=a -> b}", "it needs at least two pairs"),
        ("::Broken:: Match {=a -> b =c}", "one of its pairs has no ->"),
        ("::Broken:: Match {=a -> b =c ->}", "nothing on the right"),
        ("::Broken:: How many? {#many}", "“many” is not a number"),
        ("::Broken:: How many? {#}", "no answer gives full marks"),
        ("::Broken:: One {T} two {F}", "more than one pair of { }"),
        ("::Broken:: Which}", "its } has no {"),
    ],
)
def test_a_broken_question_is_named_with_why_and_takes_no_other_with_it(text, why):
    message = refused(text)
    assert message.startswith("Question 2, “") and "(line 3) was not imported: " in message
    assert "Broken" in message
    assert why in message


def test_a_file_without_a_question_is_refused():
    _, report = read("// only a comment\n\n::Broken:: {")
    assert [problem.code for problem in report.problems if problem.level == "error"] == ["no_questions"]


def test_a_bank_that_is_too_big_for_a_quiz_is_refused_with_what_to_do():
    _, report = read("\n\n".join(f"Question {n}? {{T}}" for n in range(501)))
    (problem,) = report.problems
    assert "This bank has more than 500 questions" in problem.message and "one category at a time" in problem.message


def test_a_file_of_a_thousand_broken_questions_gets_a_short_report():
    _, report = read("\n\n".join(["Broken {"] * 1000 + ["Sound {T}"]))
    assert len(report.problems) == 201
    assert report.problems[-1].message == "800 more questions were not imported."


def test_reading_stops_where_a_file_is_no_bank():
    _, report = read("Broken {\n\n" * 3000)
    assert [problem.code for problem in report.problems if problem.level == "error"] == ["no_questions", "not_a_bank"]


@pytest.mark.parametrize(
    "text, why",
    [
        ("Long? {=" + "a" * 100_000 + "}", "more than 100,000 characters"),
        ("Which? {=a" + " ~b" * 100 + "}", "more than 100 answers"),
    ],
)
def test_a_question_beyond_all_measure_is_named(text, why):
    assert why in refused(text)


def test_a_file_beyond_all_measure_is_refused():
    found, report = read("a\n" * 2_500_001)
    assert found == []
    assert report.problems[0].code == "too_long"
