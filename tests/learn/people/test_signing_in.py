"""Signing in by a code: six digits, one browser, fifteen minutes, five tries, once."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from courses.db import now
from learn.accounts import people
from learn.accounts.by_email import codes, domains, limits, mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import Admission, DomainRule, EmailAddress, EmailCode, Purpose, Tally
from learn.accounts.models import LoginSession, SessionEnd, User
from learn.notifications.models import Mail, MailState
from learn.web import writing
from tests.people import NURSE, make_user, sign_in


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def wrong(right):
    return f"{(int(right) + 1) % 10**6:06}"


def test_somebody_new_comes_in_to_an_account_with_a_proven_address(client, session, come):
    assert come(client).headers["Location"] == "/"
    assert "Welcome" in client.get("/").words
    row = session.execute(select(EmailAddress.address, EmailAddress.key, EmailAddress.is_main)).one()
    assert tuple(row) == (NURSE, NURSE, True)
    assert session.scalar(select(User.email)) is None


def test_somebody_known_comes_in_to_the_same_account_and_proves_it_anew(client, new_client, session, come, age):
    come(client)
    session.execute(
        update(EmailAddress).values(verified_at=now() - timedelta(days=400), bounced_at=now(), due_at=now())
    )
    session.commit()
    age(minutes=2)
    come(new_client())
    assert count(session, User) == 1
    row = session.execute(select(EmailAddress.verified_at, EmailAddress.bounced_at, EmailAddress.due_at)).one()
    assert now() - row.verified_at < timedelta(minutes=1)
    assert row.bounced_at is row.due_at is None


@pytest.mark.parametrize("typed", ["Amina.Nurse@Example.NHS.uk", "amina.nurse+ward@example.nhs.uk", f"  {NURSE} "])
def test_however_it_is_typed_it_is_one_address(client, new_client, session, come, age, typed, code_of):
    come(client)
    age(minutes=2)
    browser = new_client()
    browser.get("/sign-in")
    browser.post("/sign-in/code", {"email": typed})
    browser.get("/sign-in/code")
    browser.post("/sign-in/code/check", {"code": code_of(parse(typed).address)})
    assert count(session, User) == 1
    assert session.scalar(select(EmailAddress.address)) == parse(typed).address


def test_whoever_was_going_somewhere_is_led_there(client, community, come):
    led = client.get("/resources", 303).headers["Location"]
    assert client.get(led).select_one("input[name=next]")["value"] == "/resources"
    assert come(client, next="/resources").headers["Location"] == "/resources"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_leads_nowhere_else(client, come, target):
    assert come(client, next=target).headers["Location"] == "/"


def test_the_code_may_be_pasted_with_spaces(client, code_of):
    client.get("/sign-in")
    page = client.get(client.post("/sign-in/code", {"email": NURSE}).headers["Location"])
    field = page.select_one("input[name=code]")
    assert (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")
    assert not field.get("maxlength")
    code = code_of()
    client.post("/sign-in/code/check", {"code": f" {code[:3]} {code[3:]}\n"})
    client.get("/me")


def test_the_cookie_is_for_this_host_alone_and_goes_along_into_a_frame(client):
    client.get("/sign-in")
    cookie = next(
        each
        for each in client.post("/sign-in/code", {"email": NURSE}).headers.getlist("Set-Cookie")
        if "-code=" in each
    )
    for part in (
        "__Host-frontline-code=",
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Partitioned",
        "Path=/",
        "Max-Age=900",
    ):
        assert part in cookie
    assert "Domain" not in cookie


def test_neither_code_nor_cookie_lies_in_the_database(client, session, code_of):
    client.get("/sign-in")
    answer = client.post("/sign-in/code", {"email": NURSE})
    cookie = answer.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    code = code_of()
    kept = str(session.execute(select(EmailCode.__table__)).one()) + str(session.execute(select(Mail.__table__)).one())
    kept += str(session.execute(select(Tally.__table__)).all())
    assert code not in kept.replace(str(session.scalar(select(EmailCode.salt))), "")
    assert cookie not in kept


def test_the_link_of_the_mail_only_fills_the_code_in(client, session, code_of):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    page = client.get(f"/sign-in/code?code={code_of()}")
    assert page.select_one("input[name=code]")["value"] == code_of()
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert (count(session, LoginSession), session.scalar(select(EmailCode.tries))) == (0, 0)
    client.get("/me", 303)


def test_in_another_browser_the_link_signs_nobody_in_and_says_where_the_code_belongs(
    client, new_client, session, code_of
):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    scanner = new_client()
    page = scanner.get(f"/sign-in/code?code={code_of()}")
    assert "Enter it in the browser tab where you asked for it" in page.words
    assert code_of() in page.words
    assert not page.select("input[name=code]")
    scanner.get("/sign-in")
    page = scanner.post("/sign-in/code/check", {"code": code_of()}, 422)
    assert "This browser did not ask for a code" in page.words
    assert page.select_one("a[href='/sign-in'].nhsuk-button")
    assert (count(session, User), session.scalar(select(EmailCode.tries))) == (0, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_a_mail_scanner_opens_uses_nothing_up(client, session, code_of, method):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    for path in (f"/sign-in/code?code={code_of()}", "/sign-in/code/mail"):
        assert client.http.open(path, method=method, base_url=client.base_url).status_code == 200
    client.http.open("/sign-in/code/check", method=method, base_url=client.base_url, query_string={"code": code_of()})
    client.get("/sign-in/code")
    client.post("/sign-in/code/check", {"code": code_of()})


def test_a_wrong_code_says_so_with_what_is_left_and_five_are_the_end(client, code_of, age):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    right = code_of()
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        page = client.post("/sign-in/code/check", {"code": wrong(right)}, 422)
        assert f"you have {left} left" in page.select_one(".nhsuk-error-summary").get_text()
        assert page.title.get_text().startswith("Error: ")
    for code in (wrong(right), right, right):
        page = client.post("/sign-in/code/check", {"code": code}, 422)
        assert page.h1 == "This code does not work any more"
    age(minutes=1)
    again = page.select_one("form[action='/sign-in/code']")
    client.post("/sign-in/code", {field["name"]: field["value"] for field in again.select("input")})
    client.get("/sign-in/code")
    client.post("/sign-in/code/check", {"code": code_of()})


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5x"])
def test_what_is_not_six_digits_costs_no_try(client, session, typed):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    assert (
        "Enter the" in client.post("/sign-in/code/check", {"code": typed}, 422).select_one(".nhsuk-error-message").text
    )
    session.rollback()
    assert session.scalar(select(EmailCode.tries)) == 0


def test_an_old_code_says_so_and_offers_a_new_one(client, code_of, age):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    age(minutes=15)
    page = client.post("/sign-in/code/check", {"code": code_of()}, 422)
    assert page.h1 == "This code is too old"
    assert page.select_one("form[action='/sign-in/code'] button").get_text() == "Send a new code"
    assert client.get("/sign-in/code").h1 == "This code is too old"


def test_a_used_code_says_so_and_signs_nobody_in_again(client, session, code_of):
    client.get("/sign-in")
    cookie = client.post("/sign-in/code", {"email": NURSE}).headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    client.get("/sign-in/code")
    client.post("/sign-in/code/check", {"code": code_of()})
    client.get("/me")
    client.post("/sign-out")
    client.http.set_cookie("__Host-frontline-code", cookie, domain="frontline.localhost")
    assert client.get("/sign-in/code").h1 == "This code was used already"
    page = client.post("/sign-in/code/check", {"code": code_of()}, 422)
    assert page.h1 == "This code was used already"
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_a_new_code_makes_the_older_one_of_the_browser_worthless(client, session, code_of, age):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    first, kept = code_of(), session.scalar(select(EmailCode.nonce_hash))
    age(minutes=1)
    client.post("/sign-in/code", {"email": NURSE})
    session.rollback()
    old = session.execute(select(EmailCode.expires_at).where(EmailCode.nonce_hash == kept)).one()
    assert old.expires_at <= now()
    client.get("/sign-in/code")
    if first != code_of():
        assert "newest email" in client.post("/sign-in/code/check", {"code": first}, 422).words
    client.post("/sign-in/code/check", {"code": code_of()})


def test_a_second_code_within_a_minute_waits_and_the_first_still_works(client, new_client, session, code_of):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    page = client.post("/sign-in/code", {"email": NURSE}, 429)
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert "You can ask for another in" in page.words
    assert "The code that you have still works" in page.words
    other = new_client()
    other.get("/sign-in")
    page = other.post("/sign-in/code", {"email": NURSE.replace("@", "+x@")}, 429)
    assert 0 < int(page.response.headers["Retry-After"]) <= 60
    assert "less than a minute ago" in page.words
    assert count(session, EmailCode) == 1
    client.post("/sign-in/code/check", {"code": code_of()})


def test_an_address_gets_five_codes_an_hour_and_ten_a_day(app):
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)

    def is_granted(minute):
        try:
            with writing() as writer:
                codes.ask(writer, parse(NURSE), Purpose.SIGN_IN, midnight + timedelta(minutes=minute))
        except limits.TooMany as refusal:
            return not 0 < refusal.retry_after <= 86400
        return True

    assert [is_granted(minute) for minute in range(0, 60, 8)] == [True] * 5 + [False] * 3
    assert [is_granted(minute) for minute in range(60, 24 * 60, 30)].count(True) == 5
    assert is_granted(24 * 60)


def test_a_network_gets_three_hundred_codes_an_hour(client, session):
    session.execute(insert(Tally), {
        "kind": "code.network", "who": limits.hashed("127.0.0.1"), "count": 300,
        "began_at": now().replace(minute=0, second=0, microsecond=0),
    })  # fmt: skip
    session.commit()
    client.get("/sign-in")
    page = client.post("/sign-in/code", {"email": NURSE}, 429)
    assert "You can ask for another in" in page.words
    assert 0 < int(page.response.headers["Retry-After"]) <= 3600
    assert count(session, Mail) == 0


def test_twenty_wrong_codes_a_day_are_the_end_for_an_address_even_with_the_right_one(client, session, code_of):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    session.execute(insert(Tally), {
        "kind": "try.address", "who": limits.hashed(NURSE), "count": 20,
        "began_at": now().replace(hour=0, minute=0, second=0, microsecond=0),
    })  # fmt: skip
    session.commit()
    page = client.post("/sign-in/code/check", {"code": code_of()}, 429)
    assert "Come in from your learning platform" in page.words
    client.get("/me", 303)


def test_wrong_codes_of_all_addresses_of_a_person_are_counted_together(session, app):
    user, at = make_user(session), now()
    for name in ("one", "two", "three"):
        mine.add(session, user.id, parse(f"{name}@nhs.net"), at)
    refused = 0
    for n in range(4):
        for name in ("one", "two", "three"):
            asked = codes.ask(session, parse(f"{name}@nhs.net"), Purpose.SIGN_IN, at + timedelta(minutes=n))
            for _ in range(3):
                given = codes.check(session, asked.nonce, "no", at + timedelta(minutes=n), network="192.0.2.1")
                refused += given.answer is codes.Answer.LIMITED
    assert refused == 36 - 30


def test_right_codes_are_not_counted(client, session, come):
    come(client)
    session.rollback()
    tried = dict(session.execute(select(Tally.kind, Tally.count).where(Tally.kind.startswith("try."))).all())
    assert tried == {"try.address": 0, "try.person": 0, "try.network": 0, "try.site": 0}


def test_while_wrong_codes_come_from_everywhere_a_network_has_few(session, app):
    at = now()
    for n in range(limits.STORM.most // 4 + 1):
        for _ in range(4):
            limits.count_try(session, f"a{n}@nhs.net", f"a{n}@nhs.net", f"192.0.2.{n}", at)
    calm = [limits.count_try(session, f"b{n}@nhs.net", f"b{n}", "198.51.100.7", at) for n in range(11)]
    assert calm[:10] == [None] * 10
    assert calm[10] > 0


@pytest.mark.parametrize("one, other, is_same", [
    ("192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False), ("::ffff:192.0.2.1", "192.0.2.1", True),
    ("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    (None, None, True), ("not an address", "192.0.2.1", False),
])  # fmt: skip
def test_a_network_is_an_address_or_the_64_bits_of_a_line(one, other, is_same):
    assert (limits.network(one) == limits.network(other)) is is_same


def test_a_suspended_person_is_told_so_after_the_right_code_and_not_before(
    client, new_client, session, come, code_of, age
):
    come(client)
    session.execute(update(User).values(suspended_until=now() + timedelta(days=3)))
    session.commit()
    age(minutes=2)
    browser = new_client()
    browser.get("/sign-in")
    browser.post("/sign-in/code", {"email": NURSE})
    assert "administrator closed" not in browser.get("/sign-in/code").words
    page = browser.post("/sign-in/code/check", {"code": wrong(code_of())}, 422)
    assert "administrator closed" not in page.words
    page = browser.post("/sign-in/code/check", {"code": code_of()}, 403)
    assert "An administrator closed this account until" in page.words
    assert count(session, LoginSession) == 1
    browser.get("/me", 303)


def test_a_suspension_that_is_over_keeps_nobody_out(client, new_client, session, come, age):
    come(client)
    session.execute(update(User).values(suspended_until=now() - timedelta(minutes=1)))
    session.commit()
    age(minutes=2)
    come(new_client())


@pytest.mark.parametrize("gone", [{"merged_into_id": 99}, {"erased_at": now()}])
def test_an_account_that_is_gone_lets_nobody_in(client, new_client, session, come, age, gone):
    come(client)
    session.execute(update(User).values(**gone))
    session.commit()
    age(minutes=2)
    assert "not there any more" in come(new_client(), status=403).words


def test_the_account_that_an_administrator_named_is_the_one_that_is_signed_in_to(client, session, come):
    user_id = people.add(session, "Amina.Nurse@example.nhs.uk", "Amina Nurse", now())
    session.commit()
    come(client)
    assert "Amina" in client.get("/").words
    assert count(session, User) == 1
    assert session.scalar(select(EmailAddress.user_id)) == user_id
    assert session.scalar(select(User.claim_key)) is None


def test_what_a_platform_says_of_an_address_gives_nobody_an_account(client, session, come):
    launched = make_user(session, "Somebody Else", email=NURSE)
    session.commit()
    come(client)
    assert "Somebody" not in client.get("/").words
    assert session.scalar(select(EmailAddress.user_id)) != launched.id
    assert count(session, User) == 2


def test_signing_in_ends_the_session_that_the_browser_had(member, session, learner, come, code_of):
    member.get("/me")
    member.post("/sign-in/code", {"email": NURSE})
    member.get("/me")
    member.post("/sign-in/code/check", {"code": code_of()})
    session.rollback()
    assert session.scalars(select(LoginSession.ended_by).where(LoginSession.user_id == learner.id)).all() == [
        SessionEnd.REPLACED
    ]


def test_in_a_frame_the_pages_stay_in_the_frame(client, session, come, code_of):
    from tests.learn.lti.platform import Platform, connect

    platform = Platform()
    connect(session, platform)
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    client.post("/sign-in/code/check", {"code": code_of()}, headers={"Sec-Fetch-Dest": "iframe"})
    policy = client.get("/learn", headers={"Sec-Fetch-Dest": "iframe"}).response.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {platform.issuer}" in policy


def test_a_domain_that_is_closed_meanwhile_lets_nobody_new_in(client, session, code_of):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    client.get("/sign-in/code")
    session.execute(delete(DomainRule).where(DomainRule.pattern == "nhs.uk"))
    session.commit()
    assert "may not come in any more" in client.post("/sign-in/code/check", {"code": code_of()}, 403).words
    assert count(session, User) == 0


def test_a_code_that_was_asked_for_something_else_signs_nobody_in(app, session, client, code_of, learner):
    member = sign_in(client, learner.id)
    member.get("/me/addresses")
    member.post("/me/addresses", {"email": NURSE})
    member.post("/sign-out")
    client.get("/sign-in")
    assert client.post("/sign-in/code/check", {"code": code_of()}, 422).h1 == "This browser did not ask for a code"
    session.rollback()
    assert session.scalar(select(EmailCode.tries)) == 0


def test_a_form_without_its_token_is_refused(client, session):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE, "csrf_token": ""}, 400)
    assert count(session, EmailCode) == 0


def test_the_mail_holds_the_code_and_its_link_and_says_why_it_came(client, code_of, mails):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    assert "We are sending" in client.get("/sign-in/code").words
    (mail,) = mails()
    assert mail["To"] == NURSE
    assert code_of() not in mail["Subject"]
    text = mail.get_body(("plain",)).get_content()
    assert f"\n{code_of()}\n" in text
    assert f"/sign-in/code?code={code_of()}" in text
    assert "You get this because" in text
    page = client.get("/sign-in/code")
    assert "Sent at" in page.words
    assert not page.select("[data-part=again]")
    told = client.http.get("/sign-in/code/mail", base_url=client.base_url).json
    assert told["is_over"] is True
    assert told["words"].startswith("Sent at")


def test_a_mail_whose_code_is_used_or_replaced_is_not_sent(client, come, mails):
    come(client)
    assert mails() == []


@pytest.mark.parametrize("changes, words, is_over", [
    ({}, "We are sending the email", False),
    ({"state": MailState.WAITING, "last_error": "server_away"}, "could not be sent yet: the mail server could not be reached. We keep trying", False),
    ({"state": MailState.WAITING, "last_error": "something new"}, "could not be sent yet: the mail server did not take it", False),
    ({"state": MailState.FAILED, "last_error": "server_refused"}, "could not be sent: the mail server refused it", True),
    ({"state": MailState.DROPPED}, "was not sent", True),
])  # fmt: skip
def test_where_the_mail_is_stands_on_the_page(client, session, changes, words, is_over):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    session.rollback()
    if changes:
        session.execute(update(Mail).values(**changes))
    session.commit()
    page = client.get("/sign-in/code")
    assert words in page.select_one("[role=status]").get_text()
    assert bool(page.select("[data-part=again]")) is not is_over
    assert client.http.get("/sign-in/code/mail", base_url=client.base_url).json["is_over"] is is_over


def test_a_mail_that_nobody_took_yet_is_told_to_be_late(client, age):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": NURSE})
    age(seconds=31)
    assert "has not gone out yet" in client.get("/sign-in/code").words


def test_a_browser_that_asked_for_nothing_is_told_nothing(client):
    assert client.http.get("/sign-in/code/mail", base_url=client.base_url).json == {"words": "", "is_over": True}


def test_codes_and_counts_are_removed_when_they_are_over(client, session, come):
    come(client)
    for prune in (codes.prune, limits.prune):
        prune(session, now() + timedelta(hours=23))
    assert session.scalar(select(func.count()).select_from(EmailCode)) == 1
    for prune in (codes.prune, limits.prune):
        prune(session, now() + timedelta(days=2))
    assert session.scalar(select(func.count()).select_from(EmailCode)) == 0
    assert session.scalar(select(func.count()).select_from(Tally)) == 0


def test_the_rules_alone_decide_and_the_most_specific_wins(session, app):
    for domain, action in {
        "nhs.net": "allow", "x.nhs.net": "deny", "nhs.uk": "allow", "a.b.nhs.uk": "allow", "hscni.net": "review",
        "trust.hscni.net": "review", "gov.uk": "deny", "ukhsa.gov.uk": "review", "leeds.ac.uk": "review",
        "nihr.ac.uk": "allow", "x.nihr.ac.uk": "allow", "ac.uk": "deny", "evilnhs.uk": "deny", "uk": "deny",
    }.items():  # fmt: skip
        assert domains.decide(session, domain).action.value == action, domain
    assert domains.decide(session, "unknown.example").rule is None
    session.execute(insert(DomainRule), {
        "pattern": "bad.nhs.uk", "match": "exact", "action": Admission.DENY, "organisation": "", "note": "", "changed_at": now(),
    })  # fmt: skip
    assert domains.decide(session, "bad.nhs.uk").action is Admission.DENY
    assert domains.decide(session, "a.bad.nhs.uk").action is Admission.ALLOW


def test_a_member_who_opens_the_page_of_codes_is_already_in(member):
    assert member.get("/sign-in/code", 303).headers["Location"] == "/"
    assert member.get("/sign-in?next=/learn", 303).headers["Location"] == "/learn"
