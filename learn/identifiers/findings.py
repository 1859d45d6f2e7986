"""What a detector hands on: where something is and of what kind, never what it says."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Response = Literal["hold", "nudge", "silent"]

WORDS = {
    "nhs_number": "NHS number",
    "chi_number": "CHI number",
    "hc_number": "H&C number",
    "date_of_birth": "date of birth",
    "hospital_number": "hospital number",
    "national_insurance": "National Insurance number",
    "postcode": "postcode",
    "email": "email address",
    "phone": "phone number",
    "rare_case": "detail that may point to one person",
}
"Each kind, as a page calls it."


class Finding(NamedTuple):
    """A span of characters. The text itself is not in it, so that it may be logged, stored and queued."""

    offset: int
    length: int
    kind: str
    response: Response

    @property
    def end(self) -> int:
        """The first character after it."""
        return self.offset + self.length

    def as_dict(self) -> dict[str, str | int]:
        """For JSON."""
        return {"kind": self.kind, "response": self.response, "offset": self.offset, "length": self.length}


STRENGTH = {"hold": 0, "nudge": 1, "silent": 2}


def apart(found: Iterable[Finding]) -> list[Finding]:
    """In the order of the text; of those that overlap the graver one, or the longer."""
    kept: list[Finding] = []
    for finding in sorted(found):
        if kept and finding.offset < kept[-1].end:
            before = kept[-1]
            if (STRENGTH[finding.response], -finding.length) < (STRENGTH[before.response], -before.length):
                kept[-1] = finding
        else:
            kept.append(finding)
    return kept


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The text with each found span replaced by words that say what was there."""
    pieces, at = list[str](), 0
    for finding in sorted(findings):
        if finding.response == "silent" or finding.end <= at:
            continue
        # Of two that overlap the second adds no words, but what sticks out of the first goes too.
        if finding.offset >= at:
            pieces += [text[at : finding.offset], f"[{WORDS.get(finding.kind, 'text')} removed]"]
        at = finding.end
    return "".join([*pieces, text[at:]])
