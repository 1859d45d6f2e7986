"""The one door: every change of state, allowed and refused, with its row and its line of the trail."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import Role, RoleGrant
from learn.audit import AuditEntry
from learn.errors import Forbidden
from learn.stories.models import Story, StoryEvent, StoryState
from learn.stories.review import door
from learn.stories.review.door import TABLE, CannotMove, Changed, Who
from tests.learn.stories.review.making import make_draft, row
from tests.people import make_user

S = StoryState
PUBLISHED_BEFORE = {"published_n": 1, "is_out": True, "reference": "FRL-2026-0001"}


@pytest.fixture
def in_state(session, author):
    """A story that was put into a state by hand, so that each change can be tried by itself."""

    def make(state: StoryState, **more: Any) -> int:
        number = make_draft(session, author.id)
        theme = select(Story.theme_id).where(Story.id == number)
        assert session.scalar(theme) is None
        session.execute(update(Story).where(Story.id == number).values(state=state, **more))
        return number

    return make


@pytest.fixture
def people(author, facilitator, other):
    return {Who.AUTHOR: author.id, Who.FACILITATOR: facilitator.id, Who.SITE: None, "other": other.id}


def test_each_change_of_the_table_leaves_a_row_and_a_line_of_the_trail(session, in_state, people):
    for (before, after), whos in TABLE.items():
        for who in sorted(whos):
            number = in_state(before, published_n=1, is_starter=who is Who.SITE)
            door.move(session, number, after, actor_id=people[who], at=now(), reason="Because.", version=1)
            found = row(session, number)
            assert (found.state, found.version) == (after, 2), (before, after, who)
            event = session.execute(select(StoryEvent.__table__).where(StoryEvent.story_id == number)).one()
            assert (event.before, event.after, event.actor_id, event.reason) == (before, after, people[who], "Because.")
            trail = select(AuditEntry.details).where(AuditEntry.action == "story.moved").order_by(AuditEntry.id.desc())
            assert session.scalars(trail).first() == {"story": number, "before": before, "after": after, "revision": 1}


def test_what_the_table_does_not_name_is_refused_to_everybody(session, in_state, people):
    numbers = {state: in_state(state, published_n=1) for state in S}
    for (before, after), who in product(product(S, S), (*Who, "other")):
        if who in TABLE.get((before, after), ()) or before is after:
            continue
        version = row(session, numbers[before]).version
        with pytest.raises((CannotMove, Forbidden)):
            door.move(session, numbers[before], after, actor_id=people[who], at=now(), version=version)
    assert session.scalar(select(StoryEvent.id).limit(1)) is None


def test_a_facilitator_is_nothing_but_the_author_of_their_own_story(session, in_state, author):
    number = in_state(S.IN_REVIEW)
    session.execute(RoleGrant.__table__.insert(), {"user_id": author.id, "role": Role.FACILITATOR, "granted_at": now()})
    for to in (S.APPROVED, S.CHANGES_REQUESTED, S.REJECTED):
        with pytest.raises(Forbidden) as refused:
            door.move(session, number, to, actor_id=author.id, at=now(), version=1)
        assert "a facilitator of its theme" in refused.value.message


def test_a_facilitator_of_another_theme_may_nothing(session, in_state):
    number = in_state(S.SUBMITTED)
    data = make_user(session, "Dan Data", roles=(Role.FACILITATOR,))
    session.execute(update(RoleGrant).where(RoleGrant.user_id == data.id).values(themes=["data"]))
    care = select(door.Story.theme_id)
    assert session.scalar(care.where(Story.id == number)) is None
    with pytest.raises(Forbidden):
        door.move(session, number, S.IN_REVIEW, actor_id=data.id, at=now(), version=1)


def test_whoever_acts_on_what_they_saw_before_is_told_what_changed(session, in_state, author, facilitator):
    number = in_state(S.DRAFT)
    door.move(session, number, S.SUBMITTED, actor_id=author.id, at=now(), version=1)
    with pytest.raises(Changed) as refused:
        door.move(session, number, S.IN_REVIEW, actor_id=facilitator.id, at=now(), version=1)
    assert refused.value.status == 409
    assert refused.value.message.startswith("It was sent to the facilitators on ")
    assert row(session, number).state is S.SUBMITTED


def test_an_author_drops_a_change_only_while_readers_find_the_story(session, in_state, author):
    found = in_state(S.CHANGES_REQUESTED, **PUBLISHED_BEFORE)
    door.move(session, found, S.PUBLISHED, actor_id=author.id, at=now(), version=1)
    withdrawn = in_state(S.CHANGES_REQUESTED, published_n=1)
    with pytest.raises(CannotMove):
        door.move(session, withdrawn, S.PUBLISHED, actor_id=author.id, at=now(), version=1)


def test_what_was_never_published_cannot_be_retracted(session, in_state, facilitator):
    number = in_state(S.SUBMITTED)
    with pytest.raises(Forbidden):
        door.move(session, number, S.RETRACTED, actor_id=facilitator.id, at=now(), version=1)


def test_undoing_goes_the_way_back_of_what_a_facilitator_may_do_and_no_other(session, in_state):
    number = in_state(S.REJECTED)
    with pytest.raises(CannotMove):
        door.move(session, number, S.APPROVED, actor_id=None, at=now(), version=1, is_undo=True)
    door.move(session, number, S.IN_REVIEW, actor_id=None, at=now(), version=1, is_undo=True)
    assert row(session, number).state is S.IN_REVIEW


def test_a_number_in_a_reason_is_masked(session, in_state, author, nhs_number):
    number = in_state(S.PUBLISHED, **PUBLISHED_BEFORE)
    door.move(session, number, S.WITHDRAWN, actor_id=author.id, at=now(), reason=f"It named {nhs_number}.", version=1)
    reason = session.scalar(select(StoryEvent.reason).where(StoryEvent.story_id == number))
    assert reason == "It named [NHS number removed]."
