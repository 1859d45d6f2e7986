"""A question after marking: what was answered, what it was worth in words, and the feedback that belongs to it."""

from typing import Any

from markupsafe import Markup

from courses.questions import marking
from courses.questions.marking import Mark, lefts, worth
from courses.questions.models import QuestionKind
from learn.player.questions.shown import TEMPLATES, parts

ICONS = {"right": "completed", "partly": "in_progress", "wrong": "wrong", "unmarked": "no_score"}


def result(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    """What every kind has, and what its own kind needs besides."""
    state = state_of(mark.share)
    common = {
        "is_correct": mark.is_correct, "state": state, "icon": ICONS[state], "words": words_for(mark.share), "feedback": [],
        "explanation": Markup(asked.explanation_html), "text": answer if isinstance(answer, str) else "",
    }  # fmt: skip
    return common | _KINDS[TEMPLATES[asked.kind]](asked, mark, answer)


def state_of(share: float | None) -> str:
    """right, partly, wrong or unmarked."""
    if share is None:
        return "unmarked"
    return "right" if share == 100 else "partly" if share > 0 else "wrong"


def words_for(share: float | None) -> str:
    """A share in words."""
    if share is None:
        return "Nobody marks this question"
    return {"right": "Correct", "wrong": "Not correct yet"}.get(
        state_of(share), f"Partly correct: {max(1, int(share))}%"
    )


def _choices(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    chosen = set(answer) if isinstance(answer, list) else set()
    return {"options": [_option(asked.kind, option, n in chosen) for n, option in enumerate(asked.options)]}


def _option(kind: QuestionKind, option: dict[str, Any], is_chosen: bool) -> dict[str, Any]:
    """One of several right answers is right; as the only one it is as right as its share."""
    state = "right" if option["is_correct"] else "wrong"
    if kind is not QuestionKind.MULTIPLE and "share" in option:
        state = state_of(max(0, 100 if worth(option) >= marking.FULL else worth(option)))
    feedback = Markup(option.get("feedback_html", "")) if is_chosen else Markup("")
    said = {"right": "correct", "partly": "partly correct", "wrong": "not correct"}[state]
    icon = "not_started" if not is_chosen else ICONS[state] if feedback else "chosen"
    return {
        "html": Markup(option["html"]), "is_chosen": is_chosen, "icon": icon, "feedback": feedback,
        "words": f"Your answer: {said}" if feedback else "Your answer",
    }  # fmt: skip


def _text(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    return {"feedback": [{"label": "", "html": html} for html in [_told(asked.kind, asked.options, answer)] if html]}


def _told(kind: QuestionKind, options: list[dict[str, Any]], answer: Any) -> Markup:
    """The feedback of the accepted answer that a text fits."""
    fits = marking.matched(kind, options, answer)
    return Markup("" if fits is None else options[fits].get("feedback_html", ""))


def _pairs(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    chosen = answer if isinstance(answer, list) else []
    rows = zip(lefts(asked.options), [*chosen, *[None] * len(mark.parts)], mark.parts, strict=False)
    return {"pairs": [
        {
            "html": Markup(asked.options[left]["html"]), "state": state_of(share), "icon": ICONS[state_of(share)],
            "text": asked.options[n]["match"] if isinstance(n, int) and 0 <= n < len(asked.options) else "", "words": words_for(share),
        }
        for left, n, share in rows
    ]}  # fmt: skip


def _gaps(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    given = [*(answer if isinstance(answer, list) else []), *[None] * len(asked.options)]
    rows = zip(asked.options, given, mark.parts, strict=False)
    gaps = [_gap(n, gap, value, share) for n, (gap, value, share) in enumerate(rows, 1)]
    feedback = [{"label": gap["label"], "html": gap["feedback"]} for gap in gaps if gap["feedback"]]
    return {"parts": parts(asked.prompt_html, gaps), "feedback": feedback}


def _gap(n: int, gap: dict[str, Any], value: Any, share: float) -> dict[str, Any]:
    options = gap["options"]
    if isinstance(value, int):
        chosen = options[value] if 0 <= value < len(options) else {}
        text, told = chosen.get("text", ""), Markup(chosen.get("feedback_html", ""))
    else:
        text, told = value or "", _told(QuestionKind(gap["kind"]), options, value)
    state = state_of(share)
    return {
        "label": f"Gap {n}",
        "text": text,
        "state": state,
        "icon": ICONS[state],
        "words": words_for(share),
        "feedback": told,
    }


def _nothing(asked: Any, mark: Mark, answer: Any) -> dict[str, Any]:
    return {}


_KINDS = {
    "choices": _choices, "text": _text, "pairs": _pairs, "gaps": _gaps, "essay": _nothing, "description": _nothing,
}  # fmt: skip
