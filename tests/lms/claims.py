"""The claims of a launch, shaped as the recorded id_tokens."""

import json
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tests.lms.services.answers import ROOT, SCOPES
from tests.lms.state import INSTRUCTOR, LEARNER, Activity, Course, Person

if TYPE_CHECKING:
    from tests.lms.platform import Lms

LIFETIME = 60
"Seconds an id_token lives."
LTI = "https://purl.imsglobal.org/spec/lti/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2"
CONTAINERS = {"iframe": 3, "window": 4}
"How an activity opens -> the number in its return address."
AGS_SCOPES = ("lineitem", "lineitem.readonly", "result.readonly", "score")


def make(lms: "Lms", person: Person, activity: Activity, nonce: str, opens: str | None = None) -> dict[str, Any]:
    """All claims of one launch of an activity by a person."""
    course = lms.state.courses[activity.course_id]
    now = int(lms.now())
    return {
        "nonce": nonce,
        "iat": now,
        "exp": now + LIFETIME,
        "iss": lms.url,
        "aud": activity.resource_key or lms.client_id,
        f"{LTI}/deployment_id": lms.deployment_id,
        f"{LTI}/target_link_uri": activity.target_link_uri,
        "sub": person.id,
        f"{LTI}/lis": {"person_sourcedid": person.sourced_id, "course_section_sourcedid": ""},
        f"{LTI}/roles": roles(person, course),
        f"{LTI}/context": {"id": course.id, "label": course.label, "title": course.title, "type": ["CourseSection"]},
        f"{LTI}/message_type": "LtiResourceLinkRequest",
        f"{LTI}/resource_link": {"title": activity.title, "description": activity.description, "id": activity.id},
        **basic_outcome(lms, person, activity),
        "given_name": person.given_name,
        "family_name": person.family_name,
        "name": person.name,
        f"{LTI}/ext": {"user_username": person.username, "lms": "moodle-2"},
        "email": person.email,
        f"{LTI}/launch_presentation": _presentation(lms, activity, opens or activity.opens),
        f"{LTI}/tool_platform": _platform(lms),
        f"{LTI}/version": "1.3.0",
        f"{LTI}/custom": {**_filled_in(lms, activity), "context_memberships_url": members_url(lms, course.id)},
        **_services(lms, activity),
    }


def _filled_in(lms: "Lms", activity: Activity) -> dict[str, Any]:
    """Custom parameters with their variables, as far as the recorded platform knows them."""
    known = {"$Context.id.history": ",".join(lms.state.courses[activity.course_id].copied_from)}
    if lms.tells_link_history:
        known["$ResourceLink.id.history"] = ",".join(activity.copied_from)
    return {name: known.get(value, value) for name, value in activity.custom.items()}


def roles(person: Person, course: Course) -> list[str]:
    """A learner is a learner; a teacher, and a manager or administrator who is not enrolled, is an instructor."""
    if course.roles.get(person.id) == LEARNER:
        return [f"{VOCABULARY}/membership#{LEARNER}"]
    instructor = f"{VOCABULARY}/membership#{INSTRUCTOR}"
    if person.is_administrator:
        return [
            f"{VOCABULARY}/institution/person#Administrator",
            instructor,
            f"{VOCABULARY}/system/person#Administrator",
        ]
    return [instructor]


def basic_outcome(lms: "Lms", person: Person, activity: Activity) -> dict[str, Any]:
    """The old outcome claim, which the recorded platform sends beside the new services where there is a grade."""
    if not activity.line_item_id:
        return {}
    told = {"instanceid": activity.id, "userid": person.id, "typeid": "1", "launchid": secrets.randbelow(10**9)}
    sourced = {"data": told, "hash": sha256(json.dumps(told).encode()).hexdigest()}
    compact = json.dumps(sourced, separators=(",", ":"))
    return {
        BASIC_OUTCOME: {"lis_result_sourcedid": compact, "lis_outcome_service_url": f"{lms.url}/mod/lti/service.php"}
    }


def members_url(lms: "Lms", course_id: str) -> str:
    return f"{lms.url}{ROOT}/CourseSection/{course_id}/bindings/1/memberships"


def _presentation(lms: "Lms", activity: Activity, opens: str) -> dict[str, str]:
    query = f"course={activity.course_id}&launch_container={CONTAINERS[opens]}&instanceid={activity.id}"
    query += f"&sesskey={secrets.token_hex(5)}"
    return {"locale": "en", "document_target": opens, "return_url": f"{lms.url}/mod/lti/return.php?{query}"}


def _platform(lms: "Lms") -> dict[str, str]:
    guid = sha256(lms.url.encode()).hexdigest()[:32]
    return {
        "product_family_code": "moodle",
        "version": "2023112400",
        "guid": guid,
        "name": lms.name,
        "description": lms.name,
    }


def _services(lms: "Lms", activity: Activity) -> dict[str, Any]:
    endpoint: dict[str, Any] = {
        "scope": [SCOPES[name] for name in AGS_SCOPES],
        "lineitems": f"{lms.url}{ROOT}/{activity.course_id}/lineitems?type_id=1",
    }
    if activity.line_item_id:
        endpoint["lineitem"] = lms.line_item_url(lms.state.line_items[activity.line_item_id])
    names = {"context_memberships_url": members_url(lms, activity.course_id), "service_versions": ["1.0", "2.0"]}
    return {AGS: endpoint, NRPS: names}
