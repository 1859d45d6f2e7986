"""What a launch asks of the database, and that the page it leads to is where the learner was."""

import pytest
from sqlalchemy import event, select

from courses.catalogue import Module
from courses.learning.models import Enrolment
from learn.extensions import db
from tests.learn.lti.platform import GONE, INSTRUCTOR, TOOL


@pytest.fixture
def statements(app):
    """What is said to the database from here on, without BEGIN."""
    found = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def verbs(statements):
    return [statement.split()[0] for statement in statements]


def test_a_warm_launch_of_the_home_page_is_three_statements(platform, client, new_client, statements):
    platform.launch(client)
    browser = new_client()
    login = platform.log_in(browser)
    token = platform.token(login)
    statements.clear()
    platform.answer(browser, login, token)
    assert verbs(statements) == ["DELETE", "SELECT", "INSERT"]


def test_a_login_is_one_read_and_one_write(platform, client, statements):
    platform.log_in(client)
    statements.clear()
    platform.log_in(client)
    assert verbs(statements) == ["SELECT", "INSERT"]


def test_a_first_launch_touches_a_fixed_number_of_rows(platform, client, statements):
    login = platform.log_in(client)
    token = platform.token(login)
    statements.clear()
    platform.answer(client, login, token)
    assert len(statements) <= 16, statements


def test_a_launch_of_a_module_stays_small(platform, community, new_client, statements):
    slug = first_module()
    for _ in range(2):
        platform.launch(new_client(), target=f"{TOOL}/modules/{slug}")
    browser = new_client()
    login = platform.log_in(browser, f"{TOOL}/modules/{slug}")
    token = platform.token(login)
    statements.clear()
    platform.answer(browser, login, token)
    assert len(statements) <= 8, statements


def test_a_module_link_opens_its_module_and_enrols_learners_only(platform, community, new_client, session):
    slug = first_module()
    teacher, stranger, learner = new_client(), new_client(), new_client()
    target = f"{TOOL}/modules/{slug}"
    for browser, changes in ((teacher, {"sub": "t", "roles": [INSTRUCTOR]}), (stranger, {"sub": GONE})):
        answer = platform.launch(browser, target=target, **changes)
        assert answer.headers["Location"].startswith(f"/modules/{slug}")
        browser.get(answer.headers["Location"])
    assert session.scalars(select(Enrolment.id)).all() == []
    answer = platform.launch(learner, target=target)
    learner.get(answer.headers["Location"])
    session.rollback()
    assert len(session.scalars(select(Enrolment.id)).all()) == 1


def first_module():
    """The slug of a starter module that waits for no other."""
    return db.session.scalars(select(Module.slug).order_by(Module.id)).first()
