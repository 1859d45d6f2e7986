"""Two accounts of one person become one by a code that came to the address, and by nothing else."""

import pytest
from sqlalchemy import func, insert, select, update

from courses.db import now
from courses.learning.models import Enrolment, Status
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress, EmailCode
from learn.accounts.models import LoginSession, RoleGrant, User
from learn.audit import AuditEntry
from learn.extensions import db
from learn.lti.models import PlatformUser, Registration
from learn.notifications.models import Notification
from learn.passback.models import Score
from learn.people.linking.offered import masked
from tests.learn.lti.platform import GONE, INSTRUCTOR, TOOL, Platform, connect
from tests.learn.passback.test_sending import complete
from tests.people import NURSE, make_user, sign_in

OFFERED = "You already have an account with a\u2026@example.nhs.uk"


@pytest.fixture
def launched(platform, new_client, session):
    """Launch with an address; returns the browser and the number of whoever came in."""

    def go(email=NURSE, *, path="/", browser=None, **more):
        browser = browser or new_client()
        answer = platform.launch(browser, email=email, target=f"{TOOL}{path}", **more)
        browser.get(answer.headers["Location"])
        session.rollback()
        came = session.scalar(select(LoginSession.user_id).order_by(LoginSession.id.desc()).limit(1))
        return browser, came

    return go


@pytest.fixture
def link(code_of, session):
    """Take the offer, and type the code."""

    def go(browser, address=NURSE, **form):
        browser.get("/me/link")
        browser.post("/me/link", form or {"offered": "yes"})
        browser.get("/me/link/code")
        page = browser.follow("/me/link/code/check", {"code": code_of(address)})
        session.rollback()
        return page

    return go


def of_user(session, user_id, *columns):
    session.rollback()
    return session.execute(select(*columns).where(User.id == user_id)).one()


def test_a_launch_with_the_address_of_another_account_offers_linking_and_nothing_more(owner, launched, session):
    browser, came = launched()
    assert came != owner.id
    assert OFFERED in browser.page.words
    page = browser.get("/me/link")
    assert OFFERED in page.words and "Amina" not in page.words and NURSE not in page.words
    assert session.scalar(select(func.count()).select_from(EmailCode)) == 0


def test_whoever_types_the_code_goes_on_with_the_account_of_the_address(owner, launched, link, session, module):
    complete(session, module, owner.learner_id)
    browser, came = launched()
    page = link(browser)
    assert "The two accounts are one now" in page.words and "NIHR Learn" in page.words
    assert OFFERED not in page.words
    assert "Completed" in browser.get("/me").select_one("main").get_text()
    assert of_user(session, came, User.merged_into_id, User.name, User.email) == (owner.id, "", None)
    assert session.scalars(select(PlatformUser.user_id)).all() == [owner.id]
    again, there = launched()
    assert there == owner.id and OFFERED not in again.page.words


def test_what_was_learned_with_both_is_in_one_place_and_reported_to_the_links_of_the_launches(
    owner, launched, link, session, module, platform
):
    complete(session, module, owner.learner_id)
    browser, _ = launched(path=f"/modules/{module.slug}")
    assert session.scalars(select(Score.given)).all() == [None]
    link(browser)
    assert session.execute(select(Score.given, Score.learner_id)).all() == [(100, owner.learner_id)]
    states = select(Enrolment.status).where(Enrolment.learner_id == owner.learner_id)
    assert session.scalars(states).all() == [Status.COMPLETED]


def test_the_session_goes_on_with_its_platform_and_the_old_one_is_over(owner, launched, link, session):
    browser, came = launched()
    link(browser)
    rows = session.execute(select(LoginSession).order_by(LoginSession.id)).scalars().all()
    assert [(row.user_id, row.ended_by) for row in rows] == [(owner.id, "account_gone"), (owner.id, None)]
    assert came != owner.id
    assert rows[1].registration_id == rows[0].registration_id and rows[1].frame_origins == rows[0].frame_origins
    assert not rows[1].offers_link


def test_another_browser_of_the_old_account_is_told_that_it_is_gone(owner, launched, link):
    first, _ = launched()
    second, _ = launched()
    link(first)
    answer = second.get("/learn", 303)
    assert "account_gone" in answer.headers["Location"]


def test_the_owner_is_told_and_the_trail_holds_numbers_alone(owner, launched, link, session):
    browser, came = launched()
    link(browser)
    number = session.scalar(select(Registration.id))
    told = session.execute(select(Notification.user_id, Notification.kind, Notification.facts)).all()
    assert told == [(owner.id, "linked", {"platform": number})]
    assert of_user(session, owner.id, User.unread) == (1,)
    line = session.execute(select(AuditEntry).where(AuditEntry.action == "user.merged")).scalar_one()
    assert (line.actor_id, line.details) == (owner.id, {"user": owner.id, "merged": came, "platforms": 1})


def test_nothing_is_linked_before_the_code(owner, launched, code_of, session):
    browser, came = launched()
    browser.get("/me/link")
    browser.post("/me/link", {"offered": "yes"})
    browser.get("/me/link/code")
    wrong = f"{(int(code_of()) + 1) % 10**6:06}"
    assert "This one is not right" in browser.post("/me/link/code/check", {"code": wrong}, 422).words
    assert of_user(session, came, User.merged_into_id) == (None,)


def test_not_now_offers_it_no_more_in_this_session_but_in_the_next(owner, launched):
    browser, _ = launched()
    browser.get("/learn")
    assert OFFERED not in browser.follow("/me/link/later", {"next": "/learn"}).words
    assert browser.get("/resources").select("#link-offer") == []
    assert OFFERED in browser.get("/me/link").words
    again, _ = launched()
    assert OFFERED in again.page.words


def test_a_launch_of_a_code_for_something_else_links_nothing(owner, launched, code_of, session):
    """A code that only confirms an address, or signs in, is none for linking."""
    browser, came = launched()
    browser.get("/me/addresses")
    browser.post("/me/addresses", {"email": NURSE})
    page = browser.post("/me/link/code/check", {"code": code_of()}, 422)
    assert page.h1 == "This browser did not ask for a code"
    assert of_user(session, came, User.merged_into_id) == (None,)


def test_a_code_to_link_so_soon_after_another_one_is_put_off_in_words(owner, member):
    member.get("/me/addresses")
    member.post("/me/addresses", {"email": NURSE})
    member.get("/me/link")
    page = member.post("/me/link", {"email": NURSE}, 429)
    assert "A code was sent less than a minute ago" in page.words


def test_the_code_of_the_person_before_on_a_shared_computer_links_nothing(owner, launched, code_of, session):
    browser, _ = launched()
    browser.get("/me/link")
    browser.post("/me/link", {"offered": "yes"})
    right = code_of()
    other = make_user(session, "Another Person")
    session.commit()
    sign_in(browser, other.id)
    browser.get("/me/link")
    assert browser.post("/me/link/code/check", {"code": right}, 422).h1 == "This browser did not ask for a code"
    assert session.scalars(select(User.merged_into_id).where(User.merged_into_id.is_not(None))).all() == []


def test_a_person_who_asks_links_by_the_address_of_their_other_account(owner, member, learner, link, session):
    page = link(member, email=NURSE)
    assert "The two accounts are one now" in page.words
    assert of_user(session, learner.id, User.merged_into_id) == (owner.id,)


def test_an_address_that_was_confirmed_and_belongs_to_another_account_leads_to_the_same_road(
    owner, member, learner, code_of, session, age
):
    member.get("/me/addresses")
    member.post("/me/addresses", {"email": NURSE})
    member.get("/me/addresses/code")
    page = member.follow("/me/addresses/code/check", {"code": code_of()})
    assert page.h1 == "Linked platforms" and "belongs to another account" in page.words
    assert page.select_one("input[name=email]")["value"] == NURSE
    assert of_user(session, learner.id, User.merged_into_id) == (None,)
    age(minutes=2)
    member.post("/me/link", {"email": NURSE})
    member.get("/me/link/code")
    member.follow("/me/link/code/check", {"code": code_of()})
    assert of_user(session, learner.id, User.merged_into_id) == (owner.id,)


def test_an_address_that_nobody_has_becomes_ones_own(member, learner, link, session):
    assert "No other account has this address" in link(member, email=NURSE).words
    assert session.scalars(select(EmailAddress.user_id)).all() == [learner.id]


def test_ones_own_address_links_nothing(member, learner, link, session, age):
    mine.add(session, learner.id, parse(NURSE), now())
    session.commit()
    assert "There is nothing to link" in link(member, email=NURSE).words


def test_an_account_that_an_administrator_named_is_taken_with_the_code(member, learner, link, session):
    named = make_user(session, "Amina Nurse", claim_key=parse(NURSE).key)
    session.commit()
    link(member, email=NURSE)
    assert of_user(session, learner.id, User.merged_into_id) == (named.id,)
    assert session.scalars(select(EmailAddress.user_id)).all() == [named.id]


def test_the_answer_to_an_address_tells_nothing_about_whether_somebody_has_it(owner, new_client, session):
    places = []
    for address in (NURSE, "nobody.here@example.nhs.uk"):
        browser = sign_in(new_client(), _someone(session))
        browser.get("/me/link")
        places.append(browser.post("/me/link", {"email": address}).headers["Location"])
        places.append(browser.get("/me/link/code").h1)
    assert places[:2] == places[2:]
    browser.get("/me/link")
    assert "NHS Scotland" in browser.post("/me/link", {"email": "a@example.com"}, 422).words
    assert "in plain letters" in browser.post("/me/link", {"email": "nothing"}, 422).words


def _someone(session):
    made = make_user(session)
    session.commit()
    return made.id


def test_two_people_of_one_platform_are_not_linked_and_the_page_says_why(owner, launched, code_of, session, link):
    link(launched()[0])
    browser, other = launched(sub="6")
    assert browser.page.select("#link-offer") == []
    browser.get("/me/link")
    session.execute(update(EmailCode).values(created_at=EmailCode.created_at))
    _older(session)
    browser.post("/me/link", {"email": NURSE})
    browser.get("/me/link/code")
    page = browser.post("/me/link/code/check", {"code": code_of()}, 409)
    assert "NIHR Learn knows the two accounts as two people" in page.words
    assert of_user(session, other, User.merged_into_id) == (None,)


def _older(session):
    from datetime import timedelta

    session.rollback()
    for row in session.execute(select(EmailCode.id, EmailCode.created_at)).all():
        older = row.created_at - timedelta(minutes=2)
        session.execute(update(EmailCode).where(EmailCode.id == row.id).values(created_at=older))
    session.commit()


def test_a_closed_account_takes_nobody_in(owner, launched, code_of, session):
    from datetime import timedelta

    session.execute(update(User).where(User.id == owner.id).values(suspended_until=now() + timedelta(days=3)))
    session.commit()
    browser, came = launched()
    browser.get("/me/link")
    browser.post("/me/link", {"offered": "yes"})
    browser.get("/me/link/code")
    assert "closed until" in browser.post("/me/link/code/check", {"code": code_of()}, 409).words
    assert of_user(session, came, User.merged_into_id) == (None,)


@pytest.mark.parametrize(
    "email", [GONE, "", "not an address", "\u0430mina.nurse@example.nhs.uk", "other@example.nhs.uk", '"a b"@nhs.net']
)
def test_another_address_or_none_offers_nothing(owner, launched, email):
    browser, _ = launched(email)
    assert browser.page.select("#link-offer") == []
    browser.get("/me/link")
    assert "nothing to link" in browser.post("/me/link", {"offered": "yes"}, 404).words


def test_the_same_address_in_other_letters_or_with_a_tag_is_the_same(owner, launched):
    for sub, email in (("7", NURSE.upper()), ("8", NURSE.replace("@", "+lms@"))):
        browser, _ = launched(email, sub=sub)
        assert browser.page.select("#link-offer")


def test_an_address_that_was_only_claimed_by_another_platform_offers_nothing(session, launched, new_client):
    other = Platform(issuer="https://two.example")
    connect(session, other)
    other.launch(new_client(), email=NURSE)
    browser, _ = launched()
    assert browser.page.select("#link-offer") == []


def test_an_anonymous_launch_and_a_test_user_are_offered_nothing(owner, launched):
    test_user = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    for more in ({"sub": GONE}, {"roles": [test_user]}):
        browser, _ = launched(**more)
        assert browser.page.select("#link-offer") == []


def test_the_offer_costs_a_launch_no_statement_and_other_pages_none(owner, platform, new_client, session):
    from sqlalchemy import event

    found = []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("BEGIN"):
            found.append(statement.split()[0])

    platform.launch(new_client(), email=NURSE)
    browser = new_client()
    login = platform.log_in(browser)
    token = platform.token(login, email=NURSE)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        platform.answer(browser, login, token)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert found == ["DELETE", "SELECT", "INSERT"]


def test_the_address_is_shown_by_its_first_letter_and_domain_alone():
    assert masked(parse("b.long-name+tag@NHS.net")) == "b\u2026@nhs.net"


def test_roles_come_along_and_somebody_who_teaches_goes_on_teaching(owner, launched, link, session):
    browser, came = launched(roles=[INSTRUCTOR])
    session.execute(
        insert(RoleGrant), {"user_id": came, "role": "author", "granted_at": now(), "themes": [], "reason": ""}
    )
    session.commit()
    link(browser)
    assert session.execute(select(RoleGrant.user_id, RoleGrant.role)).all() == [(owner.id, "author")]
    assert of_user(session, owner.id, User.teaches) == (True,)


# Unlinking


@pytest.fixture
def linked(owner, launched, link, session):
    """A browser of the account with a linked platform, and the platform's number for the person."""
    browser, _ = launched()
    link(browser)
    return browser, session.scalar(select(PlatformUser.id))


def test_a_platform_is_unlinked_after_its_page_said_what_that_means(linked, owner, launched, session):
    browser, number = linked
    page = browser.get(f"/me/link/{number}/unlink")
    assert page.h1 == "Unlink NIHR Learn" and "stay with this account" in page.words
    page = browser.follow(f"/me/link/{number}/unlink")
    assert "is not linked with your account any more" in page.words
    again, came = launched()
    assert came != owner.id and OFFERED in again.page.words
    assert of_user(session, came, User.name) == ("Lee Learner",)
    kinds = session.scalars(select(Notification.kind).where(Notification.user_id == owner.id)).all()
    assert kinds == ["linked", "unlinked"]


def test_what_was_learned_stays_and_the_platform_gets_no_more_of_it(owner, launched, link, session, module):
    browser, _ = launched(path=f"/modules/{module.slug}")
    link(browser)
    number = session.scalar(select(PlatformUser.id))
    browser.get(f"/me/link/{number}/unlink")
    browser.post(f"/me/link/{number}/unlink")
    session.rollback()
    complete(session, module, owner.learner_id)
    assert session.scalars(select(Score.given)).all() == [None]
    assert session.scalar(select(Score.learner_id)) != owner.learner_id
    assert len(session.scalars(select(Enrolment.id).where(Enrolment.learner_id == owner.learner_id)).all()) == 1


def test_sessions_from_that_platform_end_but_the_one_that_asked(linked, launched, owner, new_client):
    browser, number = linked
    other, _ = launched()
    by_email = sign_in(new_client(), owner.id)
    browser.get(f"/me/link/{number}/unlink")
    browser.post(f"/me/link/{number}/unlink")
    browser.get("/learn")
    by_email.get("/learn")
    assert "ended_elsewhere" in other.get("/learn", 303).headers["Location"]


def test_the_only_way_in_is_not_unlinked(launched, session):
    browser, came = launched()
    number = session.scalar(select(PlatformUser.id))
    page = browser.get("/me/link")
    assert "only way you can come in" in page.words and page.select("a[href$='/unlink']") == []
    assert "Confirm an email address first" in browser.get(f"/me/link/{number}/unlink").words
    assert (
        "Confirm an email address first"
        in browser.post(f"/me/link/{number}/unlink", {"csrf_token": _token(browser)}, 409).words
    )
    assert session.scalars(select(PlatformUser.user_id)).all() == [came]


def _token(browser):
    return browser.get("/me/link").csrf_token


def test_nobody_unlinks_for_somebody_else(linked, member, session, owner):
    _, number = linked
    member.get("/me/link")
    member.get(f"/me/link/{number}/unlink", 404)
    member.get("/me/link")
    member.post(f"/me/link/{number}/unlink", status=404)
    session.rollback()
    assert session.scalars(select(PlatformUser.user_id)).all() == [owner.id]
