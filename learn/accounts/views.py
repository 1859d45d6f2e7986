"""Coming in without a launch, opening a new window, staying, and leaving."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select, update

from courses.db import now
from learn import audit
from learn.accounts import sessions, tickets
from learn.accounts.by_email import domains
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.models import SessionEnd, TicketKind, User
from learn.accounts.sessions import Arrival
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import csrf, db
from learn.policy import Permission, permits
from learn.web import local_path, writing

bp = Blueprint("accounts", __name__)

REASONS = {end.value for end in SessionEnd}


class UsedUp(FrontlineError):
    """A ticket that was used before, is too old or never was."""

    status = 410
    code = "ticket_used"
    title = "This address does not work any more"


@bp.get("/sign-in")
@permits(Permission.ANYONE)
def sign_in() -> Any:
    """Say how to come in, and why somebody is out."""
    target = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    reason = request.args.get("reason") or g.get("session_end")
    return sign_in_page(AddressForm(), reason=reason if reason in REASONS else None, target=target)


def sign_in_page(form: AddressForm, *, reason: str | None = None, target: str = "/", is_refused: bool = False) -> str:
    """The page with every way in; ``is_refused`` says who may come in to somebody whose address may not."""
    welcome = domains.welcome(db.session())
    return render_template(
        "accounts/sign_in.html", form=form, reason=reason, target=target, welcome=welcome, is_refused=is_refused
    )


@bp.get("/sign-in/once/<key>")
@permits(Permission.ANYONE)
def once(key: str) -> Any:
    """Show the button that uses the one-time address: opening a link never signs anybody in."""
    found = tickets.look(db.session(), key, TicketKind.SIGN_IN, now())
    if found is None:
        raise UsedUp("It works once and for ten minutes.", next_steps=("Ask whoever gave it to you for a new one.",))
    name = db.session.scalar(select(User.name).where(User.id == found.user_id)) or ""
    return render_template("accounts/once.html", name=name, form=FlaskForm())


@bp.post("/sign-in/once/<key>")
@permits(Permission.ANYONE)
def use_once(key: str) -> Response:
    """Use the one-time address up and sign the person in."""
    at = now()
    with writing() as session:
        found = tickets.take(session, key, TicketKind.SIGN_IN, at)
        if found is None:
            raise UsedUp(
                "It works once and for ten minutes.", next_steps=("Ask whoever gave it to you for a new one.",)
            )
        session.execute(update(User).where(User.id == found.user_id).values(seen_at=at))
        name = sessions.begin(session, Arrival(user_id=found.user_id), at)
        audit.note(session, "sign_in.used", actor_id=found.user_id)
    sessions.keep(name)
    return redirect(local_path(found.target), 303)  # type: ignore[return-value]


@bp.post("/sign-out")
@permits(Permission.ANYONE)
def sign_out() -> Response:
    """End the session; the page says so, whoever asked."""
    if current_user.is_authenticated:
        with writing() as session:
            sessions.end(session, current_user.session_id, SessionEnd.SIGNED_OUT, now())
    sessions.forget()
    return redirect(url_for(".signed_out"), 303)  # type: ignore[return-value]


@bp.get("/sign-out")
@permits(Permission.ANYONE)
def signed_out() -> Any:
    """Say that the person is signed out, or offer it."""
    return render_template("accounts/signed_out.html", reason="signed_out")


@bp.post("/stay")
@permits(Permission.LEAVE)
def stay() -> Response:
    """Lengthen the session by one press: coming here was a use already."""
    return _whose()


@bp.get("/stay")
@permits(Permission.LEAVE)
def still() -> Response:
    """Say whose session this browser has, to a page that was left open; that alone is no use of it."""
    return _whose()


def _whose() -> Response:
    return jsonify(person=current_user.typed_key[:32], idle_seconds=settings().idle_seconds)


@bp.post("/window")
@permits(Permission.LEAVE)
def window() -> Any:
    """Give a ticket for a window of its own: as JSON to the page's script, else as a page with the button."""
    target = local_path(request.form.get("next"))
    with writing() as session:
        ticket = tickets.give(
            session,
            TicketKind.WINDOW,
            now(),
            user_id=current_user.id,
            session_id=current_user.session_id,
            target=target,
        )
    opens = {"action": url_for(".open_window"), "ticket": ticket}
    if request.accept_mimetypes.best == "application/json":
        return jsonify(opens)
    return render_template("accounts/window.html", **opens)


@bp.post("/window/open")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def open_window() -> Response:
    """Take the ticket in the new window, where the frame's cookie does not reach; the ticket is the credential."""
    at = now()
    with writing() as session:
        found = tickets.take(session, request.form.get("ticket", ""), TicketKind.WINDOW, at)
        asked = sessions.arrival_of(session, found.session_id) if found else None
        if found is None or asked is None:
            raise UsedUp(
                "A new window opens once and within 2 minutes.",
                next_steps=("Close this window and press \u201cFull window\u201d again.",),
            )
        name = sessions.begin(session, replace(asked, is_embedded=False), at)
    sessions.keep(name)
    return redirect(local_path(found.target), 303)  # type: ignore[return-value]
