"""Notices by mail against a server on loopback: held ten minutes, dropped when read, stopped by one press."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.models import User
from learn.discussion import topics
from learn.discussion.models import TopicKind
from learn.notifications import choices, notices
from learn.notifications.models import Mail, MailState
from learn.outbox.models import OutboxItem
from tests.modules import make_theme
from tests.people import NURSE, make_user

TO = NURSE
STATE = select(Mail.state)


@pytest.fixture
def addressed(at_server, session, learner):
    """A person with a proven address."""
    mine.add(session, learner.id, parse(TO), now())
    session.commit()
    return learner


@pytest.fixture
def told(addressed, session):
    """They were told something just now."""
    facts = {"role": "facilitator", "themes": []}
    notices.notify(session, addressed.id, "role_granted", now(), path="/me", facts=facts)
    session.commit()
    return addressed


def test_a_mail_waits_ten_minutes_and_then_says_what_the_notice_says(told, session, mailbox, work, make_due):
    work()
    assert mailbox.taken == [] and session.scalar(STATE) is MailState.QUEUED
    due_in = session.scalar(select(OutboxItem.not_before).where(OutboxItem.kind == "mail")) - now()
    assert timedelta(minutes=9) < due_in <= timedelta(minutes=10)
    make_due()
    work()
    [got] = mailbox.taken
    text, html = got.get_body(("plain",)).get_content(), got.get_body(("html",)).get_content()
    assert (got["To"], got["Subject"]) == (TO, "Frontline: A role given to you")
    for part in (text, html):
        assert "You are now a facilitator for all themes." in part
        assert "/me/notifications" in part and "notices of this kind also go by email: a role given to you." in part


def test_its_headers_are_those_of_rfc_8058_on_one_line_each(told, client, mailbox, work, make_due):
    make_due()
    work()
    [raw], [got] = mailbox.raw, mailbox.taken
    token = choices.stop_token(told.id, "role_granted")
    address = f"{client.base_url}/mail/stop/{token}"
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert f"\n{address}\n" in got.get_body(("plain",)).get_content().replace("\r", "")
    assert f'<a href="{address}">Stop emails of this kind</a>' in got.get_body(("html",)).get_content()


def test_one_press_in_a_mail_program_stops_the_kind_and_no_other(told, client, session, mailbox, work, make_due):
    make_due()
    work()
    path = urlsplit(mailbox.taken[0]["List-Unsubscribe"].strip("<>")).path
    answer = client.http.post(path, base_url=client.base_url, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    session.rollback()
    assert not choices.wants(session, told.id, "role_granted") and choices.wants(session, told.id, "role_revoked")
    for kind in ("role_granted", "role_revoked"):
        notices.notify(session, told.id, kind, now(), facts={"role": "author"})
    session.commit()
    make_due()
    work()
    assert [each["Subject"] for each in mailbox.taken[1:]] == ["Frontline: A role taken from you"]


@pytest.fixture
def topic(session, app):
    """A discussion that its members see."""
    theme = make_theme(session)
    made = topics.make(session, TopicKind.THEME, None, theme, "Who helps at handover?", now())
    topics.change(session, made, visible_count=1)
    return made


@pytest.fixture
def answered(addressed, session, topic):
    """They were told of an answer just now."""
    facts = {"topic": topic}
    notices.notify(session, addressed.id, "post_answered", now(), path=f"/topics/{topic}", facts=facts)
    session.commit()
    return addressed


def test_an_answer_is_mailed_with_the_title_that_the_topic_has_by_then(
    answered, session, topic, mailbox, work, make_due
):
    topics.change(session, topic, title="Who helps at the handover of a ward?")
    session.commit()
    make_due()
    work()
    [got] = mailbox.taken
    assert "Who helps at the handover of a ward?" in got.get_body(("plain",)).get_content()
    assert "?" not in got["Subject"]


def test_what_was_hidden_meanwhile_is_never_mailed_and_not_named(
    answered, session, topic, mailbox, work, make_due, member
):
    topics.hide(session, topic)
    session.commit()
    make_due()
    work()
    assert mailbox.taken == [] and session.scalar(STATE) is MailState.DROPPED
    page = member.get("/me/notifications")
    assert "a discussion that you cannot see any more" in page.words
    assert "handover" not in page.words
    topics.show(session, topic)
    session.commit()
    assert "Who helps at handover?" in member.get("/me/notifications").words


def test_a_story_that_was_taken_back_is_not_mailed(addressed, session, mailbox, work, make_due):
    notices.notify(session, addressed.id, "story_due", now(), facts={"story": 999})
    session.commit()
    make_due()
    work()
    assert mailbox.taken == [] and session.scalar(STATE) is MailState.DROPPED


def test_mail_of_answers_is_stopped_by_one_press_and_decisions_are_not(
    answered, client, session, topic, mailbox, work, make_due
):
    make_due()
    work()
    [raw] = mailbox.raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    path = urlsplit(mailbox.taken[0]["List-Unsubscribe"].strip("<>")).path
    assert client.get(path).h1 == "Stop these emails"
    session.rollback()
    assert choices.wants(session, answered.id, "post_answered")
    client.http.post(path, base_url=client.base_url, data={"List-Unsubscribe": "One-Click"})
    session.rollback()
    assert not choices.wants(session, answered.id, "post_answered")
    assert choices.wants(session, answered.id, "review_decided")


def read(session, user):
    notices.read_all(session, user.id, notices.FIRST, now())


def stop(session, user):
    choices.choose(session, user.id, ["role_granted"], set())


def bounce(session, user):
    mine.mark_bounced(session, TO, now())


def suspend(session, user):
    session.execute(update(User).where(User.id == user.id).values(suspended_until=now() + timedelta(days=1)))


def erase(session, user):
    session.execute(update(User).where(User.id == user.id).values(erased_at=now()))


def merge(session, user):
    session.execute(update(User).where(User.id == user.id).values(merged_into_id=user.id + 1))


@pytest.mark.parametrize("meanwhile", [read, stop, bounce, suspend, erase, merge])
def test_what_happened_meanwhile_drops_the_mail(told, session, mailbox, work, make_due, meanwhile):
    meanwhile(session, told)
    session.commit()
    make_due()
    work()
    assert mailbox.taken == [] and session.scalar(STATE) is MailState.DROPPED


def test_a_suspension_that_is_over_drops_nothing(told, session, mailbox, work, make_due):
    session.execute(update(User).values(suspended_until=now() - timedelta(days=1)))
    session.commit()
    make_due()
    work()
    assert len(mailbox.taken) == 1


def test_without_an_address_the_mail_is_dropped_and_the_notice_stays(
    at_server, session, learner, mailbox, work, make_due
):
    notices.notify(session, learner.id, "merged", now())
    session.commit()
    make_due()
    work()
    assert session.scalar(STATE) is MailState.DROPPED
    assert session.scalar(select(User.unread)) == 1


def test_who_switched_a_kind_off_gets_no_mail_row_at_all(addressed, session):
    stop(session, addressed)
    notices.notify(session, addressed.id, "role_granted", now())
    session.commit()
    assert session.scalars(STATE).all() == []


def test_a_code_carries_no_such_header(at_server, client, mailbox, work):
    client.get("/sign-in")
    client.post("/sign-in/code", {"email": TO})
    work()
    [got] = mailbox.taken
    assert "code" in got["Subject"] and got["List-Unsubscribe"] is None and "Stop emails" not in got.as_string()


def test_neither_the_queue_nor_the_log_holds_anything_personal(told, session, mailbox, work, make_due, capfd, client):
    make_due()
    items = [{column.name: str(value) for column, value in zip(OutboxItem.__table__.c, row, strict=True)}
             for row in session.execute(select(*OutboxItem.__table__.c))]  # fmt: skip
    rows = [str(tuple(row)) for row in session.execute(select(*Mail.__table__.c))]
    mailbox.answers = ["550 amina.nurse@example.nhs.uk is unknown"]
    work()
    client.get(f"/mail/stop/{choices.stop_token(told.id, 'role_granted')}")
    written = capfd.readouterr()
    told_all = json.dumps(items) + str(rows) + written.out + written.err
    assert "amina" not in told_all.lower() and "nurse" not in told_all.lower()
    assert choices.stop_token(told.id, "role_granted") not in told_all


@pytest.mark.parametrize(
    "token", ["", "x", "WzEsIm1lcmdlZCJd", "WzEsIm1lcmdlZCJd.x", "." * 50, "a" * 5000, "\u2603.\u2603", "null.x"]
)
def test_what_this_site_did_not_sign_is_no_token(app, token):
    assert choices.read_token(token) is None


@pytest.mark.parametrize("what", [None, 7, [1], [1, "no_such_kind"], [1, "address_bounced"], [1, ["merged"]], {"a": 1}])
def test_what_it_signed_for_something_else_is_none_either(app, what):
    assert choices.read_token(choices._signer().dumps(what)) is None


def test_a_token_holds_for_the_account_that_took_the_persons_in(session, learner, app):
    into = make_user(session)
    session.execute(update(User).where(User.id == learner.id).values(merged_into_id=into.id))
    assert choices.whose(session, learner.id) == into.id
    session.execute(
        update(User).where(User.id == into.id).values(merged_into_id=learner.id)
    )  # a circle never was, and ends
    assert choices.whose(session, learner.id) is None
    assert choices.whose(session, 999) is None
