"""Whatever a platform signs is a launch or a refusal in words, never an error of ours."""

import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from learn.lti import registration
from learn.lti.launching import claims, target
from learn.lti.launching.claims import AGS, LTI, NRPS, Launch
from learn.lti.launching.refusals import LaunchRefused
from tests.learn.lti.platform import TOOL, Answered, Platform

TEXT = st.text(st.characters(codec=None), max_size=300)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=12,
)
PARTS = st.dictionaries(
    st.sampled_from(
        ["id", "title", "label", "frontline_target", "return_url", "lineitem", "lineitems", "scope", "locale"]
    ),
    JSON,
)
NAMES = [
    "iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub", "name", "given_name", "family_name", "email", AGS, NRPS,
    *(LTI + name for name in (
        "version", "message_type", "deployment_id", "target_link_uri", "roles", "context", "resource_link", "custom",
        "launch_presentation", "role_scope_mentor",
    )),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), JSON | PARTS, max_size=4))
def test_any_claims_at_all_are_a_launch_or_a_refusal(changes):
    body: dict[str, Any] = Platform().claims(Answered("s", "n", f"{TOOL}/", {}, "")) | changes
    found = launch_or_refusal(body)
    if isinstance(found, Launch):
        for text in (found.name, found.given_name, found.email or "", found.link.title, found.locale):
            assert "\x00" not in text
            text.encode()
    else:
        assert str(found).isascii() and len(str(found)) < 60


def launch_or_refusal(body: dict[str, Any]) -> Launch | LaunchRefused:
    try:
        claims.issuer_of(body)
        claims.client_of(body)
        claims.check_times(body, time.time())
        claims.check_version_and_type(body)
        claims.nonce_of(body)
        return claims.read(body, None, TOOL)  # type: ignore[arg-type]
    except LaunchRefused as refusal:
        return refusal


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_any_text_as_an_address_is_one_of_ours_or_not(text):
    target.read(text, TOOL)
    registration.origin_of(text)
    kept = claims.address(text)
    assert kept is None or kept.startswith(("https://", "http://"))
