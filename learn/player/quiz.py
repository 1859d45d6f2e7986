"""A quiz as a page: its form, the last attempt with feedback beside each answer, and the way to try again."""

from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.learning.models import QuizAttempt
from courses.questions import marking
from courses.questions.models import UNMARKED, Question, QuestionKind
from learn.player.queries import number
from learn.player.questions import results, shown
from learn.player.questions.fields import answers, form_for, numbered

__all__ = ["answers", "form_for", "read", "show"]

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


def read(session: Session, unit_id: int, enrolment_id: int | None) -> dict[str, Any]:
    """The questions, and the learner's last attempt if there is one."""
    last = session.execute(_LAST, {"enrolment_id": enrolment_id, "unit_id": unit_id}).first() if enrolment_id else None
    return {"questions": session.execute(_QUESTIONS, {"unit_id": unit_id}).all(), "last": last}


def show(asked: Any, form: FlaskForm, *, again: bool) -> dict[str, Any]:
    """The questions with what was typed, or the last attempt with its feedback and outcome."""
    questions, last = asked.extra["questions"], asked.extra["last"]
    is_marked = last is not None and not again and not form.is_submitted()
    marked = marking.mark(questions, last.answers) if is_marked else None
    left = (
        None
        if asked.max_attempts is None
        else asked.max_attempts - max(asked.extra.get("tries", 0), last.n if last else 0)
    )
    numbers = numbered(questions)
    if again and last is not None:
        _keep_essays(questions, form, last.answers)
    return {
        "questions": [_question(question, form, numbers.get(question.id), last, marked) for question in questions],
        "question_count": len(numbers),
        "is_scored": any(question.kind not in UNMARKED for question in questions),
        "pass_mark": asked.threshold,
        "attempts_words": "Try as often as you like" if left is None else f"You have {number(max(left, 0), 'try').replace('trys', 'tries')} left",
        "outcome": _outcome(asked, last, left, marked) if marked is not None else None,
        "errors": [{"text": field.errors[0], "href": f"#{field.name}-0" if field.type in CHOICES else f"#{field.name}"}
                   for field in form if field.errors],
    }  # fmt: skip


def _keep_essays(questions: list[Any], form: FlaskForm, before: dict[str, Any]) -> None:
    """Who answers again goes on with what they wrote: nobody told them that it was wrong."""
    for question in questions:
        if question.kind is QuestionKind.ESSAY:
            form[f"q{question.id}"].data = before.get(str(question.id), "")


CHOICES = {"RadioField", "SelectMultipleField"}
"Fields of several controls, of which an error's link leads to the first."


def _question(question: Any, form: FlaskForm, n: int | None, last: Any, marked: Any) -> dict[str, Any]:
    made = shown.question(question, form, n)
    if marked is None:
        return {**made, "result": None}
    answer = last.answers.get(str(question.id))
    return {**made, "result": results.result(question, marked.by_id[question.id], answer)}


def _outcome(asked: Any, last: Any, left: int | None, marked: marking.Marked) -> dict[str, Any]:
    may_try = left is None or left > 0
    words = f"You scored {last.score}%. " + (
        "You passed." if last.is_passed else f"The pass mark is {asked.threshold}%."
    )
    if not marked.is_scored:
        words = "Your answers are kept. Nobody marks them, so there is no score to reach."
    label = "Try the quiz again" if marked.is_scored else "Answer again"
    return {
        "is_passed": last.is_passed,
        "score": last.score,
        "title": ("You passed" if last.is_passed else "Not passed yet") if marked.is_scored else "Handed in",
        "words": words,
        "try_again": {"url": "?again=1", "label": label} if may_try else None,
    }
