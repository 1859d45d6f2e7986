"""What each act does to its unit: whether that completes it, which score it brings, and what is said of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from courses.catalogue import Rule, UnitKind
from courses.db import table_of
from courses.errors import NotAllowedHere
from courses.learning import completion, portable
from courses.learning.acts import Answered, Marked, Played, Viewed, Watched, Written
from courses.learning.models import QuizAttempt, Reflection, Verb
from courses.questions import marking
from courses.questions.models import Question

PLAYED = frozenset({UnitKind.SCORM, UnitKind.H5P, UnitKind.PDF, UnitKind.WEB})
"Kinds that are played from the content origin."


@dataclass(frozen=True)
class Attempt:
    """One marked try at a quiz."""

    n: int
    score: int
    is_passed: bool
    marks: tuple[marking.Mark, ...]


@dataclass
class Effect:
    """What an act does to its unit, before anything is written. ``score`` is the try's per cent, ``tries`` its number."""

    is_done: bool
    verb: Verb
    result: dict[str, Any] = field(default_factory=dict)
    watched: bytes | None = None
    attempt: Attempt | None = None
    score: int | None = None
    tries: int | None = None


_QUESTIONS = (
    select(Question.id, Question.kind, Question.options)
    .where(Question.unit_id == bindparam("unit_id"))
    .order_by(Question.position)
)


def _upsert_reflection(insert_: Any) -> Any:
    new = insert_(table_of(Reflection))
    changed = {"text": new.excluded["text"], "changed_at": new.excluded["changed_at"]}
    return new.on_conflict_do_update(index_elements=["enrolment_id", "unit_id"], set_=changed)


_PUT_REFLECTION = portable.both(_upsert_reflection)
_PUT_ATTEMPT = insert(table_of(QuizAttempt))


def _view(session: Session, row: Any, act: Viewed, now: datetime) -> Effect:
    return Effect(row.rule == Rule.VIEWED, Verb.COMPLETED if row.rule == Rule.VIEWED else Verb.PROGRESSED)


def _mark(session: Session, row: Any, act: Marked, now: datetime) -> Effect:
    if row.rule not in (Rule.MARKED, Rule.VIEWED, Rule.WATCHED):
        raise NotAllowedHere("This unit is completed by answering it, not by marking it.")
    result = {"completion": True} | ({"response": "transcript"} if row.kind == UnitKind.VIDEO else {})
    return Effect(True, Verb.COMPLETED, result)


def _watch(session: Session, row: Any, act: Watched, now: datetime) -> Effect:
    if row.kind != UnitKind.VIDEO:
        raise NotAllowedHere("Only a video can be watched.")
    watched = completion.merge_watched(row.watched, act.spans)
    share = completion.watched_percent(watched)
    is_done = row.rule == Rule.WATCHED and share >= row.threshold
    return Effect(is_done, Verb.PROGRESSED, {"progress": share}, watched=watched)


def _answer(session: Session, row: Any, act: Answered, now: datetime) -> Effect:
    if row.kind != UnitKind.QUIZ:
        raise NotAllowedHere("Only a quiz can be answered.")
    n = (row.attempts or 0) + 1
    if row.max_attempts is not None and n > row.max_attempts:
        raise NotAllowedHere("You have used all your tries at this quiz.")
    marked = marking.mark(session.execute(_QUESTIONS, {"unit_id": row.unit_id}).all(), act.answers)  # type: ignore[arg-type]
    is_passed = marked.score >= row.threshold
    session.execute(_PUT_ATTEMPT, {
        "enrolment_id": row.enrolment_id, "unit_id": row.unit_id, "n": n, "answers": act.answers, "score": marked.score,
        "is_passed": is_passed, "submitted_at": now,
    })  # fmt: skip
    result = {"score": {"scaled": marked.score / 100}, "success": is_passed}
    attempt = Attempt(n, marked.score, is_passed, marked.marks)
    verb = Verb.PASSED if is_passed else Verb.FAILED
    return Effect(is_passed, verb, result, attempt=attempt, score=marked.score, tries=n)


def _write(session: Session, row: Any, act: Written, now: datetime) -> Effect:
    if row.kind != UnitKind.REFLECTION:
        raise NotAllowedHere("Only a reflection can be written.")
    if not act.text.strip():
        raise NotAllowedHere("Write your reflection before you save it.")
    session.execute(portable.here(session, _PUT_REFLECTION), {
        "enrolment_id": row.enrolment_id, "unit_id": row.unit_id, "text": act.text, "written_at": now, "changed_at": now,
    })  # fmt: skip
    return Effect(True, Verb.COMPLETED, {"completion": True})


def is_met(rule: Rule, threshold: int, played: Played) -> bool:
    """Whether what a package said completes a unit of this rule."""
    match rule:
        case Rule.VIEWED:
            return True
        case Rule.STATUS:
            return played.is_complete or played.is_passed is True
        case Rule.SCORE:
            return played.score is not None and played.score >= threshold
        case Rule.SEEN:
            return played.share is not None and played.share >= threshold
    return False


def _play(session: Session, row: Any, act: Played, now: datetime) -> Effect:
    if row.kind not in PLAYED:
        raise NotAllowedHere("Only a package can be played.")
    is_done = is_met(row.rule, row.threshold, act)
    result: dict[str, Any] = {} if act.score is None else {"score": {"scaled": act.score / 100}}
    if act.is_passed is not None:
        result["success"] = act.is_passed
    if act.is_complete or is_done:
        result["completion"] = True
    verb = Verb.COMPLETED if result.get("completion") else Verb.PROGRESSED
    if act.is_passed is not None:
        verb = Verb.PASSED if act.is_passed else Verb.FAILED
    return Effect(is_done, verb, result, score=act.score, tries=act.n)


EFFECTS: dict[type, Any] = {
    Viewed: _view, Marked: _mark, Watched: _watch, Answered: _answer, Written: _write, Played: _play,
}  # fmt: skip
