"""Full UK postcodes. The outward half alone is not one, and a hospital's own is no patient's."""

import re
from collections.abc import Iterator

from learn.identifiers.findings import Finding
from learn.identifiers.reading import FILLER, Reading

AREAS = """
ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g gl gu
gy ha hd hg hp hr hs hu hx ig im ip iv ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph
pl po pr rg rh rm s sa se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze
"""
KNOWN_AREAS = set(AREAS.split())
INWARD = re.compile(r"[0-9][abd-hjlnp-uw-z]{2}(?![a-z0-9])")
OUTWARD = re.compile(rf"(?<![a-z0-9])([a-z]{{1,2}})[0-9][0-9a-hjkmnp-y]?([ {FILLER}]{{0,3}})$")
NOT_INWARD = re.compile(r"1st|2nd|3rd|[0-9](?:th|hr|hz|gb|tb|st|nd|rd)")

SITE = re.compile(
    r"hospital|infirmary|trust|universit|surgery|health centre|medical centre|clinic|nhs|campus|institute|college|school of|"
    r"research centre|laborator|department|headquarters|offices?(?![a-z])"
)
HOME = re.compile(r"liv(?:es|ed|ing) |home|resid|patient|her address|his address|their address")
NEAR = 100


def find(reading: Reading) -> Iterator[Finding]:
    """Every full postcode that is not the address of an organisation."""
    low = reading.low
    for _, end in reading.numbers:
        inward = INWARD.match(low, end - 1) if low[end : end + 1].isalpha() else None
        if not inward:
            continue
        outward = OUTWARD.search(low[max(0, inward.start() - 9) : inward.start()])
        if not outward or outward[1] not in KNOWN_AREAS:
            continue
        start = inward.start() - len(outward[0])
        if _is_prose(reading.plain[start : inward.end()], outward[2], inward[0]) or _is_of_a_site(reading, start):
            continue
        yield Finding(start, inward.end() - start, "postcode", "nudge")


def _is_prose(written: str, space: str, inward: str) -> bool:
    """Small letters: "n1 2nd" is no postcode, and one without its space is a code of another kind."""
    return written.islower() and (not space or bool(NOT_INWARD.match(inward)))


def _is_of_a_site(reading: Reading, start: int) -> bool:
    before = reading.before(start, NEAR).rsplit("\n\n", 1)[-1]
    sites, homes = list(SITE.finditer(before)), list(HOME.finditer(before))
    return bool(sites) and (not homes or homes[-1].start() < sites[-1].start())
