"""What is looked for before anybody else sees a text: what may be a patient's is held, what may point to one is asked about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from learn import identifiers
from learn.accounts.by_email import mine
from learn.identifiers import Finding


def find(session: Session, user_id: int | None, texts: Mapping[str, str]) -> dict[str, list[Finding]]:
    """What the detector finds in each text, by its name; only names with findings. The writer's own addresses are fine."""
    own = [row.address for row in mine.listed(session, user_id)] if user_id is not None else []
    found = {name: identifiers.find(words, own) for name, words in texts.items() if words}
    return {name: findings for name, findings in found.items() if findings}


def holds(found: Mapping[str, list[Finding]]) -> bool:
    """Whether somebody has to decide before it is shown."""
    return any(identifiers.holds(findings) for findings in found.values())


def kinds(found: Mapping[str, list[Finding]]) -> list[str]:
    """What it is in words, each once: NHS number, postcode."""
    return list(dict.fromkeys(identifiers.WORDS[each.kind] for findings in found.values() for each in findings))


def marked(text: str, findings: list[Finding]) -> list[dict[str, Any]]:
    """The text in pieces, so that its own writer sees what was found: each with words and is_found."""
    pieces, at = list[dict[str, Any]](), 0
    for finding in findings:
        if finding.offset < at:
            continue
        pieces += [
            {"words": text[at : finding.offset], "is_found": False},
            {"words": text[finding.offset : finding.end], "is_found": True},
        ]
        at = finding.end
    return [piece for piece in [*pieces, {"words": text[at:], "is_found": False}] if piece["words"]]
