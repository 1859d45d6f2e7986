"""A question as a list shows it: what is asked, what can be answered, and where to change it."""

from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from courses.drafting import asking
from courses.questions import marking
from courses.questions.models import QuestionKind
from learn.authoring.quizzes.question_form import KINDS


def question(row: Any, unit: Any, count: int) -> dict[str, Any]:
    """One question; ``count`` is how many there are."""
    place = {"slug": unit.slug, "n": unit.n, "position": unit.position}
    return {
        "id": row.id, "position": row.position, "kind": KINDS[row.kind][0], "prompt": Markup(row.prompt_html),  # noqa: S704 - sanitised
        "answers": _answers(row), "explanation": Markup(row.explanation_html),  # noqa: S704 - sanitised
        "is_written": row.kind in asking.WRITTEN, "is_first": row.position == 1, "is_last": row.position == count,
        "edit": url_for("authoring.edit_question", number=row.id, **place),
        "remove": url_for("authoring.removing_question", number=row.id, **place),
    }  # fmt: skip


def crumb(unit: Any) -> tuple[str, str]:
    """The list of questions that a question's page lies under."""
    return unit.title, url_for("authoring.questions", slug=unit.slug, n=unit.n, position=unit.position)


def _answers(row: Any) -> list[dict[str, Any]]:
    if row.kind is QuestionKind.CLOZE:
        return [
            {"html": f"Gap {n}: {_gap(gap)}", "is_right": True, "worth": ""} for n, gap in enumerate(row.options, 1)
        ]
    return [_answer(row.kind, option) for option in row.options]


def _answer(kind: QuestionKind, option: dict[str, Any]) -> dict[str, Any]:
    html = Markup(option["html"]) if "html" in option else escape(option.get("text", ""))  # noqa: S704 - sanitised
    if kind is QuestionKind.MATCHING:
        html = (
            Markup("{} \u2192 {}").format(html, option["match"])
            if option["text"]
            else Markup("\u2192 {}").format(option["match"])
        )
        return {"html": html, "is_right": True, "worth": ""}
    if kind is QuestionKind.NUMERICAL and option.get("tolerance"):
        html = Markup("{} give or take {}").format(option["text"], option["tolerance"])
    worth = marking.worth(option)
    return {
        "html": html,
        "is_right": worth >= marking.FULL,
        "worth": f"{worth:g}%" if 0 < abs(worth) < marking.FULL or worth < 0 else "",
    }


def _gap(gap: dict[str, Any]) -> str:
    return ", ".join(str(option.get("text", "")) for option in gap["options"])
