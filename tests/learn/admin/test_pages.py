"""Courses, links, launches, errors, keys and the trail, as an administrator reads them."""

import pytest
from sqlalchemy import insert, select

from courses.db import now
from learn.admin import mending
from learn.audit import AuditEntry
from learn.lti import keys
from learn.lti.launching.refusals import WORDS
from learn.lti.models import ToolKey
from tests.pages import PageClient

PATHS = ["/admin/contexts", "/admin/launches", "/admin/deliveries", "/admin/errors", "/admin/keys", "/admin/audit"]


@pytest.mark.parametrize("path", PATHS)
def test_each_page_says_so_when_there_is_nothing(administrator, path):
    page = administrator.get(path)
    assert page.select_one(".rooms a[aria-current]")["href"] == path


@pytest.mark.parametrize("path", PATHS)
def test_nobody_else_sees_them(member, path):
    member.get(path, 403)


def test_a_launch_shows_up_with_its_course_and_link(app, administrator, platform):
    platform.launch(PageClient(app))
    page = administrator.get("/admin/launches")
    assert "Research Delivery Foundations" in page.words
    assert "Module 1" in page.words
    assert "Lee" not in page.words
    page = administrator.get("/admin/contexts")
    page = administrator.get(page.select_one("tbody a")["href"])
    assert page.h1 == "Research Delivery Foundations"
    assert "100 when complete" in page.words
    administrator.get("/admin/contexts?platform=99")
    administrator.get("/admin/contexts/99", 404)


def test_long_lists_go_on_by_a_key_and_show_each_row_once(administrator, session):
    at = now()
    session.execute(
        insert(AuditEntry), [{"at": at, "action": f"a.n{n}", "reference": "", "details": {}} for n in range(120)]
    )
    session.commit()
    seen, path = [], "/admin/audit"
    while path:
        page = administrator.get(path)
        seen += [cell.get_text() for cell in page.select("td[data-label=What]")]
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert seen == [f"A n{n}" for n in reversed(range(120))]


def test_errors_are_counted_by_code_with_what_to_do(app, administrator, platform):
    browser = PageClient(app)
    platform.launch(browser, 400, version="1.1")
    platform.launch(browser, 400, version="1.1")
    page = administrator.get("/admin/errors")
    assert "version" in page.select_one("tbody th").get_text()
    assert page.select_one("td.num").get_text() == "2"
    assert mending.MEND["version"] in page.words


def test_a_quoted_reference_is_found(app, administrator, platform, session):
    platform.launch(PageClient(app), 400, version="1.1")
    session.rollback()
    reference = session.scalar(select(AuditEntry.reference).where(AuditEntry.action == "launch.refused"))
    page = administrator.get("/admin/errors", query_string={"reference": f" {reference.lower()} "})
    assert f"Reference {reference}" in page.words
    assert mending.MEND["version"] in page.words
    assert "Nothing is known" in administrator.get("/admin/errors?reference=00000000").words


def test_every_code_of_a_refusal_is_explained():
    assert set(mending.MEND) == set(WORDS)


def test_a_key_is_replaced_with_overlap_and_the_trail_says_by_whom(administrator, session):
    with administrator.app.app_context():
        keys.ensure_tool_key(session)
    session.commit()
    assert "Signs" in administrator.get("/admin/keys").words
    page = administrator.follow("/admin/keys/rotate")
    assert "The new key signs in a day." in page.words
    assert "Signs next" in page.words
    session.rollback()
    assert len(session.scalars(select(ToolKey.kid)).all()) == 2
    assert session.scalar(select(AuditEntry.actor_id).where(AuditEntry.action == "keys.rotated")) is not None


def test_every_key_can_be_replaced_at_once(administrator, session):
    with administrator.app.app_context():
        keys.ensure_tool_key(session)
    session.commit()
    (before,) = session.scalars(select(ToolKey.kid)).all()
    administrator.get("/admin/keys")
    assert "Every other key is gone." in administrator.follow("/admin/keys/rotate", {"at_once": "yes"}).words
    session.rollback()
    assert before not in session.scalars(select(ToolKey.kid)).all()


def test_the_trail_is_narrowed_to_what_it_is_about(administrator):
    administrator.get("/admin/keys")
    administrator.post("/admin/keys/rotate")
    assert "Keys rotated" in administrator.get("/admin/audit?about=keys").words
    assert "Nothing about this yet." in administrator.get("/admin/audit?about=rule").words
    assert "Keys rotated" in administrator.get("/admin/audit?about=%27;drop").words
