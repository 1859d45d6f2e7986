"""Names in addresses: made of a title once, never reused, and never a word that our own addresses need."""

import re
from collections.abc import Callable

RESERVED = {"new"}
"Words that stand in an address where a slug could."
LONGEST = 80
PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_slug(text: str) -> bool:
    """Whether it may be the name of something: small letters, numbers and single hyphens, and not a reserved word."""
    return bool(PATTERN.fullmatch(text)) and len(text) <= LONGEST and text not in RESERVED


def from_title(title: str, default: str) -> str:
    """The slug that a title suggests; the default where nothing is left of it."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST].strip("-")
    return plain if plain and plain not in RESERVED else f"{plain}-{default}".strip("-")


def unused(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """The slug, or the first of wanted-2, wanted-3 … that nobody has."""
    if not is_taken(wanted):
        return wanted
    n = 2
    while is_taken(f"{wanted[: LONGEST - 4]}-{n}"):
        n += 1
    return f"{wanted[: LONGEST - 4]}-{n}"
