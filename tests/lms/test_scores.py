"""Scores by the recorded rules: what is refused how, what is stored, what a later score must pass, what erases."""

import pytest

from tests.lms.conftest import WITH_PASS_GRADE, Caller
from tests.lms.services.answers import SCORE

JSON, UTF8 = "application/json", "; charset=utf-8"
INCORRECT = "Incorrect score received"

REFUSED = [
    # what is wrong, the score's changes, status, how the reason begins, media type
    ("no userId", {"userId": None}, 400, INCORRECT + "{", SCORE),
    ("unknown userId", {"userId": "999999"}, 400, INCORRECT + "{", SCORE),
    ("a teacher's userId", {"userId": "3"}, 400, INCORRECT + "{", SCORE),
    ("somebody who is not enrolled", {"userId": "4"}, 400, INCORRECT + "{", SCORE),
    ("no timestamp", {"timestamp": None}, 400, INCORRECT + "{", SCORE),
    ("no time at all", {"timestamp": "yesterday"}, 400, INCORRECT + "{", SCORE),
    ("points without a maximum", {"scoreMaximum": None}, 400, INCORRECT + "{", SCORE),
    ("points in words", {"points": "abc"}, 400, INCORRECT + "{", SCORE),
    ("no gradingProgress", {"gradingProgress": None}, 400, INCORRECT + "{", SCORE),
    ("no activityProgress", {"activityProgress": None}, 400, INCORRECT + "{", SCORE),
    ("no JSON", {"raw": "{oops"}, 400, INCORRECT + "{oops", SCORE),
    ("a bad token", {"token": "bad"}, 401, "Unauthorized", JSON),
    ("an unknown line item", {"item": "9916"}, 404, "Not Found: Grade item 9916 doesn't exist", JSON),
    ("JSON's media type", {"media_type": JSON}, 400, "No handler found for /2/lineitems/16/lineitem/scores  ", JSON),
]  # fmt: skip


@pytest.mark.parametrize(
    "changes, status, reason, media_type", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_refusal_says_why_in_the_reason_phrase(caller: Caller, changes, status, reason, media_type):
    changes = dict(changes)
    answer = caller.score(changes.pop("points", 1), **changes)
    code, _, phrase = answer.status.partition(" ")
    assert (int(code), answer.content_type) == (status, media_type + UTF8)
    assert phrase.startswith(reason)
    if media_type == SCORE:
        assert answer.json == []
    else:
        assert set(answer.json) == {"status", "reason", "request"}
    assert caller.results() == []


def test_a_token_without_the_score_scope_is_unauthorised(caller: Caller, lms):
    assert caller.score(1, token=lms.grant("lineitem", "result.readonly")).status == "401 Unauthorized"


def test_an_accepted_score_has_an_empty_answer(caller: Caller):
    answer = caller.score(40)
    assert (answer.status, answer.content_type, answer.data) == ("200 OK", SCORE + UTF8, b"")


STORED = [
    # points, maximum -> what a column of 100 holds
    (40, 100, 40), (150, 100, 100), (7, 10, 70), (-5, 100, 0), (0, 100, 0), (1, 3, 100 / 3),
]  # fmt: skip


@pytest.mark.parametrize("points, maximum, stored", STORED)
def test_points_are_scaled_and_clamped(caller: Caller, points, maximum, stored):
    caller.score(points, scoreMaximum=maximum, activityProgress="Nonsense")
    assert caller.results()[0]["resultScore"] == pytest.approx(stored)


CLEARING = [
    ({"gradingProgress": "NotReady"}, 40),
    ({"gradingProgress": "Pending"}, 40),
    ({"gradingProgress": "PendingManual"}, 80),
    ({"gradingProgress": "Failed"}, 80),
    ({"activityProgress": "Initialized"}, None),
]


@pytest.mark.parametrize("changes, points", CLEARING)
def test_anything_but_a_fully_graded_number_erases_grade_and_completion(caller: Caller, lms, clock, changes, points):
    person, activity = lms.state.people["5"], lms.state.activities["1"]
    caller.score(60)
    assert (lms.grade(person, activity).score, lms.grade(person, activity).completion) == (60, 1)
    clock.move(1)
    assert caller.score(points, **changes).status_code == 200
    assert (caller.results(), lms.grade(person, activity)) == ([], None)


def test_a_coupled_item_keeps_the_second_of_arrival_and_refuses_what_is_not_after_it(caller: Caller, clock):
    """The recorded backlog: A stamped 30 s ago, B 20 s ago, B again with the time of sending."""
    assert caller.score(10, timestamp=clock.stamp(-30)).status_code == 200
    refused = caller.score(20, timestamp=clock.stamp(-20))
    assert refused.status == "409 Refusing score with an earlier timestamp for item 16 and user 5"
    assert (refused.json, refused.content_type) == ([], SCORE + UTF8)
    assert caller.score(20).status_code == 409, "the same second"
    clock.move(1)
    assert caller.score(20).status_code == 200
    assert caller.results()[0]["resultScore"] == 20


def test_a_stamp_of_the_future_is_taken_and_forgotten(caller: Caller, clock):
    assert caller.score(61, timestamp=clock.stamp(3600)).status_code == 200
    assert caller.score(62).status_code == 409
    clock.move(1)
    assert caller.score(62).status_code == 200


def test_an_item_that_stands_alone_keeps_the_tools_own_time(caller: Caller, clock, lms):
    caller.write("POST", "/2/lineitems", {"scoreMaximum": 10, "label": "Stories"})
    item = max(lms.state.line_items, key=int)
    assert caller.score(3, item=item, scoreMaximum=10, timestamp=clock.stamp(-30)).status_code == 200
    assert caller.score(4, item=item, scoreMaximum=10, timestamp=clock.stamp(-20)).status_code == 200
    assert caller.results(item)[0]["timestamp"] == "2026-11-22T06:13:56+00:00"
    assert caller.score(5, item=item, scoreMaximum=10, gradingProgress="Pending").status_code == 200
    assert [set(each) for each in caller.results(item)] == [{"id", "userId"}], "pending: an entry without a result"
    assert caller.score(6, item=item, scoreMaximum=10).status_code == 409


def test_a_comment_lasts_until_the_next_score(caller: Caller, clock):
    caller.score(90, comment="Well <b>done</b> & good")
    assert caller.results()[0]["comment"] == "Well <b>done</b> & good"
    clock.move(1)
    caller.score(91)
    assert "comment" not in caller.results()[0]


def test_a_pass_grade_turns_with_the_score(caller: Caller, lms, clock):
    person, activity = lms.state.people["5"], lms.state.activities["2"]
    for points, completion in ((40, 3), (75, 2), (10, 3)):
        caller.score(points, item=WITH_PASS_GRADE)
        assert lms.grade(person, activity).completion == completion
        clock.move(1)
