"""Numbers as people type them: a point, a comma where it can only mean one thing, a real minus sign."""

import re
from decimal import Decimal
from typing import Any

LONGEST = 50
"Characters; a number that is longer is none that was measured."

_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,}|( \d{3})+(\.\d+)?)")
_DECIMAL_COMMA = re.compile(r"([+-]?)(\d*),(\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2013": "-"})


def read(text: str) -> Decimal | None:
    """The number that a text says; None when it says none, or when 1,000 could be a thousand or one."""
    said = " ".join(text.translate(_SPACES).split()) if len(text) <= LONGEST else ""
    if _THOUSANDS.fullmatch(said):
        said = said.replace(",", "").replace(" ", "")
    elif (comma := _DECIMAL_COMMA.fullmatch(said)) and not is_ambiguous(said):
        said = f"{comma.group(1)}{comma.group(2) or '0'}.{comma.group(3)}{comma.group(4) or ''}"
    return Decimal(said) if _PLAIN.fullmatch(said) and said.isascii() else None


def is_ambiguous(text: str) -> bool:
    """Whether its one comma may part thousands or decimals, as in 1,000; 0,125 can only be a fraction."""
    said = text.translate(_SPACES).strip()
    return bool(re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", said))


def limits(option: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest number that an accepted answer takes; both None when it takes every number."""
    if option.get("value") is not None:
        value, tolerance = _exact(option["value"]), abs(_exact(option.get("tolerance") or 0))
        return value - tolerance, value + tolerance
    low, high = option.get("low"), option.get("high")
    return None if low is None else _exact(low), None if high is None else _exact(high)


def takes(option: dict[str, Any], number: Decimal) -> bool:
    """Whether an accepted answer takes this number. In decimals, because 0.7 and 0.1 as floats make less than 0.8."""
    low, high = limits(option)
    return (low is None or low <= number) and (high is None or number <= high)


def _exact(number: float | int | str) -> Decimal:
    return Decimal(str(number))
