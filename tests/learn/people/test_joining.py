"""Somebody whose address needs a decision: proves it, says who speaks for them, waits, and is let in or not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from learn.accounts.by_email.models import EmailAddress, JoinRequest, Standing
from learn.accounts.models import LoginSession, User
from learn.audit import AuditEntry
from learn.notifications.models import Mail, Notification
from learn.people.coming_in import joining

SCHOLAR = "ravi.scholar@leeds.ac.uk"
TOLD = {
    "name": "Ravi Scholar", "sponsor_name": "Grace Sponsor", "sponsor_organisation": "Example NHS Trust",
    "reason": "I deliver a dialysis study with the trust.",
}  # fmt: skip


@pytest.fixture
def asked(client, come):
    """A browser in which somebody asked to come in."""
    come(client, SCHOLAR)
    client.get("/sign-in/join")
    client.post("/sign-in/join", TOLD)
    return client


def accounts(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(EmailAddress))


def number(session):
    session.rollback()
    return session.scalar(select(JoinRequest.id))


def test_a_proven_address_that_needs_a_decision_leads_to_the_request_and_to_no_account(client, session, come):
    assert come(client, SCHOLAR).headers["Location"] == "/sign-in/join"
    page = client.get("/sign-in/join")
    assert (page.h1, SCHOLAR in page.words) == ("Ask to come in", True)
    assert session.scalar(select(func.count()).select_from(User)) == 0
    client.get("/me", 303)


def test_nobody_asks_without_a_proven_address(client, session):
    assert client.get("/sign-in/join", 303).headers["Location"] == "/sign-in"
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": SCHOLAR})
    client.get("/sign-in/code")
    assert client.post("/sign-in/join", TOLD).headers["Location"] == "/sign-in"
    assert number(session) is None


def test_an_hour_after_the_code_the_address_has_to_be_proved_again(client, session, come):
    from learn.accounts.by_email.models import EmailCode

    come(client, SCHOLAR)
    session.execute(update(EmailCode).values(used_at=now() - timedelta(hours=1)))
    session.commit()
    client.get("/sign-in/join", 303)


@pytest.mark.parametrize("name", TOLD)
def test_what_is_left_out_is_asked_for(client, session, come, name):
    come(client, SCHOLAR)
    client.get("/sign-in/join")
    page = client.post("/sign-in/join", {**TOLD, name: "  "}, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == f"#{name}"
    assert page.select_one(f"[name={'reason' if name != 'reason' else 'name'}]")
    assert number(session) is None


def test_every_administrator_is_told_once(client, session, come, administrator):
    come(client, SCHOLAR)
    client.get("/sign-in/join")
    for _ in range(2):
        client.post("/sign-in/join", TOLD)
    session.rollback()
    (notice,) = session.execute(select(Notification.kind, Notification.path, Notification.facts)).all()
    assert notice == ("join_request", f"/admin/requests/{number(session)}", {"request": number(session)})
    assert session.scalars(select(User.unread)).all() == [1]
    assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "join.asked")) == 1


def test_whoever_waits_sees_what_happens_next_also_when_they_sign_in_again(asked, new_client, session, come, age):
    page = asked.get("/sign-in/join")
    assert page.h1 == "Your request waits for an administrator"
    assert "Grace Sponsor, Example NHS Trust" in page.words
    age(minutes=2)
    other = new_client()
    assert come(other, SCHOLAR).headers["Location"] == "/sign-in/join"
    assert other.get("/sign-in/join").h1 == page.h1
    other.get("/me", 303)
    assert accounts(session) == 0


def test_an_approved_person_gets_a_mail_and_comes_in_under_the_name_they_gave(
    asked, new_client, session, come, age, administrator, mails
):
    page = administrator.get("/admin/requests")
    assert page.select_one("tbody a").get_text() == "Ravi Scholar"
    page = administrator.get(page.select_one("tbody a")["href"])
    assert "I deliver a dialysis study" in page.words and "Universities" in page.words
    page = administrator.follow(f"/admin/requests/{number(session)}", {"act": "approve", "answer": "Welcome to us"})
    assert "Ravi Scholar comes in" in page.words
    assert "Nobody waits" in page.words
    mail = mails()[-1]
    assert (mail["To"], "agreed" in mail.get_body(("plain",)).get_content()) == (SCHOLAR, True)
    assert "Welcome to us" in mail.get_body(("plain",)).get_content()
    assert asked.get("/sign-in/join").h1 == "You can come in"
    age(minutes=2)
    other = new_client()
    assert come(other, SCHOLAR).headers["Location"] == "/"
    assert "Ravi" in other.get("/").words
    assert accounts(session) == 1


def test_a_refused_person_is_told_why_and_may_be_let_in_later(
    asked, new_client, session, come, age, administrator, mails
):
    path = f"/admin/requests/{number(session)}"
    administrator.get(path)
    page = administrator.post(path, {"act": "refuse", "answer": " "}, 422)
    assert "Enter why you refuse" in page.words
    administrator.follow(path, {"act": "refuse", "answer": "Your sponsor does not know you."})
    text = mails()[-1].get_body(("plain",)).get_content()
    assert "Your sponsor does not know you." in text and "help@frontline.example" in text
    age(minutes=2)
    other = new_client()
    come(other, SCHOLAR)
    page = other.get("/sign-in/join")
    assert page.h1 == "Your request was not approved"
    assert "Your sponsor does not know you." in page.words
    other.get("/sign-in")
    assert other.post("/sign-in/join", TOLD).headers["Location"] == "/sign-in/join"
    assert other.get("/sign-in/join").h1 == page.h1
    assert accounts(session) == 0
    page = administrator.get(path)
    assert not page.select("button[value=refuse]")
    administrator.follow(path, {"act": "approve", "answer": ""})
    assert accounts(session) == 1
    assert "refuse" not in mails()[-1].get_body(("plain",)).get_content()


def test_a_second_decision_says_that_there_was_one(asked, session, administrator):
    path = f"/admin/requests/{number(session)}"
    administrator.get(path)
    administrator.post(path, {"act": "approve"})
    administrator.get("/admin/requests")
    for act in ("approve", "refuse"):
        administrator.post(path, {"act": act, "answer": "No"}, 409)
        administrator.get("/admin/requests")
    assert accounts(session) == 1
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Mail).where(Mail.kind == "join_approved")) == 1


def test_the_trail_names_numbers_only(asked, session, administrator):
    path = f"/admin/requests/{number(session)}"
    administrator.get(path)
    administrator.post(path, {"act": "approve"})
    session.rollback()
    trail = str(session.execute(select(AuditEntry.action, AuditEntry.details)).all())
    assert "join.approved" in trail
    for word in ("Ravi", "leeds", "Grace", "dialysis"):
        assert word not in trail


def test_requests_go_after_a_year(asked, session):
    joining.prune(session, now() + timedelta(days=364))
    assert number_in(session) == 1
    joining.prune(session, now() + timedelta(days=366))
    assert number_in(session) == 0


def number_in(session):
    return session.scalar(select(func.count()).select_from(JoinRequest))


def test_a_mail_that_was_overtaken_by_another_decision_is_not_sent(asked, session, administrator, mails):
    path = f"/admin/requests/{number(session)}"
    administrator.get(path)
    administrator.post(path, {"act": "refuse", "answer": "Not yet."})
    administrator.get(path)
    administrator.post(path, {"act": "approve"})
    kinds = [mail["Subject"] for mail in mails() if "code" not in mail["Subject"]]
    assert kinds == ["You can come in to Frontline"]
    session.rollback()
    assert session.scalar(select(JoinRequest.standing)) is Standing.APPROVED
    assert session.scalar(select(func.count()).select_from(LoginSession).where(LoginSession.ended_at.is_(None))) == 1
