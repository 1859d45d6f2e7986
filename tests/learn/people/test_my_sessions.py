"""One's own sessions: which there are, and ending one, all others, or all."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from courses.db import now
from learn.accounts import tickets
from learn.accounts.models import LoginSession, SessionEnd, TicketKind
from learn.audit import AuditEntry
from learn.extensions import db
from tests.people import make_user, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def rows_of(page):
    return [" ".join(row.get_text(" ").split()) for row in page.select("tbody tr")]


def ends(session, learner):
    session.rollback()
    asked = select(LoginSession.ended_by).where(LoginSession.user_id == learner.id).order_by(LoginSession.id)
    return list(session.scalars(asked))


@pytest.fixture
def other(new_client, learner, member):
    """Another browser in which the same person is signed in."""
    return sign_in(new_client(), learner.id, platform_name="NIHR Learn", browser="Chrome on Windows")


def number_of(session, browser):
    session.rollback()
    return session.scalar(select(LoginSession.id).where(LoginSession.browser == browser))


def test_the_list_says_which_is_this_one_and_how_each_came_in(member, other):
    mine, theirs = rows_of(member.get("/me/sessions"))
    assert theirs.startswith("Chrome on Windows") and "NIHR Learn" in theirs and "Sign out there" in theirs
    assert "This one" in mine and "By email" in mine and "Sign out there" not in mine


def test_alone_there_is_nothing_to_sign_out_of(member):
    page = member.get("/me/sessions")
    assert "You are signed in nowhere else" in page.words
    assert not page.select("main form[action^='/me/sessions']")


def test_one_is_ended_and_its_browser_says_why(member, other, session, learner):
    member.get("/me/sessions")
    page = member.follow(f"/me/sessions/{number_of(session, 'Chrome on Windows')}/end")
    assert "You are signed out there" in page.words and len(rows_of(page)) == 1
    assert ends(session, learner) == [None, SessionEnd.ENDED_ELSEWHERE]
    address = other.get("/learn", 303).headers["Location"]
    assert "ended from another browser" in other.get(address).words
    member.get("/learn")


def test_everywhere_else_leaves_this_one(member, other, new_client, session, learner):
    third = sign_in(new_client(), learner.id)
    member.get("/me/sessions")
    page = member.follow("/me/sessions/end-others")
    assert "signed out of 2 other sessions" in page.words
    for gone in (other, third):
        gone.get("/learn", 303)
    member.get("/learn")


def test_everywhere_is_here_too(member, other, session, learner):
    member.get("/me/sessions")
    page = member.follow("/me/sessions/end-all")
    assert page.h1 == "You are signed out"
    for gone in (other, member):
        gone.get("/learn", 303)
    assert set(ends(session, learner)) == {SessionEnd.ENDED_ELSEWHERE}


def test_ending_this_one_by_its_number_signs_out(member, session, learner):
    here = session.scalar(select(LoginSession.id).where(LoginSession.user_id == learner.id))
    member.get("/me/sessions")
    assert member.post(f"/me/sessions/{here}/end").headers["Location"] == "/sign-out"
    member.get("/learn", 303)


def test_nobody_ends_anothers_session(member, new_client, session):
    stranger = make_user(session, "Another Person")
    session.commit()
    theirs = sign_in(new_client(), stranger.id, browser="Safari on iPhone")
    member.get("/me/sessions")
    page = member.follow(f"/me/sessions/{number_of(session, 'Safari on iPhone')}/end")
    assert "over already" in page.words
    member.follow("/me/sessions/end-others")
    theirs.get("/learn")
    assert "Safari" not in member.get("/me/sessions").words


@pytest.mark.parametrize("number", ["0", "99999999999999"])
def test_a_number_that_is_nobodys_ends_nothing(member, number):
    member.get("/me/sessions")
    assert "over already" in member.follow(f"/me/sessions/{number}/end").words


def test_what_lets_nobody_in_any_more_is_not_listed(member, other, session):
    for over in (
        {"used_at": now() - timedelta(minutes=31)},
        {"created_at": now() - timedelta(hours=12, minutes=1)},
        {"ended_at": now()},
    ):
        before = now()
        reset = {"used_at": before, "created_at": before, "ended_at": None}
        theirs = update(LoginSession).where(LoginSession.browser == "Chrome on Windows")
        session.execute(theirs.values({**reset, **over}))
        session.commit()
        assert len(rows_of(member.get("/me/sessions"))) == 1, over


def test_the_list_is_bounded(member, session, learner):
    at = now()
    row = {"user_id": learner.id, "frame_origins": [], "is_embedded": False, "created_at": at, "used_at": at}
    session.execute(insert(LoginSession), [{**row, "key_hash": f"{n:064}"} for n in range(70)])
    session.commit()
    page = member.get("/me/sessions")
    assert len(rows_of(page)) == 50
    assert "Unknown browser" in page.words


def test_the_audit_says_so_by_numbers(member, other, session, learner):
    member.get("/me/sessions")
    number = number_of(session, "Chrome on Windows")
    member.follow(f"/me/sessions/{number}/end")
    member.follow("/me/sessions/end-all")
    session.rollback()
    noted = session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in noted] == [
        ("session.ended", {"ended": number}),
        ("sessions.ended", {"count": 1}),
    ]


def test_each_way_in_notes_the_browser_and_a_new_window_keeps_it(client, new_client, session, learner):
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=learner.id)
    session.commit()
    client.get(f"/sign-in/once/{key}")
    client.post(f"/sign-in/once/{key}", headers={"User-Agent": FIREFOX})
    client.get("/learn")
    told = client.post("/window", {"next": "/"}, status=200, headers={"Accept": "application/json"}).json
    new_client().post(told["action"], {"ticket": told["ticket"]}, headers={"User-Agent": "curl/8"})
    assert list(db.session.scalars(select(LoginSession.browser))) == ["Firefox on Linux", "Firefox on Linux"]


def test_an_anonymous_launch_has_no_list(client):
    sign_in(client, None)
    client.get("/me/sessions", 403)
    client.post("/me/sessions/end-all", status=403)
