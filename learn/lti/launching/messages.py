"""What the kinds of message carry beyond what all launches carry: deep linking's settings, and whom it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.lti.launching import reading
from learn.lti.launching.refusals import LaunchRefused

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"

RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
DATA_PRIVACY = "DataPrivacyLaunchRequest"
KNOWN = frozenset({RESOURCE_LINK, DEEP_LINKING, SUBMISSION_REVIEW, DATA_PRIVACY})
"The kinds of message that can be opened here."
WITH_LINK = frozenset({RESOURCE_LINK, SUBMISSION_REVIEW})
"Those that come from a resource link."
LONGEST_DATA = 20_000
"Characters of what a platform wants echoed."


@dataclass(frozen=True)
class DeepLinking:
    """What may be chosen and how it goes back (Deep Linking 2.0 §3.2). ``data`` is None when nothing was sent."""

    return_url: str
    accept_types: tuple[str, ...]
    targets: tuple[str, ...]
    takes_several: bool
    takes_line_item: bool
    data: str | None


def deep_linking(body: Mapping[str, Any]) -> DeepLinking:
    """The settings of a deep linking request [C1]; LaunchRefused names the one that is missing."""
    given = reading.an_object(body, DL + "deep_linking_settings")
    if not given:
        raise LaunchRefused("deep_linking", detail="deep_linking_settings")
    return_url = reading.address(given.get("deep_link_return_url"))
    if return_url is None:
        raise LaunchRefused("deep_linking", detail="deep_link_return_url")
    data = given.get("data")
    if data is not None and (not isinstance(data, str) or len(data) > LONGEST_DATA):
        raise LaunchRefused("deep_linking", detail="data")
    return DeepLinking(
        return_url, _listed(given, "accept_types"), _listed(given, "accept_presentation_document_targets"),
        takes_several=_is_true(given.get("accept_multiple", False)),
        takes_line_item=_is_true(given.get("accept_lineitem", True)), data=data,
    )  # fmt: skip


def for_user(body: Mapping[str, Any]) -> str:
    """The person that a message is about, as the platform's user identifier [D13, H5]."""
    return reading.identifier(reading.an_object(body, LTI + "for_user").get("user_id"), "for_user")


def _listed(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise LaunchRefused("deep_linking", detail=name)
    return tuple(one[:100] for one in value[:20])


def _is_true(value: object) -> bool:
    """A boolean, which some platforms send as a text [C2]."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
