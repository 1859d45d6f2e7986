"""Names and Role Provisioning Services 2.0, and Course Groups 1.0: who is in a course, page by page to the end.

A fetch that did not reach its end says so and is worth nothing: whoever is missing from it may only be on a later page.
The per-link form (``rlid``) is not asked for: what it adds are custom parameters that we do not use.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from learn.lti import roles
from learn.lti.launching.reading import words
from learn.lti.services import links
from learn.lti.services.http import Answer, CallFailed

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
GROUPS_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
MOST_PAGES = 1000
MOST_MEMBERS = 100_000
MOST_GROUPS = 5000

Get = Callable[[str, str, str], Answer]
"Asks an address with a scope's token for a media type; gives the answer, whatever its status, or raises CallFailed."


@dataclass(frozen=True)
class Member:
    """One person as the roster says; texts may be empty, since a platform may keep them to itself."""

    sub: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    is_learner: bool
    is_active: bool
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """A whole roster. ``differences``: where the platform tells later what changed; None where it does not."""

    members: list[Member]
    differences: str | None


def members(get: Get, address: str, context_id: str) -> Roster:
    """Read everybody [E1, E2]; CallFailed when any page fails, repeats, or is not what a roster is."""
    found: dict[str, Member] = {}
    differences = None
    for answer, asked in _pages(get, address, SCOPE, MEDIA_TYPE):
        told = answer.json()
        for each in _listed(told, "members", context_id):
            member = _member(each)
            if member is not None:
                found[member.sub] = member
        differences = links.following(answer, asked, "differences") or differences
        if len(found) > MOST_MEMBERS:
            raise CallFailed("too_long", answer.status)
    return Roster(list(found.values()), differences)


def groups(get: Get, address: str) -> dict[str, str]:
    """The names of a course's groups by their identifiers [H4]; CallFailed as for members."""
    found: dict[str, str] = {}
    for answer, _ in _pages(get, address, GROUPS_SCOPE, GROUPS_TYPE):
        for each in _listed(answer.json(), "groups", None):
            if isinstance(each, dict) and _is_id(each.get("id")):
                found[each["id"]] = words(each.get("name"), 255)
        if len(found) > MOST_GROUPS:
            raise CallFailed("too_long", answer.status)
    return found


def _pages(get: Get, address: str, scope: str, media_type: str) -> Iterator[tuple[Answer, str]]:
    seen: set[str] = set()
    following: str | None = address
    while following is not None:
        if following in seen or len(seen) >= MOST_PAGES:
            raise CallFailed("not_json")  # pages that lead to each other never end
        seen.add(following)
        answer = get(following, scope, media_type)
        if answer.status != 200:
            raise CallFailed("refused", answer.status)
        yield answer, following
        following = links.following(answer, following)


def _listed(told: Any, name: str, context_id: str | None) -> list[Any]:
    """The list of a page; a container without its list [E5], or of another course [E7], is none."""
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, list):
        raise CallFailed("not_json", 200)
    context = told.get("context")
    said = context.get("id") if isinstance(context, dict) else None
    if context_id is not None and said is not None and said != context_id:
        raise CallFailed("other_context", 200)
    return found


def _member(told: Any) -> Member | None:
    """One member [E3, E4]; None for what names nobody."""
    if not isinstance(told, dict) or not _is_id(told.get("user_id")):
        return None
    given = told.get("roles")
    held = roles.read(one for one in given if isinstance(one, str)) if isinstance(given, list) else roles.Roles()
    parts = (words(told.get("given_name"), 255), words(told.get("family_name"), 255))
    name = words(told.get("name"), 255) or " ".join(part for part in parts if part)[:255]
    enrolled = told.get("group_enrollments")
    return Member(
        told["user_id"], name, words(told.get("email"), 254) or None, held.context, held.is_learner,
        told.get("status", "Active") == "Active",
        tuple(
            each["group_id"] for each in (enrolled if isinstance(enrolled, list) else [])[:50]
            if isinstance(each, dict) and _is_id(each.get("group_id"))
        ),
    )  # fmt: skip


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable()
