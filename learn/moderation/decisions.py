"""Deciding: one transaction that does the act, says why, settles the reports, tells who has to know, and closes the item.

The thing is changed first and its item closed after it, in the order in which writers lock them; the item closes only if it
is still the one that was read, open, and in nobody else's hands, so that of two who decide at once the second changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn import identifiers
from learn.accounts.models import User
from learn.components import moment_words
from learn.errors import Forbidden, FrontlineError, NotFound
from learn.identifiers import WORDS
from learn.moderation import facilitators, flags, items, leases, listing, records
from learn.moderation.acts import ACTS, REASONS
from learn.moderation.items import ItemKind
from learn.moderation.models import ReviewItem, ReviewState, Source
from learn.moderation.queue import OPEN
from learn.notifications import notices

LONGEST = 2000
"Letters of a note to an author."
ALONE = timedelta(hours=24)
"After so long the only facilitator may decide about something of their own."
REPORTED = (Source.FLAG, Source.SCAN, Source.FACILITATOR)
"Causes for which keeping a thing as it is always makes sense."
TELLS = "review_decided"


class Changed(FrontlineError):
    """The item is not as it was read, or somebody else has it; nothing was changed."""

    status = 409
    code = "item_changed"
    title = "Somebody else was here"


class Wrong(FrontlineError):
    """Something that was chosen or typed has to be mended: ``errors`` are the fields' names and what to do."""

    status = 422
    code = "decision_wrong"
    title = "There is a problem"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__(errors[0][1])
        self.errors = errors


@dataclass(frozen=True)
class Decided:
    """What came of it."""

    decision_id: int
    next_id: int | None
    "The item that the facilitator has open now; None when nothing is left."


_T: Any = table_of(ReviewItem)
_U = table_of(User)
_ONE = select(*listing.COLUMNS).outerjoin(_U, _U.c.id == _T.c.lease_by_id).where(_T.c.id == bindparam("item"))
_CLOSE = (
    update(_T)
    .where(
        _T.c.id == bindparam("item"), OPEN, _T.c.version == bindparam("read"),
        or_(_T.c.lease_by_id.is_(None), _T.c.lease_by_id == bindparam("me"), _T.c.lease_until <= bindparam("at")),
    )
    .values(
        state=ReviewState.CLOSED, closed_at=bindparam("at", type_=_T.c.closed_at.type), lease_by_id=None, lease_until=None,
        version=_T.c.version + 1,
    )
)  # fmt: skip


def of(session: Session, item_id: int) -> Any | None:
    """An item, whoever asks; None where there is none."""
    return session.execute(_ONE, {"item": item_id}).first()


def one(session: Session, item_id: int, person: Any, theirs: facilitators.Scope | None = None) -> Any:
    """An item that somebody looks after; Forbidden or NotFound where it is not theirs, or not there."""
    item = of(session, item_id)
    if item is None:
        raise NotFound("There is no such item.")
    if not (theirs or facilitators.scope(session, person)).covers(item.theme_id):
        raise Forbidden("This is looked after by facilitators of another theme.")
    return item


def offered(kind: ItemKind, item: Any, card: items.Card, *, is_hidden: bool) -> list[str]:
    """The acts that make sense for a thing as it is, in the order of ``ACTS``; ``is_hidden`` by the site, since it was reported."""
    found = set(kind.offered(card)) | ({"keep"} if item.source in REPORTED else set())
    if is_hidden:
        found = (found | {"keep", "hide"}) - {"restore"}
    return [act for act in ACTS if act in found]


def own() -> Forbidden:
    """What is said to whoever wants to decide about something of their own."""
    return Forbidden("This is your own. Another facilitator decides about it.")


def may_decide(session: Session, item: Any, person: Any, at: datetime) -> bool:
    """Nobody decides about their own, unless nobody else could for a day."""
    if item.author_id != person.id:
        return True
    return item.created_at + ALONE <= at and facilitators.of(session, item.theme_id, at) == [person.id]


def decide(
    session: Session, item_id: int, actor: Any, act: str, reason: str, words: str, version: int, at: datetime,
    form: Mapping[str, str],
) -> Decided:  # fmt: skip
    """Decide about an item as ``actor`` (id, roles) read it in ``version``; raises Wrong, Changed, Forbidden, NotFound.

    ``words`` are what the author reads, ``form`` is what the act needs besides (see ``items.Act``). The actor has the next
    item open then.
    """
    theirs = facilitators.scope(session, actor)
    item = one(session, item_id, actor, theirs)
    _must_be_as_read(session, item, actor.id, version, at)
    if not may_decide(session, item, actor, at):
        raise own()
    kind = items.kinds()[item.kind]
    hidden = records.hidden_by_report(session, item_id)
    words = _checked(session, kind, item, act, reason, words, is_hidden=hidden is not None)
    done = _do(session, kind, item, act, actor.id, at, {**form, "reason": reason, "words": words}, hidden)
    if not rows_met(session, _CLOSE, {"item": item_id, "read": version, "me": actor.id, "at": at}):
        raise Changed("It changed while you decided. Nothing was done; look at it again.")
    if act == "redact":
        flags.scrub(session, item.kind, item.target_id)
        records.scrub(session, item.kind, item.target_id)
    more = {"is_own": True} if item.author_id == actor.id else {}
    number = records.add(session, item, act, reason, words, actor.id, done, at, **more)
    flags.settle(session, item_id, ACTS[act].upholds, at, author_id=item.author_id)
    _tell_author(session, kind, item, number, act, actor.id, at)
    if kind.waits_on is not None:
        kind.waits_on(session, item.target_id, at)
    return Decided(number, listing.take_next(session, theirs, actor.id, listing.tab_of(item.priority), at))


def _must_be_as_read(session: Session, item: Any, user_id: int, version: int, at: datetime) -> None:
    if item.state is not ReviewState.OPEN:
        found = records.last(session, item.id)
        if found is None or found.undone_at is not None:
            raise Changed("It does not wait any more: its author took it back.")
        who, what = found.actor_name or "Somebody", ACTS[found.act].past.lower()
        raise Changed(f"{who} decided about it on {moment_words(found.at)}: {what}. What you chose was not done.")
    holder = leases.holder(item, at)
    if holder not in (None, user_id):
        raise Changed(f"{item.holder_name or 'Another facilitator'} has it open now. What you chose was not done.")
    if item.version != version:
        raise Changed("It changed since you opened it: look at it again, then decide. What you chose was not done.")


def _checked(session: Session, kind: ItemKind, item: Any, act: str, reason: str, words: str, *, is_hidden: bool) -> str:
    errors = []
    if act not in offered(kind, item, _whole(session, kind, item), is_hidden=is_hidden):
        errors.append(("act", "Choose what you want to do"))
    if reason not in REASONS:
        errors.append(("reason", "Choose a reason"))
    words = words.replace("\r\n", "\n").strip()
    if not words:
        errors.append(("words", "Write a note to the author"))
    elif len(words) > LONGEST:
        errors.append(("words", f"Use at most {LONGEST:,} letters"))
    elif found := [each for each in identifiers.find(words) if each.response == "hold"]:
        errors.append(("words", f"Take out what looks like a patient\u2019s {WORDS[found[0].kind]}: the note is kept"))
    if errors:
        raise Wrong(errors)
    return words


def _do(
    session: Session, kind: ItemKind, item: Any, act: str, actor_id: int, at: datetime, form: Mapping[str, str], hidden: Any | None
) -> records.What:  # fmt: skip
    """Keeping also shows again what the site hid when it was reported; a kind need not know how to keep what is as it was."""
    shown = None
    if hidden is not None and act == "keep":
        kind.undo(session, item.target_id, records.BY_REPORT, hidden.before["thing"], at)
        records.close(session, hidden.id, at)
        shown = int(hidden.id)
    is_nothing_more = act not in kind.offered(_whole(session, kind, item)) or (act == "hide" and hidden is not None)
    if act in ("keep", "hide") and is_nothing_more:
        return records.What(None, shown=shown)
    done = kind.acts[act](session, item.target_id, actor_id, at, form)
    return records.What(done.before, can_undo=done.can_undo, shown=shown)


def _whole(session: Session, kind: ItemKind, item: Any) -> items.Card:
    card = kind.whole(session, item.target_id)
    if card is None:
        raise Changed("It is not there any more.")
    return card


def _tell_author(
    session: Session, kind: ItemKind, item: Any, number: int, act: str, actor_id: int, at: datetime
) -> None:
    if item.author_id is None or item.author_id == actor_id:
        return
    origin = kind.origin(session, item.target_id)
    facts = {**items.facts(item.kind, origin), "act": act, "decision": number}
    notices.notify(session, item.author_id, TELLS, at, path=f"/decisions/{number}", facts=facts)
