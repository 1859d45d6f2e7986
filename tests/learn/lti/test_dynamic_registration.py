"""F: a platform registers itself by a one-time address, and nobody else can use that road."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from learn.accounts.models import Ticket
from learn.audit import AuditEntry
from learn.lti import keys
from learn.lti.connect import register
from learn.lti.models import Deployment, Registration
from learn.lti.services import ags
from tests.lms import serving

TOKEN = "a-registration-token"


@pytest.fixture
def lms(app, session):
    keys.ensure_tool_key(session)
    session.commit()
    with serving.running(app.config["FRONTLINE"].base_url) as running:
        running.key_set_of_tool = keys.public_key_set(session)
        running.registration_tokens[TOKEN] = 1
        session.rollback()
        yield running


@pytest.fixture
def run(app, session):
    def call(*arguments, code=0):
        session.rollback()
        result = app.test_cli_runner().invoke(args=["platform", *arguments])
        assert result.exit_code == code, result.output
        return result.output.strip()

    return call


@pytest.fixture
def invite(run):
    return lambda: run("invite").partition("invite=")[2]


@pytest.fixture
def connect(client, lms):
    """Open the page as the platform does and press its button."""

    def go(invite="", *, status=200, opens=200, configuration=None, token=TOKEN):
        address = configuration or f"{lms.url}/mod/lti/openid-configuration.php"
        asked = {"openid_configuration": address, "registration_token": token, "invite": invite}
        page = client.get("/lti/register", opens, query_string=asked)
        return client.post("/lti/register", asked, status) if opens == 200 else page

    return go


@pytest.fixture
def rows(session):
    def read():
        session.rollback()
        return session.scalars(select(Registration)).all()

    return read


@pytest.fixture
def told(lms, monkeypatch):
    """Change what the platform says in its configuration."""
    view = lms.app.view_functions["openid_configuration"]

    def change(**said):
        lms.app.view_functions["openid_configuration"] = lambda: {**view(), **said}

    return change


def test_f1_f3_f4_an_invited_platform_is_connected_at_once(connect, invite, lms, rows, session):
    page = connect(invite())
    assert page.h1 == "Your platform is connected"
    assert "Show in activity chooser" in page.words
    (row,) = rows()
    assert (row.issuer, row.client_id, row.is_active, row.is_pending) == (lms.url, lms.client_id, True, False)
    assert (row.product, row.takes_new_deployments) == ("moodle", False)
    assert session.scalar(select(Deployment.deployment_id)) == lms.deployment_id
    assert lms.url in row.frame_origins


def test_f3_what_is_registered_is_what_the_specification_asks_for(app, connect, invite, lms):
    body = register.request_body()
    assert (body["application_type"], body["response_types"]) == ("web", ["id_token"])
    assert set(body["grant_types"]) == {"client_credentials", "implicit"}
    assert body["token_endpoint_auth_method"] == "private_key_jwt"
    tool = body[register.TOOL]
    assert tool["domain"] == app.config["FRONTLINE"].host
    assert {message["type"] for message in tool["messages"]} >= {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
    connect(invite())
    assert lms.redirect_uris == body["redirect_uris"]


def test_after_registering_everything_works(connect, invite, rows, run):
    connect(invite())
    found = json.loads(run("test", str(rows()[0].id), "--json"))
    assert {each["state"] for each in found} == {"well", "untried"}


def test_f5_the_page_can_close_the_platforms_frame_and_may_be_framed_by_it(connect, invite, lms):
    page = connect(invite())
    assert page.select_one("button[data-module=close]").get_text() == "Close this window"
    assert page.response.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {lms.url}")


def test_a_get_registers_nothing(client, lms, invite, rows, session):
    key = invite()
    address = f"{lms.url}/mod/lti/openid-configuration.php"
    client.get("/lti/register", query_string={"openid_configuration": address, "invite": key})
    assert rows() == []
    assert lms.recorder.count("openid_registration") == 0
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_f6_an_invitation_works_once(connect, invite, lms, rows):
    key = invite()
    connect(key)
    lms.registration_tokens[TOKEN] = 1
    assert "used before" in connect(key, opens=400).words
    assert len(rows()) == 1


def test_f6_an_invitation_ends_after_seven_days(connect, invite, session):
    key = invite()
    session.execute(update(Ticket).values(expires_at=now() - timedelta(seconds=1)))
    session.commit()
    assert "older than seven days" in connect(key, opens=400).words


def test_f6_a_refused_token_shows_the_platforms_own_words_and_keeps_the_invitation(connect, invite, rows, lms):
    key = invite()
    page = connect(key, status=400, token="another")
    assert "HTTP 401" in page.words
    assert "token_already_used" in page.words
    assert rows() == []
    connect(key)
    assert len(rows()) == 1


@pytest.mark.parametrize("issuer", ["https://elsewhere.example", "", None, 5, "http://lms.localhost:1", "http://[bad"])
def test_f2_f6_an_issuer_of_another_host_is_not_believed(connect, invite, told, rows, lms, issuer):
    told(issuer=issuer)
    connect(invite(), status=400)
    assert rows() == []
    assert lms.recorder.count("openid_registration") == 0


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
)  # fmt: skip
@pytest.mark.parametrize("value", ["https://10.0.0.1/x", "https://169.254.169.254/latest", "ftp://a/b", "", None, "http://a.example"])  # fmt: skip
def test_f2_an_address_that_may_not_be_called_is_refused(connect, invite, told, rows, lms, name, value):
    told(**{name: value})
    page = connect(invite(), status=400)
    assert name in page.words
    assert rows() == []
    assert lms.recorder.count("openid_registration") == 0


@pytest.mark.parametrize(
    "address", ["https://10.0.0.1/c", "file:///etc/passwd", "https://[::1]/c", "not an address", "http://a.example/c"]
)
def test_f2_a_configuration_in_a_private_place_is_not_read(connect, invite, rows, address):
    assert "cannot be read" in connect(invite(), status=400, configuration=address).words
    assert rows() == []


@pytest.mark.parametrize("said", ["<html>", "[1]", '"text"', "{", "x" * (6 * 1024 * 1024), "[" * 100_000])
def test_f2_a_configuration_that_is_none_changes_nothing(connect, invite, rows, lms, said):
    lms.app.view_functions["openid_configuration"] = lambda: said
    connect(invite(), status=400)
    assert rows() == []


def test_f2_a_redirect_is_not_followed(connect, invite, rows, lms):
    lms.app.view_functions["openid_configuration"] = lambda: ("", 302, {"Location": "http://127.0.0.1:1/"})
    assert "HTTP 302" in connect(invite(), status=400).words
    assert rows() == []


@pytest.mark.parametrize(
    "said", ['{"client_id": 5}', '{"client_id": ""}', "[]", "<html>", "null", '{"client_id": "é"}']
)
def test_f6_an_answer_without_a_client_id_changes_nothing(connect, invite, rows, lms, said):
    lms.app.view_functions["openid_registration"] = lambda: said
    connect(invite(), status=400)
    assert rows() == []


def test_f6_scopes_that_were_refused_are_shown(connect, invite, lms, rows):
    lms.refused_scopes = {ags.SCORE}
    page = connect(invite())
    assert "did not allow" in page.words
    assert "to send grades" in page.words
    assert ags.SCORE not in rows()[0].scopes


def test_f7_without_an_invitation_the_platform_waits_until_it_is_approved(connect, rows, run, client, lms):
    page = connect()
    assert page.h1 == "Your platform waits for approval"
    (row,) = rows()
    assert (row.is_active, row.is_pending) == (False, True)
    login = {"iss": lms.url, "login_hint": "5", "target_link_uri": client.base_url + "/", "client_id": lms.client_id}
    assert "waits until an administrator" in client.get("/lti/login", 403, query_string=login).words
    assert "waits for approval" in run("list")
    assert "waits for approval" in run("resume", str(row.id), code=1)
    run("approve", str(row.id))
    client.get("/lti/login", 302, query_string=login)


def test_f7_nobody_without_an_invitation_changes_a_connection_that_is_there(connect, invite, lms, rows, told):
    connect(invite())
    lms.registration_tokens[TOKEN] = 1
    told(jwks_uri=f"{lms.url}/pluginfile.php/evil.json")
    assert "connected already" in connect(status=400).words
    assert rows()[0].jwks_url == f"{lms.url}/mod/lti/certs.php"


def test_f7_no_more_than_a_few_wait(connect, rows, monkeypatch):
    monkeypatch.setattr(register, "MOST_PENDING", 0)
    assert "Too many" in connect(status=400).words
    assert rows() == []


def test_f4_a_platform_that_names_no_deployment_has_the_first_launch_name_it(connect, invite, lms, rows):
    answer = {"client_id": lms.client_id}
    lms.app.view_functions["openid_registration"] = lambda: answer
    connect(invite())
    assert (rows()[0].takes_new_deployments, len(rows()[0].scopes)) == (True, len(register.SCOPES))


def test_f8_an_invited_update_changes_the_connection_and_keeps_what_was_learned(connect, invite, lms, rows, told):
    connect(invite())
    before = rows()[0]
    number, version = before.id, before.version
    lms.registration_tokens[TOKEN] = 1
    told(jwks_uri=f"{lms.url}/mod/lti/certs.php?new=1")
    connect(invite())
    (row,) = rows()
    assert (row.id, row.version, row.jwks_url) == (number, version + 1, f"{lms.url}/mod/lti/certs.php?new=1")


def test_the_trail_says_what_happened_and_holds_no_token(connect, invite, session):
    key = invite()
    connect(key, status=400, token="another")
    connect(key)
    lines = session.execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    assert [line.action for line in lines] == ["platform.invited", "platform.refused", "platform.registered"]
    assert TOKEN not in str(lines)
    assert key not in str(lines)


def test_a_platform_can_be_paused_and_resumed(connect, invite, rows, run, client, lms):
    connect(invite())
    number = str(rows()[0].id)
    login = {"iss": lms.url, "login_hint": "5", "target_link_uri": client.base_url + "/", "client_id": lms.client_id}
    run("pause", number)
    assert "switched off" in client.get("/lti/login", 403, query_string=login).words
    run("resume", number)
    client.get("/lti/login", 302, query_string=login)
    assert "There is no platform 99" in run("pause", "99", code=1)
    assert "does not wait" in run("approve", number, code=1)


def test_the_page_without_a_configuration_says_where_to_begin(client):
    assert "external tools are registered" in client.get("/lti/register", 400).words
