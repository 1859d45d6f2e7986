"""What waits, as the list on the left of the page shows it: why, since when, whose, its first words, who has it open."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from learn.components import date, local, plural
from learn.moderation import items, leases
from learn.moderation.flags import PRIORITIES
from learn.moderation.items import Card
from learn.moderation.models import FlagReason, Source
from learn.moderation.queue import PATIENT, SAFETY

CAUSES = {
    Source.STORY: ("Story to approve", "blue"),
    Source.DETECTOR: ("Held by the check", "red"),
    Source.NEW_MEMBER: ("First posts", "grey"),
    Source.EDIT: ("Changed again", "grey"),
    Source.SCAN: ("Found by the scan", "red"),
    Source.FACILITATOR: ("Opened by a facilitator", "grey"),
    Source.FLAG: ("Reported", "yellow"),
}
"Why something waits where nobody reported it: words and colour."
COLOURS = {PATIENT: "red", SAFETY: "orange"}
SHORT = {
    FlagReason.PATIENT: "Could identify a patient",
    FlagReason.UNSAFE: "Wrong or unsafe",
    FlagReason.ILLEGAL: "Against the law",
    FlagReason.UNKIND: "Unkind or unfair",
    FlagReason.COPYRIGHT: "Somebody else\u2019s work",
    FlagReason.ADVERT: "Advert or spam",
    FlagReason.OTHER: "Reported",
}
GRAVEST = list(FlagReason)
EXCERPT = 110
"Letters of its first words."


def lines(
    session: Session, rows: Sequence[Any], reports: Mapping[int, list[Any]], at: datetime, *, user_id: int
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of a page, with the cards of each kind by one call."""
    known = items.kinds()
    wanted: dict[str, list[int]] = {}
    for row in rows:
        wanted.setdefault(row.kind, []).append(row.target_id)
    cards = {kind: known[kind].cards(session, numbers) for kind, numbers in wanted.items() if kind in known}
    return [_line(row, cards.get(row.kind, {}).get(row.target_id), reports[row.id], at, user_id) for row in rows]


def why(item: Any, reports: Sequence[Any]) -> tuple[str, str]:
    """Why something waits, in a few words, and the colour of its tag: the gravest report, else what let it wait."""
    reasons = {each.reason for each in reports}
    if not reasons:
        return CAUSES[item.source]
    gravest = next(reason for reason in GRAVEST if reason in reasons)
    if item.source is not Source.FLAG and PRIORITIES.get(gravest, SAFETY + 1) > item.priority:
        return CAUSES[item.source]
    return SHORT[gravest], COLOURS.get(PRIORITIES.get(gravest, SAFETY + 1), "yellow")


def people(reports: Sequence[Any]) -> str:
    """As in "2 people reported this"; empty where nobody did."""
    if not reports:
        return ""
    count = len(reports)
    return f"{count} people reported this" if count > 1 else "1 person reported this"


def age(since: datetime, at: datetime) -> str:
    """As in "5 minutes", "2 hours", "Yesterday", "3 days" or "12 June 2026"."""
    passed = at - since
    days = (local(at).date() - local(since).date()).days
    if passed < timedelta(hours=1):
        return plural(max(1, int(passed.total_seconds() // 60)), "minute")
    if days == 0 or passed < timedelta(hours=12):
        return plural(int(passed.total_seconds() // 3600), "hour")
    return "Yesterday" if days == 1 else plural(days, "day") if days < 30 else date(since)


def _line(row: Any, card: Card | None, reports: list[Any], at: datetime, user_id: int) -> dict[str, Any]:
    tag, colour = why(row, reports)
    holder = leases.holder(row, at)
    return {
        "id": row.id, "tag": tag, "colour": colour, "age": age(row.created_at, at), "is_late": row.due_at < at,
        "title": card.title if card is not None else "Not there any more", "excerpt": _short(card.excerpt) if card is not None else "",
        "people": people(reports), "is_mine": holder == user_id, "is_own": row.author_id == user_id,
        "holder": (row.holder_name or "Another facilitator") if holder not in (None, user_id) else "",
    }  # fmt: skip


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else f"{words[:EXCERPT].rsplit(' ', 1)[0]}\u2026"
