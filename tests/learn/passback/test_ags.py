"""Assignment and Grade Services 2.0, by the checklist's ids: what is asked of a platform, and how it is answered."""

import json
from datetime import datetime, timedelta
from itertools import pairwise

import jwt
import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.lti.models import LineItem
from learn.lti.services import ags
from learn.passback import calling
from learn.passback.models import Delivery, Score
from tests.learn.passback.test_columns import done, lose  # noqa: F401 fixture

WITHOUT_RESULTS = [ags.SCORE]


def bodies(lms):
    return [json.loads(each.body) for each in lms.recorder.of("score")]


def test_d1_a_token_is_asked_for_with_a_signed_assertion(done, lms, worker):  # noqa: F811
    worker()
    asked = lms.recorder.of("token")[0].form
    assert asked["grant_type"] == "client_credentials"
    assert asked["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    header = jwt.get_unverified_header(asked["client_assertion"])
    (key,) = [each for each in lms.key_set_of_tool["keys"] if each["kid"] == header["kid"]]
    said = jwt.decode(
        asked["client_assertion"], jwt.PyJWK(key), algorithms=["RS256"], audience=f"{lms.url}/mod/lti/token.php"
    )
    assert said["iss"] == said["sub"] == lms.client_id
    assert said["jti"]
    assert said["exp"] > said["iat"]


def test_d1_no_two_assertions_are_the_same(done, lms, worker):  # noqa: F811
    lms.switches.fail("token", "500", times=1)
    worker()
    lms.revoke_tokens()
    used = [
        jwt.decode(each.form["client_assertion"], options={"verify_signature": False})["jti"]
        for each in lms.recorder.of("token")
    ]
    assert len(used) == len(set(used)) >= 2


def test_d2_a_token_is_asked_for_one_scope_at_a_time(done, lms, worker):  # noqa: F811
    worker()
    assert {each.form["scope"] for each in lms.recorder.of("token")} == {ags.SCORE}


def test_d2_a_scope_that_was_not_granted_is_not_used(done, lms, worker, session):  # noqa: F811
    session.execute(update(LineItem).values(scopes=[ags.RESULT_READ]))
    session.commit()
    worker()
    assert lms.recorder.count("token", "score") == 0
    session.rollback()
    assert session.execute(select(Score.state, Score.last_error)).one() == (Delivery.NEEDS_HELP, "not_allowed")


def test_d2_invalid_scope_is_told_in_words_after_a_while(done, lms, worker, session):  # noqa: F811
    lms.switches.fail("token", "403")
    worker(give_up_after=0.5)
    session.rollback()
    assert session.execute(select(Score.state, Score.last_error)).one() == (Delivery.NEEDS_HELP, "gave_up")
    assert lms.recorder.count("score") == 0


def test_d3_media_types_are_exactly_those_of_the_specification(done, lms, worker):  # noqa: F811
    lms.switches.fail("score", "409", times=1)
    worker()
    lose(lms, done)
    assert lms.recorder.of("score")[0].headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    read = lms.recorder.of("results")
    assert {each.headers["Accept"] for each in read} <= {"application/vnd.ims.lis.v2.resultcontainer+json"}
    assert ags.LINE_ITEM_TYPE == "application/vnd.ims.lis.v2.lineitem+json"
    assert ags.LINE_ITEMS_TYPE == "application/vnd.ims.lis.v2.lineitemcontainer+json"


@pytest.mark.parametrize(
    ("line_item", "scores"),
    [
        ("https://a.example/li?type_id=1", "https://a.example/li/scores?type_id=1"),
        ("https://a.example/li", "https://a.example/li/scores"),
        ("https://a.example/li/?a=1&b=2", "https://a.example/li/scores?a=1&b=2"),
    ],
)
def test_d4_the_query_of_a_line_item_is_kept(line_item, scores):
    assert ags.beside(line_item, "scores") == scores


def test_d5_a_score_has_all_that_is_required(done, lms, worker):  # noqa: F811
    worker()
    (body,) = bodies(lms)
    assert body["userId"] == done.person.id
    assert (body["scoreGiven"], body["scoreMaximum"]) == (100, 100)
    assert (body["activityProgress"], body["gradingProgress"]) == ("Completed", "FullyGraded")
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None


def test_d6_each_try_has_a_later_timestamp(done, lms, worker):  # noqa: F811
    lms.switches.fail("score", "409", times=2)
    worker()
    moments = [datetime.fromisoformat(body["timestamp"]) for body in bodies(lms)]
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(moments))
    assert len(moments) >= 2


def test_d7_a_score_is_never_cleared(done, lms, worker):  # noqa: F811
    """An entry without scoreGiven, or not FullyGraded, erases the grade in Moodle; none is ever sent."""
    worker()
    assert all("scoreGiven" in body and body["gradingProgress"] == "FullyGraded" for body in bodies(lms))


def test_d10_a_link_without_a_line_item_keeps_no_score(app, session, link, module):
    from learn.lti.launching.people import LinkSettings
    from learn.lti.launching.target import Target
    from learn.player import opening

    linked = link(f"/modules/{module.slug}")
    opened = type("Opened", (), {
        "user_id": 1, "learner_id": linked.learner_id, "platform_user_id": linked.platform_user_id, "line_item_id": None,
        "context_pk": None, "resource_link_pk": 1, "registration_id": 1, "settings": LinkSettings(), "is_learner": True,
        "is_instructor": False, "target": Target("module", f"/modules/{module.slug}", module.slug), "now": now(),
    })()  # fmt: skip
    with app.test_request_context("/"):
        opening.open_target(session, opened)
    assert session.scalars(select(Score.id)).all() == []


def test_d12_when_it_was_reached_is_said_beside_when_it_is_sent(done, lms, worker, session):  # noqa: F811
    reached = now() - timedelta(days=2)
    session.execute(update(Score).values(reached_at=reached))
    session.commit()
    worker()
    (body,) = bodies(lms)
    assert datetime.fromisoformat(body["submission"]["submittedAt"]) == reached.replace(microsecond=0)
    assert datetime.fromisoformat(body["timestamp"]) > reached


@pytest.mark.parametrize("status", sorted(calling.FINAL))
def test_d2_answers_that_will_not_change_are_known(status):
    assert calling.FINAL[status] in ("not_gradable", "not_allowed", "gone")
