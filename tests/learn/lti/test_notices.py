"""The platform notification service: a copied course is noted, once, and rubbish changes nothing."""

import time

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import LoginSession
from learn.lti.models import Context, Deployment, Registration, ResourceLink
from learn.lti.notices.models import Notice
from learn.outbox.models import OutboxItem
from learn.roster import notices
from tests.learn.lti.platform import LTI, TOOL, sign

PNS = LTI + "platformnotificationservice"
OFFERED = {
    "service_versions": ["1.0"], "platform_notification_service_url": "https://lms.example/notice-handlers/1",
    "scope": [notices.SCOPE], "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
}  # fmt: skip


def notice(platform, **changes):
    at = int(time.time())
    body = {
        "iss": platform.issuer, "aud": platform.client_id, "iat": at, "exp": at + 300, "nonce": "n1",
        LTI + "deployment_id": "1", LTI + "version": "1.3.0",
        LTI + "notice": {"id": "notice-1", "timestamp": "2026-11-24T09:00:00Z", "type": "LtiContextCopyNotice"},
        LTI + "context": {"id": "9"}, LTI + "origin_contexts": ["55", "2"], **changes,
    }  # fmt: skip
    return sign({"typ": "JWT", "alg": "RS256", "kid": "first"}, body)


def deliver(client, *tokens):
    client.http.post("/lti/notices", base_url=client.base_url, json={"notices": [{"jwt": each} for each in tokens]})


def contexts(session):
    session.rollback()
    rows = session.execute(select(Context.context_id, Context.copied_from_pk).order_by(Context.id)).all()
    return [tuple(row) for row in rows]


def test_h2_a_copied_course_is_noted_with_its_origin(platform, client, session):
    platform.launch(client)
    deliver(client, notice(platform))
    (first, _), (second, origin) = contexts(session)
    assert (first, second) == ("2", "9")
    assert origin is not None


def test_h2_the_copy_then_finds_its_settings(platform, client, new_client, session):
    platform.launch(client)
    session.rollback()
    session.execute(update(ResourceLink).values(reports="progress"))
    session.commit()
    deliver(client, notice(platform))
    platform.launch(new_client(), context={"id": "9", "title": "Copy"}, resource_link={"id": "7", "title": "Module 1"})
    session.rollback()
    assert set(session.scalars(select(ResourceLink.reports))) == {"progress"}


def test_h2_a_notice_is_taken_once(platform, client, session):
    platform.launch(client)
    deliver(client, notice(platform), notice(platform))
    deliver(client, notice(platform, **{LTI + "context": {"id": "10"}}))
    assert [name for name, _ in contexts(session)] == ["2", "9"]
    assert session.scalars(select(Notice.notice_id)).all() == ["notice-1"]


def test_h2_another_kind_of_notice_is_taken_and_changes_nothing(platform, client, session):
    platform.launch(client)
    deliver(client, notice(platform, **{LTI + "notice": {"id": "x", "type": "LtiHelloWorldNotice"}}))
    assert len(contexts(session)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": ""}, {LTI + "deployment_id": "99"},
        {LTI + "version": "1.1"}, {LTI + "notice": {}}, {LTI + "notice": "x"}, {LTI + "context": {}},
        {LTI + "origin_contexts": "2"}, {LTI + "origin_contexts": [5, None]},
    ],
)  # fmt: skip
def test_h2_what_cannot_be_believed_or_read_changes_nothing(platform, client, session, changes):
    platform.launch(client)
    deliver(client, notice(platform, **changes))
    assert len(contexts(session)) == 1


def test_h2_a_wrong_signature_changes_nothing(platform, client, session):
    platform.launch(client)
    token = notice(platform)
    deliver(client, token[:-8] + "AAAAAAAA", "x.y.z", "")
    assert len(contexts(session)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"5", b'{"notices": 5}', b'{"notices": [1, {"jwt": 5}]}', b"\xff"]
)
def test_h2_rubbish_is_no_failure_and_opens_no_session(client, session, body):
    answer = client.http.post("/lti/notices", base_url=client.base_url, data=body, content_type="application/json")
    assert answer.status_code == 202
    assert session.scalars(select(LoginSession.id)).all() == []


def test_h2_where_it_is_offered_our_address_is_left_once(app, platform, client, session):
    platform.launch(client, **{PNS: OFFERED})
    session.rollback()
    assert session.scalar(select(Deployment.notices_url)) == OFFERED["platform_notification_service_url"]
    version = session.scalar(select(Registration.version))
    session.rollback()
    platform.launch(client, **{PNS: OFFERED})
    session.rollback()
    assert session.scalar(select(Registration.version)) == version
    notices.Hourly().prepare(session, None, now(), None)
    assert session.scalars(select(OutboxItem.kind).where(OutboxItem.kind == notices.KIND)).all() == [notices.KIND]
    session.execute(OutboxItem.__table__.delete())
    session.execute(update(Deployment).values(notices_at=now()))
    notices.Hourly().prepare(session, None, now(), None)
    assert session.scalars(select(OutboxItem.kind)).all() == []


@pytest.mark.parametrize(
    "offered",
    [
        {},
        {**OFFERED, "notice_types_supported": ["LtiHelloWorldNotice"]},
        "x",
        {**OFFERED, "platform_notification_service_url": "javascript:x"},
    ],
)
def test_h2_where_it_is_not_offered_nothing_is_kept(platform, client, session, offered):
    platform.launch(client, **{PNS: offered})
    session.rollback()
    assert session.scalar(select(Deployment.notices_url)) is None


def test_h2_our_address_is_left_by_a_put_with_its_scope(app, platform, session, monkeypatch):
    from learn.lti import keys
    from learn.lti.services import http, tokens
    from learn.lti.services.http import Answer
    from learn.lti.services.tokens import Token

    keys.ensure_tool_key(session)
    session.execute(update(Deployment).values(notices_url=OFFERED["platform_notification_service_url"]))
    session.commit()
    asked = []
    monkeypatch.setattr(tokens, "ask", lambda client, scopes: asked.append(scopes) or Token("t", now() + notices.EVERY))
    monkeypatch.setattr(
        http,
        "call",
        lambda reach, method, url, **more: asked.append((method, url, more["data"])) or Answer(200, {}, b""),
    )
    handler = notices.NoticeHandler()
    taken = type("Taken", (), {"key": str(session.scalar(select(Deployment.id)))})()
    job = handler.prepare(session, taken, now(), type("Pace", (), {"timeout": 1.0})())
    assert handler.call(job) == ""
    assert asked[0] == (notices.SCOPE,)
    assert asked[1][0] == "PUT"
    assert f"{TOOL}/lti/notices".encode() in asked[1][2]
    handler.settle(session, taken, job, "", now(), None)
    assert session.scalar(select(Deployment.notices_at)) is not None
