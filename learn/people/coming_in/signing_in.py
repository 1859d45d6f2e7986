"""Signing in by a code: an address is typed, a code comes by mail and is typed into the same browser.

The domain's rule alone decides what an address is answered. Whether somebody here has it is looked at only after the
right code, when its owner is there.
"""

from typing import Any

from flask import g, jsonify, redirect, request, url_for
from flask_login import current_user

from courses.db import now
from learn import audit
from learn.accounts import sessions
from learn.accounts.by_email import codes, domains
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.by_email.models import Admission, Purpose
from learn.accounts.sessions import Arrival
from learn.accounts.views import sign_in_page
from learn.components import moment_words
from learn.errors import FrontlineError
from learn.extensions import db
from learn.lti import registration
from learn.people.coming_in import code_page, joining
from learn.people.coming_in.code_page import CodeForm, Road
from learn.people.coming_in.joining import Came, Entry
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import is_in_a_frame, local_path, writing

ROAD = Road(
    Purpose.SIGN_IN, shows="people.code", checks="people.check_code", asks="people.ask_code", begins="accounts.sign_in",
    button="Sign in",
)  # fmt: skip
ASK_US = ("If you think that this is wrong, ask whoever runs this site.",)


class NotIn(FrontlineError):
    """The address was proved, and yet nobody comes in."""

    status = 403
    code = "not_in"
    title = "You cannot come in at present"


@bp.post("/sign-in/code")
@permits(Permission.ANYONE)
def ask_code() -> Any:
    """Send a code to an address that may come in; say who may where it may not."""
    form, target = AddressForm(), local_path(request.form.get("next"))
    if not form.validate():
        return sign_in_page(form, target=target), 422
    if domains.decide(db.session(), form.address.domain).action is Admission.DENY:
        form.refuse()
        return sign_in_page(form, target=target, is_refused=True), 422
    return code_page.ask(ROAD, form, target=target)


@bp.get("/sign-in/code")
@permits(Permission.ANYONE)
def code() -> Any:
    """Show where to type the code; the mail's link leads here and only fills it in."""
    if current_user.is_authenticated:
        return redirect(url_for("hub.home"), 303)
    return code_page.show(ROAD, CodeForm())


@bp.get("/sign-in/code/mail")
@permits(Permission.ANYONE)
def code_mail() -> Any:
    """Say where the mail with this browser's code is."""
    return jsonify(code_page.mail_state(now()))


@bp.post("/sign-in/code/check")
@permits(Permission.ANYONE)
def check_code() -> Any:
    """Take the code: sign in whoever owns the address, or ask who they are."""
    form, at = CodeForm(), now()
    if not form.validate():
        return code_page.show(ROAD, form, status=422)
    came, key = Came(Entry.REFUSED), ""
    with writing() as session:
        checked = code_page.check(session, ROAD, form, at)
        if checked.is_right:
            came = joining.come_in(session, checked.code, at)
            key = _begin(session, came, at)
    if not checked.is_right:
        return code_page.refuse(ROAD, form, checked)
    return _answer(came, key, checked.code)


def _begin(session: Any, came: Came, at: Any) -> str:
    """Begin the session of whoever comes in; in a platform's frame its pages are seen there too."""
    if came.entry is not Entry.IN:
        return ""
    is_framed = is_in_a_frame()
    origins = g.get("frame_origins") or registration.frame_origins(session) if is_framed else ()
    arrival = Arrival(user_id=came.user_id, frame_origins=tuple(origins), is_embedded=is_framed)
    audit.note(session, "sign_in.code", actor_id=came.user_id)
    return sessions.begin(session, arrival, at)


def _answer(came: Came, key: str, found: Any) -> Any:
    match came.entry:
        case Entry.IN:
            sessions.keep(key)
            return code_page.forget(redirect(local_path(found.target), 303))
        case Entry.REVIEW:
            answer = redirect(url_for("people.join"), 303)
            return code_page.keep(answer, code_page.nonce(), codes.PROVES_FOR.total_seconds())
        case Entry.SUSPENDED:
            until = moment_words(came.until) if came.until else ""
            raise NotIn(f"An administrator closed this account until {until}.", next_steps=ASK_US)
        case Entry.GONE:
            raise NotIn(
                "This account is not there any more: it was removed, or joined with another.", next_steps=ASK_US
            )
        case _:
            raise NotIn("Addresses of this kind may not come in any more.", next_steps=ASK_US)
