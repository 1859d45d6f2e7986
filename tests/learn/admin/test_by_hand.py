"""Connecting a platform by hand in a form, and changing it."""

import pytest
from sqlalchemy import select

from learn.audit import AuditEntry
from learn.lti.models import Deployment, Registration

GOOD = {
    "name": "Ward LMS", "issuer": "http://lms.localhost:5001", "client_id": "client-7",
    "jwks_url": "http://lms.localhost:5001/jwks", "token_url": "http://lms.localhost:5001/token",
    "auth_url": "http://lms.localhost:5001/auth", "deployment_ids": "3\n4\n",
}  # fmt: skip


def registration(session):
    session.rollback()
    return session.execute(select(Registration.__table__)).one()


def test_the_form_shows_our_own_values_to_copy(administrator):
    page = administrator.get("/admin/platforms/new")
    for path in ("/lti/launch", "/lti/login", "/lti/jwks.json"):
        assert f"{administrator.base_url}{path}" in page.words


def test_a_platform_is_connected_and_shown(administrator, session):
    administrator.get("/admin/platforms/new")
    page = administrator.follow("/admin/platforms/new", GOOD)
    assert "The platform is connected. Test the connection now." in page.words
    assert page.h1 == "Ward LMS"
    row = registration(session)
    assert (row.is_active, row.takes_new_deployments, row.frame_origins) == (True, False, ["http://lms.localhost:5001"])
    assert session.scalars(select(Deployment.deployment_id).order_by(Deployment.id)).all() == ["3", "4"]
    line = session.execute(select(AuditEntry.action, AuditEntry.actor_id)).one()
    assert line.action == "platform.added"
    assert line.actor_id is not None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter a name"),
        ("issuer", "", "Enter the platform ID"),
        ("client_id", "Zähler", "without accents"),
        ("jwks_url", "jwks", "this is not a web address"),
        ("token_url", "http://elsewhere.example/token", "it begins with https://"),
        ("auth_url", "https://10.1.2.3/auth", "it lies in a private network"),
        ("deployment_ids", "één", "on a line of its own"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(administrator, session, field, value, words):
    administrator.get("/admin/platforms/new")
    page = administrator.post("/admin/platforms/new", {**GOOD, field: value}, 422)
    summary = page.select_one(".nhsuk-error-summary a")
    assert words in summary.get_text()
    assert page.select_one(summary["href"])["name"] == field
    session.rollback()
    assert session.execute(select(Registration.id)).all() == []


def test_what_was_typed_is_still_there_after_an_error(administrator):
    administrator.get("/admin/platforms/new")
    page = administrator.post("/admin/platforms/new", {**GOOD, "name": ""}, 422)
    assert page.select_one("#client_id")["value"] == "client-7"


@pytest.fixture
def number(administrator, session):
    administrator.get("/admin/platforms/new")
    administrator.post("/admin/platforms/new", GOOD)
    return registration(session).id


def test_a_change_keeps_who_the_platform_is(administrator, session, number):
    page = administrator.get(f"/admin/platforms/{number}/change")
    assert page.select_one("[name=issuer]") is None
    before = registration(session)
    new = {**GOOD, "name": "NIHR Learn", "issuer": "https://evil.example", "frame_origins": "https://*.school.example"}
    page = administrator.follow(f"/admin/platforms/{number}/change", new)
    assert page.h1 == "NIHR Learn"
    after = registration(session)
    assert (after.issuer, after.client_id) == (before.issuer, before.client_id)
    assert after.frame_origins == ["https://*.school.example"]
    assert after.version == before.version + 1


@pytest.mark.parametrize("origin", ["https://*", "*", "https://a.example/path", "javascript:x", "https://*.*.example"])
def test_a_frame_origin_is_a_site_and_nothing_else(administrator, session, number, origin):
    administrator.get(f"/admin/platforms/{number}/change")
    page = administrator.post(f"/admin/platforms/{number}/change", {**GOOD, "frame_origins": origin}, 422)
    assert "with nothing after it" in page.words
    assert registration(session).frame_origins == ["http://lms.localhost:5001"]


def test_an_audience_of_tokens_is_kept_and_taken_away(administrator, session, number):
    for value, kept in (("https://lms.example/aud", "https://lms.example/aud"), ("", None)):
        administrator.get(f"/admin/platforms/{number}/change")
        administrator.post(f"/admin/platforms/{number}/change", {**GOOD, "token_audience": value})
        assert registration(session).token_audience == kept


def test_what_is_not_there_cannot_be_changed(administrator):
    administrator.get("/admin/platforms/99/change", 404)
    administrator.get("/admin/platforms")
    administrator.post("/admin/platforms/99/change", GOOD, 404)
    administrator.post("/admin/platforms/99/rules", {}, 404)


def test_nobody_else_may_connect_or_change(member, session):
    member.get("/")
    member.post("/admin/platforms/new", GOOD, 403)
    member.get("/admin/platforms/new", 403)
    session.rollback()
    assert session.execute(select(Registration.id)).all() == []


RULE = {"role": "context:Instructor", "grants": "facilitator", "where": ""}


def test_a_rule_is_made_and_removed_with_a_trail(administrator, session, number):
    assert "There is no rule yet." in administrator.get(f"/admin/platforms/{number}").words
    page = administrator.follow(f"/admin/platforms/{number}/rules", RULE)
    assert "Instructor in the course Facilitator Any course" in page.words
    remove = page.select_one("form[action*='/remove']")["action"]
    page = administrator.follow(remove)
    assert "There is no rule yet." in page.words
    administrator.post(remove, status=404)
    session.rollback()
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["platform.added", "rule.added", "rule.removed"]


@pytest.mark.parametrize(
    "wrong",
    [{"role": "context:Learner"}, {"grants": "administrator"}, {"where": "999"}, {"role": ""}],
)
def test_a_rule_that_may_not_be_is_refused_with_a_reason(administrator, number, wrong):
    administrator.get(f"/admin/platforms/{number}")
    page = administrator.post(f"/admin/platforms/{number}/rules", {**RULE, **wrong}, 422)
    assert page.select_one(".nhsuk-error-summary")
    assert "There is no rule yet." in page.words
