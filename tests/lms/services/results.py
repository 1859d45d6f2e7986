"""Results: what the gradebook holds, for one learner or all; without paging, as recorded."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services.answers import HTML, RESULTS, ROOT, expect, number, plain
from tests.lms.services.lineitems import find
from tests.lms.state import Grade, LineItem


def show(course_id: str, item_id: str) -> Response:
    """GET …/lineitem/results. A ``limit`` breaks it (404 with a page), as recorded."""
    expect(RESULTS, "result.readonly")
    item = find(course_id, item_id)
    if "limit" in request.args:
        return Response(HTML, status="404 Not Found", content_type="text/html; charset=utf-8")
    held = [grade for grade in list(lms.state.grades.values()) if grade.line_item_id == item_id]
    if "user_id" in request.args:
        held = [grade for grade in held if grade.person_id == request.args["user_id"]]
    held.sort(key=lambda grade: int(grade.person_id))
    return plain(200, "OK", [_as_told(item, grade) for grade in held], RESULTS)


def _as_told(item: LineItem, grade: Grade) -> dict[str, Any]:
    """A cleared or pending entry of an item that stands alone is id and userId only."""
    address = lms.line_item_url(item)
    results = address.replace("/lineitem?", "/lineitem/results?")
    told: dict[str, Any] = {"id": f"{results}&user_id={grade.person_id}", "userId": grade.person_id}
    if grade.score is None or grade.stored_at is None:
        return told
    told |= {"resultScore": number(grade.score), "resultMaximum": number(item.maximum), "scoreOf": address}
    if grade.comment:
        told["comment"] = grade.comment
    return told | {"timestamp": datetime.fromtimestamp(grade.stored_at, UTC).isoformat()}


def init_app(app: Flask) -> None:
    app.add_url_rule(f"{ROOT}/<course_id>/lineitems/<item_id>/lineitem/results", "results", show)
