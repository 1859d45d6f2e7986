"""Cloze questions: Moodle's gaps in the text, as in {1:SHORTANSWER:=Berlin#Yes~%50%Bonn}, and gaps that are filled from a list.

Source: Moodle's documentation "Embedded Answers (Cloze) question type". Escapes: a backslash before } # ~ / " and itself.
"""

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from courses.questions.models import QuestionKind
from courses.questions.reading.answers import NotAQuestion, checked_number, choices, numeric, reached, share
from courses.questions.reading.texts import Texts, words

KINDS = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"), QuestionKind.SHORT_ANSWER),
    **dict.fromkeys(("NUMERICAL", "NM"), QuestionKind.NUMERICAL),
    **dict.fromkeys((
        "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS",
        "MULTICHOICE_HS", "MCHS",
    ), QuestionKind.SINGLE),
}  # fmt: skip
EXACT = {"SHORTANSWER_C", "SAC", "MWC"}

_GAP = re.compile(r"\{(\d{0,4}):([A-Z_]{2,20}):")
_TO_END = re.compile(r"[^\\}]*(?:\\.[^\\}]*)*\}", re.DOTALL)
_LITERAL = re.compile(r"\[\[(?=\d)")
_ESCAPES = re.compile(r"\\([\\}#~/\"])")
_WEIGHT = re.compile(r"(=|%([^%]{0,20})%)?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A gap as it is written: its weight, its kind's name, its alternatives."""

    weight: int
    name: str
    answers: list[str]


def embedded(html: str, texts: Texts) -> tuple[str, list[dict[str, Any]]]:
    """The text with [[1]], [[2]] … for its gaps, and the gaps; NotAQuestion when one of them cannot be read."""
    gaps: list[dict[str, Any]] = []
    text, at = "", 0
    while (opening := _GAP.search(html, at)) is not None:
        end = _closing(html, opening.end())
        if end is None:
            raise NotAQuestion(f"gap {len(gaps) + 1} has no }} at its end.")
        piece = Piece(int(opening.group(1) or 1), opening.group(2), _split(html[opening.end() : end], "~"))
        checked_number(len(gaps) + 1, "gaps")
        checked_number(len(piece.answers), "answers in one gap")
        gaps.append(_gap(len(gaps) + 1, piece, texts))
        text += _literal(html[at : opening.start()]) + f"[[{len(gaps)}]]"
        at = end + 1
    if not gaps:
        raise NotAQuestion("it has no gap.")
    return text + _literal(html[at:]), gaps


def _literal(html: str) -> str:
    """Brackets that only look like a gap of ours."""
    return _LITERAL.sub("[\u2060[", html)


def _closing(html: str, at: int) -> int | None:
    """Where the gap's own } is: the first without a backslash."""
    found = _TO_END.match(html, at)
    return found.end() - 1 if found else None


def _split(written: str, mark: str) -> list[str]:
    """Parts between marks that have no backslash; entities such as &#126; are text."""
    parts, part = [], ""
    for token in re.findall(r"\\.|&#\w{1,8};|[^\\~#&]+|.", written, re.DOTALL):
        if token == mark:
            parts.append(part)
            part = ""
        else:
            part += token
    return [*parts, part]


def _gap(number: int, piece: Piece, texts: Texts) -> dict[str, Any]:
    kind = KINDS.get(piece.name)
    if kind is None:
        raise NotAQuestion(
            f"gap {number} is of the kind {piece.name}; gaps can be SHORTANSWER, NUMERICAL or MULTICHOICE."
        )
    try:
        options = [_option(each, kind, piece.name in EXACT, texts) for each in piece.answers if each.strip()]
        made = choices(options, is_single=True) if kind is QuestionKind.SINGLE else reached({"options": options})
    except NotAQuestion as why:
        raise NotAQuestion(f"gap {number}: {why}") from None
    return {"kind": kind.value, "weight": piece.weight, "options": made["options"]}


def _option(written: str, kind: QuestionKind, is_exact: bool, texts: Texts) -> dict[str, Any]:
    found = _WEIGHT.match(written.strip())
    mark, percent, rest = found.groups() if found else (None, None, written)
    worth = 100.0 if mark == "=" else share(percent) if percent is not None else 0.0
    answer, *feedback = _split(rest, "#")
    told = {"share": worth, "feedback_html": texts.feedback(_meant("#".join(feedback)))}
    if kind is QuestionKind.NUMERICAL:
        return {**numeric(words(unescape(_meant(answer)))), **told}
    text = words(_meant(answer))
    if not text:
        raise NotAQuestion("one of its answers is empty.")
    if kind is QuestionKind.SINGLE:
        return {"text": text, "html": texts.line(_meant(answer)), **told}
    return accepted(text, told, is_exact)


def accepted(text: str, told: dict[str, Any], is_exact: bool) -> dict[str, Any]:
    """An accepted answer of a short answer question, in which * is any text."""
    pattern = {"is_pattern": True} if "*" in text else {}
    exact = {"is_case_sensitive": True} if is_exact else {}
    return {"text": text, "is_correct": told["share"] >= 99.9, **told, **pattern, **exact}


def _meant(written: str) -> str:
    return _ESCAPES.sub(r"\1", written).strip()


def from_lists(html: str, groups: list[tuple[str, str]]) -> tuple[str, list[dict[str, Any]]]:
    """Drag words into text and select missing words: [[3]] is the gap of the third choice, offered with all of its group.

    ``groups`` are the choices in order: their text and their group. NotAQuestion when a gap has no choice.
    """
    gaps: list[dict[str, Any]] = []

    def fill(match: re.Match[str]) -> str:
        right = int(match.group(1)) - 1
        if not 0 <= right < len(groups):
            raise NotAQuestion(f"gap [[{right + 1}]] has no choice of that number.")
        offered = [(n, text) for n, (text, group) in enumerate(groups) if group == groups[right][1]]
        if len(offered) < 2:
            raise NotAQuestion(f"gap [[{right + 1}]] has only one choice.")
        options = [
            {"text": text, "html": escape(text), "is_correct": n == right, "feedback_html": ""} for n, text in offered
        ]
        checked_number(len(gaps) + 1, "gaps")
        gaps.append({"kind": QuestionKind.SINGLE.value, "weight": 1, "options": options})
        return f"[[{len(gaps)}]]"

    text = re.sub(r"\[\[(\d{1,3})\]\]", fill, html)
    if not gaps:
        raise NotAQuestion("it has no gap.")
    return text, gaps
