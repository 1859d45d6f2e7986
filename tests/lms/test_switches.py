"""The hostile side: errors at a rate, latency, hanging, dropping, a broken key set; and what is kept over a restart."""

import time

import pytest
import requests

from tests.lms import connecting
from tests.lms.platform import Lms
from tests.lms.serving import running


def rates(caller, count=100):
    """How often each status was answered."""
    found = [caller.score(1, userId=str(5 + number % 3)).status_code for number in range(count)]
    return {status: found.count(status) for status in set(found)}


def test_error_rates_strike_as_often_as_told_and_the_same_way_each_time(lms, caller):
    lms.switches.error_rates = {"401": 0.2, "429": 0.2, "500": 0.2}
    first = rates(caller)
    assert set(first) == {200, 401, 409, 429, 500}
    assert all(5 <= first[status] <= 35 for status in (401, 429, 500))
    lms.switches.seed(0)
    lms.state.grades.clear()
    assert rates(caller) == first


@pytest.mark.parametrize("kind", ["401", "409", "429", "500"])
def test_each_kind_of_error_answers_as_the_platform_does(lms, caller, kind):
    lms.switches.error_rates = {kind: 1.0}
    answer = caller.score(1)
    assert answer.status_code == int(kind)
    assert (answer.headers.get("Retry-After") is not None) is (kind == "429")
    assert not lms.state.grades
    lms.switches.reset()
    assert caller.score(1).status_code == 200


def test_one_endpoint_fails_so_many_times(lms, caller):
    lms.switches.fail("score", "503", times=2)
    assert [caller.score(1).status_code for _ in range(3)] == [503, 503, 200]


def test_an_answer_may_be_lost_after_the_work_was_done(lms, caller):
    lms.switches.fail("score", "500", times=1, after=True)
    assert caller.score(40).status_code == 500
    assert caller.results()[0]["resultScore"] == 40


def test_services_get_slower(lms, caller):
    lms.switches.latency = 0.1
    began = time.monotonic()
    caller.score(1)
    assert time.monotonic() - began >= 0.1


def test_the_key_set_goes_down_or_turns_into_a_page(lms, caller):
    for mode, status, media_type in (
        ("down", 503, "text/html"),
        ("html", 200, "text/html"),
        ("ok", 200, "application/json"),
    ):
        lms.switches.jwks = mode
        answer = caller.http.get("/mod/lti/certs.php", base_url=lms.url)
        assert (answer.status_code, answer.mimetype) == (status, media_type)


def test_switches_are_set_from_outside_only_while_testing(lms, caller):
    told = caller.http.post(
        "/switches", base_url=lms.url, json={"error_rates": {"500": 1.0}, "latency": 0.01, "jwks": "down"}
    )
    assert (told.json["error_rates"], told.json["jwks"]) == ({"500": 1.0}, "down")
    assert (lms.switches.error_rates, lms.switches.latency) == ({"500": 1.0}, 0.01)
    assert caller.http.post("/switches", base_url=lms.url, json={"reset": True}).json["error_rates"] == {}
    assert Lms().app.test_client().post("/switches", json={}).status_code == 404


def test_a_served_lms_hangs_drops_and_is_found_by_name():
    with running() as lms, connecting.session() as http:
        address = f"{lms.url}/mod/lti/certs.php"
        assert http.get(address, timeout=5).json() == lms.keys.key_set()
        assert lms.recorder.of("certs")[0].headers["Host"] == lms.url.removeprefix("http://")
        lms.switches.jwks = "hang"
        with pytest.raises(requests.Timeout):
            http.get(address, timeout=0.2)
        lms.switches.reset()
        lms.switches.fail("certs", "drop")
        with pytest.raises(requests.ConnectionError):
            http.get(address, timeout=5)


def test_state_and_key_outlast_a_restart(tmp_path):
    first = Lms(folder=tmp_path)
    person = first.add_person("Amina", "Learner", role="learner")
    activity = first.add_activity("Module", "/modules/m")
    second = Lms(folder=tmp_path)
    assert second.state.people[person.id] == person
    assert second.state.activities[activity.id] == activity
    assert second.course.roles == {person.id: "Learner"}
    assert second.keys.current.kid == first.keys.current.kid
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
