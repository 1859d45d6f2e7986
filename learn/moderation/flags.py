"""Reports: what anybody says is wrong with a thing, with or without an account (Online Safety Act 2023, sections 20 and 21).

A report lets the thing wait for a facilitator. One alone changes nothing for readers, but for a member's word that it could
identify a patient: that hides it at once, until a facilitator decides. Whoever reported it is told what came of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn import audit, identifiers
from learn.accounts import people
from learn.accounts.by_email import limits
from learn.accounts.by_email.limits import Limit, TooMany
from learn.errors import NotFound
from learn.moderation import items, queue, records
from learn.moderation.models import Flag, FlagReason, FlagState, Source
from learn.notifications import mail, notices

REASONS = {
    FlagReason.PATIENT: "It could identify a patient",
    FlagReason.UNSAFE: "It is wrong or unsafe",
    FlagReason.ILLEGAL: "It may be against the law",
    FlagReason.UNKIND: "It is unkind or unfair",
    FlagReason.COPYRIGHT: "It uses somebody else\u2019s work",
    FlagReason.ADVERT: "It is an advert or spam",
    FlagReason.OTHER: "Something else",
}
"What people choose from, the gravest first."
PRIORITIES = {FlagReason.PATIENT: queue.PATIENT, FlagReason.UNSAFE: queue.SAFETY, FlagReason.ILLEGAL: queue.SAFETY}
"Of every other reason: other reports."
LONGEST = 1000
"Letters of what a reporter says."
OF_A_MEMBER = Limit("report.person", limits.DAY, 10)
OF_A_NETWORK = Limit("report.network", limits.HOUR, 10)
"Without an account: a whole hospital may sit behind one network, and a report from there is rare."
SETTLED = "report_settled"
MAIL = "report_settled"
"Kind of the mail to whoever has no account."
READ = 500
"Reports that one page reads."
ANSWERED = timedelta(days=90)
"So long after the decision an address without an account is kept."
KEPT_WORDS = (("The address of somebody who reports something without an account", ANSWERED, "after it was answered"),)
"For the privacy page."

_T: Any = table_of(Flag)
_ADD = insert(_T).returning(_T.c.id)
_COLUMNS = (_T.c.id, _T.c.item_id, _T.c.reason, _T.c.words, _T.c.reporter_id, _T.c.state, _T.c.at, _T.c.settled_at)
_MINE = select(_T.c.id, _T.c.reason).where(
    _T.c.kind == bindparam("of_kind"), _T.c.target_id == bindparam("target"), _T.c.reporter_id == bindparam("reporter"),
    _T.c.state == FlagState.OPEN,
)  # fmt: skip
_GRAVER = update(_T).where(_T.c.id == bindparam("number"))
_ONE = select(*_COLUMNS, _T.c.kind, _T.c.target_id, _T.c.reporter_email).where(_T.c.id == bindparam("number"))
_OF_ITEMS = (
    select(*_COLUMNS).where(_T.c.item_id.in_(bindparam("items", expanding=True))).order_by(_T.c.id.desc()).limit(READ)
)
_SETTLE = (
    update(_T)
    .where(_T.c.item_id == bindparam("item"), _T.c.state == FlagState.OPEN)
    .values(state=bindparam("to", type_=_T.c.state.type), settled_at=bindparam("then"))
    .returning(_T.c.id, _T.c.reporter_id, _T.c.reporter_email, _T.c.kind)
)
_REOPEN = (
    update(_T)
    .where(_T.c.item_id == bindparam("item"), _T.c.settled_at == bindparam("then"))
    .values(state=FlagState.OPEN, settled_at=None, item_id=bindparam("to"))
)
_SCRUB = update(_T).where(_T.c.kind == bindparam("of_kind"), _T.c.target_id == bindparam("target")).values(words="")
_FORGET = update(_T).where(_T.c.settled_at < bindparam("before"), _T.c.reporter_email != "").values(reporter_email="")


@dataclass(frozen=True)
class Told:
    """What somebody says: words may be empty; an address only without an account, and may be empty."""

    reason: FlagReason
    words: str = ""
    email: str = ""


def url(kind: str, target_id: int) -> str:
    """The page where a thing is reported: to be linked beside it, for anybody."""
    return f"/report/{kind}/{target_id}"


def about(session: Session, kind: str, target_id: int, *, is_member: bool) -> items.Origin:
    """The thing that somebody wants to report; NotFound where there is none that they may see."""
    known = items.kinds().get(kind)
    found = known.origin(session, target_id) if known is not None else None
    if found is None or not found.is_seen or not (is_member or found.is_public):
        raise NotFound(
            "What you want to report is not there any more. If you saw it elsewhere, write to whoever runs this site."
        )
    return found


def report(
    session: Session, kind: str, target_id: int, told: Told, at: datetime, *, reporter_id: int | None, network: str,
    is_member: bool = True,
) -> int:  # fmt: skip
    """Report a thing; returns the number of the report. The second by one member, while the first waits, changes nothing, but that
    somebody sees only then that it could identify a patient: their report then says so.

    Raises NotFound and TooMany. ``network`` counts where there is no account; whoever is no member reports what anyone may
    read. What the detector holds in the words is masked.
    """
    origin = about(session, kind, target_id, is_member=is_member)
    mine = session.execute(_MINE, {"of_kind": kind, "target": target_id, "reporter": reporter_id}).first()
    if mine is not None and (mine.reason is FlagReason.PATIENT or told.reason is not FlagReason.PATIENT):
        return int(mine.id)
    _count(session, reporter_id, network, at)
    hidden = _hide(session, kind, target_id, told, reporter_id, at)
    item_id = queue.put(
        session, kind, target_id, Source.FLAG, author_id=origin.author_id, theme_id=origin.theme_id,
        priority=PRIORITIES.get(told.reason, queue.REPORT), at=at,
    )  # fmt: skip
    if hidden is not None:
        item = SimpleNamespace(id=item_id, kind=kind, target_id=target_id)
        records.add(session, item, records.BY_REPORT, "patient", "", None, records.What(hidden), at)
    said = {"item_id": item_id, "reason": told.reason, "words": _masked(told.words)}
    number = _write(session, said, kind, target_id, told, reporter_id, at) if mine is None else int(mine.id)
    if mine is not None:
        session.execute(_GRAVER.values(**said), {"number": number})
    audit.note(session, "report.made", actor_id=reporter_id, flag=number, item=item_id, reason=told.reason.value)
    return number


def one(session: Session, number: int) -> Any | None:
    """One report."""
    return session.execute(_ONE, {"number": number}).first()


def of_items(session: Session, item_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Reports by item, the newest first: no more than 500 in all."""
    found: dict[int, list[Any]] = {number: [] for number in item_ids}
    if found:
        for row in session.execute(_OF_ITEMS, {"items": sorted(found)}):
            found[row.item_id].append(row)
    return found


def settle(session: Session, item_id: int, is_upheld: bool, at: datetime, *, author_id: int | None = None) -> int:
    """Settle what was reported of an item and tell whoever reported it; returns how many reports that were.

    Rows of everybody who is told, of ``author_id`` too, are locked in one order: two decisions may tell the same people.
    """
    state = FlagState.UPHELD if is_upheld else FlagState.DISMISSED
    rows = session.execute(_SETTLE, {"item": item_id, "to": state, "then": at}).all()
    people.hold(
        session,
        {row.reporter_id for row in rows if row.reporter_id is not None} | ({author_id} if author_id else set()),
    )
    for row in rows:
        if row.reporter_id is not None:
            facts = {"thing": row.kind, "state": state.value}
            notices.notify(session, row.reporter_id, SETTLED, at, path=f"/reports/{row.id}", facts=facts)
        elif row.reporter_email:
            mail.put(session, MAIL, str(row.id), at, not_before=at + notices.HELD)
    return len(rows)


def reopen(session: Session, item_id: int, settled_at: datetime, to: int) -> None:
    """Let reports that a decision settled wait again, with the item ``to``."""
    session.execute(_REOPEN, {"item": item_id, "then": settled_at, "to": to})


def scrub(session: Session, kind: str, target_id: int) -> None:
    """Blank what reporters wrote of a thing whose text is deleted for good."""
    session.execute(_SCRUB, {"of_kind": kind, "target": target_id})


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Forget addresses without an account 90 days after they were answered."""
    return {"addresses_of_reporters": rows_met(session, _FORGET, {"before": at - ANSWERED})}


def _write(
    session: Session, said: dict[str, Any], kind: str, target_id: int, told: Told, reporter_id: int | None, at: datetime
) -> int:  # fmt: skip
    row = {
        **said, "kind": kind, "target_id": target_id, "reporter_id": reporter_id, "reporter_email": told.email,
        "state": FlagState.OPEN, "at": at, "settled_at": None,
    }  # fmt: skip
    return int(session.execute(_ADD, row).scalar_one())


def _hide(
    session: Session, kind: str, target_id: int, told: Told, reporter_id: int | None, at: datetime
) -> dict[str, Any] | None:  # fmt: skip
    """Hide at once what a member says could identify a patient; a kind may know nothing of hiding."""
    act = items.kinds()[kind].acts.get(records.BY_REPORT)
    if act is None or told.reason is not FlagReason.PATIENT or reporter_id is None:
        return None
    return act(session, target_id, None, at, {}).before


def _count(session: Session, reporter_id: int | None, network: str, at: datetime) -> None:
    limit, who = (OF_A_MEMBER, str(reporter_id)) if reporter_id is not None else (OF_A_NETWORK, network)
    wait = limits.within(session, [(limit, who)], at)
    if wait is not None:
        raise TooMany(
            wait, "You have sent many reports. You can send the next one in {wait}.",
            next_steps=("If it cannot wait, write to whoever runs this site.",),
        )  # fmt: skip


def _masked(words: str) -> str:
    return identifiers.masked(words, [each for each in identifiers.find(words) if each.response == "hold"])
