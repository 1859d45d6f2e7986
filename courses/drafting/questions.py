"""The questions of a draft's quiz: put, moved, removed, added from a text. Nothing here commits."""

import hashlib
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Unit, UnitKind
from courses.db import table_of
from courses.drafting import drafts
from courses.drafting.drafts import Changed, Gone
from courses.questions.banks import QUESTIONS as MOST
from courses.questions.models import Question, QuestionKind

_LISTED = (
    select(
        Question.id, Question.position, Question.kind, Question.prompt_html, Question.explanation_html, Question.options
    )
    .where(Question.unit_id == bindparam("unit_id"))
    .order_by(Question.position)
)
_QUESTION = table_of(Question)
_PLACE = update(_QUESTION).where(_QUESTION.c.id == bindparam("question")).values(position=bindparam("place"))


def listed(session: Session, unit_id: int) -> list[Any]:
    """The questions of a quiz in their order."""
    return list(session.execute(_LISTED, {"unit_id": unit_id}))


def mark(question: Any) -> str:
    """A short name of a question's present state; the form that changes it carries it along."""
    said = (question.id, question.prompt_html, question.explanation_html, question.options)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def put(session: Session, version_id: int, unit_id: int, row: dict[str, Any]) -> None:
    """A further question at the end."""
    extend(session, version_id, unit_id, [row])


def change(
    session: Session, version_id: int, unit_id: int, question_id: int, row: dict[str, Any], *, seen: str
) -> None:
    """Another text and other answers; Changed when somebody else was faster."""
    _opened(session, version_id, unit_id)
    there = next((each for each in listed(session, unit_id) if each.id == question_id), None)
    if there is None:
        raise Gone("This question is not in the quiz any more.")
    if mark(there) != seen:
        raise Changed("Somebody changed this question after you opened it. Copy what you typed, and open it again.")
    session.execute(update(Question).where(Question.id == question_id).values(**row))
    drafts.settle(session, version_id)


def move(session: Session, version_id: int, unit_id: int, question_id: int, by: int) -> int:
    """Move a question up (-1) or down (1); at the end it stays. Its position afterwards."""
    order = _order(session, version_id, unit_id, question_id)
    at = order.index(question_id)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    _put_in_order(session, order)
    drafts.settle(session, version_id)
    return to + 1


def remove(session: Session, version_id: int, unit_id: int, question_id: int) -> None:
    """Take a question out of the quiz."""
    order = _order(session, version_id, unit_id, question_id)
    session.execute(delete(Question).where(Question.id == question_id))
    _put_in_order(session, [each for each in order if each != question_id])
    _minutes(session, unit_id, len(order))
    drafts.settle(session, version_id)


def extend(session: Session, version_id: int, unit_id: int, rows: list[dict[str, Any]]) -> None:
    """Further questions at the end; Gone when they are more than a quiz can hold."""
    _opened(session, version_id, unit_id)
    before = session.scalar(select(func.count()).where(Question.unit_id == unit_id)) or 0
    if before + len(rows) > MOST:
        raise Gone(f"A quiz has at most {MOST} questions.")
    placed = [{"unit_id": unit_id, "position": n, **row} for n, row in enumerate(rows, before + 1)]
    session.execute(insert(Question), placed)
    _minutes(session, unit_id, before)
    drafts.settle(session, version_id)


def _opened(session: Session, version_id: int, unit_id: int) -> None:
    drafts.opened(session, version_id)
    here = (Unit.id == unit_id, Unit.version_id == version_id, Unit.kind == UnitKind.QUIZ)
    if session.scalar(select(Unit.id).where(*here)) is None:
        raise Gone("This quiz is not in the draft any more.")


def _order(session: Session, version_id: int, unit_id: int, question_id: int) -> list[int]:
    _opened(session, version_id, unit_id)
    order = [each.id for each in listed(session, unit_id)]
    if question_id not in order:
        raise Gone("This question is not in the quiz any more.")
    return order


def _put_in_order(session: Session, order: list[int]) -> None:
    for sign in (-1, 1):  # through negative numbers: no two questions may have one position, not even for a moment
        places = [{"question": number, "place": sign * place} for place, number in enumerate(order, 1)]
        if places:
            session.connection().execute(_PLACE, places)


def _minutes(session: Session, unit_id: int, before: int) -> None:
    """A minute a question, until an author says otherwise."""
    now = session.scalar(
        select(func.count()).where(Question.unit_id == unit_id, Question.kind != QuestionKind.DESCRIPTION)
    )
    usual = Unit.minutes.in_({before, before or 1})
    session.execute(update(Unit).where(Unit.id == unit_id, usual).values(minutes=max(1, now or 0)))
