"""Whatever platforms say of addresses, no launch makes one account of two, signs in to another, or shows anything of it."""

import random
from contextvars import Context

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress, EmailCode
from learn.accounts.models import LoginSession, Role, User
from learn.lti.models import PlatformUser
from learn.lti.services import http
from tests.learn.lti.platform import GONE, INSTRUCTOR, LEARNER, Platform, connect
from tests.pages import PageClient
from tests.people import make_user

LAUNCHES = (300, 10_000)
VICTIMS = [f"victim{n}@nhs.net" for n in range(5)]
SECRET = "Somebody Secret"
SUBS = 40
"People of each platform: many launch often, with one address after another."


def dressed(drawn, address):
    """An address as somebody may write it who wants to be taken for its owner."""
    local, _, domain = address.partition("@")
    return drawn.choice([
        address, address.upper(), f"{local}+x@{domain}", f" {address} ", f"{local}@{domain}.", f"{local}@sub.{domain}",
        f"<{address}>", f"{address},{address}", f'"{local}"@{domain}', f"{local}%{domain}@evil.example",
        address.replace("i", "\u0456"), address.replace("@", "\uff20"), f"{address}\0", f"{address}\n", f"{local}@[127.0.0.1]",
        f"{address}@evil.example", f"mailto:{address}", "", GONE, 5, [address], {"a": address}, None, "x" * 300 + address,
        f"someone{drawn.randrange(50)}@nhs.net",
    ])  # fmt: skip


@pytest.fixture
def victims(session):
    """Accounts with proven addresses, an administrator's among them."""
    made = []
    for n, address in enumerate(VICTIMS):
        user = make_user(session, SECRET, roles=(Role.ADMINISTRATOR,) if n == 0 else ())
        mine.add(session, user.id, parse(address), now())
        made.append(user.id)
    session.commit()
    return made


def send(browser, path, form):
    """Post a form, whatever comes of it."""
    return Context().run(lambda: browser.http.post(path, data=form, base_url=browser.base_url, buffered=True))


def guess(browser, page, drawn):
    """Ask for a code as the page offers it, or for one of somebody's address, and type any six digits."""
    form = {"csrf_token": page.csrf_token, **drawn.choice([{"offered": "yes"}, {"email": drawn.choice(VICTIMS)}])}
    typed = {"csrf_token": page.csrf_token, "code": f"{drawn.randrange(10**6):06}"}
    for path, sent, statuses in (("/me/link", form, (303, 404, 429)), ("/me/link/code/check", typed, (422, 429))):
        answer = send(browser, path, sent)
        assert answer.status_code in statuses and SECRET not in answer.text


@pytest.mark.timeout(3600)
def test_no_launch_ever_joins_two_accounts(app, session, request, monkeypatch, victims):
    drawn = random.Random(4)
    platforms = [Platform(), Platform(issuer="https://two.example"), Platform(client_id="client-2")]
    for platform in platforms:
        connect(session, platform)
        monkeypatch.setattr(http, "get_json", platform.get_json)
    mines = {}
    browsers = [PageClient(app) for _ in range(8)]
    for _ in range(LAUNCHES[bool(request.config.getoption("--soak"))]):
        number, sub = drawn.randrange(len(platforms)), str(drawn.randrange(SUBS))
        browser = drawn.choice(browsers)
        more = {"email": dressed(drawn, drawn.choice(VICTIMS)), "roles": [drawn.choice([LEARNER, INSTRUCTOR])]}
        login = platforms[number].log_in(browser)
        token = platforms[number].token(login, sub=sub, **more)
        answer = send(browser, "/lti/launch", {"state": login.state, "id_token": token})
        assert answer.status_code in (303, 400)
        if answer.status_code == 400:
            continue
        session.rollback()
        came = session.scalar(select(LoginSession.user_id).order_by(LoginSession.id.desc()).limit(1))
        assert came not in victims
        assert mines.setdefault((number, sub), came) == came
        if drawn.random() < 0.2:
            page = browser.get(drawn.choice(["/", "/me/link", "/learn"]))
            assert SECRET not in page.text
            if drawn.random() < 0.5:
                guess(browser, page, drawn)
    session.rollback()
    assert session.scalars(select(LoginSession.id).where(LoginSession.offers_link)).first(), "nothing was ever offered"
    assert session.scalars(select(EmailCode.id).where(EmailCode.tries > 0)).first(), "no code was ever tried"
    assert len(set(mines.values())) == len(mines) > SUBS
    assert session.scalars(select(User.id).where(User.merged_into_id.is_not(None))).all() == []
    assert session.scalar(select(func.count()).select_from(User)) == len(victims) + len(mines)
    assert session.scalars(select(PlatformUser.id).where(PlatformUser.user_id.in_(victims))).all() == []
    assert session.scalar(select(func.count()).select_from(EmailAddress)) == len(victims)
    assert session.scalars(select(EmailCode.id).where(EmailCode.used_at.is_not(None))).all() == []
