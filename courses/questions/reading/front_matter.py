"""Questions as TOML has them, in the front matter of a quiz page. What is missing is said; a half question is none."""

from collections.abc import Callable
from typing import Any

from courses.packages import pages
from courses.packages.report import Report
from courses.questions.models import QuestionKind
from courses.questions.reading.answers import NotAQuestion, numeric, pairs, reached, share

TO_CHOOSE = (QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE)


def read(n: int, given: Any, report: Report, path: str) -> dict[str, Any] | None:
    """The n-th question as a row of Question; None with an error in the report."""
    try:
        question = _question(given)
    except NotAQuestion as why:
        report.error("question", f"Question {n}: {why}", path)
        return None
    if question["kind"] in TO_CHOOSE and not all(option["feedback_html"] for option in question["options"]):
        report.note("no_feedback", f"Question {n}: not every answer has feedback, which is what teaches.", path)
    return question


def _question(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or given.get("kind") not in _KINDS or not given.get("prompt"):
        raise NotAQuestion("it needs a prompt and a kind, one of " + ", ".join(_KINDS) + ".")
    kind, options = QuestionKind(given["kind"]), given.get("options", [])
    return {
        "kind": kind,
        "prompt_html": pages.block(str(given["prompt"])),
        "explanation_html": pages.block(str(given.get("explanation", ""))),
        "options": _KINDS[kind](
            kind, [each for each in options if isinstance(each, dict)] if isinstance(options, list) else []
        ),
    }


def _choices(kind: QuestionKind, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    options = [each for each in options if each.get("text")]
    right = [each for each in options if each.get("correct")]
    if len(options) < 2:
        raise NotAQuestion("it needs at least two answers to choose from.")
    if kind is not QuestionKind.MULTIPLE and len(right) != 1:
        raise NotAQuestion("exactly one answer is correct.")
    if not right:
        raise NotAQuestion("no answer is marked as correct.")
    return [
        {**_told(each), "html": pages.inline(str(each["text"])), "is_correct": bool(each.get("correct"))}
        for each in options
    ]


def _short(kind: QuestionKind, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    accepted = [
        {**_told(each), "html": pages.inline(str(each["text"])), "is_correct": True}
        for each in options
        if each.get("text")
    ]
    if not accepted:
        raise NotAQuestion("it needs at least one accepted answer.")
    return accepted


def _numerical(kind: QuestionKind, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each has a value, or low and high; a tolerance, a share in per cent and a feedback where they are wanted."""
    accepted = []
    for each in options:
        is_range = "low" in each and "high" in each
        written = (
            f"{each['low']}..{each['high']}" if is_range else f"{each.get('value', '')}:{each.get('tolerance', 0)}"
        )
        worth = {"share": share(str(each["share"]))} if "share" in each else {}
        accepted.append({**numeric(written), "feedback_html": pages.inline(str(each.get("feedback", ""))), **worth})
    reached({"options": accepted})
    return accepted


def _matching(kind: QuestionKind, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each has a text and its match; one without a text is only one more choice."""
    rows = [
        {"text": text, "html": pages.inline(text), "match": str(each.get("match", "")).strip()}
        for each, text in ((each, str(each.get("text", "")).strip()) for each in options)
    ]
    pairs(rows)
    return rows


def _nothing(kind: QuestionKind, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return []


def _told(each: dict[str, Any]) -> dict[str, Any]:
    return {"text": str(each["text"]), "feedback_html": pages.inline(str(each.get("feedback", "")))}


_KINDS: dict[str, Callable[[QuestionKind, list[dict[str, Any]]], list[dict[str, Any]]]] = {
    **dict.fromkeys(TO_CHOOSE, _choices), QuestionKind.SHORT_ANSWER: _short, QuestionKind.NUMERICAL: _numerical,
    QuestionKind.MATCHING: _matching, QuestionKind.ESSAY: _nothing, QuestionKind.DESCRIPTION: _nothing,
}  # fmt: skip
