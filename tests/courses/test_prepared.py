"""Prepared statements give what SQLAlchemy would give, and their errors tell no values."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from courses.db import now, table_of
from courses.learning import enrolments, learners
from courses.learning.models import Enrolment, Learner, Statement, Verb
from courses.prepared import Prepared
from tests.modules import WHOLE, make_module

SAY = Prepared(insert(table_of(Statement)), ("enrolment_id", "unit_id", "verb", "result", "at"))
LAST = select(
    Statement.enrolment_id, Statement.unit_id, Statement.verb, Statement.result, Statement.at, Enrolment.done
).join(Enrolment, Enrolment.id == Statement.enrolment_id).where(Statement.verb == bindparam("verb", type_=Statement.verb.type))  # fmt: skip


def test_values_come_back_as_through_the_session(session, storage):
    module = make_module(session, storage, WHOLE)
    enrolled = enrolments.enrol(session, learners.add(session, now()), module.id, now())
    said = {"enrolment_id": enrolled.id, "unit_id": None, "verb": Verb.PASSED, "result": {"score": {"scaled": 1.0}}, "at": now()}  # fmt: skip
    SAY.run(session.connection(), said)
    found = Prepared(LAST).one(session.connection(), {"verb": Verb.PASSED})
    assert found == session.execute(LAST, {"verb": Verb.PASSED}).one()
    assert found._asdict() == {**said, "done": b""}
    assert (type(found.verb), type(found.done)) == (Verb, bytes)


def test_no_row_is_none(session):
    assert Prepared(LAST).one(session.connection(), {"verb": Verb.FAILED}) is None


def test_an_error_is_sqlalchemys_own_and_tells_no_values(session):
    add = Prepared(insert(table_of(Learner)), ("key", "created_at"))
    one = {"key": "f" * 32, "created_at": now()}
    add.run(session.connection(), one)
    with pytest.raises(IntegrityError) as caught:
        add.run(session.connection(), one)
    assert caught.value.params is None
    session.rollback()
