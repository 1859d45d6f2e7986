"""A person by every number they have."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import NoResultFound

from courses.learning.models import Learner
from learn.people.person import person_of
from tests.people import make_user


def test_a_person_keeps_the_learners_of_accounts_that_became_theirs(session):
    own, joined, other = (make_user(session) for _ in range(3))
    session.execute(update(Learner).where(Learner.id == joined.learner_id).values(merged_into_id=own.learner_id))
    assert person_of(session, own.id).learner_ids == (own.learner_id, joined.learner_id)
    assert person_of(session, other.id).learner_ids == (other.learner_id,)


def test_nobody_has_no_numbers(session):
    with pytest.raises(NoResultFound):
        person_of(session, 7)


def test_the_footer_leads_to_the_account(member, client):
    assert member.get("/learn").select_one('.foot a[href="/me/profile"]').text == "Your account"
    member.get("/me/addresses")
