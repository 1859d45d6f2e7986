"""References, given by two at once."""

import threading

from sqlalchemy import select

from courses.db import now
from learn.extensions import db
from learn.stories.around import StoryNumber
from learn.stories.review import numbering
from learn.web import writing


def test_two_who_publish_at_once_get_different_numbers_and_none_is_left_out(app):
    given: list[str] = []
    failures: list[BaseException] = []

    def take_many() -> None:
        with app.app_context():
            try:
                for _ in range(20):
                    with writing() as session:
                        given.append(numbering.take(session, now()))
            except BaseException as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=take_many) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(int(each.split("-")[2]) for each in given) == list(range(1, 41))


def test_a_number_that_was_rolled_back_is_given_to_the_next(session):
    numbering.take(session, now())
    session.rollback()
    assert numbering.take(session, now()).endswith("-0001")
    assert session.scalar(select(StoryNumber.last)) == 1
