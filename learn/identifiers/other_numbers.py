"""Hospital numbers, which have no form of their own and are known by their label, and National Insurance numbers."""

import re
from collections.abc import Iterator

from learn.identifiers.findings import Finding
from learn.identifiers.reading import FILLER, Reading

NUMBER = r"(?:no|nos|num|number|numbers|id|ids|identifier|ref|reference|#)(?![a-z])\.?"
LABELS = {
    word: re.compile(pattern)
    for word, pattern in {
        "mrn": r"mrn(?![a-z])",
        "medical record": r"medical record[ -]?(?:no|number)(?![a-z])\.?",
        "hosp": rf"hosp(?:ital)?\.?[ -]?{NUMBER}",
        "unit": rf"unit[ -]?{NUMBER}",
        "patient": rf"patient[ -]?{NUMBER}",
        "pt": rf"pt\.?[ -]?{NUMBER}",
        "case": rf"case[ -]?notes?[ -]?{NUMBER}",
        "k-n": rf"k-{NUMBER}",
        "k n": rf"k {NUMBER}",
        "pas": rf"pas[ -]?{NUMBER}",
        "district": rf"district[ -]?{NUMBER}",
    }.items()
}
VALUE = re.compile(
    rf"[\s:;.#=(\[*_|{FILLER}-]{{0,6}}(?:(?:is|was|no|number|num|id)(?![a-z])[\s:.=*{FILLER}]{{0,4}}){{0,2}}"
    rf"([a-z]{{0,3}}[-/ ]?[0-9](?:[-/ {FILLER}]?[0-9]){{3,9}}[a-z]?)(?![a-z0-9])"
)
LEAST = 5
"Letters and digits in a hospital number. Shorter ones are counts: patient number 200."

PAIR = rf"[ .{FILLER}-]{{0,3}}"
INSURANCE = re.compile(rf"[0-9]{{2}}{PAIR}[0-9]{{2}}{PAIR}[0-9]{{2}}{PAIR}[abcdABCD](?![A-Za-z0-9])")
PREFIX = re.compile(rf"(?<![A-Za-z0-9])([A-Za-z]{{2}})({PAIR})$")
NEVER = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}
SAMPLE = "QQ"
"Never issued, used in examples: treated as real, as the test range of NHS numbers is."


def find(reading: Reading) -> Iterator[Finding]:
    """Every hospital number and National Insurance number."""
    low = reading.low
    for word, pattern in LABELS.items():
        for at in reading.labels(word):
            label = pattern.match(low, at)
            if not label or low[max(0, at - 1) : at].isalnum():
                continue
            value = VALUE.match(low, label.end())
            if value and sum(c.isalnum() for c in value[1]) >= LEAST:
                yield Finding(value.start(1), len(value[1]), "hospital_number", "nudge")
    yield from _insurance(reading)


def _insurance(reading: Reading) -> Iterator[Finding]:
    for at, end in reading.rows(6):
        match = INSURANCE.match(reading.plain, at) if end - at in (2, 4, 6) else None
        if not match:
            continue
        prefix = PREFIX.search(reading.plain[max(0, match.start() - 8) : match.start()])
        # "at 12 34 56 a" is prose: small letters count only when they touch the digits.
        if prefix and _is_prefix(prefix[1].upper()) and (prefix[1].isupper() or not prefix[2]):
            start = match.start() - len(prefix[0])
            yield Finding(start, match.end() - start, "national_insurance", "nudge")


def _is_prefix(letters: str) -> bool:
    if letters == SAMPLE:
        return True
    return letters[0] not in "DFIQUV" and letters[1] not in "DFIOQUV" and letters not in NEVER
