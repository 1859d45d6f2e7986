"""How often something may be tried: counted in the database, so that a limit holds for every process of the site.

Windows are fixed (a quarter of an hour, an hour, a day of UTC). Who tried is kept as a keyed hash, and no longer than a day
after its window. Two that count at once wait for each other on the row, so no limit is passed by being quick.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from courses.learning import portable
from learn.accounts.by_email import keyed
from learn.accounts.by_email.models import Tally
from learn.components import minutes, plural
from learn.errors import FrontlineError

PURPOSE = b"frontline: who tried how often"
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many within a window."""

    kind: str
    window: timedelta
    most: int


CODES_IN_AN_HOUR = Limit("code.address.hour", HOUR, 5)
CODES_IN_A_DAY = Limit("code.address.day", DAY, 10)
CODES_OF_A_NETWORK = Limit("code.network", HOUR, 300)
"A whole hospital sits behind one address."
TRIES_OF_AN_ADDRESS = Limit("try.address", DAY, 20)
TRIES_OF_A_PERSON = Limit("try.person", DAY, 30)
TRIES_OF_A_NETWORK = Limit("try.network", QUARTER, 100)
TRIES_IN_A_STORM = Limit("try.network", QUARTER, 10)
"What a network may try while wrong codes come from everywhere."
STORM = Limit("try.site", HOUR, 500)
"Wrong codes on the whole site that are no accident: somebody tries a few on each of many addresses."

_T: Any = table_of(Tally)
_ROW = (_T.c.kind == bindparam("of_kind"), _T.c.who == bindparam("of_who"), _T.c.began_at == bindparam("began"))
_COUNT = portable.both(
    lambda insert_: (
        insert_(_T)
        .on_conflict_do_update(index_elements=["kind", "who", "began_at"], set_={"count": _T.c.count + 1})
        .returning(_T.c.count)
    )
)
_TAKE_BACK = update(_T).where(*_ROW).values(count=_T.c.count - 1)
_FORGET = delete(_T).where(_T.c.who.in_(bindparam("whom", expanding=True)))


class TooMany(FrontlineError):
    """Too often in too short a time; the answer says when it goes on."""

    status = 429
    code = "too_many"
    title = "You have to wait a little"

    def __init__(self, seconds: int, message: str, *, next_steps: tuple[str, ...] = ()) -> None:
        super().__init__(message.format(wait=wait_words(seconds)), next_steps=next_steps)
        self.retry_after = seconds


def count(session: Session, kind: str, who: str, at: datetime, *, window: timedelta, most: int) -> int | None:
    """Count one more; seconds to wait where that is more than ``most`` within the window, else None."""
    return _over(_counted(session, kind, who, at, window), most, at, window)


def within(session: Session, limits: Iterable[tuple[Limit, str]], at: datetime) -> int | None:
    """Count one more for each; the longest wait in seconds where one is over its limit, else None."""
    waits = [count(session, each.kind, who, at, window=each.window, most=each.most) for each, who in limits]
    return max((wait for wait in waits if wait is not None), default=None)


def count_try(session: Session, address: str, person: str, network: str, at: datetime) -> int | None:
    """Count a code before it is compared; seconds to wait where it must not be compared at all, else None."""
    wait = within(session, [(TRIES_OF_AN_ADDRESS, address), (TRIES_OF_A_PERSON, person)], at)
    if not network:
        return wait
    tried = _counted(session, TRIES_OF_A_NETWORK.kind, network, at, QUARTER)
    is_storm = count(session, STORM.kind, "", at, window=STORM.window, most=STORM.most) is not None
    most = TRIES_IN_A_STORM.most if is_storm else TRIES_OF_A_NETWORK.most
    return max(wait or 0, _over(tried, most, at, QUARTER) or 0) or None


def take_back_try(session: Session, address: str, person: str, network: str, at: datetime) -> None:
    """The code was right: only wrong ones are counted."""
    counted = [(TRIES_OF_AN_ADDRESS, address), (TRIES_OF_A_PERSON, person)]
    if network:
        counted += [(TRIES_OF_A_NETWORK, network), (STORM, "")]
    for limit, who in counted:
        row = {"of_kind": limit.kind, "of_who": hashed(who), "began": _began(at, limit.window)}
        session.execute(_TAKE_BACK, row)


def forget(session: Session, whom: Iterable[str]) -> None:
    """Remove what was counted of these addresses and persons."""
    session.execute(_FORGET, {"whom": [hashed(who) for who in whom]})


def network(address: str | None) -> str:
    """What counts as one network: an IPv4 address, or the 64 bits of an IPv6 address that a line is given (RFC 6177)."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def hashed(who: str) -> str:
    """How an address, person or network is kept."""
    return keyed.digest(PURPOSE, who).hex()


def wait_words(seconds: int) -> str:
    """As in "40 seconds", "12 minutes" or "2 hours"."""
    if seconds < 60:
        return plural(seconds, "second")
    return plural(math.ceil(seconds / 3600), "hour") if seconds > 3600 else minutes(math.ceil(seconds / 60))


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove what every window has passed."""
    return {"counts_of_tries": rows_met(session, delete(Tally).where(Tally.began_at < at - DAY))}


def _counted(session: Session, kind: str, who: str, at: datetime, window: timedelta) -> int:
    row = {"kind": kind, "who": hashed(who), "began_at": _began(at, window), "count": 1}
    return int(session.execute(portable.here(session, _COUNT), row).scalar_one())


def _over(counted: int, most: int, at: datetime, window: timedelta) -> int | None:
    if counted <= most:
        return None
    return max(1, math.ceil((_began(at, window) + window - at).total_seconds()))


def _began(at: datetime, window: timedelta) -> datetime:
    length = int(window.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // length * length, tz=at.tzinfo)
