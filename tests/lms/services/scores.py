"""Scores, by the recorded rules: what is stored, what a later score must pass, what erases, what is refused."""

import json
from datetime import datetime
from typing import Any

from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services.answers import ROOT, SCORE, Refused, expect, plain
from tests.lms.services.lineitems import find
from tests.lms.state import Grade, LineItem


def receive(course_id: str, item_id: str) -> Response:
    """POST …/lineitem/scores: 200 with an empty body, or the reason in the reason phrase and ``[]``."""
    expect(SCORE, "score")
    item = find(course_id, item_id)
    raw = request.get_data(as_text=True)
    score = _read(raw, course_id)
    with lms.state.changing():
        held = lms.state.grades.get((item_id, score["userId"]))
        if held and held.stored_at is not None and held.stored_at >= int(score["at"]):
            reason = f"Refusing score with an earlier timestamp for item {item_id} and user {score['userId']}"
            raise Refused(plain(409, reason, [], SCORE))
        _store(item, score, held)
    return plain(200, "OK", "", SCORE)


def _read(raw: str, course_id: str) -> dict[str, Any]:
    """The score, or the 400 that tells the whole body back."""
    refused = Refused(plain(400, f"Incorrect score received{raw}", [], SCORE))
    try:
        score = json.loads(raw)
        stamp = datetime.fromisoformat(score["timestamp"])
        score["at"] = stamp.timestamp()
        is_whole = stamp.tzinfo is not None and "gradingProgress" in score and "activityProgress" in score
        if score.get("scoreGiven") is not None:
            score["share"] = float(score["scoreGiven"]) / float(score["scoreMaximum"])
    except (ValueError, TypeError, KeyError, ZeroDivisionError):
        raise refused from None
    if not (is_whole and lms.state.is_gradable(course_id, score.get("userId"))):
        raise refused
    return dict(score)


def _store(item: LineItem, score: dict[str, Any], held: Grade | None) -> None:
    """Only a FullyGraded score with a number is a grade; any other erases what is there, completion too.

    A coupled item keeps the second of arrival, and nothing at all once it is cleared; one that stands alone keeps the
    tool's second.
    """
    is_grade = "share" in score and score["gradingProgress"] == "FullyGraded"
    points = min(max(score["share"] * item.maximum, 0.0), item.maximum) if is_grade else None
    arrived = lms.now()
    key = (item.id, score["userId"])
    if points is None and item.is_coupled:
        lms.state.grades.pop(key, None)
        return
    stored_at = int(arrived) if item.is_coupled else int(score["at"])
    lms.state.grades[key] = Grade(
        item.id, score["userId"], points, score.get("comment"), stored_at, _completion(item, points), arrived
    )


def _completion(item: LineItem, points: float | None) -> int:
    """Any grade completes an activity that wants one; where it wants a passing grade, 2 or 3."""
    activity = lms.state.activities.get(item.link_id or "")
    if points is None or activity is None or not item.is_coupled:
        return 0
    if activity.pass_grade is None:
        return 1
    return 2 if points >= activity.pass_grade else 3


def init_app(app: Flask) -> None:
    app.add_url_rule(f"{ROOT}/<course_id>/lineitems/<item_id>/lineitem/scores", "score", receive, methods=["POST"])
