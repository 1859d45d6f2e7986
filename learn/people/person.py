"""Somebody by every number they have: what each feature's part of their data is asked with."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning.models import Learner
from learn.accounts.models import User
from learn.accounts.personal import Person
from learn.lti.models import PlatformUser

_USER, _LEARNER, _PLATFORM = (table_of(each) for each in (User, Learner, PlatformUser))
_OWN = select(_USER.c.learner_id).where(_USER.c.id == bindparam("user"))
_MERGED = select(_LEARNER.c.id).where(_LEARNER.c.merged_into_id == bindparam("learner")).order_by(_LEARNER.c.id)
_KNOWN = select(_PLATFORM.c.id).where(_PLATFORM.c.user_id == bindparam("user")).order_by(_PLATFORM.c.id)


def person_of(session: Session, user_id: int) -> Person:
    """The numbers of a person; NoResultFound where there is nobody of this number."""
    own = session.execute(_OWN, {"user": user_id}).scalar_one()
    merged = session.scalars(_MERGED, {"learner": own}).all()
    return Person(user_id, (own, *merged), tuple(session.scalars(_KNOWN, {"user": user_id}).all()))
