"""Answers as a question's row has them, whichever format they came from; what makes no question is refused in words."""

from typing import Any

from courses.questions import numbers
from courses.questions.models import QuestionKind


class NotAQuestion(Exception):
    """Why a question cannot come in; the message completes "was not imported: …"."""


ANSWERS = 100
"Of one question, and its gaps."
LENGTH = 100_000
"Characters of one question."


def checked_length(text: str) -> str:
    """The text; NotAQuestion when it is longer than any question."""
    if len(text) > LENGTH:
        raise NotAQuestion(f"it has more than {LENGTH:,} characters.")
    return text


def checked_number(count: int, things: str) -> None:
    """NotAQuestion when it has more answers or gaps than can be shown."""
    if count > ANSWERS:
        raise NotAQuestion(f"it has more than {ANSWERS} {things}.")


def share(text: str) -> float:
    """A share in per cent as written, -100 to 100; NotAQuestion when it is none."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        found = 101.0
    if not -100 <= found <= 100:
        raise NotAQuestion(f"{text.strip()[:20] or 'nothing'} is not a share from -100 to 100.")
    return round(found, 5)


def choices(options: list[dict[str, Any]], *, is_single: bool, is_true_false: bool = False) -> dict[str, Any]:
    """Kind and options of a question to choose from, of [{text, html, feedback_html, share}]; NotAQuestion when none is right.

    Shares are kept only where they say more than which answers are right.
    """
    if len(options) < 2:
        raise NotAQuestion("it needs at least two answers to choose from.")
    shares = [option["share"] for option in options]
    reached = max(shares) if is_single else sum(each for each in shares if each > 0)
    if reached < 99:
        raise NotAQuestion("no answer gives full marks.")
    for option in options:
        option["is_correct"] = option["share"] >= 99.9 if is_single else option["share"] > 0
    if is_single and (sum(option["is_correct"] for option in options), sum(each > 0 for each in shares)) == (1, 1):
        for option in options:
            del option["share"]
    single = QuestionKind.TRUE_FALSE if is_true_false else QuestionKind.SINGLE
    return {"kind": single if is_single else QuestionKind.MULTIPLE, "options": options}


def pairs(options: list[dict[str, Any]]) -> dict[str, Any]:
    """A matching question of [{text, html, match}]; NotAQuestion when there is nothing to match."""
    if not all(option["match"] for option in options):
        raise NotAQuestion("one of its pairs has nothing on the right.")
    if len([option for option in options if option["text"]]) < 2 or len({option["match"] for option in options}) < 2:
        raise NotAQuestion("it needs at least two pairs.")
    return {"kind": QuestionKind.MATCHING, "options": options}


def numeric(written: str) -> dict[str, Any]:
    """What an accepted number takes: 5, 5:0.1 (with a tolerance), 1..5 (a range), or * for any; NotAQuestion for anything else."""
    written = " ".join(written.split())
    if written == "*":
        return {"text": "*", "low": None, "high": None}
    low, dots, high = written.partition("..")
    if dots:
        least, greatest = sorted((_number(low, written), _number(high, written)))
        return {"text": written, "low": least, "high": greatest}
    value, _, tolerance = written.partition(":")
    return {"text": value.strip(), "value": _number(value, written), "tolerance": _number(tolerance or "0", written)}


def _number(text: str, written: str) -> float:
    number = numbers.read(text)
    if number is None or abs(number) > 10**300:
        raise NotAQuestion(f"“{written[:40]}” is not a number, a number with a tolerance (5:0.1) or a range (1..5).")
    return float(number)


def reached(question: dict[str, Any]) -> dict[str, Any]:
    """The question, if one of its accepted answers gives full marks; NotAQuestion otherwise."""
    if not any(option.get("share", 100) >= 99.9 for option in question["options"]):
        raise NotAQuestion("no answer gives full marks.")
    return question
