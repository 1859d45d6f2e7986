"""What somebody answered, in words: for their own export."""

from typing import Any

from courses.questions.marking import lefts
from courses.questions.models import QuestionKind


def of(kind: QuestionKind, options: list[dict[str, Any]], answer: Any) -> Any:
    """A text as it was typed; else a list: the answers chosen, "left: right" for each pair, what stood in each gap."""
    if not isinstance(answer, list) or not isinstance(options, list):
        return answer
    if kind is QuestionKind.MATCHING:
        pairs = zip(lefts(options), answer, strict=False)
        return [f"{options[left]['text']}: {_at(options, n).get('match', '')}" for left, n in pairs]
    if kind is QuestionKind.CLOZE:
        gaps = zip(options, answer, strict=False)
        return [_at(gap["options"], value).get("text", "") if isinstance(value, int) else value for gap, value in gaps]
    return [_at(options, n)["text"] for n in answer if _at(options, n)]


def _at(options: list[dict[str, Any]], n: Any) -> dict[str, Any]:
    return options[n] if isinstance(n, int) and 0 <= n < len(options) else {}
