"""Whether somebody may come in: suspended until a day, let in again, signed out everywhere, let in by a one-time address."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from courses.db import now
from learn import audit
from learn.accounts import people as accounts
from learn.accounts import sessions, tickets
from learn.accounts.decisions import suspension
from learn.accounts.models import SessionEnd, TicketKind
from learn.admin.people import acting, person
from learn.admin.people.forms import SuspendForm
from learn.admin.room import administers, bp
from learn.components import clock, moment_words, plural
from learn.config import settings
from learn.errors import FrontlineError
from learn.people import granting
from learn.web import writing


class Suspended(FrontlineError):
    """A one-time address for somebody who may not come in."""

    status = 409
    code = "suspended"
    title = "This account is suspended"


@bp.get("/people/<int:number>/suspend")
@administers
def suspending(number: int) -> str:
    """Show the form."""
    return _page(acting.another(number), SuspendForm())


@bp.post("/people/<int:number>/suspend")
@administers
def suspend(number: int) -> Any:
    """Let nobody in by this account before the moment that was chosen."""
    row, form, at = acting.another(number), SuspendForm(), now()
    until = form.ends(at)
    if until is None:
        return _page(row, form), 422
    with writing() as session:
        suspension.suspend(session, number, until, at, by_id=current_user.id, reason=form.reason.data or "")
    flash(f"{person.shown(row)} cannot come in before {moment_words(until)}.", "success")
    return redirect(url_for(".one_person", number=number), 303)


@bp.post("/people/<int:number>/lift")
@administers
def lift(number: int) -> Any:
    """Let somebody in again."""
    row = acting.another(number)
    with writing() as session:
        is_done = granting.lift(session, number, now(), by_id=current_user.id)
    who = person.shown(row)
    flash(f"{who} may come in again." if is_done else f"{who} was not suspended.", "success")
    return redirect(url_for(".one_person", number=number), 303)


@bp.post("/people/<int:number>/sign-out")
@administers
def sign_out_everywhere(number: int) -> Any:
    """End every session that a person has, and take back one-time addresses that nobody used yet."""
    row = acting.another(number)
    with writing() as session:
        ended = sessions.end_all(session, number, SessionEnd.ENDED_ELSEWHERE, now())
        tickets.take_back(session, number)
        audit.note(session, "user.signed_out", actor_id=current_user.id, user=number, sessions=ended)
    flash(f"{person.shown(row)} is signed out: {plural(ended, 'session')} ended.", "success")
    return redirect(url_for(".one_person", number=number), 303)


@bp.post("/people/<int:number>/sign-in")
@administers
def offer_sign_in(number: int) -> str:
    """Make a one-time address and show it once: only its hash is kept."""
    row, at = acting.another(number), now()
    if accounts.standing(row, at) == "suspended":
        raise Suspended("A one-time address would not let them in. Let them in again first.")
    with writing() as session:
        accounts.must_be_there(session, number)
        key = tickets.give(session, TicketKind.SIGN_IN, at, user_id=number)
        audit.note(session, "sign_in.offered", actor_id=current_user.id, user=number)
    address = f"{settings().base_url}/sign-in/once/{key}"
    until = clock(at + tickets.LIVES[TicketKind.SIGN_IN])
    return render_template("admin/people/once.html", person=row, name=person.shown(row), address=address, until=until)


def _page(row: Any, form: SuspendForm) -> str:
    return render_template("admin/people/suspend.html", person=row, name=person.shown(row), form=form)
