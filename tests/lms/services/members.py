"""Names and roles: who is in a course. Roles are short, suspended people are simply not there."""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services.answers import MEMBERS, ROOT, expect, plain, refuse
from tests.lms.state import Activity, Course, Person


def show(course_id: str, type_id: str) -> Response:
    """GET …/CourseSection/<course>/bindings/<type>/memberships with role, limit, from, rlid."""
    expect(MEMBERS, "members")
    course = lms.state.courses.get(course_id)
    if course is None:
        raise refuse(404, f"Not Found: Course {course_id} doesn't exist")
    link = _link(course)
    people = _people(course)
    start, limit = request.args.get("from", 0, int), request.args.get("limit", 0, int)
    page = people[start : start + limit] if limit else people
    body = {
        "id": lms.url + request.path,
        "context": {"id": course.id, "label": course.label, "title": course.title},
        "members": [_as_told(person, course, link) for person in page],
    }
    answer = plain(200, "OK", body, MEMBERS)
    if limit and start + limit < len(people):
        more = {"limit": limit, "from": start + limit} | {
            name: request.args[name] for name in ("role", "rlid") if name in request.args
        }
        answer.headers["Link"] = f'<{lms.url + request.path}?{urlencode(more)}>; rel="next"'
    return answer


def _link(course: Course) -> Activity | None:
    wanted = request.args.get("rlid")
    if wanted is None:
        return None
    link = lms.state.activities.get(wanted)
    if link is None or link.course_id != course.id:
        raise refuse(404, f"Not Found: LTI link {wanted} doesn't exist")
    return link


def _people(course: Course) -> list[Person]:
    wanted = request.args.get("role", "").rpartition("#")[2]
    return [
        lms.state.people[person_id]
        for person_id, role in course.roles.items()
        if person_id not in course.suspended and wanted in ("", role)
    ]


def _as_told(person: Person, course: Course, link: Activity | None) -> dict[str, Any]:
    told: dict[str, Any] = {"status": "Active", "roles": [course.roles[person.id]]}
    if link:
        message = {"https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest"}
        if link.line_item_id:
            message |= lms.basic_outcome(person, link)
        told["message"] = [message]
    return told | {
        "user_id": person.id,
        "lis_person_sourcedid": person.sourced_id,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "ext_user_username": person.username,
    }


def init_app(app: Flask) -> None:
    app.add_url_rule(f"{ROOT}/CourseSection/<course_id>/bindings/<type_id>/memberships", "members", show)
