"""The page of what waits: the list on the left, one item on the right, and what may be done about it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from learn.components import clock, plural
from learn.extensions import db
from learn.moderation import decisions, facilitators, flags, items, leases, listing, queue, records, undoing
from learn.moderation.acts import ACTS, REASONS
from learn.moderation.desk import history, lines, marking
from learn.moderation.models import ReviewState

URGENCIES = {
    queue.PATIENT: "Patient information",
    queue.SAFETY: "Safety and law",
    queue.REPORT: "Other reports",
    queue.FIRST_POST: "First posts",
}
"What the reports can be narrowed to."
_THEMES = select(Theme.id, Theme.title).order_by(Theme.position)


@dataclass(frozen=True)
class Asked:
    """Which part of what waits somebody wants to see."""

    tab: str = "reports"
    theme_id: int | None = None
    priority: int | None = None
    after: listing.Key = listing.FIRST

    def query(self, **more: Any) -> dict[str, Any]:
        """As an address has it; empty parts are left out."""
        asked = {"show": self.tab if self.tab != "reports" else None, "theme": self.theme_id, "urgency": self.priority}
        return {name: value for name, value in {**asked, **more}.items() if value is not None}


@dataclass(frozen=True)
class Typed:
    """What was chosen and typed, when a form comes back."""

    act: str = ""
    reason: str = ""
    words: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    trouble: str = ""
    "What changed meanwhile; nothing of what was typed was done then."

    def get(self, name: str, default: str = "") -> str:
        """What a field of the kind's own template held."""
        return self.more.get(name, default)


EMPTY = Typed()


def theirs(session: Session) -> facilitators.Scope:
    """What whoever is here looks after; asked once in a request."""
    if "moderation_scope" not in g:
        g.moderation_scope = facilitators.scope(session, current_user)
    found: facilitators.Scope = g.moderation_scope
    return found


def waiting(session: Session) -> queue.Waiting:
    """How much waits for whoever is here; asked once in a request."""
    if "moderation_waiting" not in g:
        g.moderation_waiting = queue.waiting(session, current_user, theirs(session))
    found: queue.Waiting = g.moderation_waiting
    return found


def count() -> int:
    """How much waits for whoever is here, for the navigation."""
    return waiting(db.session()).total


def listed(session: Session, asked: Asked, at: datetime, *, item: Any | None = None) -> dict[str, Any]:
    """What the list needs, and the reports of ``item`` with those of the rows, by one statement."""
    rows, after = listing.page(
        session, theirs(session), asked.tab, after=asked.after, theme_id=asked.theme_id, priority=asked.priority
    )
    reports = flags.of_items(session, {row.id for row in rows} | ({item.id} if item is not None else set()))
    found = theirs(session)
    themes = [row for row in session.execute(_THEMES) if found.covers(row.id)]
    return {
        "asked": asked, "rows": lines.lines(session, rows, reports, at, user_id=current_user.id), "after": after,
        "is_first": asked.after == listing.FIRST, "themes": themes if len(themes) > 1 else [], "urgencies": URGENCIES,
        "waiting": waiting(session), "most": queue.MOST_COUNTED, "reports": reports, "sees_all": found.is_all,
    }  # fmt: skip


def item(session: Session, found: Any, reports: list[Any], at: datetime, typed: Typed = EMPTY) -> dict[str, Any]:
    """What the page of one item shows; ``found`` is a row of ``decisions.one``."""
    kind = items.kinds()[found.kind]
    card = kind.whole(session, found.target_id)
    holder = leases.holder(found, at)
    is_open = found.state is ReviewState.OPEN
    may = is_open and card is not None and decisions.may_decide(session, found, current_user, at)
    is_own = found.author_id == current_user.id
    is_told = may or not is_own  # whose thing it is could know by the words who wrote them
    hidden = records.hidden_by_report(session, found.id) if is_open else None
    acts = decisions.offered(kind, found, card, is_hidden=hidden is not None) if may and card is not None else []
    tag, colour = lines.why(found, reports)
    return {
        "item": found, "kind": kind, "card": card, "tag_words": tag, "colour": colour, "age": lines.age(found.created_at, at),
        "is_late": is_open and found.due_at < at, "is_open": is_open, "is_own": is_own, "may": may,
        "can_decide": may and holder == current_user.id, "holder": found.holder_name if holder not in (None, current_user.id) else "",
        "is_hidden": hidden is not None, "acts": [(act, ACTS[act]) for act in acts], "reasons": REASONS,
        "author": history.of(session, found.author_id, but=found.id), "reported": _reported(reports, is_told=is_told),
        "quoted": marking.quotes(each.words for each in reports if is_told), "typed": typed,
        "wrong": defaultdict(str, typed.errors),
        "error_links": [{"text": text, "href": f"#{name}"} for name, text in typed.errors],
        "past": _past(session, found, at, is_hidden=hidden is not None),
        "lease_words": lease_words(found.lease_until) if found.lease_until is not None else "",
    }  # fmt: skip


def lease_words(until: datetime) -> str:
    """How long whoever is here has an item."""
    return f"You have this item until {clock(until)}."


def _reported(reports: list[Any], *, is_told: bool) -> list[dict[str, Any]]:
    """By reason, the gravest first: how many people, and what they said where that is told."""
    found: dict[Any, list[Any]] = {}
    for each in reports:
        found.setdefault(each.reason, []).append(each)
    return [
        {
            "people": plural(len(found[reason]), "person", "people"), "reason": flags.REASONS[reason],
            "words": [each.words for each in found[reason] if each.words and is_told],
        }
        for reason in lines.GRAVEST if reason in found
    ]  # fmt: skip


def _past(session: Session, found: Any, at: datetime, *, is_hidden: bool) -> list[dict[str, Any]]:
    """What was decided about it before, in order."""
    return [
        {
            "id": row.id, "past": ACTS[row.act].past, "reason": REASONS.get(row.reason, ""), "words": row.words, "at": row.at,
            "who": row.actor_name or ("The site" if records.is_by_report(row) else "A facilitator"), "is_undone": row.undone_at is not None,
            "can_undo": undoing.can_undo(row, at),
        }
        for row in records.of_item(session, found.id) if not (is_hidden and records.is_by_report(row))
    ]  # fmt: skip
