"""After 24 months: asked, answered, archived."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.errors import Forbidden
from learn.notifications.models import Notification
from learn.stories.models import Story, StoryState
from learn.stories.review import due, publishing
from learn.stories.review.door import Changed
from tests.learn.stories.review.making import make_draft, row

S = StoryState


@pytest.fixture
def night(session):
    """One night of the worker, so many days from now."""

    def run(days: int = 0) -> None:
        at = now() + timedelta(days=days)
        assert due.Nightly().prepare(session, None, at, None) == at + due.EVERY

    return run


@pytest.fixture
def told(session):
    """What somebody was told, oldest first."""

    def read(user_id: int) -> list[str]:
        return list(
            session.scalars(select(Notification.kind).where(Notification.user_id == user_id).order_by(Notification.id))
        )

    return read


def make_due(session, number):
    session.execute(update(Story).where(Story.id == number).values(review_due_on=now().date()))


def test_an_author_is_asked_once_and_the_story_archived_when_nobody_answers(session, story_in, author, night, told):
    number = story_in(S.PUBLISHED)
    night()
    assert "story_due" not in told(author.id)
    make_due(session, number)
    night()
    night(1)
    assert told(author.id).count("story_due") == 1
    night(61)
    assert (row(session, number).state, row(session, number).is_out) == (S.ARCHIVED, False)
    assert told(author.id)[-1] == "story_archived"


def test_who_confirms_is_asked_again_after_24_months(session, story_in, author, night, told):
    number = story_in(S.PUBLISHED)
    make_due(session, number)
    night()
    due.confirm(session, number, author.id, now(), row(session, number).version)
    assert row(session, number).review_due_on > (now() + timedelta(days=729)).date()
    night(61)
    assert row(session, number).is_out
    make_due(session, number)
    night()
    assert told(author.id).count("story_due") == 2
    assert row(session, number).state is S.PUBLISHED, "an answer counts until the next question"


def test_an_archived_story_is_back_at_once(session, story_in, author):
    number = story_in(S.ARCHIVED, published=True)
    due.confirm(session, number, author.id, now(), row(session, number).version)
    assert (row(session, number).state, row(session, number).is_out) == (S.PUBLISHED, True)


def test_nobody_else_confirms_and_nobody_what_they_saw_before(session, story_in, author, other, facilitator):
    number = story_in(S.PUBLISHED)
    with pytest.raises(Forbidden):
        due.confirm(session, number, other.id, now(), row(session, number).version)
    with pytest.raises(Changed):
        due.confirm(session, number, author.id, now(), 1)
    due.confirm(session, number, facilitator.id, now(), row(session, number).version)
    withdrawn = story_in(S.WITHDRAWN, published=True)
    with pytest.raises(Forbidden):
        due.confirm(session, withdrawn, author.id, now(), row(session, withdrawn).version)


def test_a_story_whose_author_is_gone_is_asked_of_its_facilitators(session, story_in, facilitator, night, told):
    number = story_in(S.PUBLISHED)
    session.execute(update(Story).where(Story.id == number).values(author_id=None))
    make_due(session, number)
    night()
    assert "story_due" in told(facilitator.id)


def test_what_came_with_the_site_is_nobodys_to_confirm(session, night):
    number = make_draft(session, None, is_starter=True, starter_slug="a-story")
    publishing.publish(session, number, now())
    make_due(session, number)
    night()
    assert row(session, number).is_out and row(session, number).review_due_on > now().date() + timedelta(days=700)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-11-27", 24, "2028-11-27"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
    ],
)
def test_months_end_on_the_last_day_there_is(day, months, then):
    assert publishing.in_months(date.fromisoformat(day), months) == date.fromisoformat(then)
