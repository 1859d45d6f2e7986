"""One's own sessions: where one is signed in, and signing out there, everywhere else, or everywhere."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from courses.db import now
from learn import audit
from learn.accounts import open_sessions, sessions
from learn.accounts.models import SessionEnd
from learn.components import plural
from learn.extensions import db
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

GONE = "That session is over already."


@bp.get("/me/sessions")
@permits(Permission.ACCOUNT)
def my_sessions() -> str:
    """List those that still let the person in."""
    here = current_user.session_id
    rows = sorted(open_sessions.listed(db.session(), current_user.id, now()), key=lambda row: row.id != here)
    return render_template("people/sessions.html", rows=rows, here_id=here, form=FlaskForm())


@bp.post("/me/sessions/<int:number>/end")
@permits(Permission.ACCOUNT)
def end_session(number: int) -> Any:
    """Sign out in one other browser."""
    with writing() as session:
        is_ended = open_sessions.end_one(session, current_user.id, number, now())
        if is_ended:
            audit.note(session, "session.ended", actor_id=current_user.id, ended=number)
    if number == current_user.session_id:
        return _out()
    flash("You are signed out there." if is_ended else GONE, "success" if is_ended else "warning")
    return redirect(url_for(".my_sessions"), 303)


@bp.post("/me/sessions/end-others")
@permits(Permission.ACCOUNT)
def end_other_sessions() -> Any:
    """Sign out everywhere but here."""
    count = _end_all(but=current_user.session_id)
    flash(f"You are signed out of {plural(count, 'other session')}." if count else GONE, "success")
    return redirect(url_for(".my_sessions"), 303)


@bp.post("/me/sessions/end-all")
@permits(Permission.ACCOUNT)
def end_every_session() -> Any:
    """Sign out everywhere, here too."""
    _end_all()
    return _out()


def _end_all(*, but: int = 0) -> int:
    with writing() as session:
        count = sessions.end_all(session, current_user.id, SessionEnd.ENDED_ELSEWHERE, now(), but=but)
        audit.note(session, "sessions.ended", actor_id=current_user.id, count=count)
    return count


def _out() -> Any:
    sessions.forget()
    return redirect(url_for("accounts.signed_out"), 303)
