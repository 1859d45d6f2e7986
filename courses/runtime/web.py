"""Pages that bring their own scripts: they say nothing, so being opened is all there is."""

from typing import Any

from courses.runtime.said import Said


def merge(state: dict[str, Any], changed: Any) -> dict[str, Any]:
    """Nothing is kept for them."""
    return state


def said(state: dict[str, Any], play: dict[str, Any]) -> Said:
    """Nothing."""
    return Said(is_resumable=True)


def session_seconds(changed: Any) -> int | None:
    """They say nothing of time."""
    return None


def initial(state: dict[str, Any], play: dict[str, Any], learner_key: str, seconds: int, mode: str) -> dict[str, Any]:
    """Nothing to begin with."""
    return {}
