"""A question as its template takes it, before it is answered or with what was typed."""

import re
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup

from courses.questions import numbers
from courses.questions.marking import lefts
from courses.questions.models import QuestionKind
from learn.player.questions.fields import names

RICH = re.compile(r"<(?:ul|ol|dl|pre|table|blockquote|img|div|figure|hr|section|article|details|a)\b")
"What may not stand in a legend, a label or a heading, or does not look well there."

PARTS = re.compile(r"\[\[(\d{1,3})\]\]")

TEMPLATES = {
    QuestionKind.SINGLE: "choices", QuestionKind.MULTIPLE: "choices", QuestionKind.TRUE_FALSE: "choices", QuestionKind.SHORT_ANSWER: "text",
    QuestionKind.NUMERICAL: "text", QuestionKind.MATCHING: "pairs", QuestionKind.ESSAY: "essay", QuestionKind.CLOZE: "gaps",
    QuestionKind.DESCRIPTION: "description",
}  # fmt: skip


def question(asked: Any, form: FlaskForm, number: int | None) -> dict[str, Any]:
    """What every kind has, and what its own kind needs besides."""
    fields = [form[name] for name in names(asked)]
    errors = [{"id": f"{field.name}-error", "text": field.errors[0]} for field in fields if field.errors]
    shown = {
        "id": asked.id, "name": f"q{asked.id}", "number": number, "kind": asked.kind.value, "template": TEMPLATES[asked.kind],
        "prompt": Markup(asked.prompt_html), "is_rich": bool(RICH.search(asked.prompt_html)), "errors": errors,
        "error": errors[0]["text"] if errors else None, "options": [], "text": "",
    }  # fmt: skip
    return shown | _KINDS[TEMPLATES[asked.kind]](asked, fields)


def _choices(asked: Any, fields: list[Any]) -> dict[str, Any]:
    given = fields[0].data
    chosen = set() if given is None else {given} if isinstance(given, str) else set(given)
    return {"options": [
        {"value": str(n), "html": Markup(option["html"]), "checked": str(n) in chosen} for n, option in enumerate(asked.options)
    ]}  # fmt: skip


def _text(asked: Any, fields: list[Any]) -> dict[str, Any]:
    is_number = asked.kind is QuestionKind.NUMERICAL
    return {"text": fields[0].data or "", "is_number": is_number, "has_keypad": is_number and has_keypad(asked.options)}


def has_keypad(options: list[dict[str, Any]]) -> bool:
    """Whether a telephone may show its keypad, which has no minus on it."""
    limits = [limit for option in options for limit in numbers.limits(option) if limit is not None]
    return all(limit >= 0 for limit in limits)


def _pairs(asked: Any, fields: list[Any]) -> dict[str, Any]:
    return {"pairs": [
        {**_select(field), "html": Markup(asked.options[left]["html"])}
        for left, field in zip(lefts(asked.options), fields, strict=True)
    ]}  # fmt: skip


def _select(field: Any) -> dict[str, Any]:
    chosen = field.data or ""
    choices = [{"value": each.value, "text": each.label, "selected": each.value == chosen} for each in field.choices]
    return {"name": field.name, "choices": choices, "has_error": bool(field.errors)}


def _gaps(asked: Any, fields: list[Any]) -> dict[str, Any]:
    gaps = [
        _gap(n, gap, field, len(fields)) for n, (gap, field) in enumerate(zip(asked.options, fields, strict=True), 1)
    ]
    return {"parts": parts(asked.prompt_html, gaps)}


def _gap(n: int, gap: dict[str, Any], field: Any, count: int) -> dict[str, Any]:
    label = f"Gap {n} of {count}"
    if gap["kind"] == QuestionKind.SINGLE:
        return {"kind": "select", "label": label, **_select(field)}
    is_number = gap["kind"] == QuestionKind.NUMERICAL
    return {
        "kind": "number" if is_number else "text", "label": label, "name": field.name, "text": field.data or "",
        "has_error": bool(field.errors), "has_keypad": is_number and has_keypad(gap["options"]),
    }  # fmt: skip


def parts(prompt_html: str, gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The text of a cloze cut at its gaps: [{html, gap}], where the last has no gap."""
    cut = PARTS.split(prompt_html)
    found: list[dict[str, Any]] = [{"html": Markup(""), "gap": None}]
    for n, piece in enumerate(cut):
        if n % 2 and 1 <= int(piece) <= len(gaps):
            found[-1]["gap"] = gaps[int(piece) - 1]
            found.append({"html": Markup(""), "gap": None})
        else:
            found[-1]["html"] += Markup(f"[[{piece}]]" if n % 2 else piece)
    return found


def _essay(asked: Any, fields: list[Any]) -> dict[str, Any]:
    return {"text": fields[0].data or ""}


def _description(asked: Any, fields: list[Any]) -> dict[str, Any]:
    return {}


_KINDS = {
    "choices": _choices, "text": _text, "pairs": _pairs, "gaps": _gaps, "essay": _essay, "description": _description,
}  # fmt: skip
