"""A tool that others wrote (stock PyLTI1p3 on Flask) is launched by the LMS and uses its services over real HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, jsonify, request
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.exception import LtiException
from pylti1p3.grade import Grade
from pylti1p3.tool_config import ToolConfDict

from tests.lms import connecting, keys
from tests.lms.serving import running

TOOL = "http://frontline.localhost:5000"


@pytest.fixture
def lms():
    with running(TOOL) as served:
        course = served.add_course()
        served.enrol(course, served.add_person("Tess", "Teacher"), "Instructor")
        for name in ("Rowan", "Ash"):
            served.add_learner(course, name)
        for number in range(3):
            served.add_link(course, f"Module {number + 1}", f"/modules/m{number + 1}", resource_id=f"m{number + 1}")
        yield served


@pytest.fixture
def outbound():
    with connecting.session() as session:
        yield session


@pytest.fixture
def launched(lms, outbound):
    """The library's launches, in order; ``launched.by(person)`` makes one more, or raises what the library raises."""
    conf = _tool_conf(lms)
    lms.key_set_of_tool = conf.get_jwks(lms.url)
    tool = Flask("a stock tool")
    tool.secret_key = "for this test"
    tool.config["PROPAGATE_EXCEPTIONS"] = True
    made: list[Any] = []

    @tool.post("/lti/login")
    def login() -> Any:
        return FlaskOIDCLogin(FlaskRequest(), conf).redirect(f"{TOOL}/lti/launch")

    @tool.post("/lti/launch")
    def launch() -> Any:
        message = FlaskMessageLaunch(FlaskRequest(), conf, requests_session=outbound)
        told = message.get_launch_data()
        made.append(message)
        return jsonify(told | {"form": sorted(request.form)})

    def by(person: Any, activity: Any, **more: Any) -> Any:
        answer = lms.launch(tool.test_client(), person, activity, **more)
        return made[-1], answer

    return by


def test_the_library_takes_our_launch(lms, launched):
    activity = lms.state.activities["1"]
    learner = _learners(lms)[0]
    message, answer = launched(learner, activity)
    assert answer.status_code == 200
    assert answer.json["form"] == ["id_token", "state"]
    assert answer.json["sub"] == learner.id
    assert message.is_resource_launch()
    assert message.check_student_access()
    assert not message.check_teacher_access()


@pytest.mark.parametrize(
    "name", ["bad_signature", "other_key", "alg_none", "hs256_with_public_key", "unknown_deployment"]
)
def test_the_library_refuses_our_forgeries(lms, launched, name):
    with pytest.raises(LtiException):
        launched(_learners(lms)[0], lms.state.activities["1"], breakage=name)


def test_a_key_set_that_rotates_is_fetched_over_http(lms, launched):
    lms.keys.rotate(keep_old=False)
    _, answer = launched(_learners(lms)[0], lms.state.activities["1"])
    assert answer.status_code == 200
    assert lms.recorder.count("certs") == 1


def test_the_library_sends_a_score_and_reads_it_back(lms, launched):
    learner, activity = _learners(lms)[0], lms.state.activities["2"]
    message, _ = launched(learner, activity)
    ags = message.get_ags()
    score = Grade().set_score_given(7).set_score_maximum(10).set_user_id(learner.id)
    score.set_timestamp(datetime.now(UTC).isoformat()).set_activity_progress("Completed").set_grading_progress(
        "FullyGraded"
    )
    ags.put_grade(score)
    assert lms.grade(learner, activity).score == 70
    (result,) = ags.get_grades()
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == (learner.id, 70, 100)
    (token,) = lms.recorder.of("token")
    assert token.form["grant_type"] == "client_credentials"


def test_the_library_finds_line_items_and_members(lms, launched):
    message, _ = launched(_learners(lms)[0], lms.state.activities["1"])
    assert [item["label"] for item in message.get_ags().get_lineitems()] == ["Module 1", "Module 2", "Module 3"]
    assert message.get_ags().find_lineitem_by_resource_id("m2").get_label() == "Module 2"
    assert {member["roles"][0] for member in message.get_nrps().get_members()} == {"Learner", "Instructor"}


def _learners(lms: Any) -> list[Any]:
    return [lms.state.people[person] for person, role in lms.course.roles.items() if role == "Learner"]


def _tool_conf(lms: Any) -> ToolConfDict:
    told = lms.registration()
    conf = ToolConfDict({
        lms.url: {
            "client_id": told["client_id"], "auth_login_url": told["auth_url"], "auth_token_url": told["token_url"],
            "auth_audience": None, "key_set_url": told["jwks_url"], "key_set": None,
            "deployment_ids": [told["deployment_id"]],
        }
    })  # fmt: skip
    conf.set_private_key(lms.url, keys.stranger().private_pem.decode())
    conf.set_public_key(lms.url, keys.stranger().public_pem.decode())
    return conf
