"""H5P and PDF: which messages count, and that nothing odd breaks them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.runtime import h5p, pdf, web


def statement(verb, about="https://site.example/xapi/unit/1", extensions=None, **result):
    definition = {"extensions": extensions} if extensions else {}
    return {"statement": {
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}, "object": {"id": about, "definition": definition}, "result": result,
    }}  # fmt: skip


PART = "http://h5p.org/x-api/h5p-subContentId"


@pytest.mark.parametrize(
    "message, is_complete, is_passed, score",
    [
        (statement("attempted"), False, None, None),
        (statement("interacted", completion=True), False, None, None),
        (statement("consumed", completion=True), False, None, None),
        (statement("answered", completion=True, score={"raw": 3, "max": 4, "scaled": 0.75}), True, None, 75),
        (statement("answered", completion=True, success=False, score={"raw": 0, "max": 4}), True, False, 0),
        (statement("completed", completion=True, success=True, score={"raw": 4, "max": 4}), True, True, 100),
        (statement("passed", completion=True), True, None, None),
        (statement("answered", score={"scaled": 0.5}), False, None, 50),
        (statement("answered", completion="true"), False, None, None),
        (statement("answered", "https://site.example/xapi/unit/1?subContentId=abc", completion=True), False, None, None),
        (statement("answered", extensions={PART: "abc"}, completion=True, score={"scaled": 1}), False, None, None),
        ({"finish": {"score": 1, "maxScore": 4}}, True, None, 25),
        ({"finish": {"score": "1", "maxScore": "0"}}, True, None, None),
        (statement("completed", completion=True, score={"scaled": 7}), True, None, 100),
    ],
)  # fmt: skip
def test_what_an_h5p_message_means(message, is_complete, is_passed, score):
    said = h5p.said(h5p.merge({}, message), {})
    assert (said.is_complete, said.is_passed, said.score) == (is_complete, is_passed, score)


def test_h5p_stays_complete_and_its_last_score_counts():
    state = h5p.merge({}, {"finish": {"score": 4, "maxScore": 4}})
    state = h5p.merge(state, statement("answered", completion=True, score={"scaled": 0.5}))
    state = h5p.merge(state, statement("attempted"))
    said = h5p.said(state, {})
    assert (said.is_complete, said.score) == (True, 50)


def test_h5p_keeps_the_state_of_each_part_by_its_type():
    state = h5p.merge({}, {"state": {"0": {"state": '{"page":2}'}, "part-1": {"state": "a"}}})
    state = h5p.merge(state, {"state": {"0": {"other": "b"}, "part-1": {"state": None}}})
    assert h5p.initial(state, {}, "key", 0, "learn") == {
        "state": {"0": {"state": '{"page":2}', "other": "b"}},
        "learner": "key",
    }


def test_h5p_keeps_no_more_parts_than_200():
    state = h5p.merge({}, {"state": {str(n): {"state": "x"} for n in range(500)}})
    assert len(state["state"]) == 200


@pytest.mark.parametrize(
    "pages, count, share", [([1], 4, 25), ([1, 2, 3], 4, 75), ([1, 1, 9], 4, 25), ([1], 3, 33), ([], 0, 0)]
)
def test_the_share_of_pages_seen(pages, count, share):
    assert pdf.said(pdf.merge({}, {"pages": pages}), {"pages": count}).share == share


def test_a_page_is_never_unseen():
    state = pdf.merge(pdf.merge({}, {"pages": [3, 1], "page": 3}), {"pages": [2, 0, -1, True, "5", 10**9], "page": "x"})
    assert pdf.initial(state, {}, "key", 0, "learn") == {"pages": [1, 2, 3], "page": 3}


names = st.sampled_from(
    [
        "state",
        "statement",
        "finish",
        "pages",
        "page",
        "verb",
        "id",
        "object",
        "result",
        "score",
        "scaled",
        "maxScore",
        "raw",
        "max",
    ]
)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("x/answered"))
messages = st.recursive(
    values,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=5)),
    max_leaves=25,
)


@given(st.lists(messages, max_size=4), st.sampled_from([h5p, pdf, web]))
def test_nothing_that_is_sent_raises_and_completion_stays(sent, runtime):
    state, was_complete, was_share = {}, False, 0
    for message in sent:
        runtime.session_seconds(message)
        state = runtime.merge(state, message)
        said = runtime.said(state, {"pages": 2})
        assert said.is_complete >= was_complete and (said.share or 0) >= was_share
        was_complete, was_share = said.is_complete, said.share or 0
        assert json.loads(json.dumps(state)) == state
        runtime.initial(state, {}, "key", 0, "learn")
