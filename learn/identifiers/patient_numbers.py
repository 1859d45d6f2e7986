"""NHS, CHI and H&C numbers: ten digits in whatever way they were typed, by check digit, range, grouping and label."""

import calendar
import re
from collections.abc import Iterator
from operator import mul

from learn.identifiers.around_numbers import is_cued, is_something_else
from learn.identifiers.findings import Finding, Response
from learn.identifiers.reading import DIGITS, FILLER, WIDEST, Reading

SEPARATOR = r"[ \t\r\n\-./\\()\[\]{}*_~'\",|:>]"
GAP = rf"{FILLER}*(?:{SEPARATOR}{FILLER}*){{0,{WIDEST}}}"
BARE = rf"{SEPARATOR}{{0,{WIDEST}}}"
"The same for a text without filler, and faster."
TEN, TEN_BARE = (re.compile(rf"[0-9](?:{gap}[0-9]){{9}}(?![0-9])") for gap in (GAP, BARE))
"Tried where digits begin. Bounded, so that time grows with the text alone."

WEIGHTS = range(10, 1, -1)
"Of the first nine digits in their check."

CUES = ("nhs", "chi", "h&c", "h & c", "hcn", "health and care")
LETTERED, LETTERED_BARE = (
    re.compile(rf"(?<![a-z0-9])[0-9oil](?:{gap}[0-9oil]){{9}}(?![a-z0-9])") for gap in (GAP, BARE)
)
AS_DIGITS = str.maketrans("oil", "011")
LEAST_DIGITS, NEAR = 3, 70
"Of ten, where letters stand for others; and how far behind its label such a number is looked for."


def passes_check(digits: str) -> bool:
    """Modulus 11 over nine digits gives the tenth. Ten times the same digit would pass too and is no number."""
    left = 11 - sum(map(mul, map(int, digits), WEIGHTS)) % 11
    return left != 10 and left % 11 == int(digits[9]) and len(set(digits)) > 1


def kind_of(digits: str) -> str | None:
    """Whose range ten digits are in; None for one that nobody issues. The test range 999 counts as real."""
    day, month = int(digits[:2]), int(digits[2:4])
    # 29 February is let through in every year: the century is not in the number.
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]:
        return "chi_number"
    if "320" <= digits[:3] <= "399":
        return "hc_number"
    return "nhs_number" if digits[0] in "3467" or digits.startswith("999") else None


def find(reading: Reading) -> Iterator[Finding]:
    """Every patient number."""
    ten = TEN if FILLER in reading.plain else TEN_BARE
    for start, end in reading.rows(10):
        match = ten.match(reading.plain, start) if end - start <= 10 else None
        if not match:
            continue
        written = match[0]
        digits = written if len(written) == 10 else "".join(DIGITS.findall(written))
        kind = kind_of(digits) if passes_check(digits) else None
        if kind and (response := _response(reading, start, written, kind)):
            yield Finding(start, len(written), kind, response)
    yield from _lettered(reading)


def _lettered(reading: Reading) -> Iterator[Finding]:
    """Where a label says that a number follows, O is read as nought and l or I as one."""
    lettered = LETTERED if FILLER in reading.plain else LETTERED_BARE
    for cue in CUES:
        for at in reading.labels(cue):
            end = at + len(cue)
            if DIGITS.search(reading.low, end, end + NEAR):
                for match in lettered.finditer(reading.low, end, end + NEAR):
                    if not LEAST_DIGITS <= sum(map(str.isdigit, match[0])) < 10:
                        continue
                    digits = "".join(DIGITS.findall(match[0].translate(AS_DIGITS)))
                    if passes_check(digits) and (kind := kind_of(digits)):
                        yield Finding(match.start(), len(match[0]), kind, "hold")


def _response(reading: Reading, start: int, written: str, kind: str) -> Response | None:
    if is_something_else(reading, start, start + len(written)):
        return None
    groups = [len(group) for group in DIGITS.findall(written.replace(FILLER, ""))]
    if groups in ([10], [3, 3, 4], [1] * 10) or (kind == "chi_number" and groups == [6, 4]):
        return "hold"
    if is_cued(reading, start, start + len(written)):
        return "hold"
    return "nudge" if _is_one_number(written.replace(FILLER, "")) else None


def _is_one_number(written: str) -> bool:
    """Grouped in another way, but by one separator: a number rather than a row of numbers."""
    gaps = {gap for gap in DIGITS.split(written) if gap}
    groups = DIGITS.findall(written)
    return (
        len(groups) <= 3
        and gaps <= {" ", "-", ".", "/"}
        and len(gaps) == 1
        and all(len(group) > 1 and not (len(group) == 4 and group[:2] in ("19", "20")) for group in groups)
    )
