"""Each kind of question in the browser's forms: asked, missed, answered, marked, without JavaScript."""

from pathlib import Path

import pytest
from sqlalchemy import select

from courses import publishing
from courses.catalogue import ModuleVersion, Origin
from courses.db import now
from courses.learning import personal
from courses.learning.models import Enrolment, QuizAttempt
from courses.questions.models import Question, QuestionKind
from courses.storage import Storage
from tests.modules import make_theme
from tests.packages import banks
from tests.packages.banks import answer, moodle, pictured, question

QUIZ = "/modules/a-bank/units/1"
EACH = (
    banks.SINGLE, banks.MULTIPLE, banks.TRUE_FALSE, banks.SHORT, banks.NUMERICAL, banks.MATCHING, banks.ESSAY, banks.DESCRIPTION,
    banks.CLOZE, banks.DRAG, pictured(),
)  # fmt: skip


@pytest.fixture
def bring_in(app, session, tmp_path):
    """Publish a quiz of these questions, from a question bank."""

    def bring(*questions):
        make_theme(session)
        path = tmp_path / "bank.xml"
        path.write_bytes(moodle(*questions))
        storage = Storage(Path(app.config["FRONTLINE"].storage.removeprefix("file:")))
        report = publishing.import_file(
            session, storage, path, slug="a-bank", title="A bank", origin=Origin.AUTHOR, now=now()
        )
        assert report.accepted, report.problems
        publishing.publish(session, session.scalar(select(ModuleVersion.id)), now())
        rows = session.execute(select(Question.id, Question.kind).order_by(Question.position)).all()
        session.commit()
        return rows

    return bring


def right(questions):
    """The fields of all questions, each answered rightly."""
    name = {n: f"q{row.id}" for n, row in enumerate(questions, 1)}
    return {
        name[1]: "0", name[2]: ["0", "1", "2"], name[3]: "1", name[4]: "Good clinical practice", name[5]: "2,5",
        f"{name[6]}-0": "0", f"{name[6]}-1": "1", name[7]: "I will ask <more> people.\x00", f"{name[9]}-0": "clinical",
        f"{name[9]}-1": "5", f"{name[9]}-2": "0", f"{name[10]}-0": "1", f"{name[10]}-1": "0", f"{name[10]}-2": "0", name[11]: "0",
    }  # fmt: skip


def test_a_quiz_of_every_kind_is_answered_and_passed(member, session, bring_in):
    questions = bring_in(*EACH)
    page = member.get(QUIZ)
    assert "10 questions · pass mark 75%" in page.words
    assert "Question 10 of 10" in page.words and "Read this first" in page.words
    assert page.select_one(".prompt img")["alt"] == "A box with a label"
    page = member.follow(QUIZ, right(questions))
    assert "You scored 100%. You passed." in page.words
    assert "You wrote: I will ask <more> people." in page.words
    assert "Nobody marks this question" in page.words
    stored = session.scalar(select(QuizAttempt.answers))
    assert stored[str(questions[8].id)] == ["clinical", "5", 0]
    assert "\x00" not in str(stored)
    assert session.scalar(select(Enrolment.best_score)) == 100


def test_what_was_partly_right_is_said_with_its_share_and_feedback(member, bring_in):
    questions = bring_in(banks.MULTIPLE, banks.SHORT, banks.MATCHING, banks.CLOZE)
    name = [f"q{row.id}" for row in questions]
    member.get(QUIZ)
    page = member.follow(QUIZ, {
        name[0]: ["0", "1"], name[1]: "clinical trials", f"{name[2]}-0": "0", f"{name[2]}-1": "2", f"{name[3]}-0": "clinic",
        f"{name[3]}-1": "9", f"{name[3]}-2": "0",
    })  # fmt: skip
    said = [" ".join(tag.get_text().split()) for tag in page.select(".result")]
    assert said == ["Partly correct: 66%", "Partly correct: 25%", "Partly correct: 50%", "Partly correct: 37%"]
    assert "You scored 44%. The pass mark is 75%." in page.words
    assert "Your answer: Payment (not correct yet)" in page.words
    assert "And the other words?" in page.words
    assert "Gap 1: Nearly" in page.words and "Gap 3: Right" in page.words
    assert "clinic (partly correct: 50%)" in page.words


def test_nothing_answered_names_every_field_and_leads_to_it(member, session, bring_in):
    bring_in(*EACH)
    member.get(QUIZ)
    page = member.post(QUIZ, {}, status=422)
    errors = page.select(".nhsuk-error-summary a")
    assert [error.get_text(strip=True) for error in errors] == [
        "Select an answer to question 1", "Select at least one answer to question 2", "Select true or false for question 3",
        "Enter an answer to question 4", "Enter a number for question 5", "Choose a match for “Protocol” in question 6",
        "Choose a match for “Consent form” in question 6", "Fill in gap 1 of question 8", "Enter a number for gap 2 of question 8",
        "Choose an answer for gap 3 of question 8", "Choose an answer for gap 1 of question 9", "Choose an answer for gap 2 of question 9",
        "Choose an answer for gap 3 of question 9", "Select an answer to question 10",
    ]  # fmt: skip
    for error in errors:
        assert page.select_one(f"#{error['href'][1:]}").name in ("input", "select")
    for described in page.select("[aria-describedby]"):
        assert all(page.select_one(f"#{name}") for name in described["aria-describedby"].split())
    assert session.scalar(select(QuizAttempt.id)) is None


@pytest.mark.parametrize(
    "typed, words",
    [
        ("five", "Enter a number for question 1, such as 5 or 1.5, without a unit"),
        ("5 mg", "Enter a number for question 1, such as 5 or 1.5, without a unit"),
        ("   ", "Enter a number for question 1, such as 5 or 1.5, without a unit"),
        ("1,000", "Enter the number for question 1 without a comma: 1000 or 1.000"),
    ],
)
def test_what_is_not_one_number_comes_back_with_words_and_what_was_typed(member, bring_in, typed, words):
    (row,) = bring_in(banks.NUMERICAL)
    member.get(QUIZ)
    page = member.post(QUIZ, {f"q{row.id}": typed}, status=422)
    assert words in page.words
    assert page.select_one(f"[name=q{row.id}]")["value"] == typed


def test_pairs_and_gaps_come_back_with_what_was_chosen(member, bring_in):
    matching, cloze = bring_in(banks.MATCHING, banks.CLOZE)
    member.get(QUIZ)
    given = {f"q{matching.id}-0": "2", f"q{cloze.id}-0": "some <text>", f"q{cloze.id}-2": "1"}
    page = member.post(QUIZ, given, status=422)
    assert page.select_one(f"#q{matching.id}-0 option[selected]")["value"] == "2"
    assert page.select_one(f"#q{cloze.id}-0")["value"] == "some <text>"
    assert page.select_one(f"#q{cloze.id}-2 option[selected]")["value"] == "1"
    assert page.select_one(f"label[for=q{cloze.id}-1]").get_text() == "Gap 2 of 3"


@pytest.mark.parametrize("value", ["9", "-1", "x", "0.5"])
def test_a_match_that_was_never_offered_is_not_marked(member, session, bring_in, value):
    (row,) = bring_in(banks.MATCHING)
    member.get(QUIZ)
    member.post(QUIZ, {f"q{row.id}-0": value, f"q{row.id}-1": "1"}, status=422)
    assert session.scalar(select(QuizAttempt.id)) is None


def test_a_number_typed_into_a_gap_for_words_stays_a_text(member, session, bring_in):
    (row,) = bring_in(question("cloze", "n", "<p>It is {1:SA:=0~%50%other}.</p>"))
    member.get(QUIZ)
    page = member.follow(QUIZ, {f"q{row.id}-0": "0"})
    assert "You scored 100%" in page.words
    assert session.scalar(select(QuizAttempt.answers)) == {str(row.id): ["0"]}


def test_a_telephone_shows_its_keypad_unless_an_answer_is_below_nothing(member, bring_in):
    above, below = bring_in(banks.NUMERICAL, question("numerical", "n", "<p>How cold?</p>", answer("-18", 100)))
    page = member.get(QUIZ)
    assert page.select_one(f"#q{above.id}").get("inputmode") == "decimal"
    assert page.select_one(f"#q{below.id}").get("inputmode") is None


def test_a_question_with_a_list_or_a_picture_keeps_it_beside_its_legend(member, bring_in):
    rich = question("multichoice", "n", "<p>Which of these?</p><ul><li>One</li></ul>", answer("a", 100) + answer("b"))
    (row,) = bring_in(rich)
    page = member.get(QUIZ)
    fieldset = page.select_one(".question fieldset")
    assert fieldset.legend.get_text() == "Question 1"
    assert page.select_one(f"#{fieldset['aria-describedby']} li").get_text() == "One"
    page = member.follow(QUIZ, {f"q{row.id}": "0"})
    assert page.select_one(".question h2").get_text() == "Question 1"
    assert page.select_one(".question .prompt li")


def test_a_quiz_that_nobody_marks_is_passed_when_it_is_handed_in(member, session, bring_in):
    essay, _ = bring_in(banks.ESSAY, banks.DESCRIPTION)
    page = member.get(QUIZ)
    assert "pass mark" not in page.words and "Nobody marks this question. You may leave it empty." in page.words
    page = member.follow(QUIZ, {f"q{essay.id}": ""})
    assert "Handed in" in page.words and "You left this question empty." in page.words
    assert "You scored" not in page.words
    assert session.scalar(select(Enrolment.completed_at)) is not None


def test_who_answers_an_essay_again_goes_on_with_what_they_wrote(member, bring_in):
    (essay,) = bring_in(banks.ESSAY)
    member.get(QUIZ)
    member.follow(QUIZ, {f"q{essay.id}": "First thoughts."})
    assert member.get(f"{QUIZ}?again=1").select_one("textarea").get_text() == "First thoughts."


def test_an_essay_beyond_all_measure_comes_back(member, bring_in):
    (essay,) = bring_in(banks.ESSAY)
    member.get(QUIZ)
    page = member.post(QUIZ, {f"q{essay.id}": "a" * 20_001}, status=422)
    assert "Shorten your answer to question 1 to 20,000 characters or fewer" in page.words


def test_the_export_says_every_kind_of_answer_in_words(member, session, bring_in, learner):
    questions = bring_in(*EACH)
    member.get(QUIZ)
    member.follow(QUIZ, right(questions))
    enrolled = session.scalar(select(Enrolment.learner_id))
    (tried,) = personal.told(session, [enrolled])["quiz_tries"]
    kinds = {row.id: row.kind for row in questions}
    said = [each["answer"] for each in tried["answers"]]
    assert len(said) == sum(kind is not QuestionKind.DESCRIPTION for kind in kinds.values())
    for words in (
        ["The person"], ["Protocol", "Delegation log", "Approvals"], "Good clinical practice", "2,5",
        ["Protocol: How", "Consent form: Signature"], "I will ask <more> people.", ["clinical", "5", "first"], ["read", "sign", "you"],
    ):  # fmt: skip
        assert words in said
