"""Administrators see the platforms, invite one, approve, pause, resume and test them; nobody else does."""

import pytest
from sqlalchemy import select, update

from learn.audit import AuditEntry
from learn.lti.models import Registration
from tests.learn.lti.test_connection import lms, number  # noqa: F401 fixtures


def test_an_empty_list_says_what_to_do_next(administrator):
    page = administrator.get("/admin/platforms")
    assert "No platform is connected yet." in page.words
    assert "Admin" in page.select_one("nav").get_text()


def test_admin_begins_with_the_platforms(administrator):
    assert administrator.get("/admin/", 303).headers["Location"] == "/admin/platforms"


@pytest.mark.parametrize("path", ["/admin/", "/admin/platforms", "/admin/platforms/1"])
def test_nobody_else_may_look_or_act(member, path):
    assert "for administrators" in member.get(path, 403).words
    assert "Admin" not in member.get("/").select_one("nav").get_text()


@pytest.mark.parametrize("act", ["pause", "test"])
def test_nobody_else_may_act(member, number, act, session):  # noqa: F811
    member.get("/")
    member.post(f"/admin/platforms/{number}/{act}", status=403)
    member.post("/admin/platforms/invite", status=403)
    session.rollback()
    assert session.scalar(select(Registration.is_active)) is True


def test_an_invitation_is_shown_once_and_opens_the_registration(administrator, client, lms):  # noqa: F811
    administrator.get("/admin/platforms")
    page = administrator.post("/admin/platforms/invite", status=200)
    address = page.select_one("#address")["value"]
    query = f"&openid_configuration={lms.url}/mod/lti/openid-configuration.php"
    assert client.get(address.removeprefix(client.base_url) + query).h1 == "Connect your learning platform"


def test_a_platform_is_paused_and_resumed_and_the_trail_says_by_whom(administrator, number, session):  # noqa: F811
    administrator.get(f"/admin/platforms/{number}")
    page = administrator.follow(f"/admin/platforms/{number}/pause")
    assert "The platform is paused." in page.words
    assert "its links do not open" in page.words
    page = administrator.follow(f"/admin/platforms/{number}/resume")
    assert "The platform is resumed." in page.words
    lines = session.execute(select(AuditEntry.action, AuditEntry.actor_id).order_by(AuditEntry.id)).all()
    assert [line.action for line in lines] == ["platform.paused", "platform.resumed"]
    assert lines[0].actor_id is not None


def test_a_platform_that_waits_is_listed_first_and_approved(administrator, number, session):  # noqa: F811
    session.execute(update(Registration).values(is_pending=True, is_active=False))
    session.commit()
    assert "Waits for your approval" in administrator.get("/admin/platforms").words
    administrator.get(f"/admin/platforms/{number}")
    administrator.post(f"/admin/platforms/{number}/resume", status=409)
    administrator.get(f"/admin/platforms/{number}")
    assert "The platform is approved." in administrator.follow(f"/admin/platforms/{number}/approve").words
    session.rollback()
    row = session.execute(select(Registration.is_active, Registration.is_pending)).one()
    assert tuple(row) == (True, False)


def test_the_connection_is_tested_in_words(administrator, number, lms):  # noqa: F811
    administrator.get(f"/admin/platforms/{number}")
    assert "It gave a token to send grades." in administrator.post(f"/admin/platforms/{number}/test", status=200).words
    lms.switches.fail("token", "500")
    page = administrator.post(f"/admin/platforms/{number}/test", status=200)
    assert "Does not work" in page.words
    assert "the platform refused (HTTP 500)" in page.words


def test_a_refused_launch_is_told_with_its_reason_and_reference(administrator, number, client, lms):  # noqa: F811
    refused = client.post("/lti/launch", {"error": "x", "state": "y"}, 400)
    assert refused
    page = administrator.get(f"/admin/platforms/{number}")
    assert "None lately." in page.words  # nobody knows which platform that was
    asked = {"iss": lms.url, "login_hint": "5", "target_link_uri": client.base_url + "/", "client_id": lms.client_id}
    administrator.post(f"/admin/platforms/{number}/pause")
    client.get("/lti/login", 403, query_string=asked)
    page = administrator.get(f"/admin/platforms/{number}")
    assert "The connection to your learning platform is switched off." in page.words
    assert "platform_inactive" in page.words


def test_what_is_not_there_is_said(administrator):
    administrator.get("/admin/platforms")
    administrator.get("/admin/platforms/99", 404)
    administrator.post("/admin/platforms/99/test", status=404)
    administrator.post("/admin/platforms/99/pause", status=404)
