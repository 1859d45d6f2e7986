"""The LMS's own pages: the home page, an activity with the tool in its frame, the gradebook, the log of requests."""

import secrets
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask, Response, abort, make_response, redirect, render_template, request, url_for

from tests.lms.current import lms
from tests.lms.launching import PERSON
from tests.lms.recorder import Received
from tests.lms.services.answers import number
from tests.lms.state import LEARNER, Activity, Person

SHOWN = 200
"Requests in the log at most, the newest first."
SERVICES = "/mod/lti/"
"The tool's and the browser's requests that the log shows; the LMS's own pages stay out of it."
SECRET_FIELDS = ("client_assertion",)


def home() -> Response:
    """GET /: who to be."""
    people = list(lms.state.people.values())
    shown = {
        "learners": [each for each in people if role_of(each) == LEARNER],
        "facilitators": [each for each in people if role_of(each) != LEARNER and not each.site_role],
        "staff": [each for each in people if each.site_role],
    }
    return make_response(render_template("home.html", first=first_activity(), front=front_activity(), **shown))


def first_activity() -> Activity | None:
    """Where a newcomer begins: the first module, or whatever there is."""
    found = list(lms.state.activities.values())
    modules = [each for each in found if "/modules/" in each.target_link_uri]
    return next(iter(modules + found), None)


def front_activity() -> Activity | None:
    """What opens the site's own home page, where everything begins that no module is for; else the first activity."""
    found = (each for each in lms.state.activities.values() if each.custom.get("frontline_target") == "/")
    return next(found, first_activity())


def tools() -> Response:
    """GET /tools: paste a tool's address; it then registers itself in a frame, as Moodle has it under Manage tools."""
    address = request.args.get("tool", "").strip()
    if not address:
        return make_response(render_template("tools.html", frame=None))
    token = secrets.token_hex(16)
    lms.registration_tokens[token] = 1
    told = {"openid_configuration": f"{lms.url}/mod/lti/openid-configuration.php", "registration_token": token}
    return make_response(
        render_template("tools.html", frame=f"{address}{'&' if '?' in address else '?'}{urlencode(told)}")
    )


def course() -> Response:
    """GET /course: the activities, with how far this person has come."""
    shown = lms.state.courses.get(request.args.get("course", "")) or lms.course
    return make_response(render_template("course.html", shown=shown, activities=_of(shown.id)))


def activity(activity_id: str) -> Response:
    """GET /activities/<id>: the tool in its frame, the other activities beside it."""
    found = _activity(activity_id)
    return make_response(render_template("activity.html", activity=found, activities=_of(found.course_id)))


def launch(activity_id: str) -> Response:
    """GET /activities/<id>/launch: the page in the frame, or in a new window, that sends the login initiation."""
    found, person = _activity(activity_id), signed_in()
    if person is None:
        page = render_template(
            "message.html", title="Nobody is signed in", message="Choose who to be on the home page."
        )
        return make_response(page, 403)
    opens = "window" if request.args.get("window") else found.opens
    fields = lms.login_form(person, found, opens)
    if request.args.get("storage"):
        fields["lti_storage_target"] = request.args["storage"]
    return make_response(
        render_template("post.html", action=f"{lms.tool_url}/lti/login", fields=fields, title=found.title)
    )


def gradebook() -> Response:
    """GET /gradebook: what the tool has told about every learner."""
    people = [each for each in lms.state.people.values() if role_of(each) == LEARNER]
    columns = [each for each in lms.state.activities.values() if each.line_item_id]
    return make_response(render_template("gradebook.html", people=people, columns=columns))


def requests_log() -> Response:
    """GET /requests: what arrived at the LMS's services, the newest first."""
    found = [each for each in reversed(lms.recorder.all()) if each.path.startswith(SERVICES)][:SHOWN]
    return make_response(render_template("requests.html", requests=found))


def leave() -> Response:
    """GET /mod/lti/return.php: where the tool sends people back to, with a message or without."""
    told = [request.args[name] for name in ("lti_msg", "lti_errormsg") if request.args.get(name)]
    message = " ".join(told) or "You have left the activity."
    return make_response(render_template("message.html", title="Back in the course", message=message))


def missing(_problem: Exception) -> Response:
    """For an address or an activity that is not there."""
    page = render_template("message.html", title="Page not found", message="There is nothing at this address.")
    return make_response(page, 404)


def signed_in() -> Person | None:
    """Who is signed in to the LMS in this browser."""
    return lms.state.people.get(request.cookies.get(PERSON, ""))


def role_of(person: Person) -> str:
    """A person's role in the course; "" for somebody who is not enrolled."""
    return lms.course.roles.get(person.id, "")


def _of(course_id: str) -> list[Activity]:
    return [each for each in lms.state.activities.values() if each.course_id == course_id]


def _activity(activity_id: str) -> Activity:
    return lms.state.activities.get(activity_id) or abort(404)


def _sign_in() -> Response | None:
    """``?as=<person>`` on any page signs that person in; the address then loses it."""
    wanted = request.args.get("as")
    if wanted is None or wanted not in lms.state.people or not (request.endpoint or "").startswith("page_"):
        return None
    more = {name: value for name, value in request.args.items() if name != "as"}
    answer = make_response(redirect(url_for(str(request.endpoint), **(request.view_args or {}), **more), 303))
    answer.set_cookie(PERSON, wanted, httponly=True, samesite="Lax")
    return answer


def _moment(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %b %Y, %H:%M:%S UTC") if seconds else ""


def _body(received: Received) -> str:
    """A body to read in the log, without what could be used again."""
    if received.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        fields = {name: "…" if name in SECRET_FIELDS else value for name, value in received.form.items()}
        return "\n".join(f"{name}={value}" for name, value in fields.items())
    return received.body.decode("utf-8", "replace")


def _shared() -> dict[str, object]:
    """What every template may use."""
    return {
        "lms": lms, "person": signed_in(), "role_of": role_of, "moment": _moment, "number": number, "body_of": _body,
    }  # fmt: skip


def init_app(app: Flask) -> None:
    app.before_request(_sign_in)
    app.context_processor(_shared)
    app.register_error_handler(404, missing)
    for path, view in (
        ("/", home),
        ("/tools", tools),
        ("/course", course),
        ("/activities/<activity_id>", activity),
        ("/activities/<activity_id>/launch", launch),
        ("/gradebook", gradebook),
        ("/requests", requests_log),
        ("/mod/lti/return.php", leave),
    ):
        app.add_url_rule(path, f"page_{view.__name__}", view)
