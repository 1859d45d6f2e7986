"""SCORM 2004, 3rd and 4th edition, one SCO: what a kept state means, and what a player begins with (RTE 4.2)."""

from typing import Any

from courses.runtime import times
from courses.runtime.cmi import State, filled, in_order, part, text
from courses.runtime.cmi import merge as _merge
from courses.runtime.said import Said, number, per_cent, raw_fraction
from courses.runtime.scorm12 import MODES, entry, written

OWNED = frozenset(
    {
        "learner_id", "learner_name", "credit", "entry", "mode", "total_time", "launch_data", "max_time_allowed",
        "time_limit_action", "scaled_passing_score", "completion_threshold", "comments_from_lms",
    }
)  # fmt: skip
"What the site says: a package only reads it."
ACTIONS = frozenset({"exit,message", "continue,message", "exit,no message", "continue,no message"})
"Time limit actions; anything else is refused by the player's runtime, which then loads nothing."


def merge(state: State, changed: Any) -> State:
    """The state with what changed in it; never raises."""
    return _merge(state, changed, OWNED)


def said(state: State, play: dict[str, Any]) -> Said:
    """What the state means. A threshold of the manifest decides where its measure was given (RTE 4.2.4, 4.2.21)."""
    odd = list[str]()
    score = part(state, "score")
    scaled = number(score.get("scaled"))
    fraction = scaled if scaled is not None else raw_fraction(score, odd)
    is_passed = {"passed": True, "failed": False}.get(text(state, "success_status").strip().lower())
    mastery = number(play.get("mastery"))
    if mastery is not None and scaled is not None:
        is_passed = scaled * 100 >= mastery
    is_complete = text(state, "completion_status").strip().lower() == "completed"
    threshold, measure = number(play.get("completion_threshold")), number(state.get("progress_measure"))
    if threshold is not None and measure is not None:
        is_complete = measure >= threshold
    return Said(
        is_complete=is_complete,
        is_passed=is_passed,
        score=None if fraction is None else per_cent(fraction, odd),
        share=None if measure is None else per_cent(measure, odd),
        exit=text(state, "exit").strip().lower(),
        is_resumable=bool(text(state, "suspend_data") or text(state, "location")),
        odd=tuple(odd),
    )


def session_seconds(changed: Any) -> int | None:
    """What the content says of the time of this session."""
    return times.seconds_of(text(merge({}, changed), "session_time"))


def initial(state: State, play: dict[str, Any], learner_key: str, seconds: int, mode: str) -> dict[str, Any]:
    """What ``loadFromJSON`` takes before the content is there."""
    now = said(state, play)
    kept = {name: value for name, value in state.items() if name not in ("exit", "session_time")}
    mastery = number(play.get("mastery"))
    given = {
        "learner_id": learner_key, "learner_name": "Learner", "mode": MODES.get(mode, "normal"),
        "credit": "no-credit" if mode == "review" else "credit", "total_time": times.duration(seconds),
        "entry": entry(state, now, mode), "launch_data": play.get("launch_data", ""),
        "scaled_passing_score": "" if mastery is None else written(mastery / 100),
        "completion_threshold": written(play.get("completion_threshold")),
        "max_time_allowed": _limit(play), "time_limit_action": _action(play),
        "objectives": _objectives(part(state, "objectives"), play.get("objectives") or []),
    }  # fmt: skip
    return {"cmi": filled(in_order(kept | given))}


def _limit(play: dict[str, Any]) -> str:
    limit = str(play.get("max_time", ""))
    return limit if times.DURATION.fullmatch(limit) and times.seconds_of(limit) is not None else ""


def _action(play: dict[str, Any]) -> str:
    action = str(play.get("time_limit_action", ""))
    return action if action in ACTIONS else ""


def _objectives(kept: State, named: list[Any]) -> State:
    """Those of the manifest first and by their place, with what the content said of them; those it made itself after them."""
    objectives = dict(kept)
    wanted = [str(each["id"]) for each in named if isinstance(each, dict) and each.get("id")]
    for place, name in enumerate(wanted):
        there = objectives.get(str(place))
        if isinstance(there, dict) and not there.get("id"):
            objectives[str(place)] = {"id": name, **there}
    there_already = {entry.get("id") for entry in objectives.values() if isinstance(entry, dict)}
    for name in wanted:
        if name not in there_already:
            objectives[str(len(objectives))] = {"id": name}
    return objectives
