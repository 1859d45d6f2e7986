"""Ways to reach a person: email addresses and phone numbers, but not a team's and not the writer's own."""

import re
from collections.abc import Collection, Iterator

from learn.identifiers.findings import Finding
from learn.identifiers.reading import FILLER, Reading

LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789._%+'&-"
DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}")
TEAM = re.compile(
    r"(?:^|[._+-])(?:r&d|rd|randd|info|admin|pals|team|office|support|help|contact|comms|noreply|no-reply|crn|hello)(?:$|[._+-])|"
    r"research|enquir|trial|study|studies|library|feedback|helpdesk|training|education|referral|reception|secretar|clinic|"
    r"dept|department|recruit|ethics|governance|sponsor|pharmacy|nurses|midwives|events|learning|service|mailbox|nihr|"
    r"[._-]team|team[._-]|postmaster|webmaster|press|media|communications|involvement|ppi|approvals|data"
)

GAP = rf"[ {FILLER}().-]{{0,3}}"
ABROAD = rf"44{GAP}(?:0{GAP})?7(?:{GAP}[0-9]){{9}}(?![0-9])"
MOBILES = {
    "07": re.compile(rf"07(?:{GAP}[0-9]){{9}}(?![0-9])"),
    "44": re.compile(ABROAD),
    "00": re.compile(rf"00{GAP}{ABROAD}"),
}
LANDLINES = {first: re.compile(rf"{first}(?:{GAP}[0-9]){{8,9}}(?![0-9])") for first in ("01", "02", "03")}
NUMBERS = MOBILES | LANDLINES
"By the two digits they begin with."
LEADING = re.compile(r"\(?\+$")
SHARED = re.compile(
    r"study|team|trial|research|duty|on[- ]call|ward|office|helpline|switchboard|reception|bleep|department|unit"
)
PERSON = re.compile(
    r"(?<![a-z])(?:home|patient'?s?|her|his|their|him|mum|mother|dad|father|wife|husband|partner|daughter|son|sister|brother|"
    r"next of kin|nok|relative|carer|participant'?s?|mr|mrs|miss|ms)(?![a-z])"
)
NEAR = 30


def find(reading: Reading, own: Collection[str] = ()) -> Iterator[Finding]:
    """Every address and number of a third person. ``own`` are the writer's own addresses."""
    yield from _emails(reading, {address.lower() for address in own})
    for at, _ in reading.rows(10):
        first = reading.plain[at : at + 2]
        pattern = NUMBERS.get(first)
        if pattern and (match := pattern.match(reading.plain, at)):
            yield from _phone(reading, match, is_mobile=first in MOBILES)


def _emails(reading: Reading, own: Collection[str]) -> Iterator[Finding]:
    low = reading.low
    at = low.find("@")
    while at >= 0:
        tail = low[max(0, at - 64) : at]
        local = tail[len(tail.rstrip(LOCAL)) :].lstrip("._'-")
        domain = DOMAIN.match(low, at + 1)
        if local and domain and not TEAM.search(local) and f"{local}@{domain[0]}" not in own:
            yield Finding(at - len(local), domain.end() - at + len(local), "email", "nudge")
        at = low.find("@", at + 1)


def _phone(reading: Reading, match: re.Match[str], *, is_mobile: bool) -> Iterator[Finding]:
    before = reading.before(match.start(), NEAR)
    leading = LEADING.search(reading.plain[max(0, match.start() - 3) : match.start()])
    if before[-1:].isalnum() and not leading:
        return
    person, shared = PERSON.search(before), SHARED.search(before)
    if person or (is_mobile and not shared):
        start = match.start() - (len(leading[0]) if leading else 0)
        yield Finding(start, match.end() - start, "phone", "nudge")
