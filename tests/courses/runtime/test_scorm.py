"""What SCORM states mean, how changes are put into them, and what a player begins with."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.runtime import scorm12, scorm2004, times
from courses.runtime.cmi import DEEPEST

KEY = "k" * 32


def core(**values):
    return {"core": values}


@pytest.mark.parametrize(
    "state, play, is_complete, is_passed, score",
    [
        ({}, {}, False, None, None),
        (core(lesson_status="not attempted"), {}, False, None, None),
        (core(lesson_status="browsed"), {}, False, None, None),
        (core(lesson_status="incomplete", score={"raw": "90"}), {}, False, None, 90),
        (core(lesson_status="completed"), {}, True, None, None),
        (core(lesson_status="passed"), {}, True, True, None),
        (core(lesson_status="PASSED "), {}, True, True, None),
        (core(lesson_status="failed", score={"raw": "10"}), {}, False, False, 10),
        (core(lesson_status="completed", score={"raw": "80"}), {"mastery": 80}, True, True, 80),
        (core(lesson_status="completed", score={"raw": "79"}), {"mastery": 80}, False, False, 79),
        (core(lesson_status="failed", score={"raw": "85"}), {"mastery": 80}, True, True, 85),
        (core(lesson_status="incomplete", score={"raw": "85"}), {"mastery": 80}, False, None, 85),
        (core(lesson_status="passed"), {"mastery": 80}, True, True, None),
        (core(score={"raw": "45", "min": "0", "max": "50"}), {}, False, None, 90),
        (core(score={"raw": "15", "min": "10", "max": "20"}), {}, False, None, 50),
        (core(score={"raw": "7", "min": "0", "max": "0"}), {}, False, None, 7),
        (core(score={"raw": "29", "max": "100"}), {}, False, None, 29),
        (core(score={"raw": "66,7"}), {}, False, None, 66),
        (core(score={"raw": "120"}), {}, False, None, 100),
        (core(score={"raw": "-5"}), {}, False, None, 0),
        (core(score={"raw": "NaN"}), {}, False, None, None),
        (core(score={"raw": "Infinity"}), {}, False, None, None),
        (core(score="80"), {}, False, None, None),
        ({"core": "passed"}, {}, False, None, None),
    ],
)  # fmt: skip
def test_scorm_12_says(state, play, is_complete, is_passed, score):
    said = scorm12.said(scorm12.merge({}, state), play)
    assert (said.is_complete, said.is_passed, said.score) == (is_complete, is_passed, score)


@pytest.mark.parametrize(
    "state, play, is_complete, is_passed, score",
    [
        ({}, {}, False, None, None),
        ({"completion_status": "completed", "success_status": "unknown"}, {}, True, None, None),
        ({"completion_status": "incomplete", "success_status": "passed"}, {}, False, True, None),
        ({"success_status": "failed"}, {}, False, False, None),
        ({"score": {"scaled": "0.85"}}, {}, False, None, 85),
        ({"score": {"scaled": "0.29"}}, {}, False, None, 29),
        ({"score": {"scaled": "-0.5"}}, {}, False, None, 0),
        ({"score": {"raw": "8", "min": "0", "max": "10"}}, {}, False, None, 80),
        ({"score": {"scaled": "0.8"}}, {"mastery": 80.0}, False, True, 80),
        ({"score": {"scaled": "0.7"}, "success_status": "passed"}, {"mastery": 80.0}, False, False, 70),
        ({"success_status": "passed"}, {"mastery": 80.0}, False, True, None),
        ({"progress_measure": "0.9"}, {"completion_threshold": 0.9}, True, None, None),
        ({"progress_measure": "0.8", "completion_status": "completed"}, {"completion_threshold": 0.9}, False, None, None),
        ({"completion_status": "completed"}, {"completion_threshold": 0.9}, True, None, None),
    ],
)  # fmt: skip
def test_scorm_2004_says(state, play, is_complete, is_passed, score):
    said = scorm2004.said(scorm2004.merge({}, state), play)
    assert (said.is_complete, said.is_passed, said.score) == (is_complete, is_passed, score)


def test_what_is_put_right_is_said():
    assert scorm12.said(core(score={"raw": "120"}), {}).odd == ("A score of 120 per cent is counted as 100.",)
    assert "is no range" in scorm12.said(core(score={"raw": "7", "min": "9", "max": "1"}), {}).odd[0]
    assert scorm2004.said({"score": {"scaled": "-0.5"}}, {}).odd == ("A score of -50 per cent is counted as 0.",)


def test_an_interaction_with_the_number_nan_is_left_out_and_the_rest_is_kept():
    state = scorm12.merge({}, {"interactions": {"NaN": {"id": "x"}, "0": {"id": "i0"}}, **core(lesson_status="passed")})
    assert state == {"interactions": {"0": {"id": "i0"}}, "core": {"lesson_status": "passed"}}


def test_lists_have_no_gaps_as_a_player_would_lose_what_comes_after_one():
    state = scorm12.merge(
        {}, {"objectives": {"10": {"id": "k"}, "1": {"id": "b"}, "0": {"id": "a"}, "007": {"id": "c"}}}
    )
    assert state == {"objectives": {"0": {"id": "a"}, "1": {"id": "b"}}}


def test_flat_names_and_whole_models_come_to_the_same():
    flat = {"cmi.core.lesson_location": "4", "cmi.interactions.0.id": "i", "adl.nav.request": "continue"}
    nested = {"cmi": {**core(lesson_location="4"), "interactions": {"0": {"id": "i"}}}, "commitSequence": 3}
    assert (
        scorm12.merge({}, flat)
        == scorm12.merge({}, nested)
        == {**core(lesson_location="4"), "interactions": {"0": {"id": "i"}}}
    )


def test_a_package_cannot_say_what_the_site_says():
    given = {
        "cmi": {
            "core": {"student_id": "x", "total_time": "9999:00:00", "lesson_mode": "review"},
            "student_data": {"mastery_score": "1"},
        }
    }
    assert scorm12.merge({}, given) == {"core": {}}
    assert scorm2004.merge({}, {"learner_id": "x", "scaled_passing_score": "0", "location": "1"}) == {"location": "1"}


def test_a_player_of_scorm_12_begins_with():
    state = scorm12.merge(
        {},
        {
            **core(lesson_location="3", exit="suspend", session_time="00:01:00", lesson_status="incomplete"),
            "suspend_data": "s",
        },
    )
    play = {"mastery": 80.0, "launch_data": "go", "max_time": "00:30:00", "time_limit_action": "exit,message"}
    assert scorm12.initial(state, play, KEY, 3_725, "learn") == {
        "cmi": {
            "core": {
                "lesson_location": "3", "lesson_status": "incomplete", "student_id": KEY, "student_name": "Learner",
                "lesson_mode": "normal", "credit": "credit", "total_time": "0001:02:05.00", "entry": "resume",
            },
            "suspend_data": "s", "launch_data": "go",
            "student_data": {"mastery_score": "80", "max_time_allowed": "00:30:00", "time_limit_action": "exit,message"},
        }
    }  # fmt: skip


def test_a_player_of_scorm_2004_begins_with():
    play = {
        "mastery": 80.0, "completion_threshold": 0.9, "launch_data": "go", "max_time": "PT30M", "time_limit_action": "exit,message",
        "objectives": [{"id": "main", "min_measure": 0.8}, {"id": "second"}],
    }  # fmt: skip
    assert scorm2004.initial({}, play, KEY, 0, "learn") == {
        "cmi": {
            "learner_id": KEY, "learner_name": "Learner", "mode": "normal", "credit": "credit", "total_time": "PT0H0M0S",
            "entry": "ab-initio", "launch_data": "go", "scaled_passing_score": "0.8", "completion_threshold": "0.9",
            "max_time_allowed": "PT30M", "time_limit_action": "exit,message",
            "objectives": {"0": {"id": "main"}, "1": {"id": "second"}},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    "play", [{"max_time": "00:30:00"}, {"time_limit_action": "junk"}, {"max_time": "PT"}, {"mastery": "high"}]
)
def test_a_value_of_the_manifest_that_the_player_would_choke_on_is_left_out(play):
    assert set(scorm2004.initial({}, play, KEY, 0, "learn")["cmi"]) == {
        "learner_id", "learner_name", "mode", "credit", "total_time", "entry",
    }  # fmt: skip


def test_objectives_keep_their_place_and_what_was_said_of_them():
    named = {"objectives": [{"id": "main"}, {"id": "second"}]}
    state = scorm2004.merge({}, {"objectives": {"0": {"success_status": "passed"}, "1": {"id": "own"}}})
    assert scorm2004.initial(state, named, KEY, 0, "learn")["cmi"]["objectives"] == {
        "0": {"id": "main", "success_status": "passed"},
        "1": {"id": "own"},
        "2": {"id": "second"},
    }


def test_an_entrys_id_and_type_come_first_and_entries_come_by_number():
    entries = {str(n): {"learner_response": "a", "type": "choice", "id": f"i{n}"} for n in range(12)}
    given = scorm2004.initial(scorm2004.merge({}, {"interactions": entries}), {}, KEY, 0, "learn")["cmi"][
        "interactions"
    ]
    assert list(given) == [str(n) for n in range(12)]
    assert all(set(list(entry)[:2]) == {"id", "type"} for entry in given.values())


@pytest.mark.parametrize(
    "state, mode, entry",
    [
        ({}, "learn", "ab-initio"),
        (core(exit="suspend"), "learn", "resume"),
        ({"suspend_data": "x"}, "learn", "resume"),
        (core(lesson_location="2", exit=""), "learn", "resume"),
        (core(exit="", lesson_status="incomplete"), "learn", None),
        (core(exit="logout", suspend_data=""), "learn", None),
        (core(lesson_status="passed"), "review", "resume"),
    ],
)  # fmt: skip
def test_entry(state, mode, entry):
    assert scorm12.initial(state, {}, KEY, 0, mode)["cmi"]["core"].get("entry") == entry


@pytest.mark.parametrize(
    "text, seconds",
    [("00:01:10", 70), ("0000:01:10.25", 70), ("PT1M10S", 70), ("PT1H0.5S", 3600), ("P1DT1S", 86_401), ("P1Y1M", 395 * 86_400),
     ("", None), ("PT", None), ("70", None), ("1:1", None), ("PT-5S", None), ("²:00:00", None)],
)  # fmt: skip
def test_lengths_of_time(text, seconds):
    assert times.seconds_of(text) == seconds


@given(st.integers(0, 35_000_000))
def test_a_length_of_time_is_read_as_it_was_written(seconds):
    assert times.seconds_of(times.timespan(seconds)) == times.seconds_of(times.duration(seconds)) == seconds


words = st.sampled_from(
    ["cmi", "core", "score", "raw", "min", "max", "scaled", "lesson_status", "completion_status", "success_status", "exit",
     "interactions", "objectives", "0", "1", "NaN", "id", "suspend_data", "_count", "progress_measure", "a.b", "cmi.core.exit", ""]
)  # fmt: skip
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from(["passed", "failed", "completed", "suspend", "0.5", "-1", "1e999", "٣"]),
)  # fmt: skip
models = st.recursive(
    values,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=5)),
    max_leaves=25,
)
plays = st.fixed_dictionaries(
    {},
    optional={
        "objectives": st.just([{"id": "main"}, 5, {}]),
        **dict.fromkeys(("mastery", "completion_threshold"), st.floats()),
        **dict.fromkeys(("max_time", "time_limit_action", "launch_data"), st.text(max_size=5)),
    },
)


@given(
    st.lists(models, max_size=4),
    plays,
    st.sampled_from([scorm12, scorm2004]),
    st.sampled_from(["learn", "review", "preview"]),
)
def test_nothing_that_a_package_sends_raises_and_nothing_but_text_is_kept(messages, play, runtime, mode):
    state = {}
    for message in messages:
        runtime.session_seconds(message)
        state = runtime.merge(state, message)
        said = runtime.said(state, play)
        assert said.score is None or 0 <= said.score <= 100
        assert json.loads(json.dumps(state)) == state
        assert all(isinstance(leaf, str) for leaf in leaves(state))
        again = runtime.merge(state, state)
        assert again == state
        json.dumps(runtime.initial(state, play, KEY, 0, mode))


def leaves(state):
    for value in state.values():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield value


def test_a_model_as_deep_as_a_well_is_cut():
    deep = {}
    for _ in range(900):
        deep = {"a": deep}
    depth, state = 0, scorm12.merge({}, deep)
    while state:
        state, depth = state.get("a"), depth + 1
    assert depth <= DEEPEST + 1
