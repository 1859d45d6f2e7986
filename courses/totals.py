"""What a version's units come to: written beside them, so that no event and no page has to add them up."""

from collections.abc import Sequence
from typing import Any, Protocol

from courses.learning import completion


class Counted(Protocol):
    """What is counted of a unit: a row, or a unit as it was read."""

    @property
    def minutes(self) -> int: ...
    @property
    def is_required(self) -> bool: ...
    @property
    def weight(self) -> int: ...


def totals(units: Sequence[Counted]) -> dict[str, Any]:
    """The columns of ModuleVersion that its units decide; units are given in their order, from position 1."""
    required = [(position, unit) for position, unit in enumerate(units, 1) if unit.is_required]
    mask = b""
    for position, _ in required:
        mask = completion.set_bit(mask, position)
    return {
        "minutes": sum(unit.minutes for unit in units),
        "unit_count": len(units),
        "required_count": len(required),
        "required_weight": sum(unit.weight for _, unit in required),
        "required_mask": mask,
    }
