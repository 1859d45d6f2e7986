"""A question's form: fields for as many answers as are wanted, without JavaScript, and what was typed into them."""

import re
from typing import Any

from flask import request

from courses.drafting import asking, pages
from courses.drafting.asking import Answer, Draw, Typed
from courses.questions.models import QuestionKind
from courses.storage import open_storage
from learn.authoring.drafts.writing_form import lines
from learn.config import settings
from learn.extensions import db

KINDS = {
    QuestionKind.SINGLE: ("One right answer", "Learners choose one of several answers"),
    QuestionKind.MULTIPLE: ("Several right answers", "Learners tick all that are right"),
    QuestionKind.TRUE_FALSE: ("True or false", "Learners say whether a sentence is true"),
    QuestionKind.SHORT_ANSWER: ("Short answer", "Learners type a word or a few, compared with the answers that you accept"),
    QuestionKind.NUMERICAL: ("Number", "Learners type a number; you say how far off it may be"),
    QuestionKind.MATCHING: ("Matching", "Learners find what belongs together"),
    QuestionKind.ESSAY: ("Essay", "Learners write freely. Nobody marks it and it does not count"),
    QuestionKind.DESCRIPTION: ("Text between questions", "Nothing is asked"),
    QuestionKind.CLOZE: ("Gaps in a text", "Written as text"),
}  # fmt: skip
FIRST, MORE = 4, 3
"Empty answers of a new question, and how many a press adds."
_FIELD = re.compile(r"answers-(\d{1,2})-(text|feedback|share|tolerance|match)")


def draw_for(unit: Any) -> Draw:
    """Safe HTML of Markdown, with the unit's own pictures, and what is wrong with it."""
    storage = open_storage(settings().storage)

    def draw(text: str) -> tuple[str, list[str]]:
        if not text.strip():
            return "", []
        drawn = pages.draw(db.session(), storage, unit, text)
        return drawn.body_html, drawn.problems

    return draw


def new(kind: QuestionKind) -> Typed:
    """A question with nothing in it."""
    return with_rows(Typed(kind), FIRST)


def with_rows(typed: Typed, more: int) -> Typed:
    """The question with so many more empty answers, as far as its kind has answers."""
    if typed.kind is QuestionKind.TRUE_FALSE:
        typed.answers = (typed.answers + [Answer(), Answer()])[:2]
    elif typed.kind not in (QuestionKind.ESSAY, QuestionKind.DESCRIPTION):
        typed.answers += [Answer() for _ in range(min(more, asking.MOST_ANSWERS - len(typed.answers)))]
    return typed


def typed_into(kind: QuestionKind) -> Typed:
    """What the browser sent."""
    sent = request.form
    found = Typed(
        kind, lines(sent.get("prompt")), lines(sent.get("explanation")), is_case_sensitive="is_case_sensitive" in sent,
        is_pattern="is_pattern" in sent, has_shares="has_shares" in sent,
    )  # fmt: skip
    chosen = set(sent.getlist("correct"))
    places = {int(match[1]) for name in sent if (match := _FIELD.fullmatch(name))}
    for n in range(min(max(places, default=-1) + 1, asking.MOST_ANSWERS)):
        fields = {
            name: lines(sent.get(f"answers-{n}-{name}")) for name in ("text", "feedback", "share", "tolerance", "match")
        }
        found.answers.append(Answer(is_correct=str(n) in chosen, **fields))
    return with_rows(found, 0)


def row(unit: Any, typed: Typed) -> dict[str, Any] | None:
    """The row to keep; None where something is wrong, which ``typed.problems`` says."""
    return asking.row(typed, draw_for(unit))


def errors(typed: Typed) -> list[dict[str, str]]:
    """The problems in the order of the page, each with the address of its field."""
    order = ["prompt", "answers", *(f"answers-{n}-{name}" for n in range(len(typed.answers)) for name in
             ("text", "match", "tolerance", "share", "feedback")), "explanation"]  # fmt: skip
    return [{"text": typed.problems[name], "href": f"#{name}"} for name in order if name in typed.problems]
