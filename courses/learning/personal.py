"""All that the engine holds of somebody: to be told to them, and to be forgotten.

A learner is a number. What is forgotten is what they wrote and did step by step; that somebody began or completed a
module stays, with nobody's name on it, so that the numbers of a course stay right.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Unit
from courses.db import table_of
from courses.learning import completion
from courses.learning.models import Attempt, Enrolment, Learner, Play, QuizAttempt, Reflection, Statement, UnitProgress
from courses.questions import words
from courses.questions.models import Question
from courses.runtime import kept

TABLES = frozenset(
    each.__tablename__ for each in (Learner, Enrolment, UnitProgress, QuizAttempt, Attempt, Play, Reflection, Statement)
)
"Those that hold a learner or point to one."

_MODULE, _VERSION, _UNIT, _QUESTION = (table_of(each) for each in (Module, ModuleVersion, Unit, Question))
_E, _P, _Q, _R, _S, _L = (
    table_of(each) for each in (Enrolment, UnitProgress, QuizAttempt, Reflection, Statement, Learner)
)
_A, _O = table_of(Attempt), table_of(Play)
_WHOSE: Any = bindparam("learners", expanding=True)
_MINE = _E.c.learner_id.in_(_WHOSE)
_NAMED = (_VERSION.c.title.label("module"), _UNIT.c.title.label("unit"))
_LEARNERS = select(_L.c.key, _L.c.created_at).where(_L.c.id.in_(_WHOSE)).order_by(_L.c.id)
_MODULES = (
    select(
        _VERSION.c.title.label("module"), _MODULE.c.slug, _VERSION.c.n.label("version"), _E.c.status, _E.c.done_count,
        _VERSION.c.unit_count, _E.c.best_score, _E.c.started_at, _E.c.active_at, _E.c.completed_at,
    )
    .select_from(_E)
    .join(_VERSION, _VERSION.c.id == _E.c.version_id)
    .join(_MODULE, _MODULE.c.id == _E.c.module_id)
    .where(_MINE)
    .order_by(_E.c.id)
)  # fmt: skip


def _of(table: Any, *columns: Any) -> Any:
    """Rows of a table that hangs on an enrolment, with the titles of module and unit; the unit may be none."""
    return (
        select(*_NAMED, *columns)
        .select_from(table)
        .join(_E, _E.c.id == table.c.enrolment_id)
        .join(_VERSION, _VERSION.c.id == _E.c.version_id)
        .outerjoin(_UNIT, _UNIT.c.id == table.c.unit_id)
        .where(_MINE)
    )


_UNITS = _of(
    _P, _P.c.status, _P.c.best_score, _P.c.attempts, _P.c.watched, _P.c.first_at, _P.c.completed_at
).order_by(_P.c.enrolment_id, _P.c.unit_id)  # fmt: skip
_TRIES = _of(
    _Q, _Q.c.unit_id, _Q.c.n.label("try"), _Q.c.answers, _Q.c.score, _Q.c.is_passed, _Q.c.submitted_at
).order_by(_Q.c.id)  # fmt: skip
_PACKAGES = _of(
    _A, _A.c.n.label("try"), _A.c.exit, _A.c.is_complete, _A.c.is_passed, _A.c.score, _A.c.seconds, _A.c.started_at,
    _A.c.changed_at, _A.c.ended_at, _A.c.state.label("kept"),
).order_by(_A.c.id)  # fmt: skip
_OPENED = (
    select(*_NAMED, _O.c.mode, _O.c.opened_at, _O.c.ended_at)
    .select_from(_O)
    .join(_A, _A.c.id == _O.c.attempt_id)
    .join(_E, _E.c.id == _A.c.enrolment_id)
    .join(_VERSION, _VERSION.c.id == _E.c.version_id)
    .join(_UNIT, _UNIT.c.id == _A.c.unit_id)
    .where(_MINE)
    .order_by(_O.c.id)
)
_TEXTS = _of(_R, _R.c.text, _R.c.written_at, _R.c.changed_at).order_by(_R.c.written_at)
_STATEMENTS = _of(_S, _S.c.verb, _S.c.result, _S.c.at).order_by(_S.c.id)
_QUESTIONS = select(_QUESTION.c.id, _QUESTION.c.kind, _QUESTION.c.prompt_html, _QUESTION.c.options).where(
    _QUESTION.c.unit_id.in_(bindparam("units", expanding=True))
)
_THEIR_ENROLMENTS = select(_E.c.id).where(_MINE).scalar_subquery()
_THEIR_PACKAGES = select(_A.c.id).join(_E, _E.c.id == _A.c.enrolment_id).where(_MINE).scalar_subquery()


def told(session: Session, learner_ids: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """All of it by file name, in plain values; the newest last."""
    whose = {"learners": list(learner_ids)}
    return {
        "learner": _plain(session.execute(_LEARNERS, whose)),
        "modules": _plain(session.execute(_MODULES, whose)),
        "units": [
            {**row, "watched": completion.watched_percent(row["watched"]) if row["watched"] else None}
            for row in _plain(session.execute(_UNITS, whose))
        ],
        "quiz_tries": _tries(session, whose),
        "package_tries": [
            {**row, "kept": kept.unpack(row["kept"])} for row in _plain(session.execute(_PACKAGES, whose))
        ],
        "packages_opened": _plain(session.execute(_OPENED, whose)),
        "reflections": _plain(session.execute(_TEXTS, whose)),
        "what_happened": _plain(session.execute(_STATEMENTS, whose)),
    }


def _plain(rows: Any) -> list[dict[str, Any]]:
    return [{name: getattr(value, "value", value) for name, value in row.items()} for row in rows.mappings()]


def _tries(session: Session, whose: dict[str, Any]) -> list[dict[str, Any]]:
    """Tries at quizzes, each answer beside its question."""
    rows = _plain(session.execute(_TRIES, whose))
    units = sorted({row["unit_id"] for row in rows})
    asked = {str(row.id): row for row in session.execute(_QUESTIONS, {"units": units})} if units else {}
    return [
        {
            **{name: value for name, value in row.items() if name != "unit_id"},
            "answers": [_answer(asked.get(number), given) for number, given in row["answers"].items()],
        }
        for row in rows
    ]


def _answer(question: Any, given: Any) -> dict[str, Any]:
    """What was asked and what was answered, in words where the question is still there."""
    if question is None:
        return {"question": "", "answer": given}
    return {"question": question.prompt_html, "answer": words.of(question.kind, question.options, given)}


def forget(session: Session, learner_ids: Sequence[int]) -> int:
    """Delete what they wrote and did step by step, in the caller's transaction; returns how many modules stay as numbers.

    Their random name is made anew, so that statements that were told to somebody lead here no more.
    """
    whose = {"learners": list(learner_ids)}
    session.execute(delete(_O).where(_O.c.attempt_id.in_(_THEIR_PACKAGES)), whose)
    for table in (_R, _Q, _A, _S, _P):
        session.execute(delete(table).where(table.c.enrolment_id.in_(_THEIR_ENROLMENTS)), whose)
    stays = session.execute(update(_E).where(_MINE).values(is_followed=False), whose).rowcount  # type: ignore[attr-defined]
    renamed = update(_L).where(_L.c.id == bindparam("learner")).values(key=bindparam("anew"))
    session.execute(renamed, [{"learner": each, "anew": secrets.token_hex(16)} for each in learner_ids])
    return int(stays)
