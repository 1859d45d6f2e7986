"""The place in line, read by its index, and the days by which something is said."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.moderation.models import ReviewItem
from learn.stories.models import StoryState
from learn.stories.review import deciding, targets
from tests.learn.stories.review.conftest import APPROVAL

SENT = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
"A Friday afternoon."


def test_the_line_moves_up_when_one_before_is_decided(session, story_in, facilitator):
    first, second, third = (story_in(StoryState.SUBMITTED) for _ in range(3))
    assert [targets.of(session, each, now()).place for each in (first, second, third)] == [1, 2, 3]
    deciding.approve(session, first, facilitator.id, now(), APPROVAL)
    session.execute(update(ReviewItem).where(ReviewItem.target_id == first).values(state="closed"))
    assert [targets.of(session, each, now()).place for each in (second, third)] == [1, 2]
    assert targets.of(session, first, now()) is None


def test_one_that_was_reported_too_is_read_first(session, story_in):
    story_in(StoryState.SUBMITTED)
    second = story_in(StoryState.SUBMITTED)
    session.execute(update(ReviewItem).where(ReviewItem.target_id == second).values(priority=0))
    assert targets.of(session, second, now()).place == 1


def test_five_and_fifteen_working_days_are_promised(session, story_in):
    wait = targets.of(session, story_in(StoryState.SUBMITTED), SENT)
    assert (wait.first_by.date().isoformat(), wait.decision_by.date().isoformat()) == ("2026-12-04", "2026-12-18")
    assert not wait.is_opened and not wait.is_far
    assert wait.first_by - SENT == timedelta(days=7)


def test_the_line_is_read_by_the_index_of_what_waits(session, story_in):
    story_in(StoryState.SUBMITTED)
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads so few rows from the first to the last")
    asked = str(targets._BEFORE.compile(session.get_bind()))
    plan = (
        session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("story", 4, "2026-11-27", 1, 100, 0)).all()
    )
    assert "ix_review_item_queue" in str(plan), plan
    assert session.scalar(select(ReviewItem.id)) is not None
