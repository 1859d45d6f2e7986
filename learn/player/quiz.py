"""A quiz as a page: its form, the last attempt with feedback beside each answer, and the way to try again."""

from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from courses.learning.models import QuizAttempt
from courses.questions import marking
from courses.questions.models import Question, QuestionKind
from learn.player.queries import number

_QUESTIONS = (
    select(
        Question.id, Question.position, Question.kind, Question.prompt_html, Question.explanation_html, Question.options
    )
    .where(Question.unit_id == bindparam("unit_id"))
    .order_by(Question.position)
)
_LAST = (
    select(QuizAttempt.n, QuizAttempt.answers, QuizAttempt.score, QuizAttempt.is_passed)
    .where(QuizAttempt.enrolment_id == bindparam("enrolment_id"), QuizAttempt.unit_id == bindparam("unit_id"))
    .order_by(QuizAttempt.n.desc())
    .limit(1)
)

MISSING = {
    QuestionKind.SINGLE: "Select an answer to question {n}",
    QuestionKind.TRUE_FALSE: "Select true or false for question {n}",
    QuestionKind.MULTIPLE: "Select at least one answer to question {n}",
    QuestionKind.SHORT_ANSWER: "Enter an answer to question {n}",
}


def read(session: Session, unit_id: int, enrolment_id: int | None) -> dict[str, Any]:
    """The questions, and the learner's last attempt if there is one."""
    last = session.execute(_LAST, {"enrolment_id": enrolment_id, "unit_id": unit_id}).first() if enrolment_id else None
    return {"questions": session.execute(_QUESTIONS, {"unit_id": unit_id}).all(), "last": last}


def form_for(questions: list[Any]) -> FlaskForm:
    """A form with one field a question, named q<id>; every question has to be answered."""
    fields = {f"q{question.id}": _field(question) for question in questions}
    return type("QuizForm", (FlaskForm,), fields)()


def _field(question: Any) -> Any:
    needed = InputRequired(MISSING[question.kind].format(n=question.position))
    if question.kind is QuestionKind.SHORT_ANSWER:
        return StringField(
            validators=[needed, Length(max=200, message=f"Shorten your answer to question {question.position}")]
        )
    choices = [SelectChoice(str(index), option["text"]) for index, option in enumerate(question.options)]
    if question.kind is QuestionKind.MULTIPLE:
        return SelectMultipleField(choices=choices, validators=[needed])
    return RadioField(choices=choices, validators=[needed])


def answers(questions: list[Any], form: FlaskForm) -> dict[str, Any]:
    """What was answered, as the engine marks it: {question id: [option numbers] or text}."""
    given: dict[str, Any] = {}
    for question in questions:
        value = form[f"q{question.id}"].data
        if question.kind is QuestionKind.SHORT_ANSWER:
            given[str(question.id)] = value
        else:
            given[str(question.id)] = sorted(int(chosen) for chosen in ([value] if isinstance(value, str) else value))
    return given


def show(asked: Any, form: FlaskForm, *, again: bool) -> dict[str, Any]:
    """The questions with what was typed, or the last attempt with its feedback and outcome."""
    questions, last = asked.extra["questions"], asked.extra["last"]
    is_marked = last is not None and not again and not form.is_submitted()
    marked = marking.mark(questions, last.answers) if is_marked else None
    left = None if asked.max_attempts is None else asked.max_attempts - (last.n if last else 0)
    shown = [_question(question, form, last.answers if is_marked else None, marked) for question in questions]
    return {
        "questions": shown,
        "pass_mark": asked.threshold,
        "attempts_words": "Try as often as you like" if left is None else f"You have {number(max(left, 0), 'try').replace('trys', 'tries')} left",
        "outcome": _outcome(asked, last, left) if is_marked else None,
        "errors": [{"text": field.errors[0], "href": f"#{field.name}-0" if field.type != "StringField" else f"#{field.name}"}
                   for field in form if field.errors],
    }  # fmt: skip


def _question(question: Any, form: FlaskForm, answered: dict[str, Any] | None, marked: Any) -> dict[str, Any]:
    field = form[f"q{question.id}"]
    given = answered.get(str(question.id)) if answered is not None else field.data
    is_text = question.kind is QuestionKind.SHORT_ANSWER
    chosen = (
        set() if is_text or given is None else {str(value) for value in ([given] if isinstance(given, str) else given)}
    )
    options = [] if is_text else [
        {"value": str(index), "html": Markup(option["html"]), "checked": str(index) in chosen}
        for index, option in enumerate(question.options)
    ]  # fmt: skip
    return {
        "id": question.id, "name": field.name, "number": question.position, "kind": question.kind.value,
        "prompt": Markup(question.prompt_html), "options": options, "text": (given or "") if is_text else "",
        "error": field.errors[0] if field.errors else None,
        "result": _result(question, marked.by_id[question.id], chosen) if marked is not None else None,
    }  # fmt: skip


def _result(question: Any, mark: Any, chosen: set[str]) -> dict[str, Any]:
    """Whether it was right, and the feedback of each answer that was chosen or should have been."""
    feedback = [
        {"html": Markup(option["feedback_html"]), "is_chosen": str(index) in chosen, "is_correct": option["is_correct"], "value": str(index)}
        for index, option in enumerate(question.options)
        if str(index) in chosen and option["feedback_html"]
    ]  # fmt: skip
    words = "Correct" if mark.is_correct else "Not correct yet"
    return {
        "is_correct": mark.is_correct,
        "words": words,
        "feedback": feedback,
        "explanation": Markup(question.explanation_html),
    }


def _outcome(asked: Any, last: Any, left: int | None) -> dict[str, Any]:
    may_try = left is None or left > 0
    words = f"You scored {last.score}%. " + (
        "You passed." if last.is_passed else f"The pass mark is {asked.threshold}%."
    )
    try_again = {"url": "?again=1", "label": "Try the quiz again"} if may_try else None
    return {"is_passed": last.is_passed, "score": last.score, "words": words, "try_again": try_again}
