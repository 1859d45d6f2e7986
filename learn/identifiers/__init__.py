"""The patient-identifier detector: what must not go out with a story, a comment or a file name.

``find`` names what would hold a text back and what its writer should look at again; ``studies`` the names of studies and
papers, which are fine; ``masked`` takes findings out of a text. Plain Python, knows nothing of the rest of the house, and
no finding holds what it found. Time grows with the length of the text alone.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from itertools import chain

from learn.identifiers import births_and_ages, contacts, other_numbers, patient_numbers, postcodes
from learn.identifiers import studies as study_names
from learn.identifiers.findings import WORDS, Finding, Response, apart, masked
from learn.identifiers.reading import Reading, plain, readings
from learn.identifiers.studies import Study

__all__ = ["WORDS", "Finding", "Response", "Study", "find", "holds", "masked", "recognised", "studies"]


def find(text: str, own: Collection[str] = ()) -> list[Finding]:
    """What to hold or to ask about, in the order of the text. ``own`` are the writer's own email addresses."""
    return apart(chain.from_iterable(_find(reading, own) for reading in readings(text)))


def studies(text: str) -> list[Study]:
    """The names of studies and papers, each with the address of a public page about it."""
    return list(study_names.find(Reading(plain(text))))


def recognised(text: str) -> list[Finding]:
    """As ``find``, and the names of studies among them as *silent*."""
    return sorted([*find(text), *(Finding(s.offset, s.length, s.kind, "silent") for s in studies(text))])


def holds(findings: Iterable[Finding]) -> bool:
    """True when a text with these may not be shown before a person has decided."""
    return any(finding.response == "hold" for finding in findings)


def _find(reading: Reading, own: Collection[str]) -> list[Finding]:
    found = chain(
        patient_numbers.find(reading),
        other_numbers.find(reading),
        births_and_ages.find(reading),
        postcodes.find(reading),
        contacts.find(reading, own),
    )
    named = list(study_names.find(reading))
    starts = [study.offset for study in named]

    def is_named(finding: Finding) -> bool:
        before = bisect_right(starts, finding.end - 1) - 1
        return before >= 0 and named[before].end > finding.offset

    return [finding for finding in found if not (named and is_named(finding))]
