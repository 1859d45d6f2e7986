"""A quiz's form: which fields each kind of question has, what has to be in them, and what was answered."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, Form, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from courses.questions import numbers
from courses.questions.marking import lefts, rights
from courses.questions.models import QuestionKind

LONGEST_ESSAY = 20_000
"Characters, as for a reflection."
LONGEST = 200
"Of a short answer or a gap."

MISSING = {
    QuestionKind.SINGLE: "Select an answer to question {n}",
    QuestionKind.TRUE_FALSE: "Select true or false for question {n}",
    QuestionKind.MULTIPLE: "Select at least one answer to question {n}",
    QuestionKind.SHORT_ANSWER: "Enter an answer to question {n}",
    QuestionKind.NUMERICAL: "Enter a number for question {n}",
}


def numbered(questions: list[Any]) -> dict[int, int]:
    """The number of each question by its id. A description has none, because it asks nothing."""
    asking = [question for question in questions if question.kind is not QuestionKind.DESCRIPTION]
    return {question.id: n for n, question in enumerate(asking, 1)}


def form_for(questions: list[Any]) -> FlaskForm:
    """A form with a field for each question, named q<id>, or for each of its pairs and gaps, named q<id>-<n> from 0."""
    numbers_ = numbered(questions)
    fields: dict[str, Any] = {}
    for question in questions:
        fields |= _FIELDS[question.kind](f"q{question.id}", question, numbers_.get(question.id, 0))
    return type("QuizForm", (FlaskForm,), fields)()


def names(question: Any) -> list[str]:
    """The names of a question's fields."""
    name = f"q{question.id}"
    if question.kind is QuestionKind.MATCHING:
        return [f"{name}-{n}" for n in range(len(lefts(question.options)))]
    if question.kind is QuestionKind.CLOZE:
        return [f"{name}-{n}" for n in range(len(question.options))]
    return [] if question.kind is QuestionKind.DESCRIPTION else [name]


def answers(questions: list[Any], form: FlaskForm) -> dict[str, Any]:
    """What was answered, as the engine marks it: see marking.mark."""
    return {
        str(question.id): _answer(question, [form[name].data for name in names(question)])
        for question in questions
        if question.kind is not QuestionKind.DESCRIPTION
    }


def _answer(question: Any, values: list[Any]) -> Any:
    if question.kind is QuestionKind.MATCHING:
        return [int(value) for value in values]
    if question.kind is QuestionKind.CLOZE:
        gaps = zip(question.options, values, strict=True)
        return [int(value) if gap["kind"] == QuestionKind.SINGLE else _text(value) for gap, value in gaps]
    if question.kind in (QuestionKind.SHORT_ANSWER, QuestionKind.NUMERICAL, QuestionKind.ESSAY):
        return _text(values[0] or "")
    chosen = values[0]
    return sorted(int(each) for each in ([chosen] if isinstance(chosen, str) else chosen))


def _text(value: str) -> str:
    """Without the one character that PostgreSQL keeps in no text."""
    return value.replace("\0", "")


def _choices(name: str, question: Any, n: int) -> dict[str, Any]:
    needed = InputRequired(MISSING[question.kind].format(n=n))
    choices = [SelectChoice(str(index), option["text"]) for index, option in enumerate(question.options)]
    kind = SelectMultipleField if question.kind is QuestionKind.MULTIPLE else RadioField
    return {name: kind(choices=choices, validators=[needed])}


def _short(name: str, question: Any, n: int) -> dict[str, Any]:
    needed = InputRequired(MISSING[question.kind].format(n=n))
    return {name: StringField(validators=[needed, _not_long(f"Shorten your answer to question {n}")])}


def _numerical(name: str, question: Any, n: int) -> dict[str, Any]:
    needed = InputRequired(MISSING[question.kind].format(n=n))
    return {name: StringField(validators=[needed, _is_number(f"question {n}")])}


def _matching(name: str, question: Any, n: int) -> dict[str, Any]:
    offered = [
        SelectChoice("", "Choose a match"),
        *(SelectChoice(str(at), text) for at, text in rights(question.options)),
    ]
    return {
        f"{name}-{at}": SelectField(
            choices=offered, validators=[InputRequired(f"Choose a match for “{_short_of(left)}” in question {n}")]
        )
        for at, left in enumerate(question.options[place]["text"] for place in lefts(question.options))
    }


def _essay(name: str, question: Any, n: int) -> dict[str, Any]:
    words = f"Shorten your answer to question {n} to {LONGEST_ESSAY:,} characters or fewer"
    return {name: TextAreaField(validators=[Optional(), Length(max=LONGEST_ESSAY, message=words)])}


def _nothing(name: str, question: Any, n: int) -> dict[str, Any]:
    return {}


def _cloze(name: str, question: Any, n: int) -> dict[str, Any]:
    return {f"{name}-{at}": _gap(gap, f"gap {at + 1} of question {n}") for at, gap in enumerate(question.options)}


def _gap(gap: dict[str, Any], place: str) -> Any:
    if gap["kind"] == QuestionKind.SINGLE:
        offered = [SelectChoice(str(at), option["text"]) for at, option in enumerate(gap["options"])]
        needed = InputRequired(f"Choose an answer for {place}")
        return SelectField(choices=[SelectChoice("", "Choose"), *offered], validators=[needed])
    if gap["kind"] == QuestionKind.NUMERICAL:
        return StringField(validators=[InputRequired(f"Enter a number for {place}"), _is_number(place)])
    return StringField(validators=[InputRequired(f"Fill in {place}"), _not_long(f"Shorten what you wrote in {place}")])


def _not_long(words: str) -> Length:
    return Length(max=LONGEST, message=words)


def _is_number(place: str) -> Callable[[Form, Field], None]:
    """The field holds one number, told from what was typed beyond doubt."""

    def check(form: Form, field: Field) -> None:
        typed = field.data or ""
        if numbers.read(typed) is not None:
            return
        if numbers.is_ambiguous(typed):
            plain, point = typed.strip().replace(",", ""), typed.strip().replace(",", ".")
            raise ValidationError(f"Enter the number for {place} without a comma: {plain} or {point}")
        raise ValidationError(f"Enter a number for {place}, such as 5 or 1.5, without a unit")

    return check


def _short_of(text: str) -> str:
    return text if len(text) <= 60 else text[:59].rstrip() + "…"


_FIELDS: dict[QuestionKind, Callable[[str, Any, int], dict[str, Any]]] = {
    QuestionKind.SINGLE: _choices, QuestionKind.MULTIPLE: _choices, QuestionKind.TRUE_FALSE: _choices, QuestionKind.SHORT_ANSWER: _short,
    QuestionKind.NUMERICAL: _numerical, QuestionKind.MATCHING: _matching, QuestionKind.ESSAY: _essay, QuestionKind.DESCRIPTION: _nothing,
    QuestionKind.CLOZE: _cloze,
}  # fmt: skip
