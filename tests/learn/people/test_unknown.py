"""What is answered to an address tells nothing about whether somebody here has it: same bytes, same work, same time."""

import re
from contextvars import Context
from functools import partial
from statistics import median
from time import perf_counter, thread_time

import pytest
from sqlalchemy import event, insert

from courses.db import now
from learn.accounts import people
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailCode
from learn.extensions import db
from tests.people import make_user

SAMPLES = 90
CHANGES = (
    (re.compile(r'name="csrf_token" value="[^"]*"'), "token"), (re.compile(r'nonce="[^"]*"'), "nonce"),
    (re.compile(r"(known|other)\d+"), "name"), (re.compile(r"\d+:\d\d(am|pm)"), "time"),
    (re.compile(r'Reference: <span class="code">[0-9A-F]+'), "reference"),
)  # fmt: skip
HEADERS = ("Date", "Set-Cookie", "Content-Security-Policy")


@pytest.fixture
def known(app, session):
    """Addresses of the same length, of which every other has an owner: one proved, one named, one suspended, and so on."""
    at = now()
    for n in range(SAMPLES):
        address = parse(f"known{n:03}@example.nhs.uk")
        if n % 3 == 1:
            people.add(session, address.address, "Named", at)
            continue
        suspended = {"suspended_until": at.replace(year=at.year + 1)} if n % 3 == 2 else {}
        mine.add(session, make_user(session, **suspended).id, address, at)
    session.commit()
    return [(f"known{n:03}@example.nhs.uk", f"other{n:03}@example.nhs.uk") for n in range(SAMPLES)]


@pytest.fixture
def statements(app):
    found = []

    def note(connection, cursor, statement, *rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def masked(answer):
    text = answer.text
    for pattern, name in CHANGES:
        text = pattern.sub(name, text)
    headers = {name: value for name, value in answer.headers.items() if name not in HEADERS}
    cookies = [cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")]
    return answer.status_code, headers, sorted(cookies), text


class Browser:
    """A browser of its own that goes the whole road with a wrong code, on a network of its own."""

    def __init__(self, new_client, number):
        self.client = new_client()
        self.client.get("/sign-in")
        self.more = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{number % 250}"}, "buffered": True}

    def send(self, path, form):
        data = {"csrf_token": self.client.page.csrf_token, **form}
        return self.open(path, method="POST", data=data)

    def open(self, path, **more):
        # In a context of its own, as PageClient does it: what is said to the database then does not depend on the test.
        return Context().run(lambda: self.client.http.open(path, base_url=self.client.base_url, **self.more, **more))

    def road(self, address):
        yield lambda: self.send("/sign-in/code", {"email": address, "next": "/learn"})
        yield lambda: self.open("/sign-in/code")
        yield lambda: self.send("/sign-in/code", {"email": address})
        yield lambda: self.send("/sign-in/code/check", {"code": "no"})
        for _ in range(6):
            yield lambda: self.send("/sign-in/code/check", {"code": "000000"})


def test_every_answer_is_the_same_to_the_byte_and_costs_the_same_statements(new_client, known, statements, monkeypatch):
    monkeypatch.setattr("learn.accounts.by_email.codes.digits", lambda *_: "999999")
    for n, pair in enumerate(known[:6]):
        seen = []
        for address in pair:
            steps = []
            for step in Browser(new_client, n).road(address):
                statements.clear()
                steps.append((masked(step()), list(statements)))
            seen.append(steps)
        for number, (mine_, other) in enumerate(zip(*seen, strict=True)):
            assert mine_[0] == other[0], f"step {number}"
            assert mine_[1] == other[1], f"statements of step {number}"
        assert [answer[0] for answer, _ in seen[0]] == [303, 200, 429, 422, 422, 422, 422, 422, 422, 422]


def test_the_time_of_an_answer_tells_nothing(new_client, known, monkeypatch):
    """Taken in turns, so that what else the machine does falls on both alike.

    The share of pairs in which the known address was slower is one half when nothing is told; with 90 pairs a quarter
    to three quarters is nearly five times its spread by chance. How much slower is said by the thread's own processor
    time: on the clock on the wall one long wait of a busy machine moves it.
    """
    monkeypatch.setattr("learn.accounts.by_email.codes.digits", lambda *_: "999999")
    wall, own = ({"ask": ([], []), "check": ([], [])} for _ in range(2))

    def timed(step, which, act):
        began = perf_counter(), thread_time()
        status = act().status_code
        wall[step][which].append(perf_counter() - began[0])
        own[step][which].append(thread_time() - began[1])
        return status

    for n, pair in enumerate(known):
        browsers = [Browser(new_client, n) for _ in pair]
        for which in (n % 2, 1 - n % 2):
            ask = partial(browsers[which].send, "/sign-in/code", {"email": pair[which]})
            assert timed("ask", which, ask) == 303
        for which in (1 - n % 2, n % 2):
            check = partial(browsers[which].send, "/sign-in/code/check", {"code": "000000"})
            assert timed("check", which, check) == 422
    for known_, other in (*wall.values(), *own.values()):
        slower = sum(one > two for one, two in zip(known_, other, strict=True)) / SAMPLES
        assert 0.25 < slower < 0.75, slower
    for known_, other in own.values():
        assert 0.8 < median(known_) / median(other) < 1.25


def test_a_branch_on_the_account_would_be_noticed(new_client, known, statements, monkeypatch):
    """The guard of the first test: one select more for whoever is known, and it fails."""
    from learn.accounts.by_email import codes

    ask = codes.ask

    def telling(session, address, *rest, **more):
        if mine.owner(session, address.key):
            mine.listed(session, 1)
        return ask(session, address, *rest, **more)

    monkeypatch.setattr(codes, "ask", telling)
    counts = []
    for address in known[0]:
        browser = Browser(new_client, 1)
        statements.clear()
        assert browser.send("/sign-in/code", {"email": address}).status_code == 303
        counts.append(len(statements))
    assert counts[0] != counts[1]


def test_an_address_that_waits_or_was_refused_is_answered_like_any_other(new_client, session, statements):
    from learn.accounts.by_email.models import JoinRequest, Standing

    for n, standing in enumerate(Standing):
        session.execute(insert(JoinRequest), {
            "address": f"known00{n}@leeds.ac.uk", "key": f"known00{n}@leeds.ac.uk", "name": "", "sponsor": "", "reason": "",
            "standing": standing, "asked_at": now(), "decided_at": now(), "answer": "",
        })  # fmt: skip
    session.commit()
    answers = []
    for n in range(3):
        for name in ("known", "other"):
            browser = Browser(new_client, n)
            statements.clear()
            answer = browser.send("/sign-in/code", {"email": f"{name}00{n}@leeds.ac.uk"})
            answers.append((masked(answer), list(statements)))
    assert all(answer == answers[0] for answer in answers)
    assert EmailCode.__tablename__ in str(answers[0][1])
