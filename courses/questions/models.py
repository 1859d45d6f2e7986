"""A quiz's questions, as they lie in the database."""

import enum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, Json, intpk, long, varchar_enum


class QuestionKind(enum.StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "truefalse"
    SHORT_ANSWER = "shortanswer"
    NUMERICAL = "numerical"
    MATCHING = "matching"
    ESSAY = "essay"
    DESCRIPTION = "description"
    CLOZE = "cloze"


UNMARKED = frozenset({QuestionKind.ESSAY, QuestionKind.DESCRIPTION})
"Nobody marks these and they do not count."


class Question(Base):
    """One question of a quiz unit; immutable with its version."""

    __tablename__ = "question"

    id: Mapped[intpk]
    unit_id: Mapped[int] = mapped_column(BigKey, ForeignKey("unit.id"))
    "The quiz it belongs to."
    position: Mapped[int]
    "Order in the quiz, from 1."
    kind: Mapped[QuestionKind] = mapped_column(varchar_enum(QuestionKind))
    "How it is answered."
    prompt_html: Mapped[long]
    "The question, sanitised. A cloze has [[1]], [[2]] … where its gaps are."
    explanation_html: Mapped[long]
    "Why, shown after marking; sanitised, may be empty."
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """By kind. ``text`` is plain, ``html`` and ``feedback_html`` are sanitised lines (the latter may be empty or missing).
    ``share`` is what an answer is worth in per cent, -100 to 100; where no option has one, ``is_correct`` decides alone.

    - single, multiple, truefalse: [{text, html, is_correct, feedback_html, share?}]
    - shortanswer: the accepted answers, the first that fits counts:
      [{text, is_correct, feedback_html, share?, is_pattern?, is_case_sensitive?}]; in a pattern * is any text and \\* a star
    - numerical: the accepted answers, the first that fits counts: [{text, feedback_html, share?} and {value, tolerance} or
      {low, high}, numbers; neither takes every number]
    - matching: [{text, html, match}]; one without text is only one more choice on the right
    - cloze: the gaps in order: [{kind, weight, options}], where kind is shortanswer, numerical or single, options as above
    - essay, description: []
    """

    __table_args__ = (UniqueConstraint("unit_id", "position"),)
