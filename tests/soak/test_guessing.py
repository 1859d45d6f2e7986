"""A code cannot be guessed, however many try at once, from wherever, at one address or at many."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.accounts.by_email import codes, limits, mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailCode, Purpose
from learn.accounts.models import LoginSession
from learn.web import writing
from tests.people import make_user

SMALL, LONG = (40, 10), (100, 100)
"Networks, and tries from each."
AT_ONCE = 8


@pytest.fixture
def at(monkeypatch):
    """One moment for the whole attack, so that no window of a limit ends in the middle of it."""
    moment = now()
    monkeypatch.setattr("learn.people.coming_in.signing_in.now", lambda: moment)
    return moment


@pytest.fixture
def compared(monkeypatch):
    """The codes that were really worked out and compared, in the order in which it happened."""
    found, digits = [], codes.digits

    def noted(number, salt):
        found.append(number)
        return digits(number, salt)

    monkeypatch.setattr(codes, "digits", noted)
    return found


@pytest.fixture
def owned(session, at):
    """Ask for codes of addresses that have an account; returns their nonces with what is right for each."""

    def make(addresses, each):
        first, made = at - timedelta(minutes=1 + 2 * (each - 1)), []
        for address in addresses:
            mine.add(session, make_user(session).id, parse(address), first)
        session.commit()
        for n in range(each):
            for address in addresses:
                with writing() as writer:
                    asked = codes.ask(writer, parse(address), Purpose.SIGN_IN, first + timedelta(minutes=2 * n))
                    salt = writer.scalar(select(EmailCode.salt).where(EmailCode.id == asked.id))
                made.append((asked.nonce, codes.digits(asked.id, salt)))
        session.rollback()
        return made

    return make


@pytest.fixture
def attack(app):
    """Try codes from networks side by side; returns how often each status was answered."""

    def run(networks, tries, targets):
        right = {digits for _, digits in targets}
        statuses, lock = {}, threading.Lock()

        def one(number):
            drawn = random.Random(number)
            browser = app.test_client()
            base = {"base_url": app.config["FRONTLINE"].base_url, "buffered": True}
            base["environ_base"] = {"REMOTE_ADDR": f"198.51.{number // 250}.{number % 250}"}
            page = browser.get("/sign-in", **base).text
            token = page.split('name="csrf_token" value="')[1].split('"')[0]
            for _ in range(tries):
                guess = f"{drawn.randrange(10**6):06}"
                if guess in right:
                    continue  # the luck of twenty in a million is left out, so that a failure is one
                browser.set_cookie("__Host-frontline-code", drawn.choice(targets)[0], domain="frontline.localhost")
                answer = browser.post("/sign-in/code/check", data={"csrf_token": token, "code": guess}, **base)
                with lock:
                    statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, range(networks)))
        return statuses

    return run


def plan(request):
    return LONG if request.config.getoption("--soak") else SMALL


@pytest.mark.timeout(900)
def test_one_address_is_never_signed_in_to_by_guessing(session, request, at, owned, attack, compared):
    targets = owned(["victim@nhs.net"], 5)
    compared.clear()
    networks, tries = plan(request)
    statuses = attack(networks, tries, targets)
    assert set(statuses) == {422, 429}
    assert sum(statuses.values()) >= networks * tries - 5
    assert 0 < len(compared) <= limits.TRIES_OF_AN_ADDRESS.most
    assert all(compared.count(number) <= codes.TRIES for number in set(compared))
    session.rollback()
    assert session.scalar(select(func.max(EmailCode.tries))) == codes.TRIES
    for nonce, digits in targets:  # by now not even the right ones do
        with writing() as writer:
            assert not codes.check(writer, nonce, digits, at, network="203.0.113.9").is_right
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


@pytest.mark.timeout(900)
def test_a_few_tries_at_each_of_many_addresses_soon_come_to_an_end(
    session, request, owned, attack, compared, monkeypatch
):
    networks, tries = plan(request)
    if not request.config.getoption("--soak"):
        monkeypatch.setattr(limits, "STORM", limits.Limit("try.site", limits.HOUR, 50))
        monkeypatch.setattr(limits, "TRIES_IN_A_STORM", limits.Limit("try.network", limits.QUARTER, 2))
    targets = owned([f"victim{n}@nhs.net" for n in range(networks * tries // 5)], 1)
    compared.clear()
    attack(networks, tries, targets)
    most = limits.STORM.most + networks * limits.TRIES_IN_A_STORM.most
    assert limits.STORM.most <= len(compared) <= most < networks * tries
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0
