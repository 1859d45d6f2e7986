"""Lengths of time as the two standards write them, in whole seconds."""

import re

TIMESPAN = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.\d{1,6})?", re.ASCII)
"CMITimespan, HHHH:MM:SS.SS (SCORM 1.2 RTE 3.4.2.1.1)."
DURATION = re.compile(
    r"P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d{1,6})?S)?)?", re.ASCII
)  # fmt: skip
"ISO 8601 (SCORM 2004 RTE 4.1.1.7)."
WORTH = (365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1)
LONGEST = 9_999 * 3_600


def seconds_of(value: str) -> int | None:
    """Either notation in seconds; None when it is neither."""
    span = TIMESPAN.fullmatch(value)
    if span:
        hours, minutes, seconds = map(int, span.groups())
        return hours * 3_600 + minutes * 60 + seconds
    length = DURATION.fullmatch(value)
    if not length or value in ("P", "PT", ""):
        return None
    return sum(int(found or 0) * worth for found, worth in zip(length.groups(), WORTH, strict=True))


def timespan(seconds: int) -> str:
    """As SCORM 1.2 writes it."""
    seconds = min(max(seconds, 0), LONGEST)
    return f"{seconds // 3_600:04d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.00"


def duration(seconds: int) -> str:
    """As SCORM 2004 writes it."""
    seconds = max(seconds, 0)
    return f"PT{seconds // 3_600}H{seconds // 60 % 60}M{seconds % 60}S"
