"""One's own data: what is held, a file of it that the worker makes, and all of it erased."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify, redirect, render_template, url_for
from flask import session as cookie
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import DataRequired

from courses.db import now
from learn.accounts import sessions
from learn.accounts.by_email import limits
from learn.accounts.by_email.limits import Limit, TooMany
from learn.accounts.decisions import roles
from learn.components import date, draw_checkbox, local
from learn.extensions import db
from learn.people.models import ExportState
from learn.people.own_data import exporting
from learn.people.own_data import requests as own_data
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

FILES_IN_A_DAY = Limit("export.person", limits.DAY, 10)
OFTEN = "You asked for 10 files of your data today. You can ask for another in {wait}."
SLOW = timedelta(minutes=2)
"After this long a file that nobody began with is told to be late."
WHY = {
    exporting.TOO_BIG: "There is more than fits into one file.",
    exporting.NOT_GATHERED: "Something went wrong here while your data was gathered. It is not your doing.",
}


class EraseForm(FlaskForm):
    """One box, so that nobody erases by a slip."""

    agrees = BooleanField(
        "I understand that my account and my data are erased, and that nobody can bring them back",
        [DataRequired("Tick the box to confirm that your data is to be erased")], widget=draw_checkbox,
    )  # fmt: skip


@bp.get("/me/data")
@permits(Permission.ACCOUNT)
def my_data() -> str:
    """Say what is held, and where the last file stands."""
    at = now()
    row = own_data.standing(db.session(), current_user.id)
    return render_template(
        "people/data.html", held=own_data.held(), file=row, state=_state(row, at), size=_size(row.size or 0) if row else ""
    )  # fmt: skip


@bp.post("/me/data/file")
@permits(Permission.ACCOUNT)
def make_file() -> Any:
    """Have a file made."""
    at = now()
    with writing() as session:
        wait = limits.within(session, [(FILES_IN_A_DAY, f"user:{current_user.id}")], at)
        if wait is None:
            own_data.ask_export(session, current_user.id, current_user.id, at)
    if wait is not None:
        raise TooMany(wait, OFTEN)
    return redirect(url_for(".my_data"), 303)


@bp.get("/me/data/state")
@permits(Permission.ACCOUNT)
def file_state() -> Any:
    """Say where the file stands, for the page's script."""
    return jsonify(_state(own_data.standing(db.session(), current_user.id), now()))


@bp.get("/me/data/files/<int:number>")
@permits(Permission.ACCOUNT)
def data_file(number: int) -> Response:
    """Hand a file out."""
    row = own_data.file(db.session(), number, current_user, now())
    name = f"frontline-data-{local(row.ready_at):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(row.content, mimetype="application/zip", headers=headers)


@bp.get("/me/data/erase")
@permits(Permission.ACCOUNT)
def confirm_erase() -> str:
    """Say what goes and what stays, and ask."""
    return _erase_page(EraseForm())


@bp.post("/me/data/erase")
@permits(Permission.ACCOUNT)
def erase() -> Any:
    """Erase it all, and sign out."""
    form = EraseForm()
    if not form.validate():
        return _erase_page(form), 422
    with writing() as session:
        kept = own_data.erase(session, current_user.id, now(), by_id=current_user.id)
    sessions.forget()
    cookie["kept"] = kept
    return redirect(url_for(".erased"), 303)


@bp.get("/erased")
@permits(Permission.ANYONE)
def erased() -> str:
    """Say that it is done, to whoever it was: nobody is known here any more."""
    return render_template("people/erased.html", kept=cookie.get("kept") or own_data.keeps())


def _erase_page(form: EraseForm) -> str:
    is_last = roles.is_last_administrator(db.session(), current_user.id)
    return render_template(
        "people/erase.html", form=form, held=own_data.held(), kept=own_data.keeps(), is_last=is_last
    )  # fmt: skip


def _size(count: int) -> str:
    """As in "3KB" or "1.2MB"."""
    return f"{count / 1_000_000:.1f}MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))}KB"


def _state(row: Any | None, at: datetime) -> dict[str, Any]:
    """Where a file stands: a code, words, whether they change no more, and how far it is."""
    code, words = _where(row, at)
    done, of = (row.done, row.parts) if row else (0, 1)
    return {"code": code, "words": words, "is_over": code != "queued", "done": done, "parts": of}


def _where(row: Any | None, at: datetime) -> tuple[str, str]:
    if row is None:
        return "none", ""
    if row.state is ExportState.FAILED:
        return "failed", f"The file could not be made. {WHY.get(row.last_error, WHY[exporting.NOT_GATHERED])}"
    if row.state is ExportState.READY:
        if row.expires_at <= at:
            return "ended", f"Your last file was removed on {date(row.expires_at)}."
        return "ready", f"Your file is ready. You can download it until {date(row.expires_at)}."
    if row.done:
        return "queued", f"Your file is being made: {row.done} of {row.parts} parts are done."
    if at - row.asked_at > SLOW:
        return "queued", "Your file is not begun yet. This takes longer than usual, and you can come back later."
    return "queued", "Your file is about to be made."
