"""Columns of the gradebook that the platform lost are found again or made anew, never twice; a second one on demand."""

import pytest
from sqlalchemy import event, select, update

from courses.db import now
from courses.learning import enrolments, events
from courses.learning.acts import Marked
from learn.extensions import db
from learn.lti.models import Context, LineItem, Reports, ResourceLink
from learn.lti.services import ags
from learn.outbox.models import OutboxItem
from learn.passback import columns, followed, report, words
from learn.passback.models import Delivery, Score
from tests.modules import make_module

EVERY = (ags.SCORE, ags.RESULT_READ, ags.LINE_ITEM)


@pytest.fixture
def done(link, module, session, lms):
    """A learner who completed the module of an activity whose container may be read."""
    linked = link(f"/modules/{module.slug}", scopes=EVERY)
    session.execute(
        update(Context).values(
            scopes=list(EVERY), context_id=lms.course.id,
            lineitems_url=f"{lms.url}/mod/lti/services.php/{lms.course.id}/lineitems?type_id=1",
        )
    )  # fmt: skip
    session.execute(update(ResourceLink).values(lineitem_id=linked.line_item_id, resource_link_id=linked.activity.id))
    session.commit()
    finish(session, linked, module)
    return linked


def finish(session, linked, module):
    from courses.learning.models import Enrolment, Status

    enrolments.enrol(session, linked.learner_id, module.id, now())
    session.execute(update(Enrolment).values(status=Status.COMPLETED, completed_at=now(), best_score=70))
    session.commit()
    linked.want(module)


def lose(lms, linked):
    """The platform removes the column, and what stood in it."""
    item = linked.activity.line_item_id
    lms.state.line_items.pop(item)
    lms.state.grades.pop((item, linked.person.id), None)
    linked.activity.line_item_id = None


def make_again(lms, linked, **more):
    from tests.lms.state import LineItem as TheirItem

    number = lms.state.number("line_item")
    item = TheirItem(number, lms.course.id, "A module", 100, link_id=linked.activity.id, is_coupled=True, **more)
    lms.state.line_items[number] = item
    linked.activity.line_item_id = number


def test_d8_a_column_that_was_made_again_is_found_by_its_link(done, lms, worker, session):
    lose(lms, done)
    make_again(lms, done)
    worker()
    assert done.grade == 100
    assert len(lms.state.line_items) == 1
    session.rollback()
    old, new = session.execute(select(LineItem.id, LineItem.replaced_by_id).order_by(LineItem.id)).all()
    assert old.replaced_by_id == new.id
    assert session.scalar(select(ResourceLink.lineitem_id)) == new.id
    assert session.execute(select(Score.line_item_id, Score.state)).all() == [(new.id, Delivery.SENT)]


def test_d8_a_column_is_found_by_our_own_name_and_tag(done, lms, worker, module):
    lose(lms, done)
    make_again(lms, done, resource_id=f"module:{module.slug}", tag="frontline")
    for n in range(3):
        lms.add_activity(f"Other {n}", "/", resource_id="other", tag="frontline")
    worker()
    assert done.grade == 100


def test_d8_a_column_that_is_nowhere_is_made_once_with_our_name_and_tag(done, lms, worker, module, session):
    lose(lms, done)
    worker()
    (item,) = lms.state.line_items.values()
    assert (item.resource_id, item.tag, item.maximum) == (f"module:{module.slug}", "frontline", 100)
    assert lms.state.grades[item.id, done.person.id].score == 100


def test_d8_a_worker_that_died_after_making_it_makes_no_second_one(done, lms, worker, session):
    lose(lms, done)
    handler = columns.ColumnHandler()
    columns.look_for(session, done.line_item_id, done.registration_id, now())
    session.commit()
    taken = type("Taken", (), {"key": f"lost:{done.line_item_id}", "attempts": 1})()
    job = handler.prepare(session, taken, now(), type("Pace", (), {"timeout": 5.0})())
    session.rollback()
    assert handler.call(job).url  # and is killed before it settles
    worker()
    assert len(lms.state.line_items) == 1
    session.rollback()
    assert session.scalar(select(Score.state)) is Delivery.SENT


def test_an_activity_that_was_removed_altogether_needs_help_in_words(done, lms, worker, session):
    lose(lms, done)
    lms.state.activities.pop(done.activity.id)
    worker()
    session.rollback()
    assert session.execute(select(Score.state, Score.last_error)).one() == (Delivery.NEEDS_HELP, "gone")
    assert (
        "removed or made anew"
        in words.for_module(session, done.learner_id, session.scalar(select(Score.module_id)))[0].words
    )
    assert lms.state.line_items == {}


def test_where_making_columns_is_not_allowed_it_needs_help(done, lms, worker, session):
    session.execute(update(Context).values(scopes=[ags.SCORE]))
    session.commit()
    lose(lms, done)
    worker()
    session.rollback()
    assert session.execute(select(Score.state, Score.last_error)).one() == (Delivery.NEEDS_HELP, "gone")


def test_d9_a_container_of_many_pages_is_read_to_its_end():
    from learn.lti.services.http import Answer

    site = "https://lms.example/items"
    pages = {
        f"{site}?a=1&tag=x": Answer(200, {"Link": f"<{site}?p=WzEy&amp;q=1>; rel=\u201cnext\u201d"}, b"[]"),
        f"{site}?p=WzEy&q=1": Answer(200, {}, b'[{"id": "https://lms.example/7", "tag": "x"}, {"id": 5, "tag": "x"}]'),
    }
    found = list(ags.line_items(pages.__getitem__, f"{site}?a=1", {"tag": "x"}))
    assert [each["id"] for each in found] == ["https://lms.example/7"]


# What a link reports


@pytest.fixture
def begun(link, session, tmp_path, app):
    """A learner at the beginning of a module of four units, in a link that reports progress."""
    from pathlib import Path

    made = make_module(session, Path(app.config["FRONTLINE"].storage.removeprefix("file:")))
    linked = link(f"/modules/{made.slug}", scopes=EVERY)
    enrolments.enrol(session, linked.learner_id, made.id, now())
    session.commit()
    return linked, made


def opened(session, linked, module, **settings):
    report.link_opened(
        session, line_item_id=linked.line_item_id, platform_user_id=linked.platform_user_id,
        learner_id=linked.learner_id, module_id=module.id, now=now(), **settings,
    )  # fmt: skip
    session.commit()


def mark_first(session, linked, module):
    from courses.catalogue import Unit

    unit = session.scalars(select(Unit.id).where(Unit.version_id == module.version_id).order_by(Unit.position)).first()
    recorded = events.record(session, linked.learner_id, unit, Marked(), now())
    report.report(session, linked.learner_id, recorded, now())
    session.commit()
    return recorded


def test_d5_progress_begins_with_a_zero_that_is_sent(begun, session, worker):
    linked, module = begun
    opened(session, linked, module, reports=Reports.PROGRESS)
    worker()
    assert linked.grade == 0
    session.rollback()
    assert session.execute(select(Score.given, Score.accepted, Score.state)).one() == (0, 0, Delivery.SENT)


def test_progress_grows_with_each_unit_and_never_falls(begun, session, worker):
    linked, module = begun
    opened(session, linked, module, reports=Reports.PROGRESS)
    recorded = mark_first(session, linked, module)
    assert recorded.is_followed
    worker()
    session.rollback()
    assert session.scalar(select(Score.given)) == recorded.percent > 0
    assert linked.grade == recorded.percent


def test_an_event_that_nobody_follows_costs_no_statement_more(begun, session):
    linked, module = begun
    opened(session, linked, module)
    recorded = mark_first(session, linked, module)
    spent = []
    event.listen(db.engine, "before_cursor_execute", lambda c, cur, statement, *rest: spent.append(statement))
    report.report(session, linked.learner_id, recorded, now())
    assert spent == []


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        ({"reports": Reports.COMPLETION}, 100),
        ({"reports": Reports.BEST_SCORE}, 70),
        ({"reports": Reports.BEST_SCORE, "pass_mark": 70}, 70),
        ({"reports": Reports.BEST_SCORE, "pass_mark": 71}, None),
        ({"reports": Reports.COMPLETION, "pass_mark": 71}, None),
        ({"reports": Reports.PROGRESS, "pass_mark": 71}, 100),
    ],
)
def test_what_a_completed_module_is_worth_is_what_staff_chose(begun, session, settings, given):
    linked, module = begun
    from courses.learning.models import Enrolment, Status

    session.execute(update(Enrolment).values(status=Status.COMPLETED, completed_at=now(), best_score=70))
    session.commit()
    opened(session, linked, module, **settings)
    assert session.scalar(select(Score.given)) == given


def choose(session, **chosen):
    session.rollback()
    session.execute(update(ResourceLink).values(**chosen))
    from learn.outbox import queue

    queue.put(session, followed.RETOLD, str(session.scalar(select(ResourceLink.id))), now())
    session.commit()


def test_a_changed_setting_is_told_for_every_learner_and_nothing_sent_falls(begun, session, worker):
    linked, module = begun
    opened(session, linked, module)
    mark_first(session, linked, module)
    choose(session, reports=Reports.PROGRESS)
    worker()
    session.rollback()
    before = session.scalar(select(Score.given))
    assert before > 0
    assert linked.grade == before
    choose(session, reports=Reports.COMPLETION)
    worker()
    session.rollback()
    assert session.execute(select(Score.given, Score.reports)).one() == (before, Reports.COMPLETION)
    assert session.scalars(select(OutboxItem.kind).where(OutboxItem.kind == followed.RETOLD)).all() == []


def test_a_second_column_shows_how_far_each_learner_is(begun, session, worker, lms):
    linked, module = begun
    opened(session, linked, module)
    mark_first(session, linked, module)
    session.execute(
        update(Context).values(
            scopes=list(EVERY), lineitems_url=f"{lms.url}/mod/lti/services.php/{lms.course.id}/lineitems?type_id=1"
        )
    )
    session.execute(update(ResourceLink).values(wants_progress_item=True, resource_link_id=linked.activity.id))
    columns.make_second(session, session.scalar(select(ResourceLink.id)), linked.registration_id, now())
    session.commit()
    worker()
    second = next(item for item in lms.state.line_items.values() if item.tag == "frontline-progress")
    assert second.label.endswith(": progress")
    session.rollback()
    assert session.scalar(select(ResourceLink.progress_item_id)) is not None
    assert lms.state.grades[second.id, linked.person.id].score > 0
    assert linked.grade is None
