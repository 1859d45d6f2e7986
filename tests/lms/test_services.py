"""The recorded answers of line items, results, and names and roles, as tables."""

import pytest

from tests.lms.conftest import ITEM, ITEMS, Caller
from tests.lms.services.answers import LINE_ITEM, LINE_ITEMS, MEMBERS, RESULTS
from tests.lms.state import LEARNER

JSON, HTML = "application/json", "text/html"
MEMBERSHIPS = "/CourseSection/2/bindings/1/memberships"
UTF8 = "; charset=utf-8"

READS = [
    # path, Accept (none: the right one), status, reason, media type
    (ITEMS, None, 200, "OK", LINE_ITEMS),
    (ITEMS, JSON, 400, "No handler found for /2/lineitems application/json", JSON),
    (ITEMS, "*/*", 400, "No context or unsupported content type", JSON),
    ("/3/lineitems", None, 200, "OK", LINE_ITEMS),
    (ITEM, None, 200, "OK", LINE_ITEM),
    (ITEM, JSON, 400, "No handler found for /2/lineitems/16/lineitem application/json", JSON),
    (f"{ITEMS}/99/lineitem", None, 404, "Not Found: Grade item 99 doesn't exist", JSON),
    (f"{ITEM}/results", None, 200, "OK", RESULTS),
    (f"{ITEM}/results", JSON, 400, "No handler found for /2/lineitems/16/lineitem/results application/json", JSON),
    (f"{ITEM}/results?limit=1", None, 404, "Not Found", HTML),
    (MEMBERSHIPS, None, 200, "OK", MEMBERS),
    (MEMBERSHIPS, JSON, 400, f"No handler found for {MEMBERSHIPS} application/json", JSON),
    (f"{MEMBERSHIPS}?rlid=9999", None, 404, "Not Found: LTI link 9999 doesn't exist", JSON),
]


@pytest.mark.parametrize("path, accept, status, reason, media_type", READS)
def test_reading_answers_as_recorded(caller: Caller, path, accept, status, reason, media_type):
    answer = caller.read(path, accept)
    assert (answer.status, answer.content_type) == (f"{status} {reason}", media_type + UTF8)
    if media_type == JSON:
        assert (answer.json["status"], answer.json["reason"].rstrip()) == (status, reason)
        assert answer.json["request"]["method"] == "GET"


@pytest.mark.parametrize("path", [ITEMS, ITEM, f"{ITEM}/results", MEMBERSHIPS])
def test_a_bad_token_a_missing_one_and_one_of_another_scope_are_unauthorised(caller: Caller, lms, path):
    of_another_scope = lms.grant("score")
    for headers in (
        {"Authorization": "Bearer bad"},
        {"Authorization": None},
        {"Authorization": f"Bearer {of_another_scope}"},
    ):
        answer = caller.read(path, headers=headers)
        assert (answer.status, answer.content_type) == ("401 Unauthorized", JSON + UTF8)
        assert set(answer.json) == {"status", "reason", "request"}


def test_a_token_ends(caller: Caller, clock):
    clock.move(3599)
    assert caller.read(ITEM).status_code == 200
    clock.move(2)
    assert caller.read(ITEM).status_code == 401


FILTERS = [
    ("", [str(number) for number in range(16, 26)]),
    ("?tag=progress&resource_id=mod-1", ["16"]),
    ("?resource_link_id=2", ["17"]),
    ("?tag=other", []),
    ("?limit=3", ["16", "17", "18"]),
    ("?limit=3&from=9", ["25"]),
]


@pytest.mark.parametrize("query, ids", FILTERS)
def test_line_items_are_filtered_and_paged(caller: Caller, query, ids):
    found = caller.read(ITEMS + query).json
    assert [each["id"].rpartition("/lineitems/")[2].partition("/")[0] for each in found] == ids


def test_a_line_item_has_the_recorded_fields(caller: Caller):
    assert caller.read(ITEM).json == {
        "id": "https://lms.example/mod/lti/services.php/2/lineitems/16/lineitem?type_id=1", "label": "Module 1",
        "scoreMaximum": 100, "resourceId": "mod-1", "tag": "progress", "resourceLinkId": "1", "ltiLinkId": "1",
    }  # fmt: skip


def test_the_link_header_has_curly_quotes_and_escaped_ampersands(caller: Caller):
    link = caller.read(f"{ITEMS}?limit=3").headers["Link"].encode("latin-1").decode()
    address = "https://lms.example/mod/lti/services.php/2/lineitems?type_id=1&amp;limit=3&amp;from="
    places = {"first": 0, "canonical": 0, "next": 3, "last": 9}
    assert link == ", ".join(f"<{address}{place}>; rel=“{name}”" for name, place in places.items())
    assert "Link" not in caller.read(ITEMS).headers


POSTS = [
    # body, media type, status, reason
    ({"scoreMaximum": 10, "label": "Stories", "tag": "stories", "resourceId": "forum-1"}, LINE_ITEM, 201, "Created"),
    ({"scoreMaximum": 10, "label": "Bound", "tag": "x", "resourceLinkId": "1"}, LINE_ITEM, 201, "Created"),
    ({"scoreMaximum": 10, "label": "Bad link", "resourceLinkId": "9999"}, LINE_ITEM, 403, "Forbidden"),
    ({"label": "no max"}, LINE_ITEM, 400, "No label or Score Maximum"),
    ({"label": "x", "scoreMaximum": 1}, JSON, 400, "No handler found for /2/lineitems  application/json"),
]


@pytest.mark.parametrize("body, media_type, status, reason", POSTS)
def test_making_line_items(caller: Caller, body, media_type, status, reason):
    answer = caller.write("POST", ITEMS, body, media_type)
    assert answer.status == f"{status} {reason}"
    assert answer.content_type == (LINE_ITEM if status == 201 else JSON) + UTF8
    if status == 201:
        assert {name: value for name, value in answer.json.items() if name != "id"} == body
        again = caller.write("POST", ITEMS, body, media_type)
        assert again.status_code == 201
        assert again.json["id"] != answer.json["id"], "a repeated POST makes a second item"


def test_replacing_a_line_item_tells_the_body_back_and_keeps_grades_in_proportion(caller: Caller):
    caller.score(40)
    body = {"scoreMaximum": 50, "label": "Renamed", "tag": "progress", "resourceId": "mod-1"}
    answer = caller.write("PUT", ITEM, body)
    assert (answer.status, answer.json) == ("200 OK", {**body, "id": caller.read(ITEM).json["id"]})
    assert caller.results()[0]["resultScore"] == 20
    assert caller.write("PUT", ITEM, {"label": "Module 1"}).status == "400 Bad Request"


def test_deleting_works_for_a_coupled_item_too(caller: Caller, lms):
    answer = caller.call("DELETE", ITEM)
    assert (answer.status, answer.data) == ("204 OK", b"")
    assert caller.read(ITEM).status == "404 Not Found: Grade item 16 doesn't exist"
    assert lms.state.activities["1"].line_item_id is None


def test_results_have_the_recorded_fields_and_are_filtered_by_person(caller: Caller):
    caller.score(61)
    caller.score(5, userId="6")
    address = "https://lms.example/mod/lti/services.php/2/lineitems/16/lineitem"
    assert caller.results(query="?user_id=5") == [{
        "id": f"{address}/results?type_id=1&user_id=5", "userId": "5", "resultScore": 61, "resultMaximum": 100,
        "scoreOf": f"{address}?type_id=1", "timestamp": "2026-11-22T06:14:16+00:00",
    }]  # fmt: skip
    assert [each["userId"] for each in caller.results()] == ["5", "6"]
    assert caller.results(query="?user_id=99999") == []


MEMBER_QUERIES = [
    ("", ["3", "5", "6", "7"]),
    ("?role=Learner", ["5", "6", "7"]),
    ("?role=http://purl.imsglobal.org/vocab/lis/v2/membership%23Instructor", ["3"]),
    ("?limit=2", ["3", "5"]),
    ("?limit=2&from=2", ["6", "7"]),
]


@pytest.mark.parametrize("query, ids", MEMBER_QUERIES)
def test_members_are_filtered_and_paged(caller: Caller, query, ids):
    answer = caller.read(MEMBERSHIPS + query)
    assert [each["user_id"] for each in answer.json["members"]] == ids
    assert answer.json["context"] == {"id": "2", "label": "RDF", "title": "Research Delivery Foundations"}
    has_more = query == "?limit=2"
    assert answer.headers.get("Link", "").endswith('limit=2&from=2>; rel="next"' if has_more else "")


def test_a_member_has_short_roles_and_vanishes_when_suspended(caller: Caller, lms):
    assert caller.read(MEMBERSHIPS).json["members"][1] == {
        "status": "Active", "roles": ["Learner"], "user_id": "5", "lis_person_sourcedid": "NIHR-5",
        "name": "Lee1 Learner1", "given_name": "Lee1", "family_name": "Learner1",
        "email": "lee1.learner1@lms.example", "ext_user_username": "lee1.learner1",
    }  # fmt: skip
    lms.enrol(lms.course, lms.state.people["5"], LEARNER, is_suspended=True)
    assert "5" not in [each["user_id"] for each in caller.read(MEMBERSHIPS).json["members"]]
    assert caller.score(1).status_code == 200


def test_members_of_a_link_carry_its_message(caller: Caller):
    message = caller.read(f"{MEMBERSHIPS}?rlid=1").json["members"][1]["message"][0]
    assert message["https://purl.imsglobal.org/spec/lti/claim/message_type"] == "LtiResourceLinkRequest"
    assert "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome" in message
