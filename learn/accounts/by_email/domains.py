"""Who may come in, as rules that administrators keep: of those that match a domain, the most specific decides.

A rule speaks of a domain itself or of those below it, label by label: ``nhs.uk`` says nothing of ``evilnhs.uk`` or
``nhs.uk.evil.example``. Where no rule matches, nobody comes in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.by_email.models import Admission, DomainRule, Match

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
PAGE = 200

_T: Any = table_of(DomainRule)
_COLUMNS = (
    _T.c.id, _T.c.pattern, _T.c.match, _T.c.action, _T.c.organisation, _T.c.note, _T.c.changed_at, _T.c.changed_by_id,
)  # fmt: skip
_MATCHING = select(*_COLUMNS).where(_T.c.pattern.in_(bindparam("patterns", expanding=True)))
_WHO = (
    select(_T.c.organisation, _T.c.pattern, _T.c.action)
    .where(_T.c.action != Admission.DENY)
    .order_by(_T.c.id)
    .limit(PAGE)
)
_LISTED = (
    select(*_COLUMNS)
    .where(or_(
        _T.c.pattern > bindparam("after"), and_(_T.c.pattern == bindparam("after"), _T.c.id > bindparam("after_id"))
    ))
    .order_by(_T.c.pattern, _T.c.id)
    .limit(PAGE + 1)
)  # fmt: skip
_ONE = select(*_COLUMNS).where(_T.c.id == bindparam("rule"))
_SAME = select(_T.c.id).where(_T.c.pattern == bindparam("of_pattern"), _T.c.match == bindparam("of_match"))
_ADD = insert(_T).returning(_T.c.id)
_CHANGE = update(_T).where(_T.c.id == bindparam("rule"))
_REMOVE = delete(_T).where(_T.c.id == bindparam("rule"))


@dataclass(frozen=True)
class Decision:
    """What the rules say of a domain, and which of them says it; None where none does."""

    action: Admission
    rule: Any = None


@dataclass(frozen=True)
class Welcome:
    """Who may come in, in words: at once, and when an administrator agrees."""

    at_once: tuple[str, ...]
    after_review: tuple[str, ...]


def decide(session: Session, domain: str) -> Decision:
    """What the rules say of an address with this domain, by one select."""
    labels = domain.lower().split(".")
    above = [".".join(labels[n:]) for n in range(len(labels))]
    rules = [
        row
        for row in session.execute(_MATCHING, {"patterns": above})
        if (row.pattern == above[0]) == (row.match == Match.EXACT)
    ]
    if not rules:
        return Decision(Admission.DENY)
    deciding = max(rules, key=lambda row: len(row.pattern))
    return Decision(deciding.action, deciding)


def welcome(session: Session) -> Welcome:
    """Whose addresses may come in, each organisation once, in the order of the rules."""
    said: dict[Admission, dict[str, None]] = {Admission.ALLOW: {}, Admission.REVIEW: {}}
    for row in session.execute(_WHO):
        said[row.action][row.organisation or row.pattern] = None
    at_once = tuple(said[Admission.ALLOW])
    return Welcome(at_once, tuple(name for name in said[Admission.REVIEW] if name not in at_once))


def listed(session: Session, *, after: str = "", after_id: int = 0) -> tuple[Sequence[Any], Any | None]:
    """A page of the rules by domain, and the last row where more follow."""
    rows = session.execute(_LISTED, {"after": after, "after_id": after_id}).all()
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None


def one(session: Session, number: int) -> Any | None:
    """One rule; None when there is none."""
    return session.execute(_ONE, {"rule": number}).first()


def same(session: Session, pattern: str, match: Match) -> int | None:
    """The rule that speaks of the same domains, if there is one."""
    return session.scalar(_SAME, {"of_pattern": pattern, "of_match": match})


def is_pattern(pattern: str) -> bool:
    """Whether it is a domain as a rule names it: lower case, no dot or star before it, more than an ending such as uk."""
    labels = pattern.split(".")
    is_plain = all(LABEL.fullmatch(label) and not label.startswith("xn--") for label in labels)
    return len(pattern) <= 253 and len(labels) > 1 and is_plain and not labels[-1].isdigit()


def add(session: Session, told: dict[str, Any], at: datetime, *, actor_id: int | None) -> int:
    """Add a rule: pattern, match, action, organisation and note."""
    return int(session.execute(_ADD, {**told, "changed_at": at, "changed_by_id": actor_id}).scalar_one())


def change(session: Session, number: int, told: dict[str, Any], at: datetime, *, actor_id: int | None) -> None:
    """Change a rule."""
    session.execute(_CHANGE.values(**told, changed_at=at, changed_by_id=actor_id), {"rule": number})


def remove(session: Session, number: int) -> bool:
    """Take a rule away; False when it was gone."""
    return session.execute(_REMOVE, {"rule": number}).rowcount == 1  # type: ignore[attr-defined, no-any-return]
