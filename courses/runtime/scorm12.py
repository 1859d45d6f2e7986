"""SCORM 1.2: what a kept state means, and what a player begins with (RTE 3.4). See cmi.py for the shapes."""

from typing import Any

from courses.runtime import times
from courses.runtime.cmi import State, filled, in_order, part, text
from courses.runtime.cmi import merge as _merge
from courses.runtime.said import Said, number, per_cent, raw_fraction

OWNED = frozenset(
    {
        "core.student_id", "core.student_name", "core.credit", "core.entry", "core.lesson_mode", "core.total_time",
        "launch_data", "student_data", "comments_from_lms",
    }
)  # fmt: skip
"What the site says: a package only reads it."
MODES = {"learn": "normal", "preview": "normal", "review": "review"}
"A preview is shown as a learner would see it: in browse mode many packages behave otherwise."


def merge(state: State, changed: Any) -> State:
    """The state with what changed in it; never raises."""
    return _merge(state, changed, OWNED)


def said(state: State, play: dict[str, Any]) -> Said:
    """What the state means. A mastery score decides over passed and failed once the content has finished (RTE 3.4.4)."""
    core, odd = part(state, "core"), list[str]()
    status = text(core, "lesson_status").strip().lower()
    score = part(core, "score")
    fraction = raw_fraction(score, odd)
    is_passed = {"passed": True, "failed": False}.get(status)
    mastery, raw = number(play.get("mastery")), number(score.get("raw"))
    if mastery is not None and raw is not None and status in ("completed", "passed", "failed"):
        is_passed = raw >= mastery
    return Said(
        is_complete=is_passed is True or (status in ("completed", "passed") and is_passed is None),
        is_passed=is_passed,
        score=None if fraction is None else per_cent(fraction, odd),
        exit=text(core, "exit").strip().lower(),
        is_resumable=bool(text(state, "suspend_data") or text(core, "lesson_location")),
        odd=tuple(odd),
    )


def session_seconds(changed: Any) -> int | None:
    """What the content says of the time of this session."""
    return times.seconds_of(text(part(merge({}, changed), "core"), "session_time"))


def initial(state: State, play: dict[str, Any], learner_key: str, seconds: int, mode: str) -> dict[str, Any]:
    """What ``loadFromJSON`` takes before the content is there."""
    now = said(state, play)
    core = {name: value for name, value in part(state, "core").items() if name not in ("exit", "session_time")}
    given = {
        "student_id": learner_key, "student_name": "Learner", "lesson_mode": MODES.get(mode, "normal"),
        "credit": "no-credit" if mode == "review" else "credit", "total_time": times.timespan(seconds),
        "entry": entry(state, now, mode),
    }  # fmt: skip
    data = {
        "mastery_score": written(play.get("mastery")), "max_time_allowed": play.get("max_time", ""),
        "time_limit_action": play.get("time_limit_action", ""),
    }  # fmt: skip
    return {
        "cmi": filled(
            in_order({**state, "core": core | given, "student_data": data, "launch_data": play.get("launch_data", "")})
        )
    }


def entry(state: State, now: Said, mode: str) -> str:
    """ab-initio for nothing kept yet, resume for content that suspended or left something to go on from, else nothing."""
    if not state:
        return "ab-initio"
    return "resume" if mode == "review" or now.exit == "suspend" or now.is_resumable else ""


def written(value: Any) -> str:
    """A number as text without a needless fraction; empty when it is none."""
    found = number(value)
    return "" if found is None else f"{found:g}"
