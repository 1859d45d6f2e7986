"""Which notices a person also gets by mail; and the link in each such mail that switches its kind off (RFC 8058).

The link's token names the person by number and the kind, and is signed, so that it works signed out and for good. It does
one thing, which the person can undo: it gives no sight of anything.
"""

from collections.abc import Container, Iterable
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.accounts.models import User
from learn.config import settings
from learn.notifications.kinds import KINDS
from learn.notifications.models import MailChoice

LONGEST_TOKEN = 200
FURTHEST = 10
"Accounts that were joined one after the other, at most, until somebody's present one is found."

_T: Any = table_of(MailChoice)
_ONE = select(_T.c.is_wanted).where(_T.c.user_id == bindparam("user"), _T.c.kind == bindparam("of_kind"))
_ALL = select(_T.c.kind, _T.c.is_wanted).where(_T.c.user_id == bindparam("user"))


def _choose_statement(insert_: Any) -> Any:
    new = insert_(_T)
    return new.on_conflict_do_update(index_elements=["user_id", "kind"], set_={"is_wanted": new.excluded.is_wanted})


_CHOOSE = portable.both(_choose_statement)
_STANDING = select(User.id, User.merged_into_id, User.erased_at).where(User.id == bindparam("user"))


def wants(session: Session, user_id: int, kind: str) -> bool:
    """Whether a person gets notices of this kind also by mail."""
    usual = KINDS[kind].by_mail
    if usual is None:
        return False
    chosen = session.scalar(_ONE, {"user": user_id, "of_kind": kind})
    return usual if chosen is None else bool(chosen)


def wanted(session: Session, user_id: int) -> set[str]:
    """The kinds that a person gets also by mail."""
    chosen = {row.kind: row.is_wanted for row in session.execute(_ALL, {"user": user_id})}
    return {name for name, kind in KINDS.items() if kind.by_mail is not None and chosen.get(name, kind.by_mail)}


def offered(roles: Container[str]) -> list[str]:
    """The kinds that a person with these roles is asked about."""
    runs = "administrator" in roles
    looks_after = runs or "facilitator" in roles
    return [
        name
        for name, kind in KINDS.items()
        if kind.by_mail is not None
        and (runs or not kind.is_for_administrators)
        and (looks_after or not kind.is_for_facilitators)
    ]


def choose(session: Session, user_id: int, asked: Iterable[str], kinds: set[str]) -> None:
    """Keep what a person chose about each kind that they were asked about: mail for those in ``kinds``, none for the others."""
    rows = [{"user_id": user_id, "kind": kind, "is_wanted": kind in kinds} for kind in asked]
    session.execute(portable.here(session, _CHOOSE), rows)


def stop_token(user_id: int, kind: str) -> str:
    """What the link of a mail holds."""
    return str(_signer().dumps([user_id, kind]))


def read_token(token: str) -> tuple[int, str] | None:
    """Person and kind; None where this site did not sign it, or where there is nothing to switch off."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        user_id, kind = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    is_one = isinstance(user_id, int) and isinstance(kind, str) and kind in KINDS and KINDS[kind].by_mail is not None
    return (user_id, kind) if is_one else None


def whose(session: Session, user_id: int) -> int | None:
    """The account that a person has now, after others were joined with it; None where they had everything erased."""
    for _ in range(FURTHEST):
        row = session.execute(_STANDING, {"user": user_id}).first()
        if row is None or row.erased_at is not None:
            return None
        if row.merged_into_id is None:
            return int(row.id)
        user_id = row.merged_into_id
    return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="frontline: stop mail of a kind")
