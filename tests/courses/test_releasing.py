"""When a unit opens: dates, earlier units, scores, and a SCORM package's own prerequisites."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from courses.learning.completion import set_bit
from courses.releasing import Wait, waits

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


@dataclass
class Step:
    position: int
    release: dict = field(default_factory=dict)
    score: int | None = None
    identifier: str | None = None
    prerequisites: str | None = None

    @property
    def stable_key(self):
        return f"step-{self.position}"

    @property
    def title(self):
        return f"Step {self.position}"


def done(*positions):
    bitmap = b""
    for position in positions:
        bitmap = set_bit(bitmap, position)
    return bitmap


def day(moment):
    return f"{moment.day} {moment:%B %Y}"


def words(steps, bitmap=b"", at=AT, **more):
    return {position: wait.words(day) for position, wait in waits(steps, bitmap, at, **more).items()}


def test_a_module_without_rules_has_nothing_closed():
    assert waits([Step(1), Step(2)], b"", AT) == {}


@pytest.mark.parametrize(
    "written", ["2026-12-03T00:00:00+00:00", "2026-12-03T00:00:00", "2026-12-03T00:00:00Z", "2026-12-03"]
)
def test_a_unit_opens_on_its_date_and_stays_open(written):
    steps = [Step(1), Step(2, {"not_before": written})]
    assert words(steps) == {2: "Opens on 3 December 2026"}
    opens = datetime(2026, 12, 3, tzinfo=UTC)
    assert words(steps, at=opens - timedelta(seconds=1))
    assert words(steps, at=opens) == words(steps, at=opens + timedelta(days=400)) == {}


def test_a_unit_waits_for_an_earlier_one_to_be_completed():
    steps = [Step(1), Step(2, {"after": "step-1"})]
    assert words(steps) == {2: "Complete “Step 1” first"}
    assert words(steps, done(1)) == {}


@pytest.mark.parametrize(("score", "is_closed"), [(None, True), (0, True), (79, True), (80, False), (100, False)])
def test_a_unit_waits_for_a_score_in_an_earlier_one_whether_or_not_that_is_completed(score, is_closed):
    steps = [Step(1, score=score), Step(2, {"after": "step-1", "min_score": 80})]
    expected = {2: "Score at least 80% in “Step 1” first"} if is_closed else {}
    assert words(steps, done(1)) == words(steps) == expected


def test_all_that_a_unit_waits_for_is_said_at_once():
    steps = [Step(1), Step(2, {"after": "step-1", "not_before": "2026-12-03"})]
    assert words(steps) == {2: "Opens on 3 December 2026. Complete “Step 1” first"}
    assert words(steps, done(1)) == {2: "Opens on 3 December 2026"}


def test_a_rule_that_names_a_unit_which_is_not_there_closes_nothing():
    assert waits([Step(1), Step(2, {"after": "gone", "min_score": 50})], b"", AT) == {}


def test_units_that_wait_for_each_other_one_by_one_open_one_by_one():
    steps = [Step(1), Step(2, {"after": "step-1"}), Step(3, {"after": "step-2"})]
    assert sorted(waits(steps, b"", AT)) == [2, 3]
    assert sorted(waits(steps, done(1), AT)) == [3]


def test_to_whoever_keeps_nothing_only_dates_close():
    steps = [
        Step(1, identifier="I1"), Step(2, {"after": "step-1"}), Step(3, {"after": "step-1", "min_score": 80}),
        Step(4, {"after": "step-1", "not_before": "2026-12-03"}), Step(5, prerequisites="I1"),
    ]  # fmt: skip
    assert words(steps, keeps_nothing=True) == {4: "Opens on 3 December 2026"}


def test_a_scorm_packages_prerequisites_are_its_units_rule():
    steps = [Step(1, identifier="I1"), Step(2, identifier="I2"), Step(3, identifier="I3", prerequisites="I1&I2")]
    assert words(steps) == {3: "Complete “Step 1” and “Step 2” first"}
    assert words(steps, done(2)) == {3: "Complete “Step 1” first"}
    assert words(steps, done(1, 2)) == {}


def test_prerequisites_and_an_authors_rule_are_both_asked_and_nothing_is_said_twice():
    steps = [Step(1, identifier="I1"), Step(2), Step(3, {"after": "step-2"}, prerequisites="I1")]
    assert words(steps) == {3: "Complete “Step 2” and “Step 1” first"}
    steps[2].release = {"after": "step-1"}
    assert words(steps) == {3: "Complete “Step 1” first"}


def test_no_wait_is_no_reason():
    assert Wait().words(day) == ""
