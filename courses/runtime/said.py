"""What a package has said, in the engine's words, whatever the words of its standard are."""

import math
import re
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})", re.ASCII)
"A decimal number; NaN, Infinity, 1e400 and 1_000 are none."


@dataclass(frozen=True)
class Said:
    """Outcome so far. ``score`` and ``share`` are whole per cent, rounded down, so that nobody passes by rounding.

    ``is_resumable`` says that there is something to go on from. ``odd`` are sentences on what was put right or left out.
    """

    is_complete: bool = False
    is_passed: bool | None = None
    score: int | None = None
    share: int | None = None
    exit: str = ""
    is_resumable: bool = False
    odd: tuple[str, ...] = ()


def number(value: Any) -> float | None:
    """A number as packages write it (text, a comma for the point), else None."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip().replace(",", ".")
    return float(text) if NUMBER.fullmatch(text) else None


def per_cent(fraction: float, odd: list[str]) -> int:
    """Whole per cent of a fraction; what lies outside 0 to 1 is brought to its end, and ``odd`` is told."""
    if not 0 <= fraction <= 1:
        odd.append(f"A score of {fraction * 100:g} per cent is counted as {0 if fraction < 0 else 100}.")
    # 0.29 * 100 is 28.999999999999996
    return math.floor(round(min(1.0, max(0.0, fraction)) * 100, 6))


def raw_fraction(score: dict[str, Any], odd: list[str]) -> float | None:
    """score.raw between score.min and score.max as 0 to 1; without a sound range it is of 100."""
    raw = number(score.get("raw"))
    if raw is None:
        return None
    low, high = number(score.get("min")), number(score.get("max"))
    low = 0.0 if low is None else low
    high = 100.0 if high is None else high
    if high <= low:
        odd.append(f"The score's range {low:g} to {high:g} is no range; the score is taken as one of 100.")
        low, high = 0.0, 100.0
    return (raw - low) / (high - low)
