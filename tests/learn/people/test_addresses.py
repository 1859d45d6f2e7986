"""One's own addresses: each proved by a code, one for mail, never the last way in taken away, asked again after a year."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from courses.db import now
from learn.accounts.by_email import mine, personal
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress, EmailCode, JoinRequest, Tally
from learn.accounts.models import User
from learn.accounts.personal import Person
from learn.lti.models import PlatformUser
from learn.notifications.models import Notification
from learn.outbox.worker import Pace, Worker
from learn.people import due
from tests.learn.lti.platform import Platform, connect
from tests.people import NURSE, make_user, sign_in

OTHER = "amina@nhs.net"


@pytest.fixture
def add(session, code_of):
    """Prove an address as a member."""

    def go(member, address):
        member.get("/me/addresses")
        member.post("/me/addresses", {"email": address})
        member.get("/me/addresses/code")
        page = member.follow("/me/addresses/code/check", {"code": code_of(address)})
        session.rollback()
        return page

    return go


def kept(session):
    session.rollback()
    rows = session.execute(select(EmailAddress.address, EmailAddress.is_main).order_by(EmailAddress.id))
    return [tuple(row) for row in rows]


def number_of(session, address):
    session.rollback()
    return session.scalar(select(EmailAddress.id).where(EmailAddress.address == address))


def test_an_address_is_added_by_its_code_and_signs_in(member, new_client, session, learner, add, come, age):
    assert "You have not confirmed an address yet" in member.get("/me/addresses").words
    assert f"{NURSE} is confirmed" in add(member, NURSE).words
    assert kept(session) == [(NURSE, True)]
    age(minutes=2)
    come(new_client(), NURSE)
    assert session.scalar(select(EmailAddress.user_id)) == learner.id
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_nothing_is_added_before_the_code(member, session, code_of):
    member.get("/me/addresses")
    member.post("/me/addresses", {"email": NURSE})
    member.get("/me/addresses/code")
    right = code_of()
    member.post("/me/addresses/code/check", {"code": f"{(int(right) + 1) % 10**6:06}"}, 422)
    assert kept(session) == []


def test_an_address_that_needs_a_decision_may_be_added_by_a_member(member, session, add):
    add(member, "amina@leeds.ac.uk")
    assert kept(session) == [("amina@leeds.ac.uk", True)]


def test_an_address_that_may_not_come_in_is_not_added_and_the_page_says_who_may(member, session):
    member.get("/me/addresses")
    page = member.post("/me/addresses", {"email": "amina@example.com"}, 422)
    assert "NHS Scotland" in page.words
    assert session.scalar(select(func.count()).select_from(EmailCode)) == 0
    assert "in plain letters" in member.post("/me/addresses", {"email": "nothing"}, 422).words


def test_somebody_elses_address_stays_theirs_and_linking_is_named(member, session, learner, add, come, new_client, age):
    come(new_client(), NURSE)
    age(minutes=2)
    page = add(member, NURSE)
    assert "belongs to another account" in page.words and "link the two accounts" in page.words
    session.rollback()
    assert session.scalar(select(EmailAddress.user_id)) != learner.id


def test_the_code_of_the_person_before_on_a_shared_computer_adds_nothing(member, session, learner, code_of):
    member.get("/me/addresses")
    member.post("/me/addresses", {"email": NURSE})
    other = make_user(session, "Another Person")
    session.commit()
    sign_in(member, other.id)
    member.get("/me/addresses")
    assert member.get(f"/me/addresses/code?code={code_of()}").h1 == "This browser did not ask for a code"
    page = member.post("/me/addresses/code/check", {"code": code_of()}, 422)
    assert page.h1 == "This browser did not ask for a code"
    session.rollback()
    assert session.scalar(select(EmailCode.tries)) == 0


def test_another_address_becomes_the_main_one(member, session, learner, add):
    add(member, NURSE)
    add(member, OTHER)
    assert kept(session) == [(NURSE, True), (OTHER, False)]
    member.follow(f"/me/addresses/{number_of(session, OTHER)}/main")
    assert kept(session) == [(NURSE, False), (OTHER, True)]
    assert mine.main(session, learner.id) == OTHER


def test_the_last_way_in_stays(member, session, add):
    add(member, NURSE)
    page = member.get("/me/addresses")
    assert "only way you can sign in" in page.words and not page.select("a[href$='/remove']")
    path = f"/me/addresses/{number_of(session, NURSE)}/remove"
    assert "Add another address first" in member.get(path).words
    assert "Add another address first" in member.follow(path).words
    assert kept(session) == [(NURSE, True)]


def test_of_two_one_may_go_and_the_other_is_the_main_one(member, session, add):
    add(member, NURSE)
    add(member, OTHER)
    path = f"/me/addresses/{number_of(session, NURSE)}/remove"
    page = member.get(path)
    assert page.h1 == f"Remove {NURSE}"
    assert "The address is removed" in member.follow(path).words
    assert kept(session) == [(OTHER, True)]


def test_whoever_comes_in_from_a_platform_may_remove_the_last(member, session, learner, add):
    number = connect(session, Platform())
    row = {"registration_id": number, "sub": "5", "user_id": learner.id, "created_at": now()}
    session.execute(insert(PlatformUser), row)
    session.commit()
    add(member, NURSE)
    path = f"/me/addresses/{number_of(session, NURSE)}/remove"
    member.get(path)
    member.follow(path)
    assert kept(session) == []


def test_nobody_touches_anothers_address(member, session, come, new_client):
    come(new_client(), NURSE)
    number = number_of(session, NURSE)
    member.get("/me/addresses")
    member.get(f"/me/addresses/{number}/remove", 404)
    member.get("/me/addresses")
    member.post(f"/me/addresses/{number}/main", status=404)
    member.get("/me/addresses")
    member.post(f"/me/addresses/{number}/remove")
    assert kept(session) == [(NURSE, True)]


def test_an_address_is_confirmed_again_from_the_page_and_mail_goes_there_once_more(
    member, session, learner, add, code_of, age
):
    add(member, NURSE)
    assert mine.mark_bounced(session, NURSE, now()) == learner.id
    assert mine.mark_bounced(session, NURSE, now()) is None
    session.commit()
    assert mine.main(session, learner.id) is None
    age(minutes=2)
    page = member.get("/me/addresses")
    assert "Mail came back" in page.words
    form = page.select_one("form:has(input[name=email][type=hidden])")
    member.post(form["action"], {"email": form.select_one("[name=email]")["value"]})
    member.get("/me/addresses/code")
    member.follow("/me/addresses/code/check", {"code": code_of()})
    session.rollback()
    assert mine.main(session, learner.id) == NURSE


def test_a_year_later_the_person_is_asked_once_to_confirm(app, member, session, learner, add, mails):
    add(member, NURSE)
    add(member, OTHER)
    session.execute(update(EmailAddress).values(verified_at=now() - due.AFTER - timedelta(hours=1)))
    session.commit()
    for _ in range(2):
        due.Nightly().prepare(session, None, now(), None)
        session.commit()
    notices = session.execute(select(Notification.user_id, Notification.kind, Notification.path)).all()
    assert notices == [(learner.id, "address_due", "/me/addresses")]
    assert "Confirm it again" in member.get("/me/addresses").words
    session.rollback()
    mine.confirm(session, parse(NURSE), now())
    assert session.scalar(select(EmailAddress.due_at).where(EmailAddress.address == NURSE)) is None


def test_a_year_that_is_not_over_asks_nobody_and_the_worker_comes_back_tomorrow(app, member, session, add):
    add(member, NURSE)
    session.rollback()
    assert due.Nightly().prepare(session, None, now(), None) - now() > timedelta(hours=23)
    session.rollback()
    Worker(app, Pace(idle=0.01)).run(once=True)
    assert session.scalars(select(Notification.id)).all() == []


def person(user):
    return Person(user.id, (user.learner_id,), ())


def test_all_of_it_is_in_the_persons_own_file_and_gone_when_they_ask(member, session, learner, add):
    add(member, NURSE)
    session.execute(insert(JoinRequest), {
        "address": NURSE, "key": NURSE, "name": "Amina", "sponsor": "Grace", "reason": "Work", "standing": "approved",
        "asked_at": now(), "decided_at": now(), "answer": "",
    })  # fmt: skip
    session.execute(update(User).where(User.id == learner.id).values(claim_key="named@nhs.net"))
    session.commit()
    told = personal.PERSONAL.export(session, person(learner))
    assert told["email_addresses"][0]["address"] == NURSE
    assert told["codes_by_email"][0]["purpose"] == "confirm"
    assert told["requests_to_join"][0]["sponsor"] == "Grace"
    assert personal.PERSONAL.erase(session, person(learner), now()) == []
    session.commit()
    for model in (EmailAddress, EmailCode, JoinRequest):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert session.scalars(
        select(Tally.kind).where(Tally.kind != "try.network", Tally.kind != "code.network")
    ).all() == ["try.site"]
    assert session.scalar(select(User.claim_key)) is None
    assert personal.PERSONAL.export(session, person(learner)) == {
        "email_addresses": [], "codes_by_email": [], "requests_to_join": []
    }  # fmt: skip


def test_addresses_go_along_into_another_account_and_one_stays_the_main_one(member, session, learner, add):
    add(member, NURSE)
    add(member, OTHER)
    into = make_user(session)
    mine.add(session, into.id, parse("main@nhs.net"), now())
    session.execute(update(User).where(User.id == learner.id).values(claim_key="named@nhs.net"))
    personal.PERSONAL.move(session, person(learner), person(into), now())
    session.commit()
    rows = mine.listed(session, into.id)
    assert [(row.address, row.is_main) for row in rows] == [("main@nhs.net", True), (NURSE, False), (OTHER, False)]
    assert mine.listed(session, learner.id) == []
    assert session.scalar(select(User.id).where(User.claim_key == "named@nhs.net")) == into.id
    assert personal.PERSONAL.export(session, person(learner))["codes_by_email"] == []


def test_into_an_account_without_addresses_the_main_one_goes_along(member, session, learner, add):
    add(member, NURSE)
    into = make_user(session)
    personal.PERSONAL.move(session, person(learner), person(into), now())
    assert mine.main(session, into.id) == NURSE
