"""Marking a quiz: pure, on the server, the same for every try."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from courses.questions import numbers
from courses.questions.models import UNMARKED, QuestionKind

FULL = 99.9
"Per cent from which an answer is all right: three thirds of 33.333 are."

Options = list[dict[str, Any]]


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
    share: float | None = None
    "Per cent, 0 to 100; None when nobody marks the question: an essay, a description."
    parts: tuple[float, ...] = ()
    "The share of each pair of a matching question, of each gap of a cloze."


@dataclass(frozen=True)
class Marked:
    """A whole quiz's result: score in per cent, rounded down, so that nobody passes by rounding."""

    score: int
    marks: tuple[Mark, ...]
    is_scored: bool = True
    "False when there is nothing to mark: then handing it in is enough, and the score is 100."

    @property
    def by_id(self) -> dict[int, Mark]:
        return {mark.question_id: mark for mark in self.marks}


def mark(questions: Iterable[Asked], answers: Mapping[str, Any]) -> Marked:
    """Mark answers, {question id as text: answer}; what is not answered is wrong.

    An answer is [option numbers from 0], for a short answer, a number or an essay its text, for a matching question the number
    of the option chosen for each left side, for a cloze a text or an option number for each gap.
    A question with several right answers counts only when exactly those are chosen, unless its answers have shares.
    """
    marks = tuple(_mark(question, answers.get(str(question.id))) for question in questions)
    shares = [each.share for each in marks if each.share is not None]
    if not shares:
        return Marked(100 if marks else 0, marks, is_scored=False)
    return Marked(int(round(sum(shares) / len(shares), 6)), marks)


def _mark(question: Asked, answer: Any) -> Mark:
    if question.kind in UNMARKED:
        return Mark(question.id, False)
    if question.kind is QuestionKind.CLOZE:
        share, parts = _cloze(question.options, answer)
    elif question.kind is QuestionKind.MATCHING:
        share, parts = _matching(question.options, answer)
    else:
        share, parts = share_of(question.kind, question.options, answer), ()
    return Mark(question.id, share == 100, share, parts)


def share_of(kind: QuestionKind, options: Options, answer: Any) -> float:
    """What an answer to one question, or to one gap, is worth: 0 to 100."""
    if kind in (QuestionKind.SHORT_ANSWER, QuestionKind.NUMERICAL):
        fits = matched(kind, options, answer)
        return 0 if fits is None else _bounded(worth(options[fits]))
    chosen = set(answer) if isinstance(answer, list) else set()
    if not any("share" in option for option in options):
        return 100 if chosen == {n for n, option in enumerate(options) if option["is_correct"]} else 0
    if kind is not QuestionKind.MULTIPLE and len(chosen) != 1:
        return 0
    return _bounded(sum(worth(options[n]) for n in chosen if n in range(len(options))))


def worth(option: dict[str, Any]) -> float:
    """What an answer is worth in per cent: its share, else all or nothing."""
    return float(option.get("share", 100 if option.get("is_correct", True) else 0))


def _bounded(share: float) -> float:
    return 100 if share >= FULL else max(0, share)


def matched(kind: QuestionKind, options: Options, answer: Any) -> int | None:
    """Which accepted answer a text fits, the first of them; None when it fits none."""
    if not isinstance(answer, str) or not answer.strip():
        return None
    if kind is QuestionKind.NUMERICAL:
        number = numbers.read(answer)
        fits = [n for n, option in enumerate(options) if number is not None and numbers.takes(option, number)]
    else:
        fits = [n for n, option in enumerate(options) if _accepts(option, answer)]
    return fits[0] if fits else None


def _accepts(option: dict[str, Any], answer: str) -> bool:
    is_exact = bool(option.get("is_case_sensitive"))
    if option.get("is_pattern"):
        return _fits(option["text"], plain(answer, is_exact), is_exact)
    return plain(option["text"], is_exact) == plain(answer, is_exact)


def _fits(pattern: str, answer: str, is_exact: bool) -> bool:
    """Whether the pieces between the stars stand in the answer one after the other: in one pass, whatever the pattern."""
    pieces = [piece.replace("\0", "*") for piece in pattern.replace("\\*", "\0").split("*")]
    if len(pieces) == 1:
        return plain(pieces[0], is_exact) == answer
    first, *between, last = (_folded(piece, is_exact) for piece in pieces)
    first, last = first.lstrip(), last.rstrip().rstrip(".").rstrip()
    if not answer.startswith(first) or not answer.endswith(last) or len(first) + len(last) > len(answer):
        return False
    at, end = len(first), len(answer) - len(last)
    for piece in between:
        found = answer.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def lefts(options: Options) -> list[int]:
    """The option numbers of a matching question that have a left side, in order."""
    return [n for n, option in enumerate(options) if option.get("text")]


def rights(options: Options) -> list[tuple[int, str]]:
    """What can be chosen on the right: option number and text, each text once, by the alphabet, which tells nothing."""
    once: dict[str, int] = {}
    for n, option in enumerate(options):
        once.setdefault(option["match"], n)
    return sorted(((n, text) for text, n in once.items()), key=lambda each: (each[1].casefold(), each[0]))


def _matching(options: Options, answer: Any) -> tuple[float, tuple[float, ...]]:
    chosen = answer if isinstance(answer, list) else []
    parts = tuple(
        100.0 if n in range(len(options)) and options[n]["match"] == options[left]["match"] else 0.0
        for left, n in zip(lefts(options), [*chosen, *[None] * len(options)], strict=False)
    )
    return _bounded(sum(parts) / len(parts)) if parts else 0, parts


def _cloze(gaps: Options, answer: Any) -> tuple[float, tuple[float, ...]]:
    given = answer if isinstance(answer, list) else []
    parts = tuple(
        share_of(QuestionKind(gap["kind"]), gap["options"], [value] if isinstance(value, int) else value)
        for gap, value in zip(gaps, [*given, *[None] * len(gaps)], strict=False)
    )
    weights = [gap.get("weight", 1) for gap in gaps]
    total = sum(weights)
    share = sum(weight * part for weight, part in zip(weights, parts, strict=True)) / total if total else 0
    return _bounded(share), parts


def plain(text: str, is_exact: bool = False) -> str:
    """A short answer as it is compared: without case (unless exact), extra spaces, curly quotes and a final full stop."""
    return _folded(text, is_exact).strip().rstrip(".").strip()


def _folded(text: str, is_exact: bool) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'")
    return re.sub(r"\s+", " ", folded if is_exact else folded.casefold())
