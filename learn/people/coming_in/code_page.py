"""The page that a code is typed into, whatever it was asked for: its cookie, where the code stands, where its mail is.

The cookie holds the nonce that binds a code to this browser. It is kept apart from the session's, because it comes before
one, and like it goes along into a platform's frame.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired

from courses.db import now
from learn.accounts.by_email import codes, limits
from learn.accounts.by_email.codes import Answer, Checked
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.by_email.models import Purpose
from learn.components import clock, draw_input, plural
from learn.extensions import db
from learn.notifications import mail
from learn.notifications.models import MailState
from learn.notifications.smtp import Handed
from learn.web import writing

COOKIE = "__Host-frontline-code"
MAIL = "code"
"Kind of the mail that carries a code."
SLOW = timedelta(seconds=30)
"After this long a mail that was not tried yet is told to be late."

WHY = {
    Handed.AWAY.value: "the mail server could not be reached",
    Handed.LATER.value: "the mail server is busy",
    Handed.BOUNCED.value: "the mail server knows no such address. Check how you typed it",
    Handed.REFUSED.value: "the mail server refused it. Check the address",
}
"Why a mail could not be sent, by the codes of sending; another is told in general words."
WHY_ELSE = "the mail server did not take it"
LIMITED = "Too many codes were typed in. You can try again in {wait}."
ELSE = ("Come in from your learning platform instead, if you have one.",)


@dataclass(frozen=True)
class Road:
    """What codes are asked for in one place of the site: the endpoints of its pages, and what its button says."""

    purpose: Purpose
    shows: str
    "Shows this page."
    checks: str
    "Takes the code."
    asks: str
    "Takes an address, and leads here."
    begins: str
    "Where an address is typed."
    button: str
    "What the right code does."


class CodeForm(FlaskForm):
    """Six digits, which may be pasted with spaces."""

    code = StringField("6-digit code", [InputRequired("Enter the 6-digit code from the email")], widget=draw_input)

    def validate_code(self, field: Any) -> None:
        """What is not six digits costs no try."""
        if codes.typed_digits(field.data) is None:
            raise ValidationError("Enter the 6 digits of the code, for example 123456")


def nonce() -> str:
    """The name by which this browser asked for a code; empty where it asked for none."""
    return request.cookies.get(COOKIE, "")[:100]


def is_asked_by(user_id: int | None) -> bool:
    """Whether this browser's code was asked for by whoever is signed in: a computer may be shared."""
    code = codes.look(db.session(), nonce())
    return code is not None and code.user_id == user_id


def keep(response: Any, name: str, seconds: float = codes.LIVES.total_seconds()) -> Any:
    """Put the nonce into the browser's cookie."""
    response.set_cookie(
        COOKIE, name, max_age=int(seconds), secure=True, httponly=True, samesite="None", partitioned=True
    )
    return response


def forget(response: Any) -> Any:
    """Take the cookie away."""
    return keep(response, "", 0)


def show(
    road: Road, form: CodeForm, *, answer: Answer | None = None, notice: str = "", status: int = 200
) -> Response:  # fmt: skip
    """The page, with the code filled in where the address carries it; nothing is tried by that."""
    at, session = now(), db.session()
    row = codes.look(session, nonce())
    if row is not None and row.purpose is not road.purpose:
        row = None
    where = Answer.FOREIGN if row is None else answer or codes.standing(row, at)
    given = codes.typed_digits(request.args.get("code", "")) if request.method == "GET" else None
    if given and where is Answer.LIVE:
        form.code.data = given
    again_at = row.created_at + codes.AGAIN_AFTER if row else at
    response = make_response(
        render_template(
            "people/code.html", form=form, road=road, code=row, where=where.value, given=given, notice=notice,
            mail=_mail_words(row, at) if row else None, again_at=again_at, is_early=at < again_at,
        ),
        status,
    )  # fmt: skip
    response.headers["Referrer-Policy"] = "no-referrer"  # the address may hold a code
    return response


def ask(road: Road, form: AddressForm, *, target: str = "/", user_id: int | None = None) -> Any:
    """Send a code to the form's address and lead to the page; TooMany where no code of this browser can be typed yet."""
    at, name = now(), nonce()
    try:
        with writing() as session:
            asked = codes.ask(
                session, form.address, road.purpose, at, user_id=user_id, target=target, instead_of=name,
                network=limits.network(request.remote_addr),
            )  # fmt: skip
            mail.put(session, MAIL, str(asked.id), at)
    except limits.TooMany as refusal:
        row = codes.look(db.session(), name)
        is_this = row is not None and (row.key, row.purpose) == (form.address.key, road.purpose)
        if not is_this or codes.standing(row, at) is not Answer.LIVE:
            raise
        answer = show(road, CodeForm(formdata=None), notice=refusal.message, status=429)
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    return keep(redirect(url_for(road.shows), 303), asked.nonce)


def check(session: Session, road: Road, form: CodeForm, at: datetime) -> Checked:
    """Try the code that was typed, in a transaction that is committed whatever comes of it."""
    network = limits.network(request.remote_addr)
    return codes.check(session, nonce(), form.code.data or "", at, purpose=road.purpose, network=network)


def refuse(road: Road, form: CodeForm, checked: Checked) -> Response:
    """The page after a code that did not do: what was wrong with it, and a new one offered."""
    if checked.answer is Answer.LIMITED:
        raise limits.TooMany(checked.wait, LIMITED, next_steps=ELSE)
    if checked.answer is not Answer.WRONG:
        return show(road, form, answer=checked.answer, status=422)
    if checked.left == 0:
        return show(road, form, answer=Answer.SPENT, status=422)
    left = plural(checked.left, "try", "tries")
    form.code.errors = [f"Enter the code from the newest email. This one is not right, and you have {left} left"]
    form.code.data = ""
    return show(road, form, answer=Answer.LIVE, status=422)


def mail_state(at: datetime) -> dict[str, Any]:
    """Where the mail with this browser's code is, for the page's script: words, and whether they change no more."""
    row = codes.look(db.session(), nonce())
    return _mail_words(row, at) if row else {"words": "", "is_over": True}


def _mail_words(row: Any, at: datetime) -> dict[str, Any]:
    found = mail.state_of(db.session(), MAIL, str(row.id))
    if found is None:
        return {"words": "We are sending the email.", "is_over": False}
    state = found.state
    why = WHY.get(found.last_error, WHY_ELSE) if found.last_error else None
    match state:
        case MailState.SENT:
            told = f"Sent at {clock(found.settled_at)}. It can take some minutes to arrive. Look among junk mail too."
        case MailState.FAILED:
            told = f"The email could not be sent: {why or WHY_ELSE}."
        case MailState.DROPPED:
            told = "The email was not sent, because its code was used or replaced before."
        case _ if why:
            told = f"The email could not be sent yet: {why}. We keep trying."
        case _ if at - row.created_at > SLOW:
            told = "The email has not gone out yet. This takes longer than usual, and we keep trying."
        case _:
            told = "We are sending the email."
    return {"words": told, "is_over": state in (MailState.SENT, MailState.FAILED, MailState.DROPPED)}
