"""LTI platform storage: where a frame keeps no cookie, the platform keeps state and nonce for us (lti-cs-pm, lti-cs-oidc).

Why a plain post of what was kept is not enough: whoever began a login in a browser of their own knows its state, its
nonce and the platform's answer, and could post all three from somebody else's browser, who would then be signed in as
them. So the values are read by our own page in the browser that launches, from the platform's frame and from no other
origin, and what that page posts counts only with an Origin of our own and with the key that the page was given.
Nothing of the message is kept here meanwhile: the page carries it and it is checked again in full.
"""

import hmac
import json
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.lti import keys
from learn.lti.launching.login import hashed
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.models import LtiLogin, Registration
from learn.lti.registration import origin_of

LASTS = 120
"Seconds that the page has for asking the platform and posting what it said."
_LOGIN = (
    select(LtiLogin.storage_target, LtiLogin.asked, Registration.auth_url)
    .join(Registration, Registration.id == LtiLogin.registration_id)
    .where(LtiLogin.state_hash == bindparam("state_hash"), LtiLogin.expires_at > bindparam("at"))
)


def places(state: str) -> dict[str, str]:
    """The names under which state and nonce are kept, so that two frames at once do not overwrite each other."""
    mark = hashed(state)[:8]
    return {"state": f"frontline_state_{mark}", "nonce": f"frontline_nonce_{mark}"}


def login_of(session: Session, state: str, at: datetime) -> Any:
    """The login that a state belongs to: storage target, authentication address, what was asked; None if none waits."""
    return session.execute(_LOGIN, {"state_hash": hashed(state), "at": at}).first() if state else None


def page_values(state: str, target: str, auth_url: str) -> dict[str, Any]:
    """What the page's script needs to talk to the platform's frame, and to nobody else [G2, G3, G4]."""
    return {"target": target, "origin": origin_of(auth_url), "places": places(state)}


def form_action(auth_url: str) -> str:
    """Where the forms of a page may lead, for one that begins a login again: browsers look at each redirect."""
    return f"'self' {origin_of(auth_url) or ''}".strip()


def proof(state: str, nonce: str, at: datetime) -> str:
    """The key of one page: sealed, so that only we can make it, and short-lived."""
    return keys.seal(json.dumps([hashed(state), hashed(nonce), int(at.timestamp()) + LASTS]))


def check(state: str, nonce: str, base_url: str, at: datetime) -> None:
    """Refuse what does not come from our own page, or was not kept by the platform for this browser [G5, G6]."""
    given = request.form
    if request.headers.get("Origin") != origin_of(base_url):
        raise LaunchRefused("storage", detail="origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise LaunchRefused("storage", detail="site")
    try:
        state_hash, nonce_hash, ends = json.loads(keys.unseal(given.get("proof", "")))
    except (keys.KeyMissing, ValueError, TypeError):
        raise LaunchRefused("storage", detail="proof") from None
    if ends < at.timestamp() or state_hash != hashed(state) or nonce_hash != hashed(nonce):
        raise LaunchRefused("storage", detail="proof")
    for name, wanted in (("stored_state", state), ("stored_nonce", nonce)):
        if not hmac.compare_digest(given.get(name, "").encode("utf-8", "replace"), wanted.encode("utf-8", "replace")):
            raise LaunchRefused("storage", detail=name)
