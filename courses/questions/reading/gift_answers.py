"""What stands between a GIFT question's braces: the kind of question, and its answers."""

import re
from typing import Any

from courses.questions.models import QuestionKind
from courses.questions.reading.answers import NotAQuestion, choices, numeric, pairs, reached, share
from courses.questions.reading.gift_escapes import formatted
from courses.questions.reading.texts import Texts, words

_WEIGHT = re.compile(r"\s*%([^%]{0,20})%")
_TRUE_FALSE = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def read(block: str, texts: Texts, form: str) -> dict[str, Any]:
    """Kind and options; NotAQuestion when the answers make no sense. ``block`` has no general feedback any more."""
    block = block.strip()
    if not block:
        return {"kind": QuestionKind.ESSAY, "options": []}
    if block.startswith("#"):
        return _numerical(block[1:], texts, form)
    if "~" in block:
        return _choices(block, texts, form)
    if "=" in block and "->" in block:
        return _matching(block, texts, form)
    verdict, *feedback = block.split("#")
    if verdict.strip().upper() in _TRUE_FALSE:
        return _true_false(_TRUE_FALSE[verdict.strip().upper()], feedback, texts, form)
    return _short(block, texts, form)


def _true_false(is_true: bool, feedback: list[str], texts: Texts, form: str) -> dict[str, Any]:
    """The first feedback is for the wrong answer, the second for the right one."""
    wrong, right = (_feedback(each, texts, form) for each in [*feedback, "", ""][:2])
    options = [
        {"text": text, "html": text, "is_correct": value == is_true, "feedback_html": right if value == is_true else wrong}
        for text, value in (("True", True), ("False", False))
    ]  # fmt: skip
    return {"kind": QuestionKind.TRUE_FALSE, "options": options}


def _choices(block: str, texts: Texts, form: str) -> dict[str, Any]:
    first, *rest = re.split(r"(?=[=~])", block)
    if first.strip():
        raise NotAQuestion("each of its answers needs a = or a ~ before it.")
    options: list[dict[str, Any]] = []
    for each in rest:
        worth, answer, feedback = _parts(each[1:], 100.0 if each[0] == "=" else 0.0)
        own, said = formatted(answer, form)
        html = texts.line(said, own)
        if not words(html):
            raise NotAQuestion("one of its answers is empty.")
        options.append(
            {"text": words(html), "html": html, "feedback_html": _feedback(feedback, texts, form), "share": worth}
        )
    return choices(options, is_single="=" in block)


def _short(block: str, texts: Texts, form: str) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for each in (part for part in block.split("=") if part.strip()):
        worth, answer, feedback = _parts(each, 100.0)
        text = words(formatted(answer, form)[1])
        if not text:
            raise NotAQuestion("one of its answers is empty.")
        options.append({
            "text": text, "is_correct": worth >= 99.9, "feedback_html": _feedback(feedback, texts, form),
            **({"share": worth} if worth < 99.9 else {}), **({"is_pattern": True} if "*" in text else {}),
        })  # fmt: skip
    return reached({"kind": QuestionKind.SHORT_ANSWER, "options": options})


def _matching(block: str, texts: Texts, form: str) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for each in (part for part in block.split("=") if part.strip()):
        left, arrow, right = each.partition("->")
        if not arrow:
            raise NotAQuestion("one of its pairs has no -> between left and right.")
        own, said = formatted(left, form)
        html = texts.line(said, own)
        options.append({"text": words(html), "html": html, "match": words(formatted(right, form)[1])})
    return pairs(options)


def _numerical(block: str, texts: Texts, form: str) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for each in (part for part in re.split(r"(?=[=~])", block.strip()) if part.strip("=~ \n\t")):
        is_wrong = each[0] == "~"
        worth, answer, feedback = _parts(each.lstrip("=~"), 0.0 if is_wrong else 100.0)
        taken = numeric("*" if is_wrong and not answer.strip() else formatted(answer, form)[1])
        options.append({**taken, "share": worth, "feedback_html": _feedback(feedback, texts, form)})
    return reached({"kind": QuestionKind.NUMERICAL, "options": options})


def _parts(written: str, worth: float) -> tuple[float, str, str]:
    """An answer's share, its text and its feedback."""
    weight = _WEIGHT.match(written)
    if weight:
        worth, written = share(weight.group(1)), written[weight.end() :]
    answer, _, feedback = written.partition("#")
    return worth, answer.strip(), feedback.strip()


def _feedback(written: str, texts: Texts, form: str) -> str:
    own, said = formatted(written, form)
    return texts.feedback(said, own)
