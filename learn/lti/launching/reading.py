"""Values of a message, checked by type before anything is done with them."""

from collections.abc import Mapping
from typing import Any

from learn.lti.launching.refusals import LaunchRefused


def words(value: object, longest: int) -> str:
    """A text for people, fit for every database: no zero character, no half surrogate pair; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():
        return value[:longest].strip()
    return value.replace("\x00", "").encode("utf-8", "replace").decode()[:longest].strip()


def address(value: object) -> str | None:
    """A web address as claimed; None for what is none. Whether it may be called is checked where it is called."""
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or len(value) > 2000:
        return None
    return value if value.isprintable() and " " not in value and len(value) > len("https://") else None


def identifier(value: object, claim: str, longest: int = 255) -> str:
    """An identifier as the specification bounds them: ASCII, not empty, compared as it is [B9, B11, B13]."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isascii() or not value.isprintable():
        raise LaunchRefused("claim", detail=claim)
    return value


def seconds(body: Mapping[str, Any], claim: str) -> float:
    """A moment in seconds since 1970."""
    value = body.get(claim)
    # A year beyond 5000 or not a number is a mistake, and Python's NaN compares with nothing.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e11:
        raise LaunchRefused("claim", detail=claim)
    return value


def an_object(body: Mapping[str, Any], claim: str) -> Mapping[str, Any]:
    """A claim that is an object; an empty one for what is none."""
    value = body.get(claim)
    return value if isinstance(value, dict) else {}


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list, 50 at most."""
    return tuple(words(one, 500) for one in value[:50] if isinstance(one, str)) if isinstance(value, list) else ()
