"""The tries at a package in words: what each came to, and whether another may begin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, func, select

from courses.catalogue import Rule, ScorePolicy, Unit, UnitKind
from courses.learning.models import Attempt, Exit
from learn.components import plural
from learn.extensions import db

MOST = 50
"Tries that are listed, the newest first."
_TRIES = (
    select(
        Attempt.n, Attempt.unit_id, Attempt.started_at, Attempt.score, Attempt.is_complete, Attempt.is_passed, Attempt.exit,
        Attempt.seconds, Attempt.ended_at, (func.length(Attempt.state) > 0).label("is_begun"),
    )
    .join(Unit, Unit.id == Attempt.unit_id)
    .where(Attempt.enrolment_id == bindparam("enrolment_id"), Unit.stable_key == bindparam("stable_key"))
    .order_by(Attempt.id.desc())
    .limit(MOST)
)  # fmt: skip
"Those at the same unit of an earlier version too. A try is there as soon as the player was opened; it is begun when anything is kept."
TRIED = {UnitKind.SCORM, UnitKind.H5P}
"Kinds that ask something: what is only read or shown needs no second try."
COUNTS = {
    ScorePolicy.BEST: "Your best score counts, so another try cannot lower it.",
    ScorePolicy.LAST: "The score of your last try counts.",
    ScorePolicy.FIRST: "The score of your first try counts. Another try is practice.",
}


@dataclass(frozen=True)
class Try:
    """One try: when it began, what came of it, how long it took."""

    n: int
    is_earlier: bool
    began_at: datetime
    words: str
    score: int | None
    time_words: str


def read(asked: Any, row: Any, line: Any) -> dict[str, Any]:
    """The list, whether the learner may start again, and what that means."""
    is_marked = asked.rule in (Rule.MARKED, Rule.VIEWED)
    if row.enrolment_id is None or asked.kind not in TRIED:
        return {
            "is_marked": is_marked,
            "tries": [],
            "again_url": None,
            "left_words": "",
            "again_words": "",
            "is_over": False,
        }
    given = {"enrolment_id": row.enrolment_id, "stable_key": asked.stable_key}
    found = db.session().execute(_TRIES, given).all()
    own = [each for each in found if each.unit_id == asked.id]
    used = max((each.n for each in own), default=0)
    left = None if asked.max_attempts is None else max(0, asked.max_attempts - used)
    may_again = bool(own) and own[0].is_begun and left != 0
    return {
        "is_marked": is_marked,
        "tries": [_try(each, asked.id) for each in found if each.is_begun],
        "again_url": url_for("player.play_again", slug=row.slug, position=asked.position) if may_again else None,
        "left_words": "" if left is None else _left_words(asked.max_attempts, left),
        "again_words": _again_words(asked, line),
        "is_over": bool(own) and _is_over(own[0]),
    }  # fmt: skip


def _is_over(each: Any) -> bool:
    """Whether its package has ended it, so that it can only be looked at (courses.learning.tries)."""
    return each.exit is Exit.ENDED and each.ended_at is None and (each.is_complete or each.is_passed is not None)


def _try(each: Any, unit_id: int) -> Try:
    return Try(each.n, each.unit_id != unit_id, each.started_at, _words(each), each.score, _time(each.seconds))


def _words(each: Any) -> str:
    if each.is_passed is not None:
        return "Passed" if each.is_passed else "Failed"
    if each.is_complete:
        return "Completed"
    return "Not completed" if each.exit is Exit.ENDED else "In progress"


def _time(seconds: int) -> str:
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    said = [plural(hours, "hour")] if hours else []
    return " ".join([*said, plural(minutes, "minute")] if minutes or not hours else said)


def _left_words(most: int, left: int) -> str:
    if left:
        return f"You have {plural(left, 'more try', 'more tries')}."
    return "This was your only try." if most == 1 else f"You have used all {most} tries."


def _again_words(asked: Any, line: Any) -> str:
    """What starting again does to what is there."""
    kept = "What you did so far is kept in the list of your tries, and the unit begins anew."
    stays = " The unit stays completed." if line.is_done else ""
    has_score = line.state != "not_started" and ("score" in line.words or asked.rule is Rule.SCORE)
    return f"{kept}{stays}{' ' + COUNTS[asked.score_policy] if has_score else ''}"
