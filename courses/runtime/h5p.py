"""H5P: what it keeps, and what its xAPI statements mean.

A message is any of ``{"state": {sub-content id: {data type: text, or null to forget it}}}``, ``{"statement": {…}}`` and
``{"finish": {"score": 8, "maxScore": 10}}``. Observed with h5p-standalone 3.8.2: question types send ``answered`` with
``result.score`` and ``completion: true`` and post a finish; Accordion sends ``consumed`` only, some types never more than
``attempted``: for these the author chooses that viewing completes the unit.
"""

from typing import Any

from courses.runtime.said import Said, number, per_cent

ENDS = frozenset({"completed", "answered", "passed"})
"Verbs that may complete, by the last part of their address."
PARTS_MOST = 200
"Parts of one package that may keep something."


def merge(state: dict[str, Any], changed: Any) -> dict[str, Any]:
    """The state with the message in it; never raises. Completion stays, the last score counts."""
    merged = dict(state)
    if not isinstance(changed, dict):
        return merged
    if isinstance(changed.get("state"), dict):
        merged["state"] = _kept(merged.get("state"), changed["state"])
    if isinstance(changed.get("statement"), dict):
        merged |= _stated(changed["statement"])
    if isinstance(changed.get("finish"), dict):
        finish = changed["finish"]
        merged |= {"is_complete": True} | _scored(None, finish.get("score"), finish.get("maxScore"))
    return merged


def _kept(there: Any, changed: dict[Any, Any]) -> dict[str, dict[str, str]]:
    kept = {sub: dict(by_type) for sub, by_type in there.items()} if isinstance(there, dict) else {}
    for sub, by_type in changed.items():
        if not isinstance(sub, str) or not isinstance(by_type, dict) or (sub not in kept and len(kept) >= PARTS_MOST):
            continue
        mine = kept.setdefault(sub[:80], {})
        for kind, value in by_type.items():
            if value is None:
                mine.pop(str(kind)[:80], None)
            elif isinstance(value, str):
                mine[str(kind)[:80]] = value
    return {sub: by_type for sub, by_type in kept.items() if by_type}


def _stated(statement: dict[str, Any]) -> dict[str, Any]:
    """What a statement means for the whole package: one on a part of it (subContentId) means nothing."""
    verb = _inside(statement, "verb").get("id")
    about = _inside(statement, "object")
    extensions = _inside(_inside(about, "definition"), "extensions")
    is_part = "subContentId=" in str(about.get("id", "")) or any(
        str(name).endswith("h5p-subContentId") for name in extensions
    )
    if is_part or str(verb).rpartition("/")[2] not in ENDS:
        return {}
    result = _inside(statement, "result")
    score = _inside(result, "score")
    told = _scored(score.get("scaled"), score.get("raw"), score.get("max"))
    if isinstance(result.get("success"), bool):
        told["is_passed"] = result["success"]
    return told | ({"is_complete": True} if result.get("completion") is True else {})


def _inside(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _scored(scaled: Any, raw: Any, most: Any) -> dict[str, Any]:
    share, points, whole = number(scaled), number(raw), number(most)
    if share is None and points is not None and whole:
        share = points / whole
    return {} if share is None else {"score": share}


def said(state: dict[str, Any], play: dict[str, Any]) -> Said:
    """What the state means."""
    odd = list[str]()
    share = number(state.get("score"))
    return Said(
        is_complete=state.get("is_complete") is True,
        is_passed=state.get("is_passed") if isinstance(state.get("is_passed"), bool) else None,
        score=None if share is None else per_cent(share, odd),
        is_resumable=True,
        odd=tuple(odd),
    )


def session_seconds(changed: Any) -> int | None:
    """H5P says nothing of the time of a session."""
    return None


def initial(state: dict[str, Any], play: dict[str, Any], learner_key: str, seconds: int, mode: str) -> dict[str, Any]:
    """What the parts of the package kept: {state: {sub-content id: {data type: text}}}."""
    return {"state": state.get("state", {}), "learner": learner_key}
