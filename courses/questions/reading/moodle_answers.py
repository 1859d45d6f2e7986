"""A Moodle XML question's answers, by its type: its prompt, which a cloze changes, and kind and options."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from courses.questions.models import QuestionKind
from courses.questions.reading import cloze
from courses.questions.reading.answers import NotAQuestion, choices, numeric, pairs, reached, share
from courses.questions.reading.moodle_parts import part, said
from courses.questions.reading.texts import Texts, words

Made = tuple[str, dict[str, Any]]

NAMES = {
    "calculated": "calculated", "calculatedsimple": "simple calculated", "calculatedmulti": "calculated multiple choice",
    "ddmarker": "drag and drop markers", "ddimageortext": "drag and drop onto image", "randomsamatch": "random short answer matching",
    "random": "random question", "ordering": "ordering", "coderunner": "CodeRunner", "stack": "STACK", "formulas": "formulas",
    "pmatch": "pattern match", "recordrtc": "recording",
}  # fmt: skip
"Kinds that stay in Moodle, as its pages call them."


def _worth(answer: Element) -> float:
    return share(answer.get("fraction", "0"))


def _feedback(answer: Element, texts: Texts) -> str:
    told = part(answer.find("feedback"))
    return texts.feedback(*told)


def _multichoice(element: Element, text: str, texts: Texts) -> Made:
    options: list[dict[str, Any]] = []
    for answer in element.findall("answer"):
        html = texts.line(*part(answer))
        if not html:
            raise NotAQuestion("one of its answers is empty.")
        shown = words(html) or f"Picture {len(options) + 1}"
        options.append(
            {"text": shown, "html": html, "feedback_html": _feedback(answer, texts), "share": _worth(answer)}
        )
    single = said(element.find("single")).lower()
    return text, choices(options, is_single=single not in ("false", "0"))


def _true_false(element: Element, text: str, texts: Texts) -> Made:
    answers = {said(answer).lower(): answer for answer in element.findall("answer")}
    if set(answers) != {"true", "false"}:
        raise NotAQuestion("its answers are not true and false.")
    options = [
        {
            "text": shown,
            "html": shown,
            "feedback_html": _feedback(answers[value], texts),
            "share": _worth(answers[value]),
        }
        for shown, value in (("True", "true"), ("False", "false"))
    ]
    return text, choices(options, is_single=True, is_true_false=True)


def _short(element: Element, text: str, texts: Texts) -> Made:
    is_exact = said(element.find("usecase")) == "1"
    options: list[dict[str, Any]] = []
    for answer in element.findall("answer"):
        accepted = words(said(answer))
        if not accepted:
            raise NotAQuestion("one of its answers is empty.")
        told = {"share": _worth(answer), "feedback_html": _feedback(answer, texts)}
        options.append(cloze.accepted(accepted, told, is_exact))
    return text, reached({"kind": QuestionKind.SHORT_ANSWER, "options": options})


def _numerical(element: Element, text: str, texts: Texts) -> Made:
    options: list[dict[str, Any]] = []
    for answer in element.findall("answer"):
        value, tolerance = words(said(answer)), said(answer.find("tolerance"))
        taken = numeric(value if value == "*" else f"{value}:{tolerance or '0'}")
        options.append({**taken, "share": _worth(answer), "feedback_html": _feedback(answer, texts)})
    if element.find("units/unit") is not None:
        texts.note(
            "units",
            "Units of numerical questions were left out: an answer is a number alone. Say in the question which unit is meant.",
        )
    return text, reached({"kind": QuestionKind.NUMERICAL, "options": options})


def _matching(element: Element, text: str, texts: Texts) -> Made:
    options: list[dict[str, Any]] = []
    for pair in element.findall("subquestion"):
        html = texts.line(*part(pair))
        left = words(html) or ("Picture" if html else "")
        options.append({"text": left, "html": html, "match": words(said(pair.find("answer")))})
    return text, pairs([option for option in options if option["text"] or option["match"]])


def _essay(element: Element, text: str, texts: Texts) -> Made:
    return text, {"kind": QuestionKind.ESSAY, "options": []}


def _description(element: Element, text: str, texts: Texts) -> Made:
    return text, {"kind": QuestionKind.DESCRIPTION, "options": []}


def _cloze(element: Element, text: str, texts: Texts) -> Made:
    text, gaps = cloze.embedded(text, texts)
    return text, {"kind": QuestionKind.CLOZE, "options": gaps}


def _lists(element: Element, text: str, texts: Texts) -> Made:
    boxes = [*element.findall("dragbox"), *element.findall("selectoption")]
    groups = [(words(said(box)), said(box.find("group"))) for box in boxes]
    text, gaps = cloze.from_lists(text, groups)
    return text, {"kind": QuestionKind.CLOZE, "options": gaps}


READERS: dict[str, Callable[[Element, str, Texts], Made]] = {
    "multichoice": _multichoice, "truefalse": _true_false, "shortanswer": _short, "numerical": _numerical, "matching": _matching,
    "essay": _essay, "description": _description, "cloze": _cloze, "multianswer": _cloze, "ddwtos": _lists, "gapselect": _lists,
}  # fmt: skip
