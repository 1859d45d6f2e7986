"""A question as an author types it: from fields to the row that is kept, with every problem beside its field, and back.

``Draw`` makes safe HTML of Markdown and says what is wrong with it. Shapes of options: courses.questions.models.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import nh3

from courses.drafting.markdown import markdown_of
from courses.questions import numbers
from courses.questions.models import QuestionKind
from courses.questions.reading.answers import NotAQuestion, choices
from courses.questions.reading.texts import LINE, words

Draw = Callable[[str], tuple[str, list[str]]]
CHOSEN = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
WRITTEN = (
    QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.TRUE_FALSE, QuestionKind.SHORT_ANSWER, QuestionKind.NUMERICAL,
    QuestionKind.MATCHING, QuestionKind.ESSAY, QuestionKind.DESCRIPTION,
)  # fmt: skip
"Kinds that can be written in fields; a cloze is written as text."
MOST_ANSWERS = 50
LONGEST = 20_000
"Characters of one field."


@dataclass
class Answer:
    """One answer as it was typed; which of these a kind uses, ``row`` says."""

    text: str = ""
    feedback: str = ""
    is_correct: bool = False
    share: str = ""
    tolerance: str = ""
    match: str = ""


@dataclass
class Typed:
    """A question as it was typed, in Markdown."""

    kind: QuestionKind
    prompt: str = ""
    explanation: str = ""
    answers: list[Answer] = field(default_factory=list)
    is_case_sensitive: bool = False
    is_pattern: bool = False
    "Whether * in a short answer stands for any text."
    has_shares: bool = False
    "Whether answers are worth a per cent each, as some banks say; else they are right or wrong."
    problems: dict[str, str] = field(default_factory=dict)
    "By field: prompt, explanation, answers, or answers-<n>-text and so on, n from 0."


def row(typed: Typed, draw: Draw) -> dict[str, Any] | None:
    """Kind, prompt_html, explanation_html and options as a Question keeps them; None where something is wrong."""
    typed.problems = {}
    prompt, explanation = _drawn(typed, "prompt", draw), _drawn(typed, "explanation", draw)
    if not prompt:
        typed.problems.setdefault("prompt", "Enter the text" if _is_read(typed.kind) else "Enter the question")
    given = [(n, answer) for n, answer in enumerate(typed.answers) if _says(answer, typed.kind)]
    maker = _MAKERS.get(typed.kind)
    options = [maker(typed, n, answer, draw) for n, answer in given] if maker else []
    _judge(typed, options)
    if typed.problems:
        return None
    if typed.kind in CHOSEN and typed.has_shares:
        try:
            options = choices(options, is_single=typed.kind is QuestionKind.SINGLE)["options"]
        except NotAQuestion as error:
            typed.problems["answers"] = f"{str(error)[:1].upper()}{str(error)[1:]}"
            return None
    return {"kind": typed.kind, "prompt_html": prompt, "explanation_html": explanation, "options": options}


def _is_read(kind: QuestionKind) -> bool:
    return kind is QuestionKind.DESCRIPTION


def _says(answer: Answer, kind: QuestionKind) -> bool:
    if kind is QuestionKind.TRUE_FALSE:
        return True
    return bool(answer.text.strip() or answer.match.strip() or answer.feedback.strip() or answer.tolerance.strip())


def _drawn(typed: Typed, name: str, draw: Draw, text: str | None = None) -> str:
    said = getattr(typed, name) if text is None else text
    if len(said) > LONGEST:
        typed.problems[name] = f"Shorten this to {LONGEST:,} letters"
        return ""
    html, problems = draw(said)
    if problems:
        typed.problems[name] = problems[0]
    return html


def line(html: str) -> str:
    """HTML that may stand in a label."""
    kept = {"img": {"src", "alt", "width", "height", "loading"}}
    return nh3.clean(html.replace("</p>\n<p>", "<br>"), tags=LINE, attributes=kept, url_schemes={"https"}).strip()


def alone(html: str) -> str:
    """One paragraph without its tags; anything longer as it is."""
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if html.startswith("<p>") and html.endswith("</p>") and "<p>" not in inner else html


def _shared(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    """Feedback and, where answers have one, the share."""
    found: dict[str, Any] = {"feedback_html": alone(_drawn(typed, f"answers-{n}-feedback", draw, answer.feedback))}
    if typed.has_shares and (
        answer.share.strip() or typed.kind in CHOSEN
    ):  # an accepted answer without one is all right
        share = numbers.read(answer.share or "0")
        if share is None or not -100 <= share <= 100:
            typed.problems[f"answers-{n}-share"] = "Enter a number from -100 to 100"
        else:
            found["share"] = float(share)
    return found


def _choice(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    html = line(_drawn(typed, f"answers-{n}-text", draw, answer.text))
    if not html:
        typed.problems.setdefault(f"answers-{n}-text", "Enter the answer that this feedback belongs to")
    return {"text": words(html), "html": html, "is_correct": answer.is_correct, **_shared(typed, n, answer, draw)}


def _true_false(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    said = ("True", "False")[n]
    return {"text": said, "html": said, "is_correct": answer.is_correct, **_shared(typed, n, answer, draw)}


def _short(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    text = " ".join(answer.text.split())
    if not text or len(text) > 200:
        typed.problems[f"answers-{n}-text"] = "Enter an accepted answer of at most 200 letters"
    found = {"text": text, "html": text and nh3.clean_text(text), "is_correct": True, **_shared(typed, n, answer, draw)}
    if typed.has_shares and "share" in found:
        found["is_correct"] = found["share"] >= 99.9
    more = {"is_case_sensitive": typed.is_case_sensitive, "is_pattern": typed.is_pattern and "*" in text}
    return found | {name: True for name, value in more.items() if value}


def _number(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    found = _shared(typed, n, answer, draw)
    if answer.text.strip() == "*":
        return {"text": "*", "low": None, "high": None, **found}
    value, tolerance = _read(answer.text), _read(answer.tolerance or "0")
    if value is None:
        typed.problems[f"answers-{n}-text"] = "Enter a number, for example 12.5, or * for every number"
    if tolerance is None or tolerance < 0:
        typed.problems[f"answers-{n}-tolerance"] = "Enter how far from it an answer may be, for example 0.1"
    if value is None or tolerance is None:
        return {}
    return {"text": _plain(value), "value": _json(value), "tolerance": _json(tolerance), **found}


def _read(text: str) -> Decimal | None:
    """A number that JSON can keep."""
    number = numbers.read(text)
    return number if number is not None and abs(number) <= 10**300 else None


def _pair(typed: Typed, n: int, answer: Answer, draw: Draw) -> dict[str, Any]:
    html, match = line(_drawn(typed, f"answers-{n}-text", draw, answer.text)), " ".join(answer.match.split())
    if not match or len(match) > 500:
        typed.problems[f"answers-{n}-match"] = "Enter what belongs to it, in at most 500 letters"
    return {"text": words(html), "html": html, "match": match}


_MAKERS: dict[QuestionKind, Callable[[Typed, int, Answer, Draw], dict[str, Any]]] = {
    QuestionKind.SINGLE: _choice, QuestionKind.MULTIPLE: _choice, QuestionKind.TRUE_FALSE: _true_false,
    QuestionKind.SHORT_ANSWER: _short, QuestionKind.NUMERICAL: _number, QuestionKind.MATCHING: _pair,
}  # fmt: skip


def _judge(typed: Typed, options: list[dict[str, Any]]) -> None:
    """What is wrong with all answers together."""
    kind, problem = typed.kind, None
    right = sum(bool(option.get("is_correct")) for option in options)
    if kind in CHOSEN and len(options) < 2:
        problem = "Enter at least two answers"
    elif kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE) and right != 1 and not typed.has_shares:
        problem = "Choose which answer is right"
    elif kind is QuestionKind.MULTIPLE and not right and not typed.has_shares:
        problem = "Tick every answer that is right"
    elif kind in (QuestionKind.SHORT_ANSWER, QuestionKind.NUMERICAL) and not options:
        problem = "Enter at least one accepted answer"
    elif kind in (QuestionKind.SHORT_ANSWER, QuestionKind.NUMERICAL) and typed.has_shares:
        problem = (
            None if max(option.get("share", 100) for option in options) >= 99.9 else "One answer has to be worth 100"
        )
    elif (kind is QuestionKind.MATCHING and len({o["match"] for o in options}) < 2) or _few_pairs(kind, options):
        problem = "Enter at least two pairs with different right sides"
    if problem:
        typed.problems.setdefault("answers", problem)


def _few_pairs(kind: QuestionKind, options: list[dict[str, Any]]) -> bool:
    return kind is QuestionKind.MATCHING and sum(bool(option["text"]) for option in options) < 2


def typed_of(question: Any, draw: Draw) -> Typed:
    """A question that is kept, as it would be typed."""

    def back(html: str, finish: Callable[[str], str]) -> str:
        return markdown_of(html, lambda text: finish(draw(text)[0])) if html else ""

    options = question.options
    return Typed(
        question.kind, back(question.prompt_html, str.strip), back(question.explanation_html, str.strip),
        [
            Answer(
                text=_text(question.kind, option, back), feedback=back(option.get("feedback_html", ""), alone),
                is_correct=bool(option.get("is_correct")), share=_share(option), tolerance=_tolerance(option),
                match=option.get("match", ""),
            )
            for option in options
        ],
        is_case_sensitive=any(option.get("is_case_sensitive") for option in options),
        is_pattern=any(option.get("is_pattern") for option in options),
        has_shares=any(option.get("share", 100) != 100 for option in options),
    )  # fmt: skip


def _text(kind: QuestionKind, option: dict[str, Any], back: Callable[[str, Callable[[str], str]], str]) -> str:
    if kind is QuestionKind.NUMERICAL:
        low, high = numbers.limits(option)
        return "*" if low is None or high is None else _plain((low + high) / 2)
    if kind in (*CHOSEN, QuestionKind.MATCHING):
        return back(option.get("html", ""), line)
    return str(option.get("text", ""))


def _share(option: dict[str, Any]) -> str:
    return _plain(Decimal(str(option["share"]))) if "share" in option else ""


def _tolerance(option: dict[str, Any]) -> str:
    if "value" not in option and "low" not in option:
        return ""
    low, high = numbers.limits(option)
    return "" if low is None or high is None or low == high else _plain((high - low) / 2)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _json(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else float(number)
