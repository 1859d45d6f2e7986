"""What the words of notices need beside a notice's codes and numbers, looked up for all of them at once."""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, Theme
from courses.db import table_of
from learn.accounts.by_email.models import EmailAddress
from learn.lti.models import Registration

Facts = dict[str, Any]

_THEME, _PLATFORM, _ADDRESS, _MODULE = (table_of(each) for each in (Theme, Registration, EmailAddress, Module))
_THEMES = select(_THEME.c.slug, _THEME.c.title).where(_THEME.c.slug.in_(bindparam("asked", expanding=True)))
_MODULES = select(_MODULE.c.slug, _MODULE.c.title).where(_MODULE.c.slug.in_(bindparam("asked", expanding=True)))
_PLATFORMS = select(_PLATFORM.c.id, _PLATFORM.c.name).where(_PLATFORM.c.id.in_(bindparam("asked", expanding=True)))
_ADDRESSES = select(_ADDRESS.c.id, _ADDRESS.c.address).where(
    _ADDRESS.c.id.in_(bindparam("asked", expanding=True)), _ADDRESS.c.user_id == bindparam("user")
)


@dataclass(frozen=True)
class Names:
    """What the words of some notices need, looked up for all of them at once."""

    themes: dict[str, str]
    "Title by slug."
    platforms: dict[int, str]
    "Name by number of the registration."
    addresses: dict[int, str]
    "The person's own addresses by number."
    modules: dict[str, str]
    "Title by slug."
    titles: dict[tuple[str, int], str]
    "Titles of stories and topics that the person may see, by kind and number: the rooms that have them lie above this one."


def look_up(session: Session, user_id: int, facts: list[Facts]) -> Names:
    """The names that the facts of one person's notices call for, by at most six selects."""
    themes = {slug for each in facts for slug in each.get("themes") or ()}
    asked = ("platform", "address", "module")
    platforms, addresses, modules = ({each[name] for each in facts if each.get(name)} for name in asked)
    return Names(
        _found(session, _THEMES, themes), _found(session, _PLATFORMS, platforms),
        _found(session, _ADDRESSES, addresses, user=user_id), _found(session, _MODULES, modules), _titles(session, user_id, facts),
    )  # fmt: skip


def _titles(session: Session, user_id: int, facts: list[Facts]) -> dict[tuple[str, int], str]:
    """What create_app handed in: for each kind a callable that gives the titles that a person may see, by number."""
    found: dict[tuple[str, int], str] = {}
    for kind, titles in current_app.extensions["frontline_titles"].items():
        numbers = {each[kind] for each in facts if each.get(kind)}
        if numbers:
            found |= {(kind, number): title for number, title in titles(session, sorted(numbers), user_id).items()}
    return found


def _found(session: Session, asked: Any, keys: set[Any], **more: Any) -> dict[Any, str]:
    if not keys:
        return {}
    return {row[0]: row[1] for row in session.execute(asked, {"asked": sorted(keys), **more})}
