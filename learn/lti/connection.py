"""The connection test: what of a platform works, one sentence each, for whoever connects it.

Reading what is known and calling the platform are two steps, since no call is made while a transaction is open.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import now
from learn.config import settings
from learn.lti import keys
from learn.lti.launching import platform_keys
from learn.lti.launching.claims import LEEWAY
from learn.lti.models import Context, Deployment, Registration
from learn.lti.services import ags, http, nrps, tokens
from learn.lti.services.http import Answer, CallFailed, Reach
from learn.lti.services.tokens import Client

LINE_ITEMS, LINE_ITEMS_TYPE = ags.LINE_ITEM, ags.LINE_ITEMS_TYPE
MEMBERS, MEMBERS_TYPE = nrps.SCOPE, nrps.MEDIA_TYPE
TIMEOUT = (3.05, 5.0)
CLOCK = 5
"Seconds of difference that are not worth a word."
NOT_YET = "cannot be tried yet: nobody has opened a link from one of its courses"

SCOPES = {
    ags.SCORE: "to send grades",
    ags.RESULT_READ: "to read grades back",
    LINE_ITEMS: "to read its gradebook columns",
    MEMBERS: "to read who is in a course",
}


class State(enum.StrEnum):
    """How one thing stands."""

    WELL = "well"
    UNWELL = "unwell"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: ``check`` for machines, ``words`` for people."""

    check: str
    state: State
    words: str


@dataclass(frozen=True)
class Asked:
    """All that the test needs, read beforehand; the addresses are those of the course that was seen last."""

    registration_id: int
    name: str
    is_active: bool
    jwks_url: str
    client: Client
    lineitems_url: str | None
    memberships_url: str | None


_READ = select(
    Registration.id, Registration.name, Registration.is_active, Registration.client_id, Registration.token_url,
    Registration.token_audience, Registration.jwks_url,
).where(Registration.id == bindparam("registration_id"))  # fmt: skip
_LAST_CONTEXT = (
    select(Context.lineitems_url, Context.memberships_url)
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .where(Deployment.registration_id == bindparam("registration_id"))
    .order_by(Context.id.desc())
    .limit(1)
)


def read(session: Session, registration_id: int) -> Asked | None:
    """What the test of a platform needs; None when there is no such platform, KeyMissing when we have no key."""
    wanted = {"registration_id": registration_id}
    row = session.execute(_READ, wanted).first()
    if row is None:
        return None
    context = session.execute(_LAST_CONTEXT, wanted).first()
    client = Client(
        row.id, row.client_id, row.token_url, row.token_audience or row.token_url, keys.signing_key(session),
        Reach.of(settings()), TIMEOUT,
    )  # fmt: skip
    return Asked(
        row.id, row.name, row.is_active, row.jwks_url, client,
        context.lineitems_url if context else None, context.memberships_url if context else None,
    )  # fmt: skip


def test(asked: Asked) -> list[Finding]:
    """Try everything; calls the platform and never raises for what it does. No transaction may be open."""
    held: dict[str, str] = {}
    return [*_key_set(asked), *_tokens(asked.client, held), _line_items(asked, held), _members(asked, held)]


def _key_set(asked: Asked) -> Iterator[Finding]:
    try:
        answer = http.call(asked.client.reach, "GET", asked.jwks_url, timeout=TIMEOUT)
        if answer.status != 200:
            raise CallFailed("refused", answer.status)
        platform_keys.parse(answer.json())
    except (CallFailed, platform_keys.BadKeySet, RecursionError) as failure:
        yield Finding("keys", State.UNWELL, f"Its public keys cannot be read: {_why(failure)}.")
        yield Finding("clock", State.UNTRIED, "Its clock cannot be compared with ours.")
        return
    yield Finding("keys", State.WELL, "Its public keys can be read.")
    yield _clock(answer)


def _clock(answer: Answer) -> Finding:
    there = tokens.date_of(str(answer.headers.get("Date", "")))
    if there is None:
        return Finding("clock", State.UNTRIED, "It does not say what time it is.")
    ahead = round((there - now()).total_seconds())
    if abs(ahead) <= CLOCK:
        return Finding("clock", State.WELL, "Its clock and ours agree.")
    said = f"Its clock is {_spell(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} ours."
    if abs(ahead) < LEEWAY:
        return Finding("clock", State.WELL, f"{said} Links open up to {LEEWAY} seconds of difference.")
    return Finding("clock", State.UNWELL, f"{said} Links do not open: set both clocks by a time server.")


def _spell(seconds: int) -> str:
    for name, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}s"
    return f"{seconds} seconds"


def _tokens(client: Client, held: dict[str, str]) -> Iterator[Finding]:
    for scope, purpose in SCOPES.items():
        check = f"token:{scope.rpartition('/')[2]}"
        try:
            held[scope] = tokens.ask(client, (scope,)).text
        except CallFailed as failure:
            yield Finding(check, State.UNWELL, f"It gave no token {purpose}: {_why(failure)}.")
        else:
            yield Finding(check, State.WELL, f"It gave a token {purpose}.")


def _line_items(asked: Asked, held: dict[str, str]) -> Finding:
    told = _told(asked, asked.lineitems_url, held.get(LINE_ITEMS), LINE_ITEMS_TYPE)
    return _finding("line_items", "The gradebook columns of the course seen last", told, isinstance(told, list))


def _members(asked: Asked, held: dict[str, str]) -> Finding:
    told = _told(asked, asked.memberships_url, held.get(MEMBERS), MEMBERS_TYPE)
    is_well = isinstance(told, dict) and isinstance(told.get("members"), list)
    return _finding("members", "The list of people of the course seen last", told, is_well)


def _told(asked: Asked, url: str | None, token: str | None, accept: str) -> Any:
    """What a service says as JSON, the failure of asking it, or None when there is nothing to ask with."""
    if url is None or token is None:
        return None
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    try:
        answer = http.call(asked.client.reach, "GET", url, headers=headers, timeout=TIMEOUT)
        return answer.json() if answer.status == 200 else CallFailed("refused", answer.status)
    except (CallFailed, RecursionError) as failure:
        return failure


def _finding(check: str, thing: str, told: Any, is_well: bool) -> Finding:
    if told is None:
        return Finding(check, State.UNTRIED, f"{thing} {NOT_YET}, or there is no token for it.")
    if is_well:
        return Finding(check, State.WELL, f"{thing} can be read.")
    why = _why(told) if isinstance(told, Exception) else "the answer is not what the standard says"
    return Finding(check, State.UNWELL, f"{thing} cannot be read: {why}.")


def _why(failure: Exception) -> str:
    """The reason in words, with the HTTP status where one came; never what the platform said."""
    if isinstance(failure, platform_keys.BadKeySet):
        return "the answer is not a key set with an RSA key"
    if not isinstance(failure, CallFailed):
        return "the answer cannot be read"
    words = "the platform refused" if failure.code == "no_token" else str(failure)
    return f"{words} (HTTP {failure.status})" if failure.status else words
