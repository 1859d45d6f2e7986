"""Reports, by HTTP: with and without an account, what is masked, what is limited, what comes of them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.audit import AuditEntry
from learn.moderation import decisions, flags, queue
from learn.moderation.models import Flag, FlagReason, ReviewItem
from learn.moderation.reporting import letters
from learn.notifications.models import Notification
from tests.learn.moderation.notes import HIDDEN, SHOWN
from tests.learn.moderation.test_deciding import person
from tests.people import sign_in


@pytest.fixture
def note(session, notes, author):
    return notes.add(author_id=author.id, is_public=True)


def send(browser, number, status=303, **form):
    browser.get(f"/report/post/{number}")
    return browser.post(f"/report/post/{number}", {"reason": "unsafe", **form}, status)


def settle(session, facilitator, act="remove"):
    session.rollback()
    item = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.state == "open")).one()
    decisions.decide(session, item.id, person(facilitator), act, "unsafe", "It is wrong.", item.version, now(), {})
    session.commit()


def test_a_member_reports_and_hears_what_came_of_it(member, session, note, facilitator, notes):
    page = member.get(f"/report/post/{note}")
    assert page.h1 == "Report this comment"
    assert page.select_one("input[name=email]") is None
    outcome = send(member, note).headers["Location"]
    assert "A facilitator looks at it" in member.get(outcome).words
    settle(session, facilitator)
    assert "What came" not in member.get(outcome).words
    assert "did something about it" in member.get(outcome).words


def test_the_notice_of_the_outcome_goes_when_its_page_is_seen(member, session, note, facilitator, learner):
    outcome = send(member, note).headers["Location"]
    settle(session, facilitator, "keep")
    assert "kept it as it is" in member.get(outcome).words
    session.rollback()
    read = select(Notification.read_at).where(Notification.user_id == learner.id, Notification.kind == "report_settled")
    assert session.scalar(read) is not None


def test_nobody_else_sees_a_report(member, new_client, author, note):
    outcome = send(member, note).headers["Location"]
    sign_in(new_client(), author.id).get(outcome, 404)
    member.get("/reports/999", 404)


def test_anybody_reports_what_anybody_may_read(client, session, note, notes):
    page = client.get(f"/report/post/{note}")
    assert page.select_one("input[name=email]") is not None
    send(client, note, email="sam@example.org", reason="patient", words="NHS 999 000 0018 is in it")
    client.get("/report/sent")
    session.rollback()
    row = session.execute(select(Flag.reporter_id, Flag.reporter_email, Flag.words)).one()
    assert row == (None, "sam@example.org", "NHS [NHS number removed] is in it")
    assert notes.all[note].state == SHOWN
    assert session.scalar(select(ReviewItem.priority)) == queue.PATIENT


def test_without_an_account_what_members_read_is_not_there(client, notes, author):
    client.get(f"/report/post/{notes.add(author_id=author.id)}", 404)
    client.get("/report/post/99", 404)
    client.get("/report/nothing/1", 404)


def test_what_readers_do_not_see_cannot_be_reported(member, notes, note):
    notes.all[note].state = HIDDEN
    member.get(f"/report/post/{note}", 404)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "boring"}, "reason"),
        ({"words": "x" * 1001}, "words"),
        ({"email": "sam@"}, "email"),
    ],
)
def test_what_has_to_be_mended_comes_back_with_all_that_was_typed(client, session, note, form, field):
    page = send(client, note, 422, **{"words": "Look at the end", "email": "a@example.org"} | form)
    assert page.select_one(f".nhsuk-error-summary a[href^='#{field}']")
    assert page.select_one("textarea").get_text().strip() == form.get("words", "Look at the end")
    assert page.select_one("input[name=email]")["value"] == form.get("email", "a@example.org")
    assert session.scalar(select(func.count()).select_from(Flag)) == 0


def test_the_second_report_of_one_member_changes_nothing(member, session, note):
    first, second = send(member, note), send(member, note, reason="unkind")
    assert first.headers["Location"] == second.headers["Location"]
    assert session.scalar(select(func.count()).select_from(Flag)) == 1


def test_whoever_sees_only_then_that_it_could_identify_a_patient_is_heard(member, session, note, notes):
    first = send(member, note, reason="unkind", words="Unkind")
    second = send(member, note, reason="patient", words="It names the ward and the day")
    assert first.headers["Location"] == second.headers["Location"]
    assert notes.all[note].state == HIDDEN
    flag = session.execute(select(Flag.reason, Flag.words)).one()
    assert tuple(flag) == ("patient", "It names the ward and the day")
    assert session.scalar(select(ReviewItem.priority)) == queue.PATIENT


def test_a_member_reports_ten_a_day(member, session, notes, author):
    for _ in range(10):
        send(member, notes.add(author_id=author.id))
    page = send(member, notes.add(author_id=author.id), 429)
    assert page.response.headers["Retry-After"]
    assert session.scalar(select(func.count()).select_from(Flag)) == 10


def test_a_network_without_accounts_reports_ten_an_hour(client, note):
    for _ in range(10):
        send(client, note)
    assert send(client, note, 429).response.headers["Retry-After"]


def test_a_members_word_about_a_patient_hides_it_from_then_on(member, session, note, notes, author):
    send(member, note, reason="patient")
    assert notes.all[note].state == HIDDEN
    member.get(f"/report/post/{note}", 404)
    session.rollback()
    trail = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.in_(("report.made", "review.decided")))
    ).all()
    assert sorted(trail) == ["report.made", "review.decided"]


def test_the_author_reads_what_was_decided_and_why_and_nobody_else_does(
    session, new_client, note, member, facilitator, author, app
):
    send(member, note)
    settle(session, facilitator)
    theirs = sign_in(new_client(), author.id)
    page = theirs.get("/decisions/1")
    assert page.h1 == "A facilitator removed your comment"
    assert "It is wrong." in page.words
    assert "Helen Marsh" not in page.words
    member.get("/decisions/1", 404)
    notice = theirs.get("/me/notifications")
    assert "A facilitator removed your comment. The reason is on its page." in notice.words
    assert theirs.get("/").select_one(".bell") is None


def test_whoever_left_an_address_is_written_to_once_and_then_forgotten(client, session, note, facilitator):
    send(client, note, email="sam@example.org")
    session.rollback()
    assert letters.settled(session, "1", None) is None
    settle(session, facilitator)
    letter = letters.settled(session, "1", None)
    assert (letter.to, letter.names["is_upheld"]) == ("sam@example.org", True)
    assert flags.prune(session, now() + timedelta(days=89)) == {"addresses_of_reporters": 0}
    assert flags.prune(session, now() + timedelta(days=91)) == {"addresses_of_reporters": 1}
    assert letters.settled(session, "1", None) is None


def test_the_letter_is_drawn(app):
    from learn.notifications.sending import draw

    for is_upheld in (True, False):
        names = {
            "site": "Frontline",
            "label": "comment",
            "reason": "It is wrong",
            "is_upheld": is_upheld,
            "contact": "help@example.org",
        }
        message = draw(letters.Letter("a@example.org", "Report", "report_settled", letters.WHY, names), 1, now())
        assert "You reported a comment in Frontline: It is wrong." in message.get_body(("plain",)).get_content()


def test_every_reason_is_offered_and_has_words():
    assert list(flags.REASONS) == list(FlagReason)
