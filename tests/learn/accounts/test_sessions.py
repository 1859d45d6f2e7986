"""Sessions on shared computers: they end when they should, and nothing of one person reaches the next."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts import tickets
from learn.accounts.models import LoginSession, SessionEnd, Ticket, TicketKind
from learn.accounts.sessions import hashed
from tests.people import make_user, sign_in


def age(session, **moments):
    session.execute(update(LoginSession).values(**moments))
    session.commit()


def test_the_cookie_is_for_this_host_alone_and_lives_in_its_frame(client, session, learner):
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    session.commit()
    client.get(f"/sign-in/once/{key}")
    cookie = client.post(f"/sign-in/once/{key}").headers["Set-Cookie"]
    for attribute in ("__Host-frontline=", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert learner.name not in cookie


def test_an_idle_session_ends_and_the_page_says_why(member, session):
    age(session, used_at=now() - timedelta(minutes=31))
    answer = member.get("/me", 303)
    assert "reason=idle" in answer.headers["Location"]
    page = member.get(answer.headers["Location"])
    assert "30 minutes" in page.words or "not used" in page.words


def test_using_the_site_keeps_a_session_alive_and_writes_at_most_once_a_minute(member, session):
    before = now() - timedelta(minutes=20)
    age(session, used_at=before)
    member.get("/me")
    session.rollback()
    first = session.scalar(select(LoginSession.used_at))
    assert first > before
    member.get("/me")
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) == first


def test_a_session_ends_after_twelve_hours_however_busy(member, session):
    age(session, created_at=now() - timedelta(hours=12, minutes=1))
    assert "reason=too_long" in member.get("/me", 303).headers["Location"]


def test_signing_out_ends_the_session_here_and_not_only_in_the_browser(member, session, app):
    with member.http.session_transaction(base_url=member.base_url) as cookie:
        key = cookie["key"]
    member.get("/me")
    member.follow("/sign-out")
    session.rollback()
    assert (
        session.scalar(select(LoginSession.ended_by).where(LoginSession.key_hash == hashed(key)))
        is SessionEnd.SIGNED_OUT
    )
    with member.http.session_transaction(base_url=member.base_url) as cookie:
        cookie["key"] = key
    member.get("/me", 303)


def test_the_next_person_ends_the_session_before_and_gets_a_fresh_form_token(member, session, learner):
    token = member.get("/me").csrf_token
    other = make_user(session, "Another Person")
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=other.id)
    session.commit()
    member.get(f"/sign-in/once/{key}")
    member.post(f"/sign-in/once/{key}")
    session.rollback()
    ends = session.scalars(select(LoginSession.ended_by).where(LoginSession.user_id == learner.id)).all()
    assert ends == [SessionEnd.REPLACED]
    member.post("/window", {"csrf_token": token, "next": "/"}, status=400)


def test_pages_of_members_are_not_kept_by_the_browser(member):
    assert member.get("/me").response.headers["Cache-Control"] == "no-store"


def test_staying_needs_one_press(member):
    member.get("/me")
    assert member.post("/stay", status=200).json == {"idle_seconds": 1800}


def test_opening_a_one_time_address_signs_nobody_in(client, session, learner):
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    session.commit()
    for _ in range(3):
        client.get(f"/sign-in/once/{key}")
    client.get("/me", 303)
    client.get(f"/sign-in/once/{key}")
    client.follow(f"/sign-in/once/{key}")
    client.get("/me")


def test_a_one_time_address_works_once_and_for_ten_minutes(client, new_client, session, learner):
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    late = tickets.give(session, TicketKind.SIGN_IN, now() - timedelta(minutes=11), user_id=learner.id)
    session.commit()
    client.get(f"/sign-in/once/{key}")
    client.post(f"/sign-in/once/{key}")
    other = new_client()
    for used in (key, late, "made-up"):
        assert "does not work any more" in other.get(f"/sign-in/once/{used}", 410).words


def test_a_ticket_is_kept_as_a_hash(session, learner):
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    assert session.scalar(select(Ticket.key_hash)) == hashed(key) != key


def test_a_full_window_opens_by_a_ticket_that_is_posted_once(member, new_client, session):
    member.get("/learn")
    page = member.post("/window", {"next": "/learn"}, status=200)
    form = page.select_one("form[target=_blank]")
    ticket = form.select_one("input[name=ticket]")["value"]
    window = new_client()
    answer = window.post(form["action"], {"ticket": ticket})
    assert answer.headers["Location"] == "/learn"
    assert ticket not in answer.headers["Location"]
    window.get("/learn")
    new_client().post(form["action"], {"ticket": ticket}, status=410)


def test_a_script_gets_the_ticket_as_json(member):
    member.get("/learn")
    told = member.post("/window", {"next": "/learn"}, status=200, headers={"Accept": "application/json"}).json
    assert set(told) == {"action", "ticket"}


def test_a_ticket_of_an_ended_session_opens_nothing(member, new_client):
    member.get("/learn")
    told = member.post("/window", {"next": "/"}, status=200, headers={"Accept": "application/json"}).json
    member.post("/sign-out")
    new_client().post(told["action"], {"ticket": told["ticket"]}, status=410)


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", ""]
)
def test_a_new_window_leads_nowhere_else(member, new_client, target):
    member.get("/learn")
    told = member.post("/window", {"next": target}, status=200, headers={"Accept": "application/json"}).json
    assert new_client().post(told["action"], {"ticket": told["ticket"]}).headers["Location"] == "/"


def test_the_page_fits_a_frame_when_the_browser_says_it_is_in_one(app, client, session, learner):
    member = sign_in(client, learner.id, is_embedded=False)
    framed = member.get("/learn", headers={"Sec-Fetch-Dest": "iframe"})
    window = member.get("/learn", headers={"Sec-Fetch-Dest": "document"})
    assert "Full window" in framed.words
    assert "Full window" not in window.words
