"""Deep linking as the recorded platform does it: the tool's picker in a frame, its answer, and courses that are copied."""

import secrets
from typing import TYPE_CHECKING, Any

import jwt
from flask import Flask, Response, abort, make_response, redirect, render_template, request, url_for

from tests.lms import claims
from tests.lms.current import lms as current
from tests.lms.state import INSTRUCTOR, Activity, Course, Person

if TYPE_CHECKING:
    from tests.lms.platform import Lms

DL = "https://purl.imsglobal.org/spec/lti-dl/claim"
CHOICE = "choice:"
"Begins the message hint's activity where none is launched but one is to be chosen, and ends with the course."


class BadAnswer(Exception):
    """The tool's answer cannot be believed."""


def make(lms: "Lms", person: Person, course: Course, nonce: str) -> dict[str, Any]:
    """The claims of a request for a choice, as recorded."""
    return_url = f"{lms.url}/mod/lti/contentitem_return.php?course={course.id}&id=1&sesskey={secrets.token_hex(5)}"
    blank = Activity("0", 0, course.id, "", "", f"{lms.tool_url}/lti/launch", {})
    made = claims.make(lms, person, blank, nonce)
    for name in ("resource_link", "launch_presentation"):
        made.pop(f"{claims.LTI}/{name}")
    return {
        **made,
        f"{claims.LTI}/message_type": "LtiDeepLinkingRequest",
        f"{claims.LTI}/launch_presentation": {"locale": "en"},
        f"{DL}/deep_linking_settings": {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_copy_advice": False,
            "accept_multiple": True,
            "accept_unsigned": False,
            "auto_create": False,
            "can_confirm": False,
            "deep_link_return_url": return_url,
            "title": "Frontline",
            "text": "",
        },
    }


def accept(lms: "Lms", course: Course, token: str) -> list[Activity]:
    """Check the tool's answer and make an activity for each item; BadAnswer."""
    told = _checked(lms, token)
    if told.get(f"{claims.LTI}/message_type") != "LtiDeepLinkingResponse":
        raise BadAnswer("not an answer to a request for a choice")
    return [_activity(lms, course, item) for item in told[f"{DL}/content_items"] if item["type"] == "ltiResourceLink"]


def _checked(lms: "Lms", token: str) -> dict[str, Any]:
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        key = next(each for each in lms.tool_keys(is_fresh=True)["keys"] if each["kid"] == kid)
        found: dict[str, Any] = jwt.decode(
            token, jwt.PyJWK(key), algorithms=["RS256"], audience=lms.url, issuer=lms.client_id
        )
    except (jwt.InvalidTokenError, StopIteration, KeyError) as problem:
        raise BadAnswer(type(problem).__name__) from None
    return found


def _activity(lms: "Lms", course: Course, item: dict[str, Any]) -> Activity:
    column = item.get("lineItem")
    return lms.add_link(
        course, item["title"], target_link_uri=item.get("url") or f"{lms.tool_url}/lti/launch",
        custom=dict(item.get("custom", {})), description=item.get("text", ""), has_line_item=column is not None,
        maximum=(column or {}).get("scoreMaximum", 100), resource_id=(column or {}).get("resourceId", ""),
        tag=(column or {}).get("tag", ""),
    )  # fmt: skip


def copy(lms: "Lms", course: Course, title: str) -> Course:
    """A course like another: the same people, activities with the same addresses and parameters under new ids."""
    made = lms.add_course(title, f"{course.label} copy")
    with lms.state.changing():
        made.roles = dict(course.roles)
        made.copied_from = [course.id, *course.copied_from]
    for each in [one for one in lms.state.activities.values() if one.course_id == course.id]:
        column = lms.state.line_items.get(each.line_item_id or "")
        new = lms.add_link(
            made, each.title, target_link_uri=each.target_link_uri, custom=dict(each.custom), opens=each.opens,
            description=each.description, has_line_item=column is not None,
            resource_id=column.resource_id if column else "", tag=column.tag if column else "",
        )  # fmt: skip
        with lms.state.changing():
            new.copied_from = [each.id, *each.copied_from]
    return made


def page(course_id: str) -> Response:
    """GET /courses/<id>/choose: the tool's picker in a frame."""
    return make_response(render_template("choose.html", course=_course(course_id)))


def launch(course_id: str) -> Response:
    """GET /courses/<id>/choose/launch: the login initiation that leads to the picker."""
    course, person = _course(course_id), current.state.people.get(request.cookies.get("lms_person", ""))
    if person is None or course.roles.get(person.id) != INSTRUCTOR:
        abort(403)
    fields = current.choice_form(person, course)
    return make_response(
        render_template("post.html", action=f"{current.tool_url}/lti/login", fields=fields, title="the picker")
    )


def returned() -> Response:
    """POST /mod/lti/contentitem_return.php: the tool's answer comes back into the frame."""
    course = _course(request.args.get("course", ""))
    try:
        made = accept(current, course, request.form.get("JWT", ""))
    except BadAnswer as problem:
        return make_response(
            render_template("message.html", title="The answer cannot be used", message=str(problem)), 400
        )
    return make_response(render_template("chosen.html", course=course, made=made))


def copied(course_id: str) -> Response:
    """POST /courses/<id>/copy"""
    course = _course(course_id)
    made = copy(current, course, f"{course.title} (copy)")
    return make_response(redirect(url_for("page_course", course=made.id), 303))


def _course(course_id: str) -> Course:
    return current.state.courses.get(course_id) or abort(404)


def init_app(app: Flask) -> None:
    app.add_url_rule("/courses/<course_id>/choose", "page_choose", page)
    app.add_url_rule("/courses/<course_id>/choose/launch", "page_choose_launch", launch)
    app.add_url_rule("/courses/<course_id>/copy", "copy_course", copied, methods=["POST"])
    app.add_url_rule("/mod/lti/contentitem_return.php", "chosen", returned, methods=["POST"])
