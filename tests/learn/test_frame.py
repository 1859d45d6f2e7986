"""The frame of the house: hosts, headers, error pages, health."""

import json

import pytest
from sqlalchemy import insert, update

from courses.db import now
from learn.accounts.models import LoginSession
from learn.outbox.models import OutboxItem
from tests.people import sign_in


def test_an_unknown_host_is_told_so(app, client):
    client.base_url = "http://elsewhere.example"
    assert "another address" in client.get("/help", 421).words


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_answers_under_any_name(app, client, path):
    client.base_url = "http://10.0.0.7:5000"
    client.get(path)


def test_a_content_host_has_no_pages_of_the_app(app, client):
    client.base_url = "http://abc.content.localhost:5000"
    client.get("/learn", 404)


@pytest.mark.parametrize("path", ["/c/token/player", "/_p/scorm12.min.js"])
def test_the_app_origin_has_nothing_of_the_content_origin(member, path):
    member.get(path, 404)


def test_every_page_has_its_headers(member):
    headers = member.get("/learn").response.headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "style-src 'self'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "X-Frame-Options" not in headers
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_only_the_platform_of_the_session_may_frame_it(client, learner):
    member = sign_in(client, learner.id, frame_origins=("https://lms.example",))
    policy = member.get("/learn").response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://lms.example" in policy


def test_the_page_of_an_ended_session_is_still_seen_in_its_frame(client, session, learner):
    member = sign_in(client, learner.id, frame_origins=("https://lms.example",))
    session.execute(update(LoginSession).values(ended_at=now()))
    session.commit()
    assert "https://lms.example" in member.get("/sign-in").response.headers["Content-Security-Policy"]


def test_a_nonce_is_made_anew_for_each_page(member):
    first = member.get("/learn").response.headers["Content-Security-Policy"]
    assert first != member.get("/learn").response.headers["Content-Security-Policy"]


def test_a_failure_is_a_page_with_a_reference_and_no_trace(app, client, capfd):
    from learn.policy import Permission, permits

    @permits(Permission.ANYONE)
    def broken():
        raise RuntimeError("secret 999 000 0018 of a patient")

    app.add_url_rule("/broken", "broken", broken)
    app.testing = False
    page = client.get("/broken", 500)
    assert "Traceback" not in page.text
    assert "secret" not in page.text
    out, err = capfd.readouterr()
    assert "secret" not in out + err
    logged = next(line for line in map(json.loads, err.splitlines()) if line["event"] == "failed")
    assert logged["error"] == "RuntimeError"
    assert logged["reference"] in page.words


def test_a_form_that_is_too_big_says_so(member):
    member.get("/learn")
    member.post("/window", {"next": "x" * (3 * 1024 * 1024)}, status=413)


def test_the_log_holds_the_rule_and_never_the_address(app, client, capfd):
    client.get("/sign-in/once/a-secret-key", 410)
    assert "a-secret-key" not in "".join(capfd.readouterr())


def test_ready_says_what_is_wrong(app, client, session):
    assert client.get("/readyz").json == {
        "status": "ok", "database": "ok", "migrations": "ok", "storage": "ok", "worker": "ok",
    }  # fmt: skip
    late = now().replace(year=2020)
    row = {"kind": "score", "key": "1", "version": 1, "not_before": late, "put_at": late, "attempts": 0, "lane": ""}
    session.execute(insert(OutboxItem), row)
    session.commit()
    answer = client.get("/readyz", 503)
    assert "is a worker running" in answer.json["worker"]


def test_metrics_are_for_this_machine_or_the_token(environment, client, app):
    text = client.get("/metrics").text
    assert "frontline_outbox_waiting" in text
    assert "frontline_requests_total" in text
    client.get("/metrics", 403, headers={"X-Forwarded-For": "203.0.113.9"})
    client.get("/metrics", 403, environ_base={"REMOTE_ADDR": "203.0.113.9"})


def test_a_file_of_a_module_is_served_by_our_own_types_and_cannot_run(member, session, app, client):
    from pathlib import Path

    from tests.courses.test_publishing import png
    from tests.modules import make_module

    folder = Path(app.config["FRONTLINE"].storage.removeprefix("file:"))
    files = {"a.md": "# A\n\n![x](a.png)", "b.md": '+++\ntitle = "B"\nkind = "file"\nfile = "page.html"\n+++\nText.',
             "a.png": png(), "page.html": "<p>Text.</p><script>alert(1)</script>"}  # fmt: skip
    module = make_module(session, folder, files)
    session.commit()
    picture, page = module.units[0].media["images"][0], module.units[1].media["file"]
    answer = member.get(f"/modules/a-module/files/{picture['sha256']}.png")
    assert answer.mimetype == "image/png"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    answer = member.get(f"/modules/a-module/files/{page['sha256']}.html")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    member.get(f"/modules/a-module/files/{picture['sha256']}.html", 404)
    member.get(f"/modules/a-module/files/{'0' * 64}.png", 404)


@pytest.mark.parametrize("number", [2**63, 10**400])
def test_a_number_that_no_database_keeps_is_nothing(member, number):
    member.get(f"/me/addresses/{number}/remove", 404)
