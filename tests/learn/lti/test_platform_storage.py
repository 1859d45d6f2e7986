"""Platform storage, the server's side: what is asked of the platform, and what counts as proof when it comes back."""

import json

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import LoginSession, Ticket
from learn.lti.models import LtiLogin
from tests.learn.lti.platform import TOOL


@pytest.fixture
def begun(platform, client):
    """A login in a frame whose platform offers storage; gives what its page tells the script."""

    def begin(target="_parent", browser=client):
        form = {
            "iss": platform.issuer, "target_link_uri": f"{TOOL}/", "login_hint": "5", "client_id": platform.client_id,
            "lti_storage_target": target,
        }  # fmt: skip
        return browser.post("/lti/login", form, 200)

    return begin


class Login:
    """What ``Platform.token`` needs to know of a login."""

    def __init__(self, page):
        self.link = page.select_one("[data-module=storage]")
        self.kept = json.loads(self.link["data-kept"])
        self.state, self.nonce = (
            next(value for name, value in self.kept.items() if f"_{what}_" in name) for what in ("state", "nonce")
        )
        self.target, self.asked = f"{TOOL}/", {}


@pytest.fixture
def proving(begun, platform, client, new_client):
    """The page at a launch in a browser that kept no cookie, with its form as a dict."""

    def go(browser=None, **changes):
        login = Login(begun())
        other = browser or new_client()
        page = platform.answer(other, login, platform.token(login, **changes), 200)
        form = {field["name"]: field["value"] for field in page.select("form[data-module=storage] input")}
        return other, login, form, page

    return go


def prove(browser, login, form, status=200, *, origin=TOOL, **changes):
    given = {**form, "stored_state": login.state, "stored_nonce": login.nonce, **changes}
    headers = {"Origin": origin} if origin else {}
    return browser.post("/lti/launch/proved", given, status, headers=headers)


def sessions(session):
    session.rollback()
    return len(session.scalars(select(LoginSession.id)).all())


def test_g1_a_login_without_storage_is_the_plain_redirect(platform, client):
    assert platform.log_in(client).url.startswith(f"{platform.issuer}/")


@pytest.mark.parametrize("target", ["", "two words", "x" * 256, "<script>", "a\nb"])
def test_g1_a_storage_target_that_is_no_frame_is_as_good_as_none(platform, client, target):
    assert platform.log_in(client, lti_storage_target=target).state


def test_g2_the_frame_that_was_named_is_asked(begun):
    assert (
        begun("post_message_forwarding").select_one("[data-module=storage]")["data-target"] == "post_message_forwarding"
    )


def test_g3_messages_go_to_the_origin_of_the_authentication_address(begun, platform):
    page = begun()
    assert page.select_one("[data-module=storage]")["data-origin"] == "https://lms.example"


def test_g4_state_and_nonce_are_kept_under_names_of_their_own_and_the_road_goes_on_without_a_script(begun):
    first, second = Login(begun()), Login(begun())
    assert len(first.kept) == 2
    assert not set(first.kept) & set(second.kept)
    assert first.link.name == "a"
    assert f"state={first.state}" in first.link["href"]


def test_g4_the_cookie_is_set_all_the_same_and_wins(begun, platform, client):
    login = Login(begun())
    answer = platform.answer(client, login, platform.token(login))
    assert answer.status_code == 303


def test_g5_a_browser_that_proves_the_state_gets_a_ticket_for_a_window(proving, session):
    browser, login, form, _ = proving()
    assert sessions(session) == 0
    page = prove(browser, login, form)
    assert page.h1 == "Your link is ready"
    opened = browser.post("/window/open", {"ticket": page.select_one("[name=ticket]")["value"]}, 303)
    assert opened.headers["Location"] == "/"
    assert sessions(session) == 2


def test_g5_the_message_is_checked_before_the_platform_is_asked(begun, platform, new_client, session):
    login = Login(begun())
    answer = platform.answer(new_client(), login, platform.token(login, version="1.1"), 400)
    assert answer.select_one("form[data-module=storage]") is None
    assert sessions(session) == 0


@pytest.mark.parametrize(
    ("detail", "changes"),
    [
        ("origin", {"origin": "https://evil.example"}),
        ("origin", {"origin": "null"}),
        ("origin", {"origin": ""}),
        ("stored_state", {"stored_state": "another"}),
        ("stored_state", {"stored_state": ""}),
        ("stored_nonce", {"stored_nonce": "another"}),
        ("stored_nonce", {"stored_nonce": ""}),
        ("proof", {"proof": ""}),
        ("proof", {"proof": "gAAAAAB"}),
    ],
)
def test_g6_what_does_not_prove_it_is_refused(proving, session, refused, detail, changes):
    browser, login, form, _ = proving()
    refused(prove(browser, login, form, 400, **changes), "storage", detail)
    assert sessions(session) == 0


def test_g6_another_sites_post_is_refused_even_where_it_names_our_origin(proving, session):
    browser, login, form, _ = proving()
    given = {**form, "stored_state": login.state, "stored_nonce": login.nonce}
    headers = {"Origin": TOOL, "Sec-Fetch-Site": "cross-site"}
    browser.post("/lti/launch/proved", given, 400, headers=headers)
    assert sessions(session) == 0


def test_g6_the_key_of_one_page_does_not_open_another_login(proving, session):
    _, _, theirs, _ = proving()
    browser, login, form, _ = proving()
    prove(browser, login, {**form, "proof": theirs["proof"]}, 400)
    assert sessions(session) == 0


def test_g6_a_proof_is_used_once(proving, session, refused):
    browser, login, form, _ = proving()
    prove(browser, login, form)
    refused(prove(browser, login, form, 400), "used")
    assert sessions(session) == 1


def test_g6_a_login_that_ended_proves_nothing(proving, session):
    browser, login, form, _ = proving()
    session.execute(update(LtiLogin).values(expires_at=now()))
    session.commit()
    prove(browser, login, form, 400)
    assert sessions(session) == 0


def test_g6_without_storage_a_launch_without_its_cookie_is_refused_as_ever(platform, client, new_client, refused):
    login = platform.log_in(client)
    refused(platform.answer(new_client(), login, platform.token(login), 400), "state_unknown")


def test_g7_the_ticket_is_in_no_address_and_works_once(proving, session):
    browser, login, form, _ = proving()
    page = prove(browser, login, form)
    form_ = page.select_one("form[data-module=kept]")
    ticket = form_.select_one("[name=ticket]")["value"]
    assert ticket not in form_["action"]
    assert form_["target"] == "_blank"
    browser.post("/window/open", {"ticket": ticket}, 303)
    browser.post("/window/open", {"ticket": ticket}, 410)
    session.rollback()
    assert session.scalars(select(Ticket.key_hash)).all() == []


def test_g7_where_nothing_is_kept_the_same_login_begins_again_in_a_window(platform, client, new_client):
    login = platform.log_in(client)
    page = platform.answer(new_client(), login, platform.token(login), 400)
    assert page.select_one("form[action='/lti/login']") is None  # in a window there is nothing to gain
    token = platform.token(login)
    framed = new_client().post(
        "/lti/launch", {"state": login.state, "id_token": token}, 400, headers={"Sec-Fetch-Dest": "iframe"}
    )
    form = framed.select_one("form[action='/lti/login']")
    assert form["target"] == "_blank"
    asked = {field["name"]: field["value"] for field in form.select("input")}
    assert asked["login_hint"] == "5"
    again = new_client().get("/lti/login", 302, query_string=asked)
    assert again.headers["Location"].startswith(f"{platform.issuer}/")
