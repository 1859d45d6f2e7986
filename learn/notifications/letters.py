"""Letters: what a mail says, looked up when it is sent and not before.

A feature hands in one ``Render`` for each kind of mail it puts (``frontline_letters``). None means that it is not wanted
any more: what it is about is gone, hidden or used up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Letter:
    """One mail, ready to be drawn. Its template is ``templates/email/<template>.txt``, drawn also as one column of HTML."""

    to: str
    "Address, as its owner typed it."
    subject: str
    "One line."
    template: str
    "Name in templates/email without its ending."
    why: str
    "Why they get this, as a whole sentence."
    names: dict[str, Any] = field(default_factory=dict)
    "What the template needs."
    stops: tuple[int, str] | None = None
    "Person and kind of notice that one press switches off (RFC 8058); None for what cannot be switched off."


Render = Callable[[Session, str, int | None], Letter | None]
"Given the mail's ``about`` and ``user_id``."
