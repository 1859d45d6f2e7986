"""Admin, People: finding somebody, and every act on an account with its refusals."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from courses.db import now
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.decisions import roles
from learn.accounts.models import LoginSession, Role, RoleGrant, SessionEnd, Ticket, TicketKind, User
from learn.admin.places import PAGE
from learn.audit import AuditEntry
from learn.extensions import db
from learn.notifications.models import Notification
from learn.people.models import DataExport
from tests.learn.lti.test_launch_together import at_once
from tests.modules import make_theme
from tests.pages import PageClient
from tests.people import make_user, sign_in

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
ACTS = [
    "roles/grant", "roles/author/revoke", "suspend", "lift", "sign-out", "sign-in", "merge", "export", "erase",
]  # fmt: skip
SHOWS = ["", "/roles/grant", "/roles/author/revoke", "/suspend", "/merge", "/erase"]


@pytest.fixture
def amina(session):
    """Somebody with an address that was proved."""
    made = make_user(session, "Amina Nurse")
    row = {"user_id": made.id, "address": "Amina.Nurse@example.nhs.uk", "key": "amina.nurse@example.nhs.uk",
           "is_main": True, "verified_at": now()}  # fmt: skip
    session.execute(insert(EmailAddress), row)
    session.commit()
    return made


@pytest.fixture
def me(administrator, session):
    """The administrator's own number."""
    return session.scalar(select(RoleGrant.user_id))


def listed(page):
    return [link.get_text() for link in page.select("tbody th a")]


def standing(session, user_id):
    session.rollback()
    asked = select(User.suspended_until, User.merged_into_id, User.erased_at).where(User.id == user_id)
    return session.execute(asked).one()


def actions(session):
    session.rollback()
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def granted(session, user_id):
    session.rollback()
    return set(session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id)))


def summary(page):
    return {link["href"]: link.get_text(strip=True) for link in page.select(".nhsuk-error-summary a")}


# Who may


@pytest.mark.parametrize("role", [None, Role.FACILITATOR, Role.AUTHOR])
def test_only_administrators_see_people_and_act_on_them(app, session, amina, role):
    other = make_user(session, "Other Person", roles=(role,) if role else ())
    session.commit()
    browser = sign_in(PageClient(app), other.id)
    browser.get("/me/addresses")
    browser.get("/admin/people", 403)
    for path in SHOWS:
        browser.get(f"/admin/people/{amina.id}{path}", 403)
    browser.get("/me/addresses")
    for act in ACTS:
        browser.get("/me/addresses")
        browser.post(f"/admin/people/{amina.id}/{act}", {"reason": "x", "length": "1", "role": "author"}, 403)
    assert actions(session) == [] and standing(session, amina.id) == (None, None, None)


@pytest.mark.parametrize("number", [999_999, 0, 2**63, 10**40])
def test_somebody_who_is_not_there_is_not_found(administrator, number):
    for path in SHOWS:
        administrator.get(f"/admin/people/{number}{path}", 404)
    for act in ACTS:
        administrator.get("/admin/people")
        administrator.get("/me/addresses")
        administrator.post(f"/admin/people/{number}/{act}", status=404)


# Finding


def test_the_list_is_the_newest_first_with_what_one_needs_to_know(administrator, amina, session):
    page = administrator.get("/admin/people")
    assert listed(page) == ["Amina Nurse", "Ada Administrator"]
    assert page.select_one(".rooms a[aria-current]")["href"] == "/admin/people"
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert "Amina.Nurse@example.nhs.uk" in rows[0] and "Learner" in rows[0] and "not confirmed" not in rows[0]
    assert "Administrator" in rows[1]


@pytest.mark.parametrize("text, finds", [
    ("amina", ["Amina Nurse"]), ("NURSE", ["Amina Nurse"]), ("Nurse, Amina", ["Amina Nurse"]), ("min urs", ["Amina Nurse"]),
    ("amina.nurse@", ["Amina Nurse"]), ("@EXAMPLE.nhs.uk", ["Amina Nurse"]), ("chosen", ["Chosen Name"]),
    ("said@plat", ["Chosen Name"]), ("named@", ["Zo\u00eb Named"]), ("zo\u00eb", ["Zo\u00eb Named"]), ("nobody", []),
    ("%", []), ("_", []), ("' or 1=1 --", []), ("@%", []), ("\x00amina", ["Amina Nurse"]), ("amina nobody", []), ("9" * 60, []),
    (",", ["Zo\u00eb Named", "Chosen Name", "Amina Nurse", "Ada Administrator"]),
])  # fmt: skip
def test_people_are_found_by_any_part_of_a_name_or_address(administrator, amina, session, text, finds):
    make_user(session, "Given Name", display_name="Chosen Name", email="Said@Platform.example")
    make_user(session, "Zo\u00eb Named", email="named@nhs.example", claim_key="named@nhs.example")
    session.commit()
    page = administrator.get("/admin/people", query_string={"text": text})
    assert listed(page) == finds
    if not finds:
        assert "Nobody fits" in page.words


def test_somebody_is_found_by_number_even_when_the_account_is_gone(administrator, amina, session):
    assert listed(administrator.get(f"/admin/people?text={amina.id}")) == ["Amina Nurse"]
    session.execute(update(User).where(User.id == amina.id).values(erased_at=now(), name=""))
    session.commit()
    page = administrator.get(f"/admin/people?text={amina.id}")
    assert listed(page) == [f"Person {amina.id}"] and "Erased" in page.words
    assert listed(administrator.get("/admin/people")) == ["Ada Administrator"]


def test_people_are_narrowed_by_role_and_suspension(administrator, amina, session):
    author = make_user(session, "Arun Author", roles=(Role.AUTHOR,))
    session.execute(update(User).where(User.id == author.id).values(suspended_until=now() + timedelta(days=1)))
    session.execute(update(User).where(User.id == amina.id).values(suspended_until=now() - timedelta(days=1)))
    session.commit()
    assert listed(administrator.get("/admin/people?role=author")) == ["Arun Author"]
    assert listed(administrator.get("/admin/people?role=facilitator")) == []
    page = administrator.get("/admin/people?suspended=yes")
    assert listed(page) == ["Arun Author"] and "Suspended" in page.select_one("tbody").get_text()
    assert listed(administrator.get("/admin/people?role=administrator&suspended=yes")) == []
    assert len(listed(administrator.get("/admin/people?role=nonsense&suspended=maybe"))) == 3


@pytest.mark.parametrize("before", ["-1", "0", "x", "9" * 40, "-" + "9" * 40])
def test_a_made_up_key_breaks_nothing(administrator, before):
    administrator.get(f"/admin/people?before={before}")


def many(session, numbers):
    for n in numbers:
        person = make_user(session, f"Person Number{n}", roles=(Role.AUTHOR,) if n % 2 else ())
        row = {
            "user_id": person.id,
            "address": f"p{n}@nhs.net",
            "key": f"p{n}@nhs.net",
            "is_main": True,
            "verified_at": now(),
        }
        session.execute(insert(EmailAddress), row)
    session.commit()


def test_a_long_list_goes_on_by_a_key_keeps_what_was_asked_and_shows_each_person_once(administrator, session):
    many(session, range(2 * PAGE + 20))
    seen, path = [], "/admin/people?text=person+number&role="
    while path:
        page = administrator.get(path)
        assert page.select_one("#text")["value"] == "person number"
        seen += listed(page)
        path = (page.select_one("a[rel=next]") or {}).get("href")
    assert seen == [f"Person Number{n}" for n in reversed(range(2 * PAGE + 20))]


def statements(browser, path):
    said = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    browser.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(said)


@pytest.mark.parametrize("query", ["", "?text=person", "?text=@nhs", "?role=author"])
def test_finding_asks_the_database_as_often_with_5_people_as_with_500(administrator, session, query):
    many(session, range(5))
    few = statements(administrator, f"/admin/people{query}")
    many(session, range(5, 500))
    assert (
        statements(administrator, f"/admin/people{query}") == few <= 8
    )  # one of them counts what waits for facilitators


# One person


def test_a_persons_page_says_who_they_are_and_how_they_come_in(app, administrator, platform, session):
    platform.launch(PageClient(app))
    number = session.scalar(select(User.id).order_by(User.id.desc()))
    values = {"profession": "Midwife", "organisation": "Example Trust", "display_name": "Lee of the Ward"}
    session.execute(update(User).where(User.id == number).values(**values))
    session.commit()
    page = administrator.get(f"/admin/people/{number}")
    assert page.h1 == "Lee of the Ward"
    assert page.select_one(".rooms a[aria-current]")["href"] == "/admin/people"
    for words in ("Midwife, Example Trust", "1 browser", "Learning platform, since", "by their own choice"):
        assert words in page.words


def test_each_address_says_where_it_stands(administrator, amina, session):
    at = now()
    for name, more in (
        ("old", {"verified_at": at - timedelta(days=400)}),
        ("gone", {"verified_at": at, "bounced_at": at}),
    ):
        row = {
            "user_id": amina.id,
            "address": f"{name}@nhs.net",
            "key": f"{name}@nhs.net",
            "is_main": False,
            "bounced_at": None,
            **more,
        }
        session.execute(insert(EmailAddress), row)
    session.execute(update(User).where(User.id == amina.id).values(email="said@platform.example"))
    session.commit()
    rows = {row.th.get_text(strip=True): row.td.get_text(" ", strip=True)
            for row in administrator.get(f"/admin/people/{amina.id}").select("tbody tr") if row.td}  # fmt: skip
    assert rows["Amina.Nurse@example.nhs.uk"].startswith("Main Confirmed on")
    assert "Confirm again" in rows["old@nhs.net"] and "Mail came back" in rows["gone@nhs.net"]
    assert "Not confirmed" in rows["said@platform.example"]


def test_names_reasons_and_what_is_looked_for_are_shown_as_text(administrator, session, me):
    person = make_user(session, NASTY, display_name=NASTY, profession=NASTY, email=f"{NASTY}@x.example")
    roles.grant(session, person.id, Role.AUTHOR, now(), by_id=me, reason=NASTY)
    roles.revoke(session, person.id, Role.AUTHOR, now(), by_id=me, reason=NASTY)
    roles.grant(session, person.id, Role.AUTHOR, now(), by_id=me, reason=NASTY)
    session.commit()
    here = f"/admin/people/{person.id}"
    pages = [administrator.get(here + path) for path in SHOWS]
    pages.append(administrator.get("/admin/people", query_string={"text": NASTY[:90]}))
    pages.append(administrator.post(f"{here}/sign-in", status=200))
    administrator.get(here)
    pages.append(administrator.follow(f"{here}/sign-out"))
    administrator.get(f"{here}/suspend")
    pages.append(administrator.post(f"{here}/suspend", {"length": NASTY, "day": NASTY, "reason": ""}, 422))
    administrator.get(f"{here}/roles/grant")
    pages.append(administrator.post(f"{here}/roles/grant", {"role": NASTY, "themes": NASTY, "reason": NASTY * 9}, 422))
    pages.append(administrator.get(f"{here}/merge?into={me}", 422))
    pages.append(administrator.get(f"{here}/merge", 422, query_string={"into": NASTY}))
    for page in pages:
        assert not page.select("img[src=x], main script")
        assert "{{7*7}}" in page.get_text() or NASTY not in page.response.text


def test_the_trail_holds_what_they_did_and_what_is_about_them_and_no_more(administrator, amina, session):
    at = now()
    lines = [{"at": at, "action": "other.thing", "actor_id": 999, "user_id": 998, "reference": "", "details": {}}] * 3
    lines += [
        {"at": at, "action": f"by.n{n}", "actor_id": amina.id, "user_id": None, "reference": "", "details": {}}
        for n in range(30)
    ]
    lines += [
        {"at": at, "action": f"on.n{n}", "actor_id": None, "user_id": amina.id, "reference": "", "details": {}}
        for n in range(30)
    ]
    session.execute(insert(AuditEntry), lines)
    session.commit()
    page = administrator.get(f"/admin/people/{amina.id}")
    seen = [cell.get_text() for cell in page.select("td[data-label=What]")]
    assert seen == [f"On n{n}" for n in reversed(range(10, 30))]


def test_a_persons_page_asks_the_database_as_often_however_much_there_is(administrator, amina, session, me):
    few = statements(administrator, f"/admin/people/{amina.id}")
    for n in range(30):
        roles.grant(session, amina.id, Role.AUTHOR, now(), by_id=me, reason=f"Reason {n}")
        roles.revoke(session, amina.id, Role.AUTHOR, now(), by_id=me, reason=f"Reason {n}")
    session.commit()
    assert (
        statements(administrator, f"/admin/people/{amina.id}") == few <= 13
    )  # one of them counts what waits for facilitators


# Roles


def test_a_role_is_granted_for_some_themes_and_taken_away_again(app, administrator, amina, session, me):
    make_theme(session, "clinical-care")
    session.commit()
    here = f"/admin/people/{amina.id}"
    page = administrator.get(f"{here}/roles/grant")
    assert len(page.select("[name=role]")) == 4 and page.select("[name=themes][value=clinical-care]")
    form = {"role": "facilitator_of_some", "themes": ["clinical-care"], "reason": "Leads  the theme"}
    page = administrator.follow(f"{here}/roles/grant", form)
    assert "Amina Nurse is facilitator from now on" in page.words
    row = session.execute(
        select(RoleGrant.themes, RoleGrant.granted_by_id, RoleGrant.reason).where(RoleGrant.user_id == amina.id)
    ).one()
    assert tuple(row) == (["clinical-care"], me, "Leads the theme")
    assert "Leads the theme" in page.words and "Clinical care" in page.select_one("td[data-label=For]").get_text()
    page = administrator.get(f"{here}/roles/facilitator/revoke")
    page = administrator.follow(f"{here}/roles/facilitator/revoke", {"reason": "Moved on"})
    assert "is not facilitator any more" in page.words and "Moved on" in page.words
    assert granted(session, amina.id) == set()
    assert actions(session) == ["role.granted", "role.revoked"]
    assert session.scalars(select(Notification.kind)).all() == ["role_granted", "role_revoked"]


def test_a_granted_role_counts_at_once_and_so_does_taking_it_away(app, administrator, amina, session):
    browser = sign_in(PageClient(app), amina.id)
    browser.get("/admin/people", 403)
    administrator.get(f"/admin/people/{amina.id}/roles/grant")
    administrator.follow(f"/admin/people/{amina.id}/roles/grant", {"role": "administrator", "reason": "Deputy"})
    browser.get("/admin/people")
    administrator.get(f"/admin/people/{amina.id}/roles/administrator/revoke")
    administrator.follow(f"/admin/people/{amina.id}/roles/administrator/revoke", {"reason": "Back"})
    browser.get("/admin/people", 403)


def test_a_role_that_is_held_already_is_said(administrator, amina, session):
    for words in ("from now on", "was author before"):
        administrator.get(f"/admin/people/{amina.id}/roles/grant")
        page = administrator.follow(f"/admin/people/{amina.id}/roles/grant", {"role": "author", "reason": "Writes"})
        assert words in page.words
    administrator.get(f"/admin/people/{amina.id}/roles/facilitator/revoke")
    page = administrator.follow(f"/admin/people/{amina.id}/roles/facilitator/revoke", {"reason": "x"})
    assert "was not facilitator" in page.words


@pytest.mark.parametrize("form, where", [
    ({}, {"#role", "#reason"}), ({"role": "author"}, {"#reason"}), ({"role": "author", "reason": " \t "}, {"#reason"}),
    ({"role": "author", "reason": "x" * 256}, {"#reason"}), ({"role": "god", "reason": "x"}, {"#role"}),
    ({"role": "facilitator_of_some", "reason": "x"}, {"#themes"}),
    ({"role": "facilitator", "themes": ["clinical-care"], "reason": "x"}, {"#role"}),
    ({"role": "administrator", "themes": ["clinical-care"], "reason": "x"}, {"#role"}),
])  # fmt: skip
def test_a_grant_that_is_not_complete_says_what_is_missing(administrator, amina, session, form, where):
    make_theme(session, "clinical-care")
    session.commit()
    administrator.get(f"/admin/people/{amina.id}/roles/grant")
    page = administrator.post(f"/admin/people/{amina.id}/roles/grant", form, 422)
    assert set(summary(page)) == where
    assert page.title.get_text().startswith("Error: ")
    for target in where:
        assert page.select_one(target), target
    assert granted(session, amina.id) == set() and actions(session) == []


def test_a_theme_that_is_not_there_is_refused(administrator, amina, session):
    make_theme(session, "clinical-care")
    session.commit()
    administrator.get(f"/admin/people/{amina.id}/roles/grant")
    form = {"role": "facilitator_of_some", "themes": ["clinical-care", "made-up"], "reason": "x"}
    assert "There is no theme made-up" in administrator.post(f"/admin/people/{amina.id}/roles/grant", form, 422).words
    assert granted(session, amina.id) == set()


def test_a_role_is_not_taken_away_without_a_reason(administrator, amina, session):
    roles.grant(session, amina.id, Role.AUTHOR, now())
    session.commit()
    administrator.get(f"/admin/people/{amina.id}/roles/author/revoke")
    page = administrator.post(f"/admin/people/{amina.id}/roles/author/revoke", {"reason": ""}, 422)
    assert summary(page) == {"#reason": "Enter why you take this role away"}
    assert granted(session, amina.id) == {Role.AUTHOR}
    administrator.get(f"/admin/people/{amina.id}/roles/god/revoke", 404)


# Coming in


def test_an_account_is_suspended_and_let_in_again(app, administrator, amina, session):
    browser = sign_in(PageClient(app), amina.id)
    administrator.get(f"/admin/people/{amina.id}/suspend")
    page = administrator.follow(f"/admin/people/{amina.id}/suspend", {"length": "7", "reason": "Shared a login"})
    until = standing(session, amina.id).suspended_until
    assert timedelta(days=6, hours=23) < until - now() <= timedelta(days=7)
    assert "Amina Nurse cannot come in before" in page.words and "Shared a login" in page.words
    assert "reason=suspended" in browser.get("/me", 303).headers["Location"]
    page = administrator.follow(f"/admin/people/{amina.id}/lift")
    assert "may come in again" in page.words
    assert "was not suspended" in administrator.follow(f"/admin/people/{amina.id}/lift").words
    sign_in(PageClient(app), amina.id).get("/me")
    assert actions(session) == ["user.suspended", "user.lifted"]
    assert session.scalars(select(Notification.kind)).all() == ["suspension_lifted"]


def test_a_suspension_until_a_day_ends_when_that_day_begins_here(app, administrator, amina, session):
    zone = app.config["FRONTLINE"].zone
    day = (now().astimezone(zone) + timedelta(days=100)).date()
    administrator.get(f"/admin/people/{amina.id}/suspend")
    form = {"length": "day", "day": day.day, "month": f" {day.month:02} ", "year": day.year, "reason": "On leave"}
    administrator.follow(f"/admin/people/{amina.id}/suspend", form)
    until = standing(session, amina.id).suspended_until.astimezone(zone)
    assert (until.date(), until.hour, until.minute) == (day, 0, 0)


def test_a_day_that_is_today_or_long_ago_or_far_away_is_refused(app, administrator, amina, session):
    today = now().astimezone(app.config["FRONTLINE"].zone).date()
    for day, words in ((today, "Enter a day after today"), (today.replace(day=1, year=2001), "Enter a day after today"),
                       (today.replace(day=1, year=today.year + 11), "Enter a day in the next 10 years")):  # fmt: skip
        administrator.get(f"/admin/people/{amina.id}/suspend")
        form = {"length": "day", "day": day.day, "month": day.month, "year": day.year, "reason": "x"}
        page = administrator.post(f"/admin/people/{amina.id}/suspend", form, 422)
        assert summary(page) == {"#day": words}
        assert page.select_one("#year")["value"] == str(day.year)
    assert standing(session, amina.id) == (None, None, None)


@pytest.mark.parametrize("day, month, year", [
    ("31", "2", "2030"), ("0", "1", "2030"), ("1", "13", "2030"), ("", "", ""), ("1", "", "2030"), ("one", "1", "2030"),
    ("1.5", "1", "2030"), ("-1", "1", "2030"), ("\u0661", "1", "2030"), ("1", "1", "20300"), ("1", "1", "0"), ("1e1", "1", "2030"),
])  # fmt: skip
def test_what_is_no_day_is_refused(administrator, amina, session, day, month, year):
    administrator.get(f"/admin/people/{amina.id}/suspend")
    form = {"length": "day", "day": day, "month": month, "year": year, "reason": "x"}
    page = administrator.post(f"/admin/people/{amina.id}/suspend", form, 422)
    assert list(summary(page)) == ["#day"] and page.select_one("input#day")
    assert standing(session, amina.id) == (None, None, None)


@pytest.mark.parametrize("form, where", [
    ({}, {"#length", "#reason"}), ({"length": "9999", "reason": "x"}, {"#length"}), ({"length": "7"}, {"#reason"}),
    ({"length": "day"}, {"#day", "#reason"}), ({"length": "7", "year": "2030", "reason": "x"}, {"#length"}),
])  # fmt: skip
def test_a_suspension_that_is_not_complete_says_what_is_missing(administrator, amina, session, form, where):
    administrator.get(f"/admin/people/{amina.id}/suspend")
    page = administrator.post(f"/admin/people/{amina.id}/suspend", form, 422)
    assert set(summary(page)) == where
    assert standing(session, amina.id) == (None, None, None)


def test_somebody_is_signed_out_everywhere(app, administrator, amina, session):
    browsers = [sign_in(PageClient(app), amina.id) for _ in range(2)]
    assert "2 browsers" in administrator.get(f"/admin/people/{amina.id}").words
    page = administrator.follow(f"/admin/people/{amina.id}/sign-out")
    assert "2 sessions ended" in page.words and "0 browsers" in page.words
    for browser in browsers:
        browser.get("/me", 303)
    ended = session.scalars(select(LoginSession.ended_by).where(LoginSession.user_id == amina.id)).all()
    assert ended == [SessionEnd.ENDED_ELSEWHERE] * 2
    administrator.get("/admin/people")


def test_a_one_time_address_that_went_astray_is_taken_back_by_signing_out(app, administrator, amina):
    administrator.get(f"/admin/people/{amina.id}")
    address = administrator.post(f"/admin/people/{amina.id}/sign-in", status=200).select_one("#address")["value"]
    administrator.get(f"/admin/people/{amina.id}")
    administrator.follow(f"/admin/people/{amina.id}/sign-out")
    PageClient(app).get(address, 410)


def test_a_one_time_address_is_shown_once_and_lets_them_in_once(app, administrator, amina, session, me):
    administrator.get(f"/admin/people/{amina.id}")
    page = administrator.post(f"/admin/people/{amina.id}/sign-in", status=200)
    address = page.select_one("#address")["value"]
    assert "works once" in page.words and "How to hand it over" in page.words
    browser = PageClient(app)
    browser.get(address)
    browser.follow(address)
    assert "Amina" in browser.get("/").words
    PageClient(app).get(address, 410)
    session.rollback()
    row = session.execute(
        select(AuditEntry.actor_id, AuditEntry.details).where(AuditEntry.action == "sign_in.offered")
    ).one()
    assert (row.actor_id, row.details) == (me, {"user": amina.id})
    assert address not in administrator.get(f"/admin/people/{amina.id}").response.text


def test_a_suspended_account_gets_no_one_time_address(administrator, amina, session):
    administrator.get(f"/admin/people/{amina.id}")
    session.execute(update(User).where(User.id == amina.id).values(suspended_until=now() + timedelta(days=1)))
    session.commit()
    page = administrator.post(f"/admin/people/{amina.id}/sign-in", status=409)
    assert "Let them in again first" in page.words
    session.rollback()
    assert session.scalar(select(Ticket.key_hash).where(Ticket.kind == TicketKind.SIGN_IN)) is None


# Joining, own data


def test_two_accounts_are_joined_after_a_page_that_says_what_happens(administrator, amina, session):
    other = make_user(session, "A. Nurse")
    session.commit()
    here = f"/admin/people/{other.id}/merge"
    administrator.get(here)
    page = administrator.get(f"{here}?into={amina.id}")
    assert page.h1 == "Check before you join two accounts" and "cannot be undone" in page.words
    assert listed(page) == [] and [a.get_text() for a in page.select("td a")] == ["A. Nurse", "Amina Nurse"]
    assert standing(session, other.id).merged_into_id is None
    page = administrator.follow(here, {"into": amina.id})
    assert page.h1 == "Amina Nurse" and f"Account {other.id} is joined with this one" in page.words
    assert standing(session, other.id).merged_into_id == amina.id
    page = administrator.get(f"/admin/people/{other.id}")
    assert f"joined with account {amina.id}" in page.words
    assert not page.select("main form, main a.nhsuk-button")


def test_what_cannot_be_joined_is_said_at_the_number(administrator, amina, session, me):
    gone = make_user(session, "", erased_at=now())
    session.commit()
    here = f"/admin/people/{amina.id}/merge"
    for into, words in (
        ("", "Enter the number of the other account"), ("x", "Enter a number"), ("-3", "Enter a number"),
        ("9" * 30, "Enter a number"), ("1.0", "Enter a number"), ("\u0663", "Enter a number"),
        ("999999", "There is no account 999999"), (gone.id, f"There is no account {gone.id}"),
        (amina.id, "not of this one"), (me, "your own account"),
    ):  # fmt: skip
        assert words in summary(administrator.get(here, 422, query_string={"into": into}))["#into"]
        administrator.get("/me/addresses")
        assert words in summary(administrator.post(here, {"into": into}, 422))["#into"]
    assert standing(session, amina.id).merged_into_id is None


def test_a_file_of_their_data_is_asked_for(administrator, amina, session, me):
    administrator.get(f"/admin/people/{amina.id}")
    page = administrator.follow(f"/admin/people/{amina.id}/export")
    assert "The file is being made" in page.words


@pytest.mark.parametrize("state, days, words", [
    ("queued", None, "It is being made"), ("failed", None, "It could not be made"), ("ready", 1, "It is ready until"),
    ("ready", -1, "It is not kept any more"),
])  # fmt: skip
def test_where_the_file_stands_is_told_to_whoever_asked_for_it(administrator, amina, session, me, state, days, words):
    at = now()
    row = {"user_id": amina.id, "state": state, "done": 0, "parts": 1, "last_error": "", "asked_at": at,
           "expires_at": at + timedelta(days=days) if days else None}  # fmt: skip
    session.execute(insert(DataExport), {**row, "asked_by_id": amina.id})
    session.commit()
    assert "You asked for a file" not in administrator.get(f"/admin/people/{amina.id}").words
    session.execute(insert(DataExport), {**row, "asked_by_id": me})
    session.commit()
    assert words in administrator.get(f"/admin/people/{amina.id}").words


def test_somebody_is_erased_after_a_page_that_says_what_it_means(administrator, amina, session):
    page = administrator.get(f"/admin/people/{amina.id}/erase")
    assert "cannot be undone" in page.words
    assert standing(session, amina.id).erased_at is None
    page = administrator.post(f"/admin/people/{amina.id}/erase", status=200)
    assert page.h1 == f"Person {amina.id} is erased"
    assert standing(session, amina.id).erased_at is not None
    page = administrator.get(f"/admin/people/{amina.id}")
    assert "was erased on" in page.words and "Amina Nurse" not in page.words
    assert not page.select("main form, main a.nhsuk-button")


@pytest.mark.parametrize("gone", ["erased_at", "merged_into_id"])
def test_nothing_is_done_to_an_account_that_is_gone(administrator, amina, session, me, gone):
    session.execute(update(User).where(User.id == amina.id).values({gone: now() if gone == "erased_at" else me}))
    session.commit()
    for path in SHOWS[1:]:
        administrator.get(f"/admin/people/{amina.id}{path}", 409)
    for act in ACTS:
        administrator.get("/me/addresses")
        form = {"reason": "x", "length": "1", "role": "author", "into": me}
        assert "not there any more" in administrator.post(f"/admin/people/{amina.id}/{act}", form, 409).words
    assert actions(session) == []


# Oneself, and the last administrator


def test_nobody_suspends_joins_or_erases_themselves(administrator, amina, session, me):
    make_user(session, "Bea Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    page = administrator.get(f"/admin/people/{me}")
    assert "This is you" in page.words
    assert {a["href"] for a in page.select("main a.nhsuk-button")} == {f"/admin/people/{me}/roles/grant"}
    assert not page.select("main form")
    for path in ("/suspend", "/merge", "/erase", "/roles/administrator/revoke"):
        assert "your own account" in administrator.get(f"/admin/people/{me}{path}", 409).words
    for act in ("suspend", "lift", "sign-out", "sign-in", "merge", "export", "erase", "roles/administrator/revoke"):
        administrator.get("/me/addresses")
        form = {"reason": "x", "length": "1", "into": amina.id}
        assert "your own account" in administrator.post(f"/admin/people/{me}/{act}", form, 409).words
    assert actions(session) == [] and standing(session, me) == (None, None, None)
    assert granted(session, me) == {Role.ADMINISTRATOR}
    administrator.get(f"/admin/people/{me}/roles/grant")
    administrator.follow(f"/admin/people/{me}/roles/grant", {"role": "author", "reason": "A small team"})
    assert granted(session, me) == {Role.ADMINISTRATOR, Role.AUTHOR}


@pytest.mark.parametrize("act", ["roles/administrator/revoke", "suspend", "erase"])
def test_of_two_administrators_who_remove_each_other_at_once_one_stays(app, session, amina, act):
    two = [make_user(session, f"Administrator {n}", roles=(Role.ADMINISTRATOR,)) for n in range(2)]
    session.commit()
    form = {"reason": "Race", "length": "1", "into": amina.id}

    def removing(mine, theirs):
        browser = sign_in(PageClient(app), mine.id)
        browser.get("/me/addresses")
        data = {**form, "csrf_token": browser.page.csrf_token}
        path = f"/admin/people/{theirs.id}/{act}"
        return lambda: browser.http.post(path, data=data, base_url=browser.base_url).status_code

    first, second = sorted(at_once(removing(*two), removing(*reversed(two))))
    assert first in (200, 303) and second in (403, 409)
    session.rollback()
    alive = select(User.id).join(RoleGrant, RoleGrant.user_id == User.id).where(
        RoleGrant.role == Role.ADMINISTRATOR, User.suspended_until.is_(None), User.erased_at.is_(None), User.merged_into_id.is_(None)
    )  # fmt: skip
    assert len(set(session.scalars(alive)) & {person.id for person in two}) == 1


def test_the_last_administrator_is_told_what_to_do_first(administrator, amina, session, me, monkeypatch):
    roles.grant(session, amina.id, Role.ADMINISTRATOR, now())
    session.commit()
    administrator.get(f"/admin/people/{amina.id}/roles/administrator/revoke")
    session.execute(update(User).where(User.id == me).values(suspended_until=now() + timedelta(days=1)))
    session.commit()
    monkeypatch.setattr("learn.accounts.sessions._over", lambda row, at: None)  # suspended after the page was allowed
    page = administrator.post(f"/admin/people/{amina.id}/roles/administrator/revoke", {"reason": "x"}, 409)
    assert page.h1 == "Somebody has to run this site"
    assert "Make somebody else an administrator first." in page.words
    assert granted(session, amina.id) == {Role.ADMINISTRATOR}
