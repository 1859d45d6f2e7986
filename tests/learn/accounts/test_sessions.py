"""Sessions on shared computers: they end when they should, and nothing of one person reaches the next."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts import sessions, tickets
from learn.accounts.models import LoginSession, Role, SessionEnd, Ticket, TicketKind, User
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


def test_no_page_with_a_person_in_it_is_kept_by_the_browser(app, client, session, module):
    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,), teaches=True)
    session.commit()
    sign_in(client, user.id)
    looked_at = 0
    paths = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    for path in [
        *paths,
        f"/modules/{module.slug}",
        f"/modules/{module.slug}/units/1",
        "/admin/contexts/99",
        "/nothing-here",
    ]:
        answer = client.http.get(path, base_url=client.base_url)
        if "Ada Administrator" in answer.text or "<main" in answer.text:
            assert answer.headers["Cache-Control"] == "no-store", path
            looked_at += 1
    assert looked_at > 25
    client.get("/me/profile")
    refused = client.post("/me/profile", {"display_name": ""}, 422)
    assert refused.response.headers["Cache-Control"] == "no-store"


def test_a_page_gives_its_person_a_lock_of_their_own_for_what_they_type(member, new_client, session, learner):
    def lock(browser):
        region = browser.get("/learn").select_one("[data-module=session]")
        return region["data-person"], region["data-key"]

    other = make_user(session, "Another Person")
    session.commit()
    mine, again = lock(member), lock(sign_in(new_client(), learner.id))
    theirs, nobodys = lock(sign_in(new_client(), other.id)), lock(sign_in(new_client(), None))
    assert mine == again and [len(part) for part in mine] == [32, 32]
    assert not set(mine) & set(theirs)
    assert nobodys == ("", "")


@pytest.mark.parametrize(
    ("method", "path", "back"), [("get", "/learn?x=1", "/learn?x=1"), ("post", "/me/profile", "/me/profile")]
)
def test_a_page_says_where_to_come_back_to(member, method, path, back):
    member.get("/me/profile")
    page = member.get(path) if method == "get" else member.post(path, {"display_name": ""}, 422)
    assert page.select_one("[data-module=session]")["data-next"] == back


def test_the_sign_in_page_knows_by_itself_why_a_session_is_over(member, session):
    age(session, used_at=now() - timedelta(minutes=31))
    words = member.get("/sign-in?next=/learn").words
    assert "not used for a while" in words and "kept in this browser" not in words
    assert "kept in this browser for a day" in member.get("/sign-in?kept=1").words


@pytest.mark.parametrize("reason", ["suspended", "account_gone"])
def test_whoever_may_not_come_in_is_not_told_to_come_back_in_the_same_way(client, reason):
    words = client.get(f"/sign-in?reason={reason}").words
    assert "in the same way" not in words and "If you think that this is wrong" in words


def test_what_a_player_sends_while_it_plays_is_a_use(member, session, module):
    before = now() - timedelta(minutes=20)
    member.get("/learn")
    age(session, used_at=before)
    page = member.page
    told = {"json": {"spans": [[0, 5]], "duration": 60}, "headers": {"X-CSRFToken": page.csrf_token}}
    member.http.post(f"/modules/{module.slug}/units/1/watched", base_url=member.base_url, **told)
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) > before


def test_staying_needs_one_press(member):
    member.get("/me")
    told = member.post("/stay", status=200).json
    person = member.page.select_one("[data-module=session]")["data-person"]
    assert told == {"person": person, "idle_seconds": 1800}


def test_a_page_that_asks_whose_session_it_is_lengthens_nothing(member, client, session):
    before = now() - timedelta(minutes=20)
    age(session, used_at=before)
    assert len(member.get("/stay").json["person"]) == 32
    session.rollback()
    assert session.scalar(select(LoginSession.used_at)) == before
    age(session, used_at=now() - timedelta(minutes=31))
    member.get("/stay", 303)


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


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ({"suspended_until": now() + timedelta(days=1)}, "suspended"),
        ({"merged_into_id": 7}, "account_gone"),
        ({"erased_at": now()}, "account_gone"),
    ],
)
def test_an_account_that_is_closed_or_gone_has_no_session_any_more(member, session, learner, gone, reason):
    member.get("/learn")
    session.execute(update(User).where(User.id == learner.id).values(**gone))
    session.commit()
    assert f"reason={reason}" in member.get("/learn", 303).headers["Location"]


def test_a_suspension_that_is_over_closes_nothing(member, session, learner):
    session.execute(update(User).where(User.id == learner.id).values(suspended_until=now() - timedelta(seconds=1)))
    session.commit()
    member.get("/learn")


def test_every_session_of_a_person_is_ended_but_the_one_that_asked(member, new_client, session, learner):
    here = session.scalar(select(LoginSession.id).where(LoginSession.user_id == learner.id))
    elsewhere = make_user(session)
    session.commit()
    other, stranger = sign_in(new_client(), learner.id), sign_in(new_client(), elsewhere.id)
    assert sessions.end_all(session, learner.id, SessionEnd.ENDED_ELSEWHERE, now(), but=here) == 1
    session.commit()
    member.get("/learn")
    stranger.get("/learn")
    assert "reason=ended_elsewhere" in other.get("/learn", 303).headers["Location"]


def test_a_person_is_shown_by_the_name_they_chose(member, session, learner):
    session.execute(update(User).where(User.id == learner.id).values(display_name="Sam R"))
    session.commit()
    assert member.get("/learn").select_one(".who").text == "Sam R"
