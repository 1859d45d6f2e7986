"""Line items: the container with its filters and its odd Link header, and each item."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request

from tests.lms.current import lms
from tests.lms.services.answers import LINE_ITEM, LINE_ITEMS, ROOT, expect, number, plain, refuse
from tests.lms.state import LineItem

FILTERS = {"resource_id": "resource_id", "tag": "tag", "resource_link_id": "link_id"}
"Query parameter -> what of a line item it compares."


def show_all(course_id: str) -> Response:
    expect(LINE_ITEMS, "lineitem", "lineitem.readonly")
    wanted = {ours: request.args[theirs] for theirs, ours in FILTERS.items() if theirs in request.args}
    items = [
        item
        for item in lms.state.line_items.values()
        if item.course_id == course_id and all(getattr(item, name) == value for name, value in wanted.items())
    ]
    items.sort(key=lambda item: int(item.id))
    start, limit = request.args.get("from", 0, int), request.args.get("limit", 0, int)
    page = items[start : start + limit] if limit else items
    answer = plain(200, "OK", [as_told(item) for item in page], LINE_ITEMS)
    if limit:
        answer.headers["Link"] = _links(start, limit, len(items))
    return answer


def create(course_id: str) -> Response:
    """A second POST of the same item makes a second item, as recorded."""
    expect(LINE_ITEM, "lineitem")
    body = _body()
    if "label" not in body or not isinstance(body.get("scoreMaximum"), int | float):
        raise refuse(400, "No label or Score Maximum")
    link_id = body.get("resourceLinkId")
    if link_id is not None and (
        link_id not in lms.state.activities or lms.state.activities[link_id].course_id != course_id
    ):
        raise refuse(403, "Forbidden")
    with lms.state.changing():
        item = LineItem(lms.state.number("line_item"), course_id, "", 0, link_id=link_id)
        _fill(item, body)
        lms.state.line_items[item.id] = item
    return plain(201, "Created", {**body, "id": lms.line_item_url(item)}, LINE_ITEM)


def show(course_id: str, item_id: str) -> Response:
    expect(LINE_ITEM, "lineitem", "lineitem.readonly")
    return plain(200, "OK", as_told(find(course_id, item_id)), LINE_ITEM)


def replace(course_id: str, item_id: str) -> Response:
    """The answer is the request's own body with the id; grades keep their share of the maximum."""
    expect(LINE_ITEM, "lineitem")
    body = _body()
    item = find(course_id, item_id)
    if "label" not in body or not isinstance(body.get("scoreMaximum"), int | float) or body["scoreMaximum"] <= 0:
        raise refuse(400, "Bad Request")
    with lms.state.changing():
        scale = body["scoreMaximum"] / item.maximum
        _fill(item, body)
        for grade in lms.state.grades.values():
            if grade.line_item_id == item_id and grade.score is not None:
                grade.score *= scale
    return plain(200, "OK", {**body, "id": lms.line_item_url(item)}, LINE_ITEM)


def delete(course_id: str, item_id: str) -> Response:
    """Works for a coupled item too."""
    expect(None, "lineitem")
    find(course_id, item_id)
    with lms.state.changing():
        lms.state.line_items.pop(item_id, None)
        for key in [key for key in lms.state.grades if key[0] == item_id]:
            del lms.state.grades[key]
        for activity in lms.state.activities.values():
            if activity.line_item_id == item_id:
                activity.line_item_id = None
    return plain(204, "OK", "", "text/html")


def find(course_id: str, item_id: str) -> LineItem:
    item = lms.state.line_items.get(item_id)
    if item is None or item.course_id != course_id:
        raise refuse(404, f"Not Found: Grade item {item_id} doesn't exist")
    return item


def as_told(item: LineItem) -> dict[str, Any]:
    told: dict[str, Any] = {"id": lms.line_item_url(item), "label": item.label, "scoreMaximum": number(item.maximum)}
    told |= {name: value for name, value in (("resourceId", item.resource_id), ("tag", item.tag)) if value}
    if item.link_id:
        told |= {"resourceLinkId": item.link_id, "ltiLinkId": item.link_id}
    return told


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise refuse(400, "Bad Request")
    return body


def _fill(item: LineItem, body: dict[str, Any]) -> None:
    item.label, item.maximum = str(body["label"]), float(body["scoreMaximum"])
    item.resource_id, item.tag = str(body.get("resourceId") or ""), str(body.get("tag") or "")


def _links(start: int, limit: int, count: int) -> str:
    """The recorded header: curly quotes as bytes of UTF-8, and ``&amp;`` in the addresses."""
    pages = {"first": 0}
    if start:
        pages["prev"] = max(0, start - limit)
    pages["canonical"] = start
    if start + limit < count:
        pages["next"] = start + limit
    pages["last"] = max(0, (count - 1) // limit * limit)
    asked = {name: value for name, value in request.args.items() if name not in ("limit", "from")}
    address = lms.url + request.path
    told = [
        f"<{address}?{urlencode({**asked, 'limit': limit, 'from': place}).replace('&', '&amp;')}>; rel=“{name}”"
        for name, place in pages.items()
    ]
    return ", ".join(told).encode().decode("latin-1")


def init_app(app: Flask) -> None:
    container, item = f"{ROOT}/<course_id>/lineitems", f"{ROOT}/<course_id>/lineitems/<item_id>/lineitem"
    app.add_url_rule(container, "lineitems", show_all)
    app.add_url_rule(container, "create_lineitem", create, methods=["POST"])
    app.add_url_rule(item, "lineitem", show)
    app.add_url_rule(item, "replace_lineitem", replace, methods=["PUT"])
    app.add_url_rule(item, "delete_lineitem", delete, methods=["DELETE"])
