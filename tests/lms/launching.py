"""The launch: login initiation to the tool, then the authorization endpoint that answers with a form of its own."""

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, make_response, render_template, request

from tests.lms import choosing, claims, forging
from tests.lms.current import lms as current
from tests.lms.services.answers import SCOPES
from tests.lms.state import Activity, Course, Person

if TYPE_CHECKING:
    from tests.lms.platform import Lms

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PERSON = "lms_person"
"The cookie with the id of who is signed in to the LMS."
HINT_LIFETIME = 600
"Seconds between login initiation and authentication at most."


@dataclass(frozen=True)
class Launch:
    """A launch that was begun: who, which activity, how it opens, when."""

    person_id: str
    activity_id: str
    opens: str
    at: float


@dataclass(frozen=True)
class Answer:
    """What the LMS posts to ``action``, the tool's registered redirect address."""

    action: str
    fields: dict[str, str]


class NoAnswer(Exception):
    """The request cannot be answered to the tool: its redirect address is not to be trusted."""


def begin(lms: "Lms", person: Person, activity: Activity, opens: str | None = None) -> dict[str, str]:
    """The login initiation's form fields, as recorded: no lti_storage_target."""
    launch_id = f"ltilaunch{activity.id}_{secrets.randbelow(10**9)}"
    lms.launches[launch_id] = Launch(person.id, activity.id, opens or activity.opens, lms.now())
    return {
        "iss": lms.url,
        "target_link_uri": activity.target_link_uri,
        "login_hint": person.id,
        "lti_message_hint": json.dumps({"cmid": activity.cmid, "launchid": launch_id}, separators=(",", ":")),
        "client_id": activity.resource_key or lms.client_id,
        "lti_deployment_id": lms.deployment_id,
    }


def answer(lms: "Lms", asked: dict[str, str], signed_in: str | None = None, breakage: str | None = None) -> Answer:
    """Answer an authentication request of the tool.

    ``signed_in``: the person of the LMS's cookie, where one came along; ``breakage``: a name of forging.BREAKAGES or
    VARIANTS, for this answer only.
    """
    if asked.get("redirect_uri") not in lms.redirect_uris:
        raise NoAnswer("The redirect_uri is not registered.")
    state = {"state": asked["state"]} if "state" in asked else {}
    launch = _launch(lms, asked.get("lti_message_hint", ""))
    problem = _problem(lms, asked, launch, signed_in)
    if problem or launch is None:
        code, text = problem or ("invalid_request", "No launch of that hint")
        return Answer(asked["redirect_uri"], {"error": code, "error_description": text} | state)
    person = lms.state.people[launch.person_id]
    made = _message(lms, person, launch, asked["nonce"])
    token = forging.forge(lms, made, breakage or lms.switches.breakage)
    return Answer(asked["redirect_uri"], {"id_token": token} | state)


def _message(lms: "Lms", person: Person, launch: Launch, nonce: str) -> dict[str, Any]:
    if launch.activity_id.startswith(choosing.CHOICE):
        course = lms.state.courses[launch.activity_id.removeprefix(choosing.CHOICE)]
        return choosing.make(lms, person, course, nonce)
    return claims.make(lms, person, lms.state.activities[launch.activity_id], nonce, launch.opens)


def begin_choice(lms: "Lms", person: Person, course: Course) -> dict[str, str]:
    """The login initiation's fields where an activity is to be chosen."""
    launch_id = f"ltilaunch_choice_{secrets.randbelow(10**9)}"
    lms.launches[launch_id] = Launch(person.id, choosing.CHOICE + course.id, "iframe", lms.now())
    return {
        "iss": lms.url,
        "target_link_uri": f"{lms.tool_url}/lti/launch",
        "login_hint": person.id,
        "lti_message_hint": json.dumps({"launchid": launch_id}, separators=(",", ":")),
        "client_id": lms.client_id,
        "lti_deployment_id": lms.deployment_id,
    }


def _launch(lms: "Lms", hint: str) -> Launch | None:
    try:
        launch = lms.launches.get(json.loads(hint)["launchid"])
    except (ValueError, TypeError, KeyError):
        return None
    return launch if launch and launch.at > lms.now() - HINT_LIFETIME else None


def _problem(lms: "Lms", asked: dict[str, str], launch: Launch | None, signed_in: str | None) -> tuple[str, str] | None:
    """The first thing that is wrong with an authentication request: error and description."""
    missing = [name for name in ("scope", "response_type", "client_id", "login_hint", "nonce") if not asked.get(name)]
    keys = {
        lms.client_id,
        *(activity.resource_key for activity in lms.state.activities.values() if activity.resource_key),
    }
    person = signed_in or (launch.person_id if launch else None)
    checks: list[tuple[Any, str, str]] = [
        (missing, "invalid_request", f"Missing {', '.join(missing)}"),
        (asked.get("scope") != "openid", "invalid_scope", "The scope is openid"),
        (asked.get("response_type") != "id_token", "unsupported_response_type", "The response_type is id_token"),
        (asked.get("client_id") not in keys, "unauthorized_client", "No such client"),
        ("response_mode" not in asked, "invalid_request", "Missing response_mode"),
        (asked.get("response_mode") != "form_post", "invalid_request", "Invalid response_mode"),
        (asked.get("prompt", "none") != "none", "invalid_request", "Invalid prompt"),
        (launch is None, "invalid_request", "No launch of that lti_message_hint"),
        (person is None or not lms.switches.logs_in, "login_required", "Nobody is signed in to the LMS"),
        (asked.get("login_hint") != person, "access_denied", "Somebody else is signed in to the LMS"),
    ]
    return next(((code, text) for is_wrong, code, text in checks if is_wrong), None)


def authenticate() -> Response:
    """GET and POST /mod/lti/auth.php: an auto-submitting form to the tool."""
    asked = {**request.args.to_dict(), **request.form.to_dict()}
    signed_in = request.cookies.get(PERSON)
    try:
        made = answer(current, asked, signed_in if signed_in in current.state.people else None)
    except NoAnswer as problem:
        page = render_template("message.html", title="This launch cannot be answered", message=str(problem))
        return make_response(page, 400)
    return make_response(render_template("post.html", action=made.action, fields=made.fields, title="the activity"))


def certificates() -> dict[str, Any]:
    """GET /mod/lti/certs.php"""
    return current.keys.key_set()


def configuration() -> dict[str, Any]:
    """GET /mod/lti/openid-configuration.php"""
    return {
        "issuer": current.url,
        "token_endpoint": f"{current.url}/mod/lti/token.php",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{current.url}/mod/lti/certs.php",
        "authorization_endpoint": f"{current.url}/mod/lti/auth.php",
        "registration_endpoint": f"{current.url}/mod/lti/openid-registration.php",
        "scopes_supported": [*SCOPES.values(), "openid"],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": {
            "product_family_code": "moodle",
            "version": "4.4dev (Build: 20231124)",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
            ],
            "variables": ["Context.id", "Context.id.history", "ResourceLink.id", "User.id", "Person.name.full"],
        },
    }


def registration() -> Response:
    """POST /mod/lti/openid-registration.php: as recorded, a `reg` token works once, a `reg-update` token again."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    uses = current.registration_tokens.get(token)
    if not uses:
        return Response("token_already_used", 401, content_type="text/html; charset=utf-8")
    current.registration_tokens[token] = uses - 1
    asked = request.get_json()
    current.redirect_uris = list(asked["redirect_uris"])
    scopes = [scope for scope in asked["scope"].split() if scope in set(SCOPES.values()) - current.refused_scopes]
    tool = asked[TOOL_CONFIGURATION]
    told = {**asked, "client_id": current.client_id, "scope": " ".join(scopes)}
    told[TOOL_CONFIGURATION] = {**tool, "version": "1.3.0", "deployment_id": current.deployment_id}
    return jsonify(told)


def init_app(app: Flask) -> None:
    app.add_url_rule("/mod/lti/openid-registration.php", "openid_registration", registration, methods=["POST"])
    app.add_url_rule("/mod/lti/auth.php", "auth", authenticate, methods=["GET", "POST"])
    app.add_url_rule("/mod/lti/certs.php", "certs", certificates)
    app.add_url_rule("/mod/lti/openid-configuration.php", "openid_configuration", configuration)
