"""PDF: which pages were seen. A message is ``{"pages": [3, 4], "page": 4}``: pages that were shown, and where the reader is."""

from typing import Any

from courses.runtime.said import Said

PAGES_MOST = 5_000


def merge(state: dict[str, Any], changed: Any) -> dict[str, Any]:
    """The pages of both; never raises, and no page is ever unseen."""
    merged = dict(state)
    if not isinstance(changed, dict):
        return merged
    pages = changed.get("pages")
    seen = {each for each in pages if _is_page(each)} if isinstance(pages, list) else set()
    if seen:
        merged["pages"] = sorted(seen.union(state.get("pages", ())))
    if _is_page(changed.get("page")):
        merged["page"] = changed["page"]
    return merged


def _is_page(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= PAGES_MOST


def said(state: dict[str, Any], play: dict[str, Any]) -> Said:
    """The share of the pages, in whole per cent rounded down; complete when all were seen."""
    count = play.get("pages") or 0
    seen = sum(1 for page in state.get("pages", ()) if page <= count)
    share = min(100, seen * 100 // count) if count else 0
    return Said(is_complete=share == 100, share=share, is_resumable=True)


def session_seconds(changed: Any) -> int | None:
    """A PDF says nothing of the time of a session."""
    return None


def initial(state: dict[str, Any], play: dict[str, Any], learner_key: str, seconds: int, mode: str) -> dict[str, Any]:
    """The pages seen so far, and where to open it."""
    return {"pages": state.get("pages", []), "page": state.get("page", 1)}
