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
    "The question, sanitised."
    explanation_html: Mapped[long]
    "Why, shown after marking; sanitised, may be empty."
    options: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    "[{text, html, is_correct, feedback_html}]; a short answer's are the accepted answers (text)."

    __table_args__ = (UniqueConstraint("unit_id", "position"),)
