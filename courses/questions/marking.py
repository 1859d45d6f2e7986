"""Marking a quiz: pure, on the server, the same for every try."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from courses.questions.models import QuestionKind


class Asked(Protocol):
    """What marking needs of a question: a row or a model."""

    id: int
    kind: QuestionKind
    options: list[dict[str, Any]]


@dataclass(frozen=True)
class Mark:
    """One question's result."""

    question_id: int
    is_correct: bool


@dataclass(frozen=True)
class Marked:
    """A whole quiz's result: score in per cent, rounded down, so that nobody passes by rounding."""

    score: int
    marks: tuple[Mark, ...]

    @property
    def by_id(self) -> dict[int, Mark]:
        return {mark.question_id: mark for mark in self.marks}


def mark(questions: Iterable[Asked], answers: Mapping[str, Any]) -> Marked:
    """Mark answers, {question id as text: [option numbers from 0] or text}; what is not answered is wrong.

    A question with several right answers counts only when exactly those are chosen.
    """
    marks = tuple(Mark(question.id, _is_correct(question, answers.get(str(question.id)))) for question in questions)
    right = sum(each.is_correct for each in marks)
    return Marked(right * 100 // len(marks) if marks else 0, marks)


def _is_correct(question: Asked, answer: Any) -> bool:
    if question.kind is QuestionKind.SHORT_ANSWER:
        accepted = {plain(option["text"]) for option in question.options}
        return isinstance(answer, str) and plain(answer) in accepted
    right = {index for index, option in enumerate(question.options) if option["is_correct"]}
    return isinstance(answer, list) and set(answer) == right


def plain(text: str) -> str:
    """A short answer as it is compared: without case, extra spaces, curly quotes and a final full stop."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("\u2018", "'")
    return re.sub(r"\s+", " ", folded).strip().rstrip(".").strip()
