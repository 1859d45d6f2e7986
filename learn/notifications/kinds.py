"""What each kind of notice says. A notice keeps codes and numbers alone; names are looked up when it is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, Theme
from courses.db import table_of
from learn.accounts.by_email.models import EmailAddress
from learn.lti.models import Registration

Facts = dict[str, Any]


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


@dataclass(frozen=True)
class Kind:
    """One kind of notice."""

    label: str
    "What it is called where people choose, and in a mail's subject."
    words: Callable[[Facts, Names], str]
    "What it says, as whole sentences."
    by_mail: bool | None = True
    "Whether it also goes by mail until the person chooses; None where it never does."
    is_for_administrators: bool = False
    "Only they get it, so only they are asked about it."


ROLES = {"facilitator": "a facilitator", "author": "an author", "administrator": "an administrator"}
SOME_ROLE = "somebody with more rights"
SOME_PLATFORM = "a learning platform"
SOME_ADDRESS = "one of your email addresses"

_THEME, _PLATFORM, _ADDRESS, _MODULE = (table_of(each) for each in (Theme, Registration, EmailAddress, Module))
_THEMES = select(_THEME.c.slug, _THEME.c.title).where(_THEME.c.slug.in_(bindparam("asked", expanding=True)))
_MODULES = select(_MODULE.c.slug, _MODULE.c.title).where(_MODULE.c.slug.in_(bindparam("asked", expanding=True)))
_PLATFORMS = select(_PLATFORM.c.id, _PLATFORM.c.name).where(_PLATFORM.c.id.in_(bindparam("asked", expanding=True)))
_ADDRESSES = select(_ADDRESS.c.id, _ADDRESS.c.address).where(
    _ADDRESS.c.id.in_(bindparam("asked", expanding=True)), _ADDRESS.c.user_id == bindparam("user")
)


def _and(things: list[str]) -> str:
    *others, last = things
    return f"{', '.join(others)} and {last}" if others else last


def _granted(facts: Facts, names: Names) -> str:
    role, slugs = facts.get("role", ""), facts.get("themes") or ()
    said = f"You are now {ROLES.get(role, SOME_ROLE)}"
    if role == "facilitator" and not slugs:
        return f"{said} for all themes."
    titles = [names.themes[slug] for slug in slugs if slug in names.themes]
    return f"{said} for {_and(titles)}." if titles else f"{said}."


def _revoked(facts: Facts, names: Names) -> str:
    return f"You are not {ROLES.get(facts.get('role', ''), SOME_ROLE)} any more."


def _platform(facts: Facts, names: Names) -> str:
    return names.platforms.get(facts.get("platform") or 0, SOME_PLATFORM)


def _linked(facts: Facts, names: Names) -> str:
    return f"Your account is now linked with {_platform(facts, names)}. If you did not do this, tell whoever runs this site."


def _unlinked(facts: Facts, names: Names) -> str:
    return (
        f"Your account is not linked with {_platform(facts, names)} any more. "
        "If you did not do this, tell whoever runs this site."
    )


def _bounced(facts: Facts, names: Names) -> str:
    address = names.addresses.get(facts.get("address") or 0, SOME_ADDRESS)
    return f"Mail to {address} was refused. Nothing is sent there until you confirm it again."


def _due(facts: Facts, names: Names) -> str:
    address = names.addresses.get(facts.get("address") or 0, SOME_ADDRESS)
    return f"You confirmed {address} more than a year ago. Confirm again that it is yours."


def _checked(facts: Facts, names: Names) -> str:
    title = names.modules.get(facts.get("module") or "")
    if title:
        return f"The file that you uploaded is checked. {title} has a draft that you can preview and publish."
    if facts.get("state") == "done":
        return "The file that you uploaded is checked. There is a draft that you can preview and publish."
    if facts.get("state") == "refused":
        return "The file that you uploaded was refused. Its report says what to mend."
    return "The file that you uploaded could not be checked. Its page says why, and what to do."


def _always(words: str) -> Callable[[Facts, Names], str]:
    return lambda facts, names: words


KINDS = {
    "role_granted": Kind("A role given to you", _granted),
    "role_revoked": Kind("A role taken from you", _revoked),
    "suspension_lifted": Kind("Your account opened again", _always("Your account is open again. You can sign in as before.")),
    "linked": Kind("A learning platform linked with your account", _linked),
    "unlinked": Kind("A learning platform not linked with your account any more", _unlinked),
    "merged": Kind(
        "Another account joined with yours",
        _always("Another account was joined with yours. What you did with either of them is in one place now."),
    ),
    "export_ready": Kind("The copy of your data", _always("The copy of your data is ready. You can download it for a week.")),
    "address_bounced": Kind("Mail to your address refused", _bounced, by_mail=None),
    "address_due": Kind("An email address to confirm again", _due),
    "upload_checked": Kind("The check of a file that you uploaded", _checked),
    "join_request": Kind(
        "Somebody asking to come in", _always("Somebody asks to come in. An administrator decides about it."),
        is_for_administrators=True,
    ),
}  # fmt: skip
"Every kind of notice there is, in the order of the preferences."

NO_WORDS = "Something about your account changed."
"For a kind that a newer version of the site wrote."


def said(session: Session, user_id: int, rows: Sequence[Any]) -> list[str]:
    """What notices of one person say, by at most four selects; each row has a kind and facts."""
    names = _names(session, user_id, [row.facts for row in rows])
    return [KINDS[row.kind].words(row.facts, names) if row.kind in KINDS else NO_WORDS for row in rows]


def _names(session: Session, user_id: int, facts: list[Facts]) -> Names:
    themes = {slug for each in facts for slug in each.get("themes") or ()}
    asked = ("platform", "address", "module")
    platforms, addresses, modules = ({each[name] for each in facts if each.get(name)} for name in asked)
    return Names(
        _found(session, _THEMES, themes), _found(session, _PLATFORMS, platforms),
        _found(session, _ADDRESSES, addresses, user=user_id), _found(session, _MODULES, modules),
    )  # fmt: skip


def _found(session: Session, asked: Any, keys: set[Any], **more: Any) -> dict[Any, str]:
    if not keys:
        return {}
    return {row[0]: row[1] for row in session.execute(asked, {"asked": sorted(keys), **more})}
