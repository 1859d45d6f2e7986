"""What a learner's press does: the event is recorded and what it means for the platforms is reported, in one commit."""

from typing import Any

from flask_wtf import FlaskForm

from courses.catalogue import UnitKind
from courses.db import now
from courses.learning import acts, events
from learn.passback import report
from learn.player import quiz
from learn.web import writing

LONGEST_SPANS = 500
"Watched parts in one message; a page sends every ten seconds, so more is no page of ours."


def record(learner_id: int, asked: Any, form: FlaskForm) -> events.Recorded:
    """Record the act that the unit's form stands for."""
    return _record(learner_id, asked, _act(asked, form))


def record_watched(learner_id: int, asked: Any, spans: list[tuple[float, float]]) -> events.Recorded:
    """Record watched parts of a video, given as fractions of its length."""
    return _record(learner_id, asked, acts.Watched(spans))


def _act(asked: Any, form: FlaskForm) -> Any:
    if asked.kind is UnitKind.QUIZ:
        return acts.Answered(quiz.answers(asked.extra["questions"], form))
    if asked.kind is UnitKind.REFLECTION:
        return acts.Written(form["text"].data)
    return acts.Viewed() if asked.rule == "viewed" else acts.Marked()


def _record(learner_id: int, asked: Any, act: Any) -> events.Recorded:
    at = now()
    with writing() as session:
        recorded = events.record(session, learner_id, asked.id, act, at)
        report.report(session, learner_id, recorded, at)
    return recorded


def spans(message: Any) -> list[tuple[float, float]] | None:
    """Watched parts from the page's message, {spans: [[from, to], …], duration} in seconds; None when it is not one."""
    try:
        duration = float(message["duration"])
        pairs = [(float(start) / duration, float(end) / duration) for start, end in message["spans"]]
    except (TypeError, KeyError, ValueError, ZeroDivisionError):
        return None
    sound = len(pairs) <= LONGEST_SPANS and all(0 <= start <= end <= 1.01 for start, end in pairs)
    return pairs if sound else None
