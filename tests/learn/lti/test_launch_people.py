"""Who and what a launch brings: kept once, brought up to date, never found by email (row B21)."""

from sqlalchemy import select

from learn.accounts.models import User
from learn.lti.members import Membership
from learn.lti.models import Context, LineItem, ResourceLink
from tests.learn.lti.platform import AGS, GONE, INSTRUCTOR, LEARNER, NRPS, Platform, connect


def test_b21_a_person_is_never_found_by_email(platform, session, new_client):
    other = Platform(issuer="https://two.example")
    connect(session, other)
    platform.launch(new_client())
    other.launch(new_client())
    platform.launch(new_client(), sub="6")
    assert session.scalars(select(User.email)).all() == ["lee@lms.example"] * 3
    assert len(set(session.scalars(select(User.learner_id)))) == 3


def test_what_a_launch_names_is_kept_once_and_brought_up_to_date(platform, client, session):
    platform.launch(client)
    platform.launch(
        client,
        name="Lee Smith",
        context={"id": "2", "title": "New title"},
        resource_link={"id": "1", "title": "Module one"},
        roles=[INSTRUCTOR],
        ags={"scope": [], "lineitem": "https://lms.example/other"},
        nrps=GONE,
    )
    assert session.execute(select(User.name, User.given_name)).all() == [("Lee Smith", "Lee")]
    assert session.execute(select(Context.title, Context.label, Context.memberships_url)).all() == [
        ("New title", "", None)
    ]
    assert session.scalars(select(ResourceLink.title)).all() == ["Module one"]
    assert session.scalars(select(LineItem.url).order_by(LineItem.id)).all()[1:] == ["https://lms.example/other"]
    assert session.execute(select(Membership.roles, Membership.is_learner)).all() == [(["Instructor"], False)]
    current = select(LineItem.url).join(ResourceLink, ResourceLink.lineitem_id == LineItem.id)
    assert session.scalars(current).all() == ["https://lms.example/other"]


def test_a_link_that_wants_no_scores_any_more_has_no_line_item(platform, client, session):
    platform.launch(client)
    platform.launch(client, ags=GONE)
    assert session.scalars(select(ResourceLink.lineitem_id)).all() == [None]


def test_a_test_user_is_marked(platform, client, session):
    platform.launch(client, roles=[LEARNER, "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"])
    assert session.scalars(select(User.is_test)).all() == [True]


def test_the_recorded_services_are_where_scores_and_people_are_asked(platform, client, session):
    platform.launch(client)
    assert session.scalars(select(LineItem.scopes)).one() == ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
    claims = platform.claims(platform.log_in(client))
    assert session.execute(select(Context.lineitems_url, Context.memberships_url)).one() == (
        claims[AGS]["lineitems"],
        claims[NRPS]["context_memberships_url"],
    )
