"""Names of studies and papers. They are never a finding; a page may make links of them."""

import re
from collections.abc import Container, Iterator
from typing import NamedTuple
from urllib.parse import quote

from learn.identifiers.reading import Reading, plain

LABEL = r"(?:\W{0,3}\b(?:project|study|portfolio|id|ids|no|nos|number|ref|reference)\b)*\W{0,3}"
END = r"(?![a-z0-9])"
BY_WORD = {
    "isrctn": ("isrctn", re.compile(rf"isrctn\W{{0,2}}([0-9]{{8}}){END}")),
    "nct": ("nct", re.compile(rf"nct\W{{0,2}}([0-9]{{8}}){END}")),
    "iras": ("iras", re.compile(rf"iras{LABEL}([0-9]{{5,7}}){END}")),
    "cpms": ("cpms", re.compile(rf"cpms{LABEL}([0-9]{{4,6}}){END}")),
    "pmid": ("pmid", re.compile(rf"pmid{LABEL}([0-9]{{1,8}}){END}")),
    "pubmed": ("pmid", re.compile(rf"pubmed{LABEL}([0-9]{{1,8}}){END}")),
    "10.": ("doi", re.compile(r"(10\.[0-9]{4,9}/[^\s<>\"'\x00]{1,200})")),
}
BY_DIGITS = {
    (2, "/"): {"rec": re.compile(rf"([0-9]{{2}}/[a-z]{{2,3}}/[0-9]{{4}}){END}")},
    (4, "-"): {
        "eu_ct": re.compile(rf"(20[0-9]{{2}}-5[0-9]{{5}}-[0-9]{{2}}(?:-[0-9]{{2}})?){END}"),
        "eudract": re.compile(rf"([12][0-9]{{3}}-[0-9]{{6}}-[0-9]{{2}}){END}"),
        "orcid": re.compile(rf"([0-9]{{4}}-[0-9]{{4}}-[0-9]{{4}}-[0-9]{{3}}[0-9x]){END}"),
    },
}
"Looked for where the word stands, or where so many digits are followed by that sign."

REACH = 300
"Longer than the name of any study: one that begins further before a finding is not about it."

ADDRESSES = {
    "isrctn": "https://www.isrctn.com/ISRCTN{}",
    "nct": "https://clinicaltrials.gov/study/NCT{}",
    "eu_ct": "https://euclinicaltrials.eu/ctis-public/view/{}",
    "eudract": "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}",
    "orcid": "https://orcid.org/{}",
    "doi": "https://doi.org/{}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "cpms": "https://bepartofresearch.nihr.ac.uk/results/search-results?query={}",
    "iras": "https://bepartofresearch.nihr.ac.uk/results/search-results?query={}",
    "rec": "https://bepartofresearch.nihr.ac.uk/results/search-results?query={}",
}
"Registers that have a page for a name; for the numbers of the NHS's own systems the public study search."


class Study(NamedTuple):
    """One name of a study or paper: what it is, where it stands, its number and the public page about it."""

    offset: int
    length: int
    kind: str
    name: str

    @property
    def address(self) -> str:
        """The public page about it."""
        return ADDRESSES[self.kind].format(quote(self.name, safe="/:;()"))

    @property
    def end(self) -> int:
        """The first character after it."""
        return self.offset + self.length


def studies(text: str) -> list[Study]:
    """Every study identifier, in the order of the text."""
    return list(find(Reading(plain(text))))


def find(reading: Reading) -> Iterator[Study]:
    """The same, for a text that is read already."""
    everywhere = range(len(reading.plain) // REACH + 1)
    for begin, end, kind, start in spans(reading, everywhere):
        name = reading.plain[start:end]
        yield Study(begin, end - begin, kind, name.upper() if kind in ("orcid", "rec") else name)


def spans(reading: Reading, parts: Container[int]) -> Iterator[tuple[int, int, str, int]]:
    """Where each begins and ends, its kind and where its number begins; no two overlap.

    ``parts`` of the text in which to look, each of REACH characters and by its place among them.
    """
    at = 0
    for begin, less, kind, start in sorted(_each(reading, parts)):
        if begin >= at:
            at = -less
            yield begin, at, kind, start


def _each(reading: Reading, parts: Container[int]) -> Iterator[tuple[int, int, str, int]]:
    """As ``spans``, with the end as a negative number: of two that begin together the longer sorts first."""
    low = reading.low
    for word, (kind, pattern) in BY_WORD.items():
        for at in reading.labels(word):
            if at // REACH in parts and (match := pattern.match(low, at)) and not low[max(0, at - 1) : at].isalnum():
                start, end = match.span(1)
                if kind == "doi":
                    end = start + len(match[1].rstrip(".,;:)]}*_"))
                yield at, -end, kind, start
    for at, end in reading.numbers:
        if low[end : end + 1] not in "/-" or at // REACH not in parts:
            continue
        for kind, pattern in BY_DIGITS.get((end - at, low[end : end + 1]), {}).items():
            match = None if low[max(0, at - 1) : at].isalnum() else pattern.match(low, at)
            if match and (kind != "orcid" or is_orcid(match[1].upper())):
                yield at, -match.end(), kind, at


def is_orcid(name: str) -> bool:
    """ISO 7064 modulus 11-2 over the first fifteen digits gives the last sign."""
    total = 0
    for digit in name.replace("-", "")[:15]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == name[-1]
