"""The answer to a platform's request for a choice: content items in a message that we sign (Deep Linking 2.0 §3.3)."""

import secrets
from collections.abc import Sequence
from typing import Any

import jwt

from courses.db import now
from learn.lti.deep_linking.linkable import Linkable
from learn.lti.keys import SigningKey
from learn.lti.launching.copied import CONTEXT_HISTORY, LINK_HISTORY
from learn.lti.launching.messages import DL, LTI

LIVES = 300
"Seconds."
MAXIMUM = 100
TAG = "frontline"
"Marks the gradebook columns that we asked for (AGS tag)."
LINK = "ltiResourceLink"
PLAIN = "link"
TARGETS = {"iframe": "In the course page", "window": "In a new window"}
"Ways of opening that mean something to us, in words."
HISTORY = {CONTEXT_HISTORY: "$Context.id.history", LINK_HISTORY: "$ResourceLink.id.history"}
"Custom parameters that the platform fills in, so that a copied course finds its settings."


def kinds_of(accept_types: Sequence[str]) -> str | None:
    """The kind of content item to return: a resource link, else a plain one; None when neither is taken [C2]."""
    return next((kind for kind in (LINK, PLAIN) if kind in accept_types), None)


def item(thing: Linkable, base_url: str, kind: str, *, scores: bool, opens: str) -> dict[str, Any]:
    """One content item [C6]. The path goes in the address and in the custom parameters, so that a copy still opens it."""
    made: dict[str, Any] = {
        "type": kind, "title": thing.title, "text": thing.summary, "url": f"{base_url}{thing.path}",
    }  # fmt: skip
    if kind == LINK:
        made["custom"] = {"frontline_target": thing.path, **HISTORY}
        if scores and thing.can_score:
            made["lineItem"] = {
                "label": thing.title, "scoreMaximum": MAXIMUM, "resourceId": thing.resource_id, "tag": TAG,
            }  # fmt: skip
    if opens == "window":
        made["window"] = {"targetName": "_blank"}
    elif opens == "iframe":
        made["iframe"] = {"height": 800}
    return made


def sign(asked: Any, items: list[dict[str, Any]], key: SigningKey, *, words: str = "", is_failure: bool = False) -> str:
    """The message as a JWT [C3, C4, C5]; ``words`` are for whoever chose, as an error where it is a failure [C7]."""
    at = int(now().timestamp())
    said: dict[str, Any] = {
        "iss": asked.client_id, "aud": [asked.issuer], "iat": at, "exp": at + LIVES, "nonce": secrets.token_urlsafe(24),
        LTI + "deployment_id": asked.deployment_id, LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0", DL + "content_items": items,
    }  # fmt: skip
    if asked.data is not None:
        said[DL + "data"] = asked.data
    if words:
        said[DL + ("errormsg" if is_failure else "msg")] = words
    return jwt.encode(said, key.key, algorithm="RS256", headers={"kid": key.kid})
