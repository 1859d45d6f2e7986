"""Linking: whoever proves the address of another account goes on with that one, and brings along what this one holds.

The account of the address is the one that stays, however old either is: it holds what was proved and what an
administrator granted, while the other may hang on nothing but a platform's word. Only a code that came to the address
links; what a platform says of an address offers it, and shows nothing of the other account.
"""

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.accounts import people, sessions
from learn.accounts.by_email import addresses, codes, domains, mine
from learn.accounts.by_email.codes import Answer
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.by_email.models import Admission, Purpose
from learn.errors import NotFound
from learn.extensions import db
from learn.people import merging
from learn.people.coming_in import code_page
from learn.people.coming_in.code_page import CodeForm, Road
from learn.people.linking import unlinking
from learn.people.linking.offered import Offer, offer_for
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import local_path, writing

ROAD = Road(
    Purpose.LINK, shows="people.link_code", checks="people.check_link", asks="people.ask_link", begins="people.my_links",
    button="Link the accounts",
)  # fmt: skip


class Linked(enum.Enum):
    """What came of a code that was right."""

    LINKED = "The two accounts are one now. What you did with either of them is here."
    OWN = "This address is yours already, and nobody else has it. There is nothing to link."
    ADDED = "No other account has this address. It is confirmed as yours now, and you can sign in with it."


@dataclass(frozen=True)
class Outcome:
    """What came of it, and the new session's name where the browser goes on with the other account."""

    linked: Linked
    key: str = ""


@bp.get("/me/link")
@permits(Permission.ACCOUNT)
def my_links() -> str:
    """Show the platforms that are linked, what may be linked, and what that means."""
    form = AddressForm(formdata=None)
    asked = codes.look(db.session(), code_page.nonce())
    if asked is not None and asked.user_id == current_user.id:
        form.email.data = asked.address  # proved a moment ago on another page, and found to be another account's
    return _page(form)


@bp.post("/me/link")
@permits(Permission.ACCOUNT)
def ask_link() -> Any:
    """Send a code to the address that was typed, or to the one that the platform gave."""
    form = AddressForm()
    if "offered" in request.form:
        offer = offer_for(db.session(), current_user.id)
        if offer is None:
            raise NotFound("There is nothing to link any more.")
        form.address = offer.address
    elif not form.validate():
        return _page(form), 422
    if domains.decide(db.session(), form.address.domain).action is Admission.DENY:
        form.refuse()
        return _page(form, is_refused=True), 422
    return code_page.ask(ROAD, form, target="/me/link", user_id=current_user.id)


@bp.get("/me/link/code")
@permits(Permission.ACCOUNT)
def link_code() -> Any:
    """Show where to type the code."""
    return code_page.show(ROAD, CodeForm(), answer=None if code_page.is_asked_by(current_user.id) else Answer.FOREIGN)


@bp.post("/me/link/code/check")
@permits(Permission.ACCOUNT)
def check_link() -> Any:
    """Take the code: this account goes into the address's, and the browser goes on with that."""
    form, at = CodeForm(), now()
    if not code_page.is_asked_by(current_user.id):
        return code_page.show(ROAD, form, answer=Answer.FOREIGN, status=422)
    if not form.validate():
        return code_page.show(ROAD, form, status=422)
    outcome = Outcome(Linked.OWN)
    with writing() as session:
        checked = code_page.check(session, ROAD, form, at)
        if checked.is_right:
            outcome = _link(session, checked.code, at)
    if not checked.is_right:
        return code_page.refuse(ROAD, form, checked)
    if outcome.key:
        sessions.keep(outcome.key)
    flash(outcome.linked.value, "success")
    return code_page.forget(redirect(url_for(".my_links"), 303))


def _link(session: Session, code: Any, at: datetime) -> Outcome:
    """Whoever owns the address takes in the account of whoever proved it; where nobody does, the address is theirs."""
    address, user_id = addresses.parse(code.address), current_user.id
    owner = mine.owner(session, address.key) or people.claim(session, address, at)
    if owner in (None, user_id):
        mine.add(session, user_id, address, at)
        audit.note(session, "address.proved", actor_id=user_id)
        return Outcome(Linked.OWN if owner else Linked.ADDED)
    arrival = sessions.arrival_of(session, current_user.session_id)
    if arrival is None:
        abort(403)  # ended in another window a moment ago
    mine.confirm(session, address, at)
    merging.merge(session, user_id, owner, at, by_id=owner)
    goes_on = replace(arrival, user_id=owner, offers_link=False)
    return Outcome(Linked.LINKED, sessions.begin(session, goes_on, at))


@bp.post("/me/link/later")
@permits(Permission.ACCOUNT)
def link_later() -> Any:
    """Offer it no more in this session."""
    with writing() as session:
        sessions.offer_no_more(session, current_user.session_id)
    return redirect(local_path(request.form.get("next")), 303)


@bp.get("/me/link/<int:number>/unlink")
@permits(Permission.ACCOUNT)
def leave_platform(number: int) -> str:
    """Ask whether a platform may go, and say what that means."""
    rows = unlinking.listed(db.session(), current_user.id)
    found = next((row for row in rows if row.id == number), None)
    if found is None:
        raise NotFound("This platform is not linked with your account any more.")
    is_only_way = unlinking.is_only_way(db.session(), current_user.id, rows)
    return render_template("people/unlink.html", linked=found, is_only_way=is_only_way, form=FlaskForm())


@bp.post("/me/link/<int:number>/unlink")
@permits(Permission.ACCOUNT)
def unlink_platform(number: int) -> Any:
    """Take a platform away from the account."""
    with writing() as session:
        name = unlinking.unlink(session, current_user.id, number, now(), session_id=current_user.session_id)
    flash(f"{name} is not linked with your account any more. What you learned is still here.", "success")
    return redirect(url_for(".my_links"), 303)


def _page(form: AddressForm, *, is_refused: bool = False) -> str:
    session = db.session()
    rows = unlinking.listed(session, current_user.id)
    return render_template(
        "people/link.html", rows=rows, offer=offer_for(session, current_user.id), form=form, is_refused=is_refused,
        welcome=domains.welcome(session), can_unlink=not unlinking.is_only_way(session, current_user.id, rows),
    )  # fmt: skip


@bp.app_context_processor
def _offered() -> dict[str, Any]:
    """For the banner: asked for only while something is offered, and not on the pages about it."""

    def link_offer() -> Offer | None:
        if request.path.startswith("/me/link") or not current_user.offers_link:
            return None
        return offer_for(db.session(), current_user.id)

    return {"link_offer": link_offer}
