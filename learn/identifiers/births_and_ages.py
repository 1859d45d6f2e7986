"""What points to one person without a number: a date of birth, a great age, an admission by its day, the only case."""

import re
from collections.abc import Iterator

from learn.identifiers.findings import Finding
from learn.identifiers.reading import FILLER, Reading

S = rf"[\s{FILLER}]{{0,4}}"
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
YEAR = r"(?:(?:18|19|20)[0-9]{2}|'?[0-9]{2})(?![0-9])"
BETWEEN = rf"{S}[-/.,\\\s{FILLER}]{S}"
DATE = re.compile(
    rf"(?<![0-9])(?:[0-3]?[0-9]{BETWEEN}[01]?[0-9]{BETWEEN}{YEAR}"
    rf"|(?:18|19|20)[0-9]{{2}}{BETWEEN}[01]?[0-9]{BETWEEN}[0-3]?[0-9](?![0-9])"
    rf"|[0-3]?[0-9]{S}(?:st|nd|rd|th)?[\s,./{FILLER}-]{{0,4}}(?:of\s)?{S}{MONTH}[\s,./{FILLER}-]{{0,4}}{YEAR}"
    rf"|{MONTH}[\s,.{FILLER}-]{{0,4}}[0-3]?[0-9](?:st|nd|rd|th)?[\s,{FILLER}-]{{1,4}}(?:18|19|20)[0-9]{{2}}(?![0-9])"
    r"|[0-3][0-9][01][0-9](?:(?:18|19|20)[0-9]{2}|[0-9]{2})(?![0-9]))"
)
BIRTH = ("dob", "d.o.b", "d. o. b", "d o b", "d/o/b", "birth", "born")
NEAR = 25

ADMITTED = ("admitted", "admission")
WARD = re.compile(r"(?<![a-z])ward(?![a-z])")

PEOPLE = r"(?:patient|person|case|woman|man|child|baby|boy|girl|lady|gentleman|participant|family)"
ONLY = {
    "only ": re.compile(
        rf"only (?:[a-z-]{{1,15}} ){{0,2}}{PEOPLE}s? (?:at|in|with|on|who|from|ever|known|treated|under|here)(?![a-z])"
    ),
    "first ": re.compile(
        rf"first (?:[a-z-]{{1,15}} )?{PEOPLE} in (?:the )?(?:world|uk|country|england|scotland|wales|northern ireland|europe|britain)"
    ),
    "one of ": re.compile(
        rf"one of (?:only |just )?(?:two|three|four|five|[2-9]) (?:known )?{PEOPLE}s? (?:at|in|with|on|who)(?![a-z])"
    ),
}
OLD = re.compile(r"[19][0-9]{1,2}[\s-]{0,2}(?:years?[\s-]old|yrs?[\s-]old|y/?o(?![a-z])|years? of age)")
AGED = re.compile(
    r"age[d]?:?\s(?:of\s)?([19][0-9]{1,2})(?![0-9])(?!\s?(?:%|\+|-|–|and (?:over|above|older)|or (?:over|older|more)|plus|to\s))"
)
RANGE = re.compile(r"(?:to|over|under|than|above|below|least|and|-|–|>|<|≥|≤)\s{0,2}$")
OLDEST = 89
"Ages above it are few enough in one place to point to a person."


def find(reading: Reading) -> Iterator[Finding]:
    """Every date of birth and every detail that may point to one person."""
    yield from _births(reading)
    yield from _admissions(reading)
    for word, pattern in ONLY.items():
        for at in reading.places(word):
            if match := pattern.match(reading.low, at):
                yield Finding(at, len(match[0]), "rare_case", "nudge")
    low = reading.low
    ages = [OLD.match(low, at) for at, end in reading.numbers if end - at in (2, 3) and low[at] in "19"]
    ages += [AGED.match(reading.low, at) for at in reading.labels("age")]
    for age in ages:
        if age and _is_great_age(reading, age):
            yield Finding(age.start(), len(age[0]), "rare_case", "nudge")


def _births(reading: Reading) -> Iterator[Finding]:
    low = reading.low
    for word in BIRTH:
        for at in reading.labels(word):
            end, before = at + len(word), reading.before(at, 20)
            if before[-1:].isalpha() or (word == "born" and "nhs" in before):
                continue
            date = DATE.search(low, end, end + 60)
            if date and date.start() - end <= NEAR:
                yield Finding(date.start(), len(date[0]), "date_of_birth", "nudge")
            elif word != "born":
                yield from _birth_before(reading, at)


def _birth_before(reading: Reading, end: int) -> Iterator[Finding]:
    """The date stands first: 12/03/1950 (date of birth)."""
    for date in DATE.finditer(reading.low, max(0, end - 40), end):
        if not re.search(r"[^\s()\[\],:*-]", re.sub(r"date of", "", reading.low[date.end() : end])):
            yield Finding(date.start(), len(date[0]), "date_of_birth", "nudge")


def _admissions(reading: Reading) -> Iterator[Finding]:
    for word in ADMITTED:
        for at in reading.labels(word):
            date = DATE.search(reading.low, at + len(word), at + len(word) + 70)
            if date and WARD.search(reading.low, max(0, at - 80), date.end() + 80):
                yield Finding(date.start(), len(date[0]), "rare_case", "nudge")


def _is_great_age(reading: Reading, match: re.Match[str]) -> bool:
    before = reading.before(match.start(), 8)
    age = int("".join(c for c in match[0] if c.isdigit()))
    return OLDEST < age < 130 and not before[-1:].isalnum() and not RANGE.search(before)
