"""The patient-identifier detector: what must not go out with a story, a comment or a file name.

``find`` names what would hold a text back and what its writer should look at again; ``studies`` the names of studies and
papers, which are fine; ``masked`` takes findings out of a text. Plain Python, knows nothing of the rest of the house, and
no finding holds what it found. Time grows with the length of the text alone.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from learn.identifiers import births_and_ages, contacts, other_numbers, patient_numbers, postcodes
from learn.identifiers import studies as study_names
from learn.identifiers.findings import WORDS, Finding, Response, apart, masked
from learn.identifiers.markdown import Drawn, has_marked_digits
from learn.identifiers.reading import Reading, plain, readings
from learn.identifiers.studies import REACH, Study

__all__ = ["WORDS", "Finding", "Response", "Study", "find", "holds", "masked", "recognised", "studies"]


def find(text: str, own: Collection[str] = ()) -> list[Finding]:
    """What to hold or to ask about, in the order of the text. ``own`` are the writer's own email addresses."""
    return apart(chain.from_iterable(_each(text, own)))


def studies(text: str) -> list[Study]:
    """The names of studies and papers, each with the address of a public page about it."""
    return list(study_names.find(Reading(plain(text))))


def recognised(text: str) -> list[Finding]:
    """As ``find``, and the names of studies among them as *silent*."""
    return sorted([*find(text), *(Finding(s.offset, s.length, s.kind, "silent") for s in studies(text))])


def holds(findings: Iterable[Finding]) -> bool:
    """True when a text with these may not be shown before a person has decided."""
    return any(finding.response == "hold" for finding in findings)


def _each(text: str, own: Collection[str]) -> Iterator[list[Finding]]:
    """In each way of reading it: as it was typed, and as it looks where Markdown stands beside digits."""
    typed = readings(text)
    for reading in typed:
        yield _find(reading, own)
    if has_marked_digits(typed[0].plain):
        drawn = Drawn(typed[0].plain)
        yield [drawn.placed(finding) for finding in _find(Reading(drawn.text), own)]


def _find(reading: Reading, own: Collection[str]) -> list[Finding]:
    found = [
        *patient_numbers.find(reading),
        *other_numbers.find(reading),
        *births_and_ages.find(reading),
        *postcodes.find(reading),
        *contacts.find(reading, own),
    ]
    # Most texts have nothing that a study's name could excuse.
    parts = {at // REACH for each in found for at in range(each.offset - REACH, each.end + REACH, REACH)}
    named = list(study_names.spans(reading, parts)) if found else []

    def is_named(finding: Finding) -> bool:
        before = bisect_left(named, (finding.end,)) - 1
        return before >= 0 and named[before][1] > finding.offset

    return [finding for finding in found if not is_named(finding)]
