"""Names and roles: the whole list or nothing, nobody removed, and no call but the worker's."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update

from courses.db import now
from learn.lti.members import CourseGroup, RosterEntry
from learn.lti.models import Context
from learn.lti.services import links, nrps
from learn.lti.services.http import Answer, CallFailed
from learn.outbox.models import OutboxItem
from learn.roster import nightly, read
from tests.learn.lti.test_connection import lms, number  # noqa: F401 fixtures
from tests.learn.passback.conftest import worker  # noqa: F401 fixture

URL = "https://lms.example/members"


class Pages:
    """A platform's service, page by page: address -> (status, headers, body)."""

    def __init__(self, **pages):
        self.pages, self.asked = pages, []

    def __call__(self, address, scope, media_type):
        self.asked.append((address, scope, media_type))
        status, headers, body = self.pages[address.removeprefix(URL)]
        return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def people(*subs, **more):
    return {"context": {"id": "2"}, "members": [{"user_id": sub, "roles": ["Learner"], **more} for sub in subs]}


def next_page(address, rel="next"):
    return {"Link": f'<{address}>; rel="{rel}"'}


def test_e1_the_scope_and_the_media_type_are_the_specifications():
    pages = Pages(**{"": (200, {}, people("5"))})
    nrps.members(pages, URL, "2")
    assert pages.asked == [
        (URL, "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
         "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"),
    ]  # fmt: skip


def test_e2_every_page_is_read_and_case_in_an_address_is_kept():
    pages = Pages(
        **{"": (200, next_page(f"{URL}?p=WzEyMyAbC"), people("5")), "?p=WzEyMyAbC": (200, {}, people("6", "5"))}
    )
    assert [each.sub for each in nrps.members(pages, URL, "2").members] == ["5", "6"]


@pytest.mark.parametrize(
    "header",
    [
        f'<{URL}?a=1&amp;from=1>; rel="next"',
        f"<{URL}?a=1&from=1>; rel=next",
        f"<{URL}?a=1&from=1>;rel='next'",
        f"<{URL}?a=1&from=1>; rel=\u201cnext\u201d",
        f"<{URL}?a=1&from=1>; rel=\u00e2\u0080\u009cnext\u00e2\u0080\u009d",
        f'<{URL}?from=0>; rel="first", <{URL}?a=1&from=1>; rel="next"; title="x"',
    ],
)
def test_e2_links_are_read_as_platforms_write_them(header):
    assert links.following(Answer(200, {"Link": header}, b""), URL) == f"{URL}?a=1&from=1"


@pytest.mark.parametrize("header", ["", "nonsense", f'<{URL}>; rel="last"', '<https://evil.example/>; rel="next"'])
def test_e2_a_link_to_nowhere_or_to_another_site_is_none(header):
    assert links.following(Answer(200, {"Link": header}, b""), URL) is None


def test_e2_pages_that_lead_to_each_other_end_as_a_failure():
    pages = Pages(**{"": (200, next_page(f"{URL}?a"), people("5")), "?a": (200, next_page(URL), people("6"))})
    with pytest.raises(CallFailed):
        nrps.members(pages, URL, "2")


def test_e2_where_differences_are_told_is_remembered():
    pages = Pages(**{"": (200, next_page(f"{URL}?since=1", "differences"), people("5"))})
    assert nrps.members(pages, URL, "2").differences == f"{URL}?since=1"


def test_e3_status_and_roles_are_read():
    said = {"context": {"id": "2"}, "members": [
        {"user_id": "a", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]},
        {"user_id": "b", "roles": ["Instructor"], "status": "Active"},
        {"user_id": "c", "roles": ["Learner"], "status": "Inactive"},
        {"user_id": "d", "roles": ["Learner"], "status": "Deleted"},
    ]}  # fmt: skip
    found = nrps.members(Pages(**{"": (200, {}, said)}), URL, "2").members
    assert [(each.sub, each.is_learner, each.is_active) for each in found] == [
        ("a", True, True), ("b", False, True), ("c", True, False), ("d", True, False),
    ]  # fmt: skip


def test_e4_names_and_addresses_may_be_kept_by_the_platform():
    said = people("5")
    said["members"].append({"user_id": "6", "roles": [], "given_name": "Lee", "family_name": "Learner"})
    found = nrps.members(Pages(**{"": (200, {}, said)}), URL, "2").members
    assert [(each.name, each.email) for each in found] == [("", None), ("Lee Learner", None)]


@pytest.mark.parametrize(
    "body",
    [
        {"context": {"id": "2"}}, {"members": None}, {"members": "all"}, [], None, 5, b"<html>", b"", b"\xff\xfe",
        {"error": "x"},
    ],
)  # fmt: skip
def test_e5_what_is_no_list_of_members_is_no_roster(body):
    with pytest.raises(CallFailed):
        nrps.members(Pages(**{"": (200, {}, body)}), URL, "2")


def test_e5_an_empty_list_is_a_roster():
    assert nrps.members(Pages(**{"": (200, {}, people())}), URL, "2").members == []


def test_e5_a_page_that_fails_spoils_the_whole():
    pages = Pages(**{"": (200, next_page(f"{URL}?2"), people("5")), "?2": (500, {}, b"")})
    with pytest.raises(CallFailed):
        nrps.members(pages, URL, "2")


def test_e6_what_is_said_for_one_link_alone_is_left_aside():
    """The ``message`` array comes with rlid only; its custom parameters change nothing here, so it is not asked for."""
    said = people("5", message=[{"https://purl.imsglobal.org/spec/lti/claim/custom": {"frontline_target": "/forum"}}])
    (found,) = nrps.members(Pages(**{"": (200, {}, said)}), URL, "2").members
    assert found.sub == "5"


def test_e7_the_list_of_another_course_is_refused():
    with pytest.raises(CallFailed) as refusal:
        nrps.members(Pages(**{"": (200, {}, people("5"))}), URL, "3")
    assert refusal.value.code == "other_context"


def test_what_names_nobody_is_left_out():
    said = people("5")
    said["members"] += [{"roles": []}, "x", None, {"user_id": 7}, {"user_id": "x" * 300}, {"user_id": "é"}]
    assert len(nrps.members(Pages(**{"": (200, {}, said)}), URL, "2").members) == 1


def test_h4_groups_are_read_by_pages_and_members_say_theirs():
    group = {"id": "g1", "name": "Ward 1"}
    pages = Pages(**{
        "?g": (200, next_page(f"{URL}?g2"), {"groups": [group, {"name": "no id"}, 5]}),
        "?g2": (200, {}, {"groups": [{"id": "g2"}]}),
    })  # fmt: skip
    assert nrps.groups(pages, f"{URL}?g") == {"g1": "Ward 1", "g2": ""}
    said = people("5", group_enrollments=[{"group_id": "g1"}, {"group_id": 5}, "x"])
    (found,) = nrps.members(Pages(**{"": (200, {}, said)}), URL, "2").members
    assert found.groups == ("g1",)


def test_h4_what_is_no_list_of_groups_is_none():
    with pytest.raises(CallFailed):
        nrps.groups(Pages(**{"": (200, {}, {"members": []})}), URL)


# The worker, with the demo LMS over HTTP


@pytest.fixture
def course(lms, number, session):  # noqa: F811
    """The course of the LMS with a teacher and three learners."""
    lms.add_instructor(lms.course)
    for _ in range(3):
        lms.add_learner(lms.course)
    return session.scalar(select(Context.id))


@pytest.fixture
def roster(worker, session, course):  # noqa: F811
    """Read the roster; gives (sub -> whether active) and the context's row."""

    def go():
        with_roster = session.connection()
        assert with_roster is not None
        session.rollback()
        read.wish(session, course, now(), is_pressed=True)
        session.commit()
        worker()
        session.rollback()
        entries = session.execute(select(RosterEntry.sub, RosterEntry.is_active).order_by(RosterEntry.id))
        columns = (Context.roster_at, Context.roster_error, Context.roster_tried_at)
        return {row.sub: row.is_active for row in entries}, session.execute(select(*columns)).one()

    return go


def test_a_roster_is_read_by_the_worker(roster, lms, session):  # noqa: F811
    found, context = roster()
    assert len(found) == 4
    assert context.roster_at is not None
    names = session.scalars(select(RosterEntry.name).where(RosterEntry.is_learner.is_(True))).all()
    assert len(names) == 3


def test_e5_who_is_not_listed_any_more_is_inactive_and_stays(roster, lms):  # noqa: F811
    found, _ = roster()
    gone = next(person for person, role in lms.course.roles.items() if role == "Learner")
    lms.enrol(lms.course, lms.state.people[gone], None)
    after, _ = roster()
    assert set(after) == set(found)
    assert after[gone] is False
    lms.enrol(lms.course, lms.state.people[gone])
    again, _ = roster()
    assert again[gone] is True


@pytest.mark.parametrize("kind", ["500", "html", "error_json", "403", "drop"])
def test_a_platform_that_fails_changes_nobody_and_the_reason_is_kept(roster, lms, kind):  # noqa: F811
    before, _ = roster()
    lms.enrol(lms.course, lms.add_person("New", "Learner"))
    lms.switches.fail("members", kind)
    after, context = roster()
    assert after == before
    assert context.roster_error
    assert read.words_for(context.roster_error)


def test_a_token_that_was_revoked_is_asked_for_anew(roster, lms, worker):  # noqa: F811
    roster()
    lms.revoke_tokens()
    _, context = roster()
    assert context.roster_error == ""


def test_e2_differences_change_only_those_they_name(app, session, number):  # noqa: F811
    context = session.scalar(select(Context.id))
    at = now()
    member = nrps.Member("1", "One", None, ("Learner",), True, True, ())
    two = nrps.Member("2", "Two", None, ("Learner",), True, True, ())
    read.keep(session, context, [member, two], at)
    gone = nrps.Member("2", "Two", None, ("Learner",), True, False, ())
    read.keep(session, context, [gone], now(), is_partial=True)
    found = dict(session.execute(select(RosterEntry.sub, RosterEntry.is_active)).all())
    assert found == {"1": True, "2": False}


def test_e2_differences_that_fail_lead_to_a_whole_reading(app, session, number):  # noqa: F811
    context = session.scalar(select(Context.id))
    session.execute(update(Context).values(differences_url=URL, roster_at=now()))
    handler, taken = read.RosterHandler(), SimpleNamespace(key=str(context), attempts=1)
    pace = SimpleNamespace(timeout=1.0, backoff=lambda n: nightly.SOON)
    job = handler.prepare(session, taken, now(), pace)
    assert (job.address, job.is_partial) == (URL, True)
    handler.settle(session, taken, job, read.Outcome(error="refused"), now(), pace)
    assert handler.prepare(session, taken, now(), pace).is_partial is False


def test_a_roster_is_wished_for_once_an_hour_and_by_a_press_at_once(app, session, number):  # noqa: F811
    context = session.scalar(select(Context.id))
    assert read.wish(session, context, now())
    session.execute(OutboxItem.__table__.delete())
    session.execute(update(Context).values(roster_tried_at=now()))
    read.wish(session, context, now())
    assert session.scalars(select(OutboxItem.kind)).all() == []
    read.wish(session, context, now(), is_pressed=True)
    assert session.scalars(select(OutboxItem.kind)).all() == ["roster"]
    session.execute(update(Context).values(memberships_url=None))
    assert read.wish(session, context, now()) is False


def test_every_night_each_stale_course_is_read_again(app, session, number):  # noqa: F811
    taken = SimpleNamespace(key="daily")
    again = nightly.Nightly().prepare(session, taken, now(), None)
    assert again > now() + nightly.SOON
    assert session.scalars(select(OutboxItem.key).where(OutboxItem.kind == "roster")).all()
    session.execute(OutboxItem.__table__.delete())
    nightly.Nightly().prepare(session, taken, now(), None)
    assert session.scalars(select(OutboxItem.key)).all() == []


def test_h4_groups_replace_those_that_were_known(app, session, number):  # noqa: F811
    context = session.scalar(select(Context.id))
    session.execute(insert(CourseGroup), {"context_pk": context, "group_id": "old", "name": "Old"})
    handler, taken = read.RosterHandler(), SimpleNamespace(key=str(context), attempts=1)
    job = SimpleNamespace(context_pk=context, is_partial=False)
    handler.settle(session, taken, job, read.Outcome(groups={"new": "New"}), now(), None)
    assert session.scalars(select(CourseGroup.group_id)).all() == ["new"]
    handler.settle(session, taken, job, read.Outcome(groups=None), now(), None)
    assert session.scalars(select(CourseGroup.group_id)).all() == ["new"]
