"""What a learner can do in a unit: one small value an act."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Viewed:
    """The learner opened what the unit offers."""


@dataclass(frozen=True)
class Marked:
    """The learner says that the unit is done; for a video, that the transcript was read instead."""


@dataclass(frozen=True)
class Watched:
    """Parts of a video that were played, as (from, to) in fractions of its length."""

    spans: list[tuple[float, float]]


@dataclass(frozen=True)
class Answered:
    """Answers to a quiz: {question id as text: answer}; see marking.mark."""

    answers: dict[str, Any]


@dataclass(frozen=True)
class Written:
    """A reflection's text."""

    text: str


@dataclass(frozen=True)
class Played:
    """What a package has said so far in try ``n``; score and share (of the pages seen) in per cent."""

    n: int
    is_complete: bool = False
    is_passed: bool | None = None
    score: int | None = None
    share: int | None = None


Act = Viewed | Marked | Watched | Answered | Written | Played
