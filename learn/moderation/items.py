"""What a feature hands in about the things that facilitators decide about: moderation knows them by kind and number alone.

create_app collects them as ``frontline_items``, by kind.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

PLAIN = "moderation/thing.html"
"Template for kinds that have nothing to show but their text."


@dataclass(frozen=True)
class Card:
    """One thing, as the queue shows it in its list and the page of an item shows it whole."""

    title: str
    "For example Comment by Sam Reed."
    excerpt: str
    "Its first words as plain text, with what the detector found masked."
    path: str
    "Where readers see it."
    state: str
    "In words, for example hidden."
    written_at: datetime
    names: Mapping[str, Any] = field(default_factory=dict)
    "What the kind's template needs to show it whole; empty in the list."


@dataclass(frozen=True)
class Done:
    """What an act did."""

    before: dict[str, Any]
    "What undoing it needs: states and numbers, no text."
    can_undo: bool = True
    "Not for what cannot come back, as after redacting."


@dataclass(frozen=True)
class Origin:
    """Where a thing comes from: what a report needs to know before anybody reads it."""

    author_id: int | None
    "Who wrote it; None for the site itself, and after they erased their data."
    theme_id: int | None
    "Whose facilitators look after it; None for those of all themes."
    path: str
    "Where readers see it."
    is_seen: bool = True
    "Whether readers see it now: what they do not see cannot be reported."
    is_public: bool = False
    "Whether somebody without an account may read it, so that the page of a report may show its title to anyone."
    title: str = ""
    "As in Card."
    facts: Mapping[str, int] = field(default_factory=dict)
    "What notices about it need, for example {'topic': 12}: see ``Kind.about`` in learn.notifications.kinds."
    label: str = ""
    "What it is called where it stands, as a post in the forum; empty where that is the label of its kind."


Act = Callable[[Session, int, int | None, datetime, Mapping[str, str]], Done]
"""``act(session, target_id, actor_id, at, form)`` in the caller's transaction; ``form`` holds what else the page asked for
(``text`` of an edit, a remark for a field), and ``reason`` and ``words`` of the decision. A refusal is raised as a FrontlineError
whose message says what to do, or as ``decisions.Wrong`` with the id and the sentence of each field that has to be mended: the page
comes back with all that was typed. The actor is None where the site itself hides something that a member said identifies a patient."""


@dataclass(frozen=True)
class ItemKind:
    """One kind of thing that waits for facilitators."""

    label: str
    "In the middle of a sentence: comment, story."
    template: str
    """Shows it whole on the item's page, given ``card``, ``item``, ``quoted`` (what reporters quoted of it, for the filters
    ``marked`` and ``marked_inside``), ``can_decide`` (whether it stands inside the form of the decision, so that fields in it are sent) and ``typed``
    (``typed.get(name)`` is what such a field held when the form came back)."""
    cards: Callable[[Session, Sequence[int]], dict[int, Card]]
    "For the list, by number, with no statement in a loop."
    whole: Callable[[Session, int], Card | None]
    "For the item's page; None when it is gone for good."
    acts: Mapping[str, Act]
    "By the names in ``decisions.ACTS``; a kind offers those that make sense for it."
    undo: Callable[[Session, int, str, Mapping[str, Any], datetime], None]
    "``undo(session, target_id, act, before, at)`` puts back what an act changed."
    offered: Callable[[Card], Sequence[str]]
    "The acts that make sense for it as it is, in the order of the page. ``keep`` is added to them where something was reported."
    origin: Callable[[Session, int], Origin | None]
    "None when it is gone for good."
    written: Callable[[Session, int], int] | None = None
    "``written(session, author_id)``: how many of them somebody wrote that readers see, counted to 100 at most."
    waits_on: Callable[[Session, int, datetime], None] | None = None
    """``waits_on(session, target_id, at)`` after a decision closed its item: puts a thing back into the queue that still waits for
    something else, as a story that was sent does after a report about what readers see of it is settled."""
    texts: Callable[[Session, int, int], Sequence[tuple[int, Sequence[str]]]] | None = None
    """``texts(session, after_id, limit)``: number and every text of the next ones that readers see, in the order of their numbers,
    for the scan of what is there already; None for a kind that the scan leaves out."""


def kinds() -> Mapping[str, ItemKind]:
    """What create_app collected."""
    found: Mapping[str, ItemKind] = current_app.extensions["frontline_items"]
    return found


def called(session: Session, kind: str, target_id: int) -> str:
    """What a thing is called where it stands; "thing" for a kind that a newer version of the site wrote."""
    known = kinds().get(kind)
    found = known.origin(session, target_id) if known is not None else None
    return (found.label if found is not None else "") or (known.label if known is not None else "thing")


def facts(kind: str, origin: Origin | None) -> dict[str, Any]:
    """What every notice about a thing says of it."""
    if origin is None:
        return {"thing": kind}
    return {"thing": kind, **({"called": origin.label} if origin.label else {}), **origin.facts}
