"""Whom an act is about, and what nobody does to their own account."""

from typing import Any

from flask_login import current_user

from courses.db import now
from learn.accounts import people
from learn.accounts.people import Gone
from learn.admin.people import person
from learn.errors import FrontlineError, NotFound
from learn.extensions import db


class Yourself(FrontlineError):
    """An administrator tried to act on their own account."""

    status = 409
    code = "yourself"
    title = "You cannot do this to your own account"


def found(number: int) -> Any:
    """The row of a person; ``NotFound`` where there is nobody of this number."""
    row = person.one(db.session(), number)
    if row is None:
        raise NotFound(f"Nobody here has the number {number}.")
    return row


def there(number: int) -> Any:
    """The row of a person whose account can still be acted on; ``Gone`` where it was erased or joined with another."""
    row = found(number)
    if people.standing(row, now()) in ("merged", "erased"):
        raise Gone("It was erased, or joined with another account.")
    return row


def another(number: int) -> Any:
    """The row of somebody else: another administrator has to do it to one's own account."""
    row = there(number)
    if number == current_user.id:
        raise Yourself("Ask another administrator, or look at the pages of your own account.")
    return row
