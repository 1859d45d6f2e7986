"""Whatever reaches the doors of LTI: never an error of ours, and no session or platform out of what was refused."""

import json
import time
from contextvars import Context
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from courses.db import now
from learn.accounts import tickets
from learn.accounts.models import LoginSession, TicketKind
from learn.lti import keys
from learn.lti.connect import register
from learn.lti.deep_linking.models import DeepLinkRequest
from learn.lti.launching.messages import DL
from learn.lti.models import Registration
from learn.lti.services import http
from tests.learn.lti.platform import GONE, LTI, TOOL, Answered, Platform, base64url, connect, sign
from tests.learn.lti.test_claims_fuzz import JSON, NAMES, PARTS, TEXT
from tests.learn.lti.test_deep_linking import SETTINGS, STAFF

CASES = {"login": (40, 1500), "launch": (80, 4000), "deep linking": (60, 2500), "registration": (50, 2000)}
"How many in every run, and how many in the long one: 10,000 in all."

ADDRESS = st.sampled_from([
    "https://lms.example/a", "http://127.0.0.1/", "https://[::1", "https://lms.example:99999/", "https://10.0.0.1/",
    "https://lms.example\\@evil.example/", "javascript:alert(1)", "//lms.example", "https://\u0130.example", "",
])  # fmt: skip
ANY = JSON | ADDRESS | PARTS
FORM = st.dictionaries(
    st.sampled_from(["iss", "login_hint", "target_link_uri", "client_id", "lti_message_hint", "lti_deployment_id",
                     "lti_storage_target", "state", "id_token", "error", "error_description"]),
    TEXT | ADDRESS, max_size=6,
)  # fmt: skip


@pytest.fixture
def cases(request):
    """Run a test over as many drawn cases as this run has time for."""

    def run(door: str, strategy: Any, test: Any) -> None:
        is_long = bool(request.config.getoption("--soak"))
        more: Any = {"suppress_health_check": list(HealthCheck), "derandomize": not is_long}
        settings(max_examples=CASES[door][is_long], deadline=None, database=None, **more)(given(strategy)(test))()

    return run


@pytest.fixture
def platform(app, session, monkeypatch):
    made = Platform()
    monkeypatch.setattr(http, "get_json", made.get_json)
    connect(session, made)
    keys.ensure_tool_key(session)
    session.commit()
    return made


@pytest.fixture
def send(app):
    """Send a form from a browser; any answer will do but an error of ours."""

    def go(browser: Any, path: str, form: Any, method: str = "POST") -> Any:
        more = {"data": form} if method == "POST" else {"query_string": form}
        answer = Context().run(lambda: browser.open(path, method=method, base_url=TOOL, buffered=True, **more))
        assert answer.status_code < 500, f"{path}: {answer.status_code}"
        return answer

    return go


@pytest.fixture
def count(session):
    def rows(model: Any) -> int:
        session.rollback()
        return int(session.scalar(select(func.count()).select_from(model)) or 0)

    return rows


def encodable(form: Any) -> Any:
    """As a browser would send it: text that is no Unicode cannot be."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in form.items()
    }


def test_whatever_asks_for_a_login_gets_words(app, platform, send, count, cases):
    def one(form):
        usual = {"iss": platform.issuer, "target_link_uri": f"{TOOL}/", "login_hint": "5", "client_id": "client-1"}
        answer = send(app.test_client(), "/lti/login", encodable(usual | form))
        assert answer.status_code in (200, 302, 400)
        send(app.test_client(), "/lti/login", encodable(form), "GET")
        send(app.test_client(), "/lti/launch", encodable(form))
        assert count(LoginSession) == 0

    cases("login", FORM, one)


TOKENS = st.fixed_dictionaries(
    {"changes": st.dictionaries(st.sampled_from(NAMES), ANY | st.just(GONE), max_size=3)},
    optional={
        "header": st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk"]), JSON, max_size=2),
        "state": TEXT,
        "raw": TEXT | st.binary(max_size=200).map(lambda each: ".".join([base64url(each)] * 3)),
        "signature": st.sampled_from(["", "AAAA", "~"]),
    },
)


def test_whatever_is_posted_as_a_launch_lets_nobody_in_unless_it_is_one(app, platform, send, count, cases):
    def one(case):
        browser = app.test_client()
        login = begin(platform, send, browser)
        header = {"typ": "JWT", "alg": "RS256", "kid": "first"} | case.get("header", {})
        body = platform.claims(login, **case["changes"])
        token = case["raw"] if "raw" in case else signed(header, body)
        if "signature" in case:
            token = f"{token.rpartition('.')[0]}.{case['signature']}"
        before = count(LoginSession)
        answer = send(browser, "/lti/launch", encodable({"state": case.get("state", login.state), "id_token": token}))
        assert answer.status_code in (303, 400, 403, 404, 409, 503), answer.status_code
        assert count(LoginSession) == before + (answer.status_code == 303)
        if {"raw", "signature", "state"} & set(case):
            assert answer.status_code != 303

    cases("launch", TOKENS, one)


def begin(platform: Platform, send: Any, browser: Any) -> Answered:
    class Browser:
        def post(self, path: str, form: Any, _status: int) -> Any:
            return send(browser, path, form)

    return platform.log_in(Browser())


def signed(header: Any, body: Any) -> str:
    return sign(json.dumps(header).encode(), json.dumps(body).encode())


WISHES = st.fixed_dictionaries(
    {"settings": st.dictionaries(st.sampled_from([*SETTINGS, "data", "auto_create"]), ANY | st.just(GONE), max_size=3)},
    optional={
        "form": st.dictionaries(st.sampled_from(["act", "item", "kind", "q", "theme", "csrf_token"]),
                                TEXT | st.sampled_from(["add", "cancel", "/", "/modules/none", "module"]), max_size=4),
        "whole": JSON,
    },
)  # fmt: skip


def test_whatever_asks_to_choose_gets_words_or_the_picker(app, platform, send, count, cases):
    def one(case):
        browser = app.test_client()
        login = begin(platform, send, browser)
        asked = {name: value for name, value in (SETTINGS | case["settings"]).items() if value is not GONE}
        body = platform.claims(
            login, **{LTI + "message_type": "LtiDeepLinkingRequest", LTI + "resource_link": GONE, LTI + "roles": STAFF,
                      DL + "deep_linking_settings": case.get("whole", asked)},
        )  # fmt: skip
        before = count(LoginSession), count(DeepLinkRequest)
        form = {"state": login.state, "id_token": signed({"typ": "JWT", "alg": "RS256", "kid": "first"}, body)}
        answer = send(browser, "/lti/launch", form)
        is_in = answer.status_code == 303
        assert (count(LoginSession), count(DeepLinkRequest)) == (before[0] + is_in, before[1] + is_in)
        if is_in:
            place = answer.headers["Location"]
            page = send(browser, place, encodable(case.get("form", {})), "GET")
            assert page.status_code == 200
            sent = send(browser, place, encodable(case.get("form", {})))
            assert b'name="JWT"' not in sent.data or sent.status_code == 200

    cases("deep linking", WISHES, one)


CONFIGURATION = {
    "issuer": "https://lms.example", "authorization_endpoint": "https://lms.example/auth",
    "token_endpoint": "https://lms.example/token", "jwks_uri": "https://lms.example/jwks",
    "registration_endpoint": "https://lms.example/register",
}  # fmt: skip
SAID = st.fixed_dictionaries(
    {
        "configuration": st.dictionaries(
            st.sampled_from([*CONFIGURATION, register.PLATFORM, "authorization_server"]),
            ANY | st.just(GONE),
            max_size=2,
        ),
        "answer": st.dictionaries(st.sampled_from(["client_id", "scope", register.TOOL]), ANY | PARTS | st.just(GONE)),
        "status": st.sampled_from([200, 201, 201, 400, 302, 500]),
    },
    optional={"address": TEXT | ADDRESS, "whole": JSON, "all": JSON, "invited": st.booleans(), "invite": TEXT},
)


def test_whatever_a_platform_says_registers_it_or_nothing(app, session, monkeypatch, send, count, cases):
    case: dict[str, Any] = {}
    monkeypatch.setattr(http, "check_address", lambda url: None)
    monkeypatch.setattr(http, "get_json", lambda url, **more: case["told"])
    monkeypatch.setattr(http, "call", lambda *args, **more: http.Answer(case["status"], {}, case["answered"]))

    def one(drawn):
        told = {name: value for name, value in (CONFIGURATION | drawn["configuration"]).items() if value is not GONE}
        usual = {"client_id": f"client-{time.monotonic_ns()}"} | drawn["answer"]
        answered = {name: value for name, value in usual.items() if value is not GONE}
        case.update(told=drawn.get("whole", told), answered=json.dumps(drawn.get("all", answered)).encode())
        case["status"] = drawn["status"]
        invite = drawn.get("invite", "")
        if drawn.get("invited", True):
            session.rollback()
            invite = tickets.give(session, TicketKind.INVITE, now(), user_id=None)
            session.commit()
        before = count(Registration)
        form = {"openid_configuration": drawn.get("address", "https://lms.example/.well-known"), "invite": invite}
        send(app.test_client(), "/lti/register", encodable(form), "GET")
        answer = send(app.test_client(), "/lti/register", encodable(form))
        assert answer.status_code in (200, 400)
        assert count(Registration) <= before + (answer.status_code == 200)
        assert count(LoginSession) == 0

    cases("registration", SAID, one)
