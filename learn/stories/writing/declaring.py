"""What an author declares before a story is sent: the text that they saw, its version, and the evidence that goes with it.

While the story is a draft, this lies in the draft's fields; it becomes rows of its own when the story is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.stories.fields import DECLARATIONS, DECLARATIONS_FROM
from learn.stories.models import Declaration, FileKind
from learn.stories.writing import saving

_D: Any = table_of(Declaration)
_CLEAR = delete(_D).where(_D.c.story_id == bindparam("story"), _D.c.revision_n == bindparam("number"))
_OF = (
    select(_D.c.kind, _D.c.text_version, _D.c.evidence, _D.c.at)
    .where(_D.c.story_id == bindparam("story"), _D.c.revision_n == bindparam("number"))
    .order_by(_D.c.id)
)
MISSING = {
    "organisation": "Confirm that your organisation agrees",
    "anonymous": "Confirm that no patient can be identified",
    "people": "Confirm that everybody who is named or can be recognised agreed",
    "consent": "Confirm that the patient\u2019s written consent is kept at your organisation",
    "licence": "Confirm that you may publish it under the licence",
}


def needed(fields: Mapping[str, Any], files: Sequence[Any]) -> list[str]:
    """Kinds that this story needs, in the order of the form."""
    declared = fields.get("declared") or {}
    shows_people = any(each.shows_people for each in files if each.kind is FileKind.PICTURE)
    names_people = shows_people or bool(fields.get("quote")) or _names(fields)
    dropped = {
        kind
        for kind, is_needed in (("people", names_people), ("consent", declared.get("is_patients")))
        if not is_needed
    }
    return [kind for kind in DECLARATIONS if kind not in dropped]


def _names(fields: Mapping[str, Any]) -> bool:
    """Whether more than one author is named: colleagues beside whoever writes."""
    return len(fields.get("authors") or ()) > 1


def ticked(fields: Mapping[str, Any]) -> set[str]:
    """Kinds that were declared under the text that holds today."""
    declared = fields.get("declared") or {}
    return set(declared.get("kinds") or ()) if declared.get("version") == DECLARATIONS_FROM else set()


def problems(fields: Mapping[str, Any], files: Sequence[Any]) -> list[tuple[str, str]]:
    """What is not declared yet, or lacks its evidence."""
    declared, done = fields.get("declared") or {}, ticked(fields)
    found = []
    for kind in needed(fields, files):
        if kind not in done:
            found.append((f"declared.{kind}", MISSING[kind]))
        if kind == "organisation" and not declared.get("approver"):
            found.append(("declared.approver", "Enter the name and the role of who approved it"))
        if kind == "consent" and not declared.get("reference"):
            found.append(("declared.reference", "Enter the reference under which the consent is kept"))
        if kind == "consent" and consent_day(str(declared.get("date") or "")) is None:
            found.append(("declared.day", "Enter the day when the consent was signed, for example 24 11 2026"))
    return found


def consent_day(typed: str) -> date | None:
    """The day that was typed as day/month/year; None when there is no such day."""
    try:
        day, month, year = (int(part) for part in typed.split("/"))
        return date(year, month, day)
    except ValueError:
        return None


def declare(session: Session, row: Any, files: Sequence[Any], user_id: int, at: datetime) -> None:
    """Keep what is declared for the revision that is sent, in the place of what was declared for it before."""
    session.execute(_CLEAR, {"story": row.id, "number": row.n})
    done = ticked(row.fields)
    rows = [
        {
            "story_id": row.id, "revision_n": row.n, "kind": kind, "text_version": DECLARATIONS_FROM, "user_id": user_id,
            "evidence": evidence(row.fields, kind), "at": at,
        }
        for kind in needed(row.fields, files) if kind in done
    ]  # fmt: skip
    if rows:
        session.execute(insert(_D), rows)


def evidence(fields: Mapping[str, Any], kind: str) -> str:
    """Who approved, or where a consent is kept and since when; what looks like a patient number is masked."""
    declared = fields.get("declared") or {}
    if kind == "organisation":
        return saving.hushed(str(declared.get("approver") or ""))[:255]
    if kind == "consent":
        day = consent_day(str(declared.get("date") or ""))
        return saving.hushed(f"{declared.get('reference') or ''}, {day.isoformat() if day else ''}")[:255]
    return ""


def said(session: Session, story_id: int, revision_n: int) -> list[Any]:
    """What was declared for a revision: kind, text_version, evidence, at."""
    return list(session.execute(_OF, {"story": story_id, "number": revision_n}))
