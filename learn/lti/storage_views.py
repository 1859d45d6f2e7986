"""Launches in frames that keep no cookie: the pages that talk to the platform's storage, and the new window after it."""

from typing import Any

from flask import Blueprint, current_app, g, render_template, request
from sqlalchemy import select

from courses.db import now
from learn.accounts import sessions, tickets
from learn.accounts.models import LoginSession, TicketKind
from learn.config import settings
from learn.extensions import csrf, db
from learn.lti.launching import storage
from learn.lti.launching.launch import PlatformLaunch
from learn.lti.launching.login import PlatformLogin
from learn.policy import Permission, permits
from learn.web import writing

bp = Blueprint("lti_storage", __name__)


def storing(asked: PlatformLogin, address: str) -> str:
    """The page at a login that lets the platform keep state and nonce, and then goes on to it."""
    assert asked.storage_target is not None
    values = storage.page_values(asked.state, asked.storage_target, asked.platform.auth_url)
    kept = {values["places"]["state"]: asked.state, values["places"]["nonce"]: asked.nonce}
    return render_template("lti/storing.html", **values, kept=kept, next=address, platform=asked.platform.name)


def proving(answer: PlatformLaunch, waiting: Any) -> str:
    """The page at a launch without a cookie that asks the platform's storage; the message was checked but for the state."""
    launched = answer.check(without_cookie=True)
    g.frame_origins = launched.platform.frame_origins
    g.form_action = storage.form_action(waiting.auth_url)
    values = storage.page_values(answer.state, waiting.storage_target, waiting.auth_url)
    return render_template(
        "lti/proving.html", **values, state=answer.state, id_token=request.form["id_token"], again=waiting.asked,
        proof=storage.proof(answer.state, launched.nonce, answer.at), platform=launched.platform.name,
    )  # fmt: skip


@bp.post("/lti/launch/proved")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def proved() -> str:
    """Let the person in whose browser proved the state, and give a ticket for a window where cookies are kept [G7]."""
    from_page = current_app.extensions["frontline_let_in"]
    answer, launched = from_page.checked()
    storage.check(answer.state, launched.nonce, settings().base_url, answer.at)
    with writing() as session:
        answer.consume(session, launched)
        path, key = from_page.come_in(session, launched, answer.at)
        number = session.scalar(select(LoginSession.id).where(LoginSession.key_hash == sessions.hashed(key)))
        user_id = session.scalar(select(LoginSession.user_id).where(LoginSession.id == number))
        ticket = tickets.give(session, TicketKind.WINDOW, now(), user_id=user_id, session_id=number, target=path)
    sessions.keep(key)
    return render_template("lti/opened.html", ticket=ticket, path=path, platform=launched.platform.name)


def waiting_for(answer: PlatformLaunch) -> Any:
    """The login whose platform offers storage, where this browser sent no cookie for it; else None."""
    if answer.has_cookie:
        return None
    found = storage.login_of(db.session(), answer.state, answer.at)
    return found if found is not None and found.storage_target else None
