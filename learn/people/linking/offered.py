"""What a platform says of an address is a hint and no more: it offers linking to whoever can prove the address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.accounts.by_email import addresses, mine
from learn.accounts.by_email.addresses import Address, NotAnAddress
from learn.accounts.models import User
from learn.notifications import notices

_CLAIM = select(User.email).where(User.id == bindparam("user"))


@dataclass(frozen=True)
class Offer:
    """Another account has the address that the person's platform gave."""

    address: Address
    shown: str
    "The address as pages show it, since it may be somebody else's: first letter and domain."


def offer_for(session: Session, user_id: int) -> Offer | None:
    """Whether there is something to offer; nothing of the other account is looked at but that it is there."""
    claimed = session.scalar(_CLAIM, {"user": user_id})
    try:
        address = addresses.parse(claimed or "")
    except NotAnAddress:
        return None
    owner = mine.owner(session, address.key)
    return Offer(address, masked(address)) if owner not in (None, user_id) else None


def masked(address: Address) -> str:
    """As in "a…@nhs.net"."""
    return f"{address.address[0]}\u2026@{address.domain}"


def tell_linked(session: Session, user_id: int, registration_id: int, at: datetime) -> None:
    """A platform came to an account without a code, because an administrator trusts its addresses: its owner is told."""
    notices.notify(session, user_id, "linked", at, path="/me/link", facts={"platform": registration_id})
