"""A copied course just works: its links open the same, and what staff chose for them comes along."""

import pytest
from sqlalchemy import select, update

from learn.lti.members import Membership
from learn.lti.models import Context, ResourceLink
from tests.learn.lti.platform import TOOL


def settings_of(session, link):
    session.rollback()
    return session.execute(
        select(ResourceLink.reports, ResourceLink.pass_mark, ResourceLink.wants_progress_item)
        .where(ResourceLink.resource_link_id == link)
    ).one()  # fmt: skip


@pytest.fixture
def original(platform, client, session):
    """Link 1 of course 2, for which staff chose."""
    platform.launch(client, target=f"{TOOL}/")
    session.execute(update(ResourceLink).values(reports="progress", pass_mark=60, wants_progress_item=True))
    session.commit()


@pytest.fixture
def launch_copy(platform, new_client):
    def go(link="7", context="9", *, title="Module 1", target=f"{TOOL}/", **custom):
        return platform.launch(
            new_client(), target=target, sub="77", context={"id": context, "title": "Copy"},
            resource_link={"id": link, "title": title}, custom=custom,
        )  # fmt: skip

    return go


CHOSEN = ("progress", 60, True)
USUAL = ("completion", None, False)


def test_h3_settings_come_along_by_the_links_history(original, launch_copy, session):
    launch_copy(link_history="5,1")
    assert tuple(settings_of(session, "7")) == CHOSEN


def test_h3_settings_come_along_by_the_courses_history_and_what_the_link_opens(original, launch_copy, session):
    launch_copy(context_history="2", link_history="$ResourceLink.id.history")
    assert tuple(settings_of(session, "7")) == CHOSEN
    first, second = session.execute(select(Context.id, Context.copied_from_pk).order_by(Context.id)).all()
    assert second.copied_from_pk == first.id


def test_h3_the_nearest_known_ancestor_counts(original, launch_copy, session):
    launch_copy(context_history="55, 2 ,1")
    assert tuple(settings_of(session, "7")) == CHOSEN


@pytest.mark.parametrize("custom", [{}, {"context_history": ""}, {"context_history": "99"}, {"link_history": "99"}])
def test_h3_a_course_that_is_no_copy_begins_with_the_usual(original, launch_copy, session, custom):
    launch_copy(**custom)
    assert tuple(settings_of(session, "7")) == USUAL


def test_h3_two_links_that_open_the_same_are_told_apart_by_title(original, launch_copy, platform, client, session):
    platform.launch(client, target=f"{TOOL}/", resource_link={"id": "2", "title": "Module 1 again"})
    launch_copy(context_history="2")
    assert tuple(settings_of(session, "7")) == CHOSEN
    launch_copy("8", title="Neither", context_history="2")
    assert tuple(settings_of(session, "8")) == USUAL


def test_h3_no_learners_data_comes_along(original, launch_copy, session):
    before = len(session.execute(select(Membership.context_pk)).all())
    launch_copy(context_history="2", link_history="1")
    session.rollback()
    assert len(session.execute(select(Membership.context_pk)).all()) == before + 1


def test_h3_what_staff_choose_later_stays_with_each_link(original, launch_copy, session):
    launch_copy(link_history="1")
    session.execute(update(ResourceLink).where(ResourceLink.resource_link_id == "1").values(reports="completion"))
    session.commit()
    launch_copy(link_history="1")
    assert tuple(settings_of(session, "7")) == CHOSEN
