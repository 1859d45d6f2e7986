"""Who may do what: one table of permissions, refused by default.

A view names its permission with ``@permits``; a view that names none is refused (and a guard test lists it).
Predicates read attributes of the person only, so that this table imports no feature.
"""

import enum
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from learn.errors import Forbidden, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])
Predicate = Callable[[Any], bool]


class Permission(enum.Enum):
    """What a view may ask for."""

    ANYONE = "open to anyone"
    READ = "read what members read"
    LEARN = "keep progress"
    TEACH = "follow the learners of one's courses"
    AUTHOR = "upload and write modules"
    WRITE = "write stories, topics and comments"
    MODERATE = "look after stories and what people write"
    ADMINISTER = "connect platforms and run the site"
    ACCOUNT = "look after one's own account"
    LEAVE = "end or lengthen one's own session"


def came_in(person: Any) -> bool:
    """Whoever has a live session, an anonymous launch included."""
    return bool(person.is_authenticated)


def is_known(person: Any) -> bool:
    """Somebody with an account, so that something can be kept for them."""
    return bool(person.is_authenticated and person.id is not None)


def is_administrator(person: Any) -> bool:
    """Granted that role here; no platform's role is enough."""
    return "administrator" in person.roles


def is_facilitator(person: Any) -> bool:
    """Granted that role here; for which themes, ``learn.moderation.facilitators`` says."""
    return "facilitator" in person.roles or is_administrator(person)


def is_author(person: Any) -> bool:
    """Granted that role here, or by an administrator's rule on the platform."""
    return "author" in person.roles or is_administrator(person)


def teaches(person: Any) -> bool:
    """Has been an instructor on a platform; which courses are theirs, the page itself looks up."""
    return bool(person.teaches) or is_administrator(person)


TABLE: dict[Permission, list[Predicate]] = {
    Permission.ANYONE: [],
    Permission.READ: [came_in],
    Permission.LEARN: [is_known],
    Permission.TEACH: [is_known, teaches],
    Permission.AUTHOR: [is_known, is_author],
    Permission.WRITE: [is_known],
    Permission.MODERATE: [is_known, is_facilitator],
    Permission.ADMINISTER: [came_in, is_administrator],
    Permission.ACCOUNT: [is_known],
    Permission.LEAVE: [came_in],
}
REFUSALS = {
    Permission.ADMINISTER: "This page is for administrators of this site.",
    Permission.AUTHOR: "This page is for authors of modules. An administrator can make you one.",
    Permission.MODERATE: "This page is for facilitators. An administrator can make you one.",
    Permission.TEACH: "This page is for people who teach a course on a learning platform.",
}
"What is said where the usual sentence would be wrong."
NOT_KNOWN = "You can read here, but nothing can be kept for you: your platform did not say who you are."


def permits(permission: Permission) -> Callable[[View], View]:
    """Say which permission a view needs."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def allows(person: Any, permission: Permission) -> bool:
    """Whether every predicate of the permission holds for the person."""
    return all(predicate(person) for predicate in TABLE[permission])


def refuse_what_is_not_allowed() -> None:
    """Before every request: the view's permission, or no entry."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return
    permission = getattr(view, "permission", None)
    if permission is None:
        raise Forbidden("This page is not open to anyone.")
    if allows(current_user, permission):
        return
    if not current_user.is_authenticated:
        raise SignInNeeded()
    raise Forbidden(REFUSALS.get(permission, NOT_KNOWN))


def init_app(app: Flask) -> None:
    """Check every request."""
    app.before_request(refuse_what_is_not_allowed)
