"""Six digits that prove an address: worked out from a salt and the site's secret, so that they lie nowhere.

A code is worth something only with the random name in the cookie of the browser that asked for it (the nonce), for
15 minutes, five times, and once when it is right. Each try is counted before it is looked at: however many come at
once, no more than five are compared.
"""

import enum
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.accounts.by_email import keyed, limits
from learn.accounts.by_email.addresses import Address
from learn.accounts.by_email.models import EmailAddress, EmailCode, Purpose
from learn.accounts.sessions import hashed

PURPOSE = b"frontline: codes by email"
LIVES = timedelta(minutes=15)
AGAIN_AFTER = timedelta(minutes=1)
KEPT = timedelta(days=1)
"How long a code is kept after it became too old, so that its browser is told so."
PROVES_FOR = timedelta(hours=1)
"How long after its code was right a browser may go on as the owner of the address, to ask to join."
TRIES = 5
DIGITS = 6

SENT_NOW = "A code was sent less than a minute ago. You can ask for another in {wait}."
SENT_OFTEN = "Too many codes were asked for. You can ask for another in {wait}."
STILL = ("If you have a code that is less than 15 minutes old, use it in the browser where you asked for it.",)


class Answer(enum.Enum):
    """What comes of a code that was typed in, and where a code stands."""

    RIGHT = "right"
    WRONG = "wrong"
    OLD = "old"
    USED = "used"
    SPENT = "spent"
    FOREIGN = "foreign"
    LIMITED = "limited"
    LIVE = "live"


@dataclass(frozen=True)
class Asked:
    """A code that was asked for: its number, for the mail, and the name for the browser's cookie."""

    id: int
    nonce: str


@dataclass(frozen=True)
class Checked:
    """What came of a try. ``code`` is the row that the browser's nonce names, None for a foreign one."""

    answer: Answer
    code: Any = None
    left: int = 0
    "Tries left, after a wrong one."
    wait: int = 0
    "Seconds to wait, after too many."

    @property
    def is_right(self) -> bool:
        return self.answer is Answer.RIGHT


_T: Any = table_of(EmailCode)
_COLUMNS = (
    _T.c.id, _T.c.address, _T.c.key, _T.c.purpose, _T.c.user_id, _T.c.salt, _T.c.tries, _T.c.target, _T.c.created_at,
    _T.c.expires_at, _T.c.used_at,
)  # fmt: skip
_LAST = select(func.max(_T.c.created_at)).where(_T.c.key == bindparam("of_key"))
_ADD = insert(_T).returning(_T.c.id)
_MINE = _T.c.nonce_hash == bindparam("of_nonce")
_END = update(_T).where(_MINE, _T.c.expires_at > bindparam("at")).values(expires_at=bindparam("at"))
_LOOK = select(*_COLUMNS).where(_MINE)
_ONE = select(*_COLUMNS).where(_T.c.id == bindparam("code"))
_TRY = (
    update(_T)
    .where(
        _MINE, _T.c.used_at.is_(None), _T.c.expires_at > bindparam("at"), _T.c.tries < TRIES,
        _T.c.purpose.in_(bindparam("purposes", expanding=True)),
    )
    .values(tries=_T.c.tries + 1)
    .returning(*_COLUMNS)
)  # fmt: skip
_USE = update(_T).where(_T.c.id == bindparam("code"), _T.c.used_at.is_(None)).values(used_at=bindparam("at"))
_OWNER = select(EmailAddress.user_id).where(EmailAddress.key == bindparam("of_key"))


def ask(
    session: Session, address: Address, purpose: Purpose, at: datetime, *, user_id: int | None = None, target: str = "/",
    network: str = "", instead_of: str = "",
) -> Asked:  # fmt: skip
    """Make a code in the caller's transaction, who puts the mail; TooMany where one was asked for too often.

    ``instead_of`` is the nonce that the browser held until now: its code is worth nothing from here on. Whether an
    account has the address is not looked at.
    """
    counted = [(limits.CODES_IN_AN_HOUR, address.key), (limits.CODES_IN_A_DAY, address.key)]
    wait = limits.within(session, counted + ([(limits.CODES_OF_A_NETWORK, network)] if network else []), at)
    last = session.scalar(_LAST, {"of_key": address.key})
    if last is not None and at - last < AGAIN_AFTER:
        raise limits.TooMany(max(1, round((last + AGAIN_AFTER - at).total_seconds())), SENT_NOW, next_steps=STILL)
    if wait is not None:
        raise limits.TooMany(wait, SENT_OFTEN, next_steps=STILL)
    if instead_of:
        session.execute(_END, {"of_nonce": hashed(instead_of), "at": at})
    nonce = secrets.token_urlsafe(32)
    made = session.execute(_ADD, {
        "nonce_hash": hashed(nonce), "address": address.address, "key": address.key, "purpose": purpose,
        "user_id": user_id, "salt": secrets.token_hex(16), "tries": 0, "target": target, "created_at": at,
        "expires_at": at + LIVES, "used_at": None,
    })  # fmt: skip
    return Asked(int(made.scalar_one()), nonce)


def digits(number: int, salt: str) -> str:
    """The code itself, for the mail that carries it."""
    made = keyed.digest(PURPOSE, f"{salt}:{number}")
    return f"{int.from_bytes(made[:16]) % 10**DIGITS:0{DIGITS}}"


def typed_digits(typed: str) -> str | None:
    """The six digits of what was typed or pasted, which may have spaces or hyphens; None when they are not six."""
    text = "".join(typed.split()).replace("-", "")
    return text if len(text) == DIGITS and text.isascii() and text.isdigit() else None


def check(
    session: Session, nonce: str, typed: str, at: datetime, *, purpose: Purpose | None = None, network: str = ""
) -> Checked:
    """Try a code in the caller's transaction, which has to be committed whatever came of it: a try is a try.

    ``purpose`` is what the page is for; a code that was asked for something else is not tried there.
    """
    mine = {"of_nonce": hashed(nonce), "at": at, "purposes": [purpose] if purpose else list(Purpose)}
    row = session.execute(_TRY, mine).first()
    if row is None:
        found = look(session, nonce)
        where = standing(found, at) if found is None or purpose in (None, found.purpose) else Answer.FOREIGN
        return Checked(Answer.SPENT if where is Answer.LIVE else where, found)
    owner = row.user_id or session.scalar(_OWNER, {"of_key": row.key})
    who = (row.key, f"user:{owner}" if owner else row.key, network)
    wait = limits.count_try(session, *who, at)
    if wait is not None:
        return Checked(Answer.LIMITED, row, wait=wait)
    if not hmac.compare_digest(digits(row.id, row.salt), typed_digits(typed) or ""):
        return Checked(Answer.WRONG, row, left=TRIES - row.tries)
    limits.take_back_try(session, *who, at)
    used = session.execute(_USE, {"code": row.id, "at": at})
    return Checked(Answer.RIGHT if used.rowcount == 1 else Answer.USED, row)  # type: ignore[attr-defined]


def look(session: Session, nonce: str) -> Any | None:
    """The code that this browser asked for; None when it asked for none, or too long ago."""
    return session.execute(_LOOK, {"of_nonce": hashed(nonce)}).first() if nonce else None


def by_number(session: Session, number: int) -> Any | None:
    """One code, for the mail that carries it."""
    return session.execute(_ONE, {"code": number}).first()


def standing(row: Any | None, at: datetime) -> Answer:
    """Where a code stands that ``look`` found."""
    if row is None:
        return Answer.FOREIGN
    if row.used_at is not None:
        return Answer.USED
    if row.expires_at <= at:
        return Answer.OLD
    return Answer.SPENT if row.tries >= TRIES else Answer.LIVE


def proven(session: Session, nonce: str, at: datetime) -> Any | None:
    """The code by which this browser proved an address to sign in less than an hour ago; None when it did not."""
    row = look(session, nonce)
    if row is None or row.purpose is not Purpose.SIGN_IN or row.used_at is None:
        return None
    return row if at - row.used_at < PROVES_FOR else None


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove what nobody can use any more; what a browser still holds says for a day that it is too old."""
    return {"codes_by_email": rows_met(session, delete(EmailCode).where(EmailCode.expires_at < at - KEPT))}
