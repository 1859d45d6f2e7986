"""When a unit opens: on a date, after an earlier unit, after a score in it, or as a SCORM package's own prerequisites say.

Pure: it works on rows that the caller has read anyway, so that a module without rules costs nothing. A closed unit counts
like any other; it only has to wait.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from courses.learning.completion import has_bit
from courses.runtime import prerequisites


class Step(Protocol):
    """A unit as its list is read. ``score`` is the learner's in per cent, ``identifier`` the SCORM item's."""

    @property
    def position(self) -> int: ...
    @property
    def stable_key(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def release(self) -> Mapping[str, Any]: ...
    @property
    def score(self) -> int | None: ...
    @property
    def identifier(self) -> str | None: ...
    @property
    def prerequisites(self) -> str | None: ...


def complete_first(titles: Iterable[str]) -> str:
    """What is asked of a learner before something opens: Complete “The basics” and “Consent” first."""
    return f"Complete {' and '.join(f'“{title}”' for title in titles)} first"


@dataclass(frozen=True)
class Wait:
    """Why a unit is closed: until when, which units come first, and which score is asked of which unit."""

    opens_at: datetime | None = None
    first: tuple[str, ...] = ()
    scored: tuple[str, int] | None = None

    def words(self, day: Callable[[datetime], str]) -> str:
        """As in "Opens on 3 December 2026" or "Complete “The basics” first"; ``day`` says the date on the reader's clock."""
        said = [f"Opens on {day(self.opens_at)}"] if self.opens_at is not None else []
        if self.first:
            said.append(complete_first(self.first))
        if self.scored is not None:
            said.append(f"Score at least {self.scored[1]}% in “{self.scored[0]}” first")
        return ". ".join(said)


def waits(steps: Iterable[Step], done: bytes, now: datetime, *, keeps_nothing: bool = False) -> dict[int, Wait]:
    """The closed units of a version by position. ``done`` is the learner's bitmap.

    Whoever keeps nothing could never complete what comes first, so that only dates close a unit to them.
    """
    every = list(steps)
    if not any(step.release or step.prerequisites for step in every):
        return {}
    by_key = {step.stable_key: step for step in every}
    found = {step.position: _wait(step, every, by_key, done, now, keeps_nothing) for step in every}
    return {position: wait for position, wait in found.items() if wait != Wait()}


def _wait(
    step: Step, every: list[Step], by_key: dict[str, Step], done: bytes, now: datetime, keeps_nothing: bool
) -> Wait:
    rule = step.release
    opens_at = _moment(rule.get("not_before"))
    opens_at = opens_at if opens_at is not None and opens_at > now else None
    if keeps_nothing:
        return Wait(opens_at)
    first = _before(step, every, done)
    earlier, wanted = by_key.get(rule.get("after") or ""), rule.get("min_score")
    if earlier is None:
        return Wait(opens_at, first)
    if wanted is None:
        is_done = has_bit(done, earlier.position) or earlier.title in first
        return Wait(opens_at, first if is_done else (earlier.title, *first))
    return Wait(opens_at, first, None if (earlier.score or 0) >= wanted else (earlier.title, int(wanted)))


def _moment(text: str | None) -> datetime | None:
    """A moment kept as text; one without a zone is in UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _before(step: Step, every: list[Step], done: bytes) -> tuple[str, ...]:
    """Titles of what a SCORM item's prerequisites ask for and is not done; none where they are met."""
    if not step.prerequisites:
        return ()
    items = {each.identifier: each for each in every if each.identifier}
    statuses = {name: "completed" if has_bit(done, each.position) else "incomplete" for name, each in items.items()}
    if prerequisites.is_met(step.prerequisites, statuses):
        return ()
    named = [name for name in prerequisites.asked(step.prerequisites) or () if name in items]
    return tuple(dict.fromkeys(items[name].title for name in named if statuses[name] != "completed"))
