"""What an author may choose for a unit, by its kind: what completes it, and which numbers belong to that."""

from dataclasses import dataclass, field
from typing import Any

from courses.catalogue import Rule, ScorePolicy, UnitKind

RULES: dict[UnitKind, tuple[Rule, ...]] = {
    UnitKind.PAGE: (Rule.MARKED, Rule.VIEWED),
    UnitKind.VIDEO: (Rule.WATCHED,),
    UnitKind.QUIZ: (Rule.QUIZ_PASSED,),
    UnitKind.REFLECTION: (Rule.WRITTEN,),
    UnitKind.LINK: (Rule.VIEWED,),
    UnitKind.FILE: (Rule.VIEWED,),
    UnitKind.PDF: (Rule.SEEN, Rule.VIEWED),
    UnitKind.WEB: (Rule.VIEWED,),
    UnitKind.SCORM: (Rule.STATUS, Rule.SCORE, Rule.VIEWED),
    UnitKind.H5P: (Rule.STATUS, Rule.SCORE, Rule.VIEWED),
}
"The rules that can complete a unit of each kind; the first is what it has when nothing else was chosen."
WITH_THRESHOLD = {Rule.QUIZ_PASSED: 75, Rule.WATCHED: 90, Rule.SCORE: 70, Rule.SEEN: 90}
"Rules that need a per cent, with what is proposed."
SCORED = (UnitKind.QUIZ, UnitKind.SCORM, UnitKind.H5P)
"Kinds that give a score."
ADDED = (UnitKind.PAGE, UnitKind.QUIZ, UnitKind.REFLECTION, UnitKind.LINK)
"What an author can add without a file."


@dataclass(frozen=True)
class Settings:
    """All that an author chooses for a unit beside what it says."""

    title: str
    minutes: int
    is_required: bool
    weight: int
    rule: Rule
    threshold: int = 0
    max_attempts: int | None = None
    score_policy: ScorePolicy = ScorePolicy.BEST
    release: dict[str, Any] = field(default_factory=dict)
    "{not_before, after, min_score} as Unit.release holds it."


def rules_of(unit: Any) -> tuple[Rule, ...]:
    """The rules a unit (kind, play) may have: what never speaks to the site is complete when it is opened."""
    return (Rule.VIEWED,) if unit.play.get("is_asset") else RULES[unit.kind]
