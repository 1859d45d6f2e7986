"""One's own email addresses: each proved by a code, one of them for mail, and never the last way in taken away."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import bindparam, exists, select

from courses.db import now
from learn import audit
from learn.accounts import people
from learn.accounts.by_email import addresses, domains, mine
from learn.accounts.by_email.codes import Answer
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.by_email.models import Admission, Purpose
from learn.errors import NotFound
from learn.extensions import db
from learn.lti.models import PlatformUser
from learn.people.coming_in import code_page
from learn.people.coming_in.code_page import CodeForm, Road
from learn.people.due import AFTER
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

ROAD = Road(
    Purpose.CONFIRM, shows="people.address_code", checks="people.check_address", asks="people.add_address",
    begins="people.my_addresses", button="Confirm this address",
)  # fmt: skip
TAKEN = (
    "This address belongs to another account. If it is yours too, you can link the two accounts: what you learned with "
    "both is then in one place."
)
LAST = "This is the only way you can sign in. Add another address first."

_LAUNCHES = select(exists().where(PlatformUser.user_id == bindparam("user")))


@bp.get("/me/addresses")
@permits(Permission.ACCOUNT)
def my_addresses() -> str:
    """List them, with what can be done with each."""
    return _page(AddressForm())


@bp.post("/me/addresses")
@permits(Permission.ACCOUNT)
def add_address() -> Any:
    """Send a code to a new address, or to a known one to confirm it again."""
    form = AddressForm()
    if not form.validate():
        return _page(form), 422
    if domains.decide(db.session(), form.address.domain).action is Admission.DENY:
        form.refuse()
        return _page(form, is_refused=True), 422
    return code_page.ask(ROAD, form, target="/me/addresses", user_id=current_user.id)


@bp.get("/me/addresses/code")
@permits(Permission.ACCOUNT)
def address_code() -> Any:
    """Show where to type the code."""
    return code_page.show(ROAD, CodeForm(), answer=None if code_page.is_asked_by(current_user.id) else Answer.FOREIGN)


@bp.post("/me/addresses/code/check")
@permits(Permission.ACCOUNT)
def check_address() -> Any:
    """Take the code: the address is the person's from now on, unless it is somebody else's already."""
    form, at = CodeForm(), now()
    if not code_page.is_asked_by(current_user.id):
        return code_page.show(ROAD, form, answer=Answer.FOREIGN, status=422)
    if not form.validate():
        return code_page.show(ROAD, form, status=422)
    is_added = False
    with writing() as session:
        checked = code_page.check(session, ROAD, form, at)
        if checked.is_right:
            is_added = mine.add(session, current_user.id, addresses.parse(checked.code.address), at)
            audit.note(session, "address.proved" if is_added else "address.taken", actor_id=current_user.id)
    if not checked.is_right:
        return code_page.refuse(ROAD, form, checked)
    if not is_added:
        flash(TAKEN, "warning")
        return redirect(url_for(".my_links"), 303)
    flash(f"{checked.code.address} is confirmed.", "success")
    return code_page.forget(redirect(url_for(".my_addresses"), 303))


@bp.post("/me/addresses/<int:number>/main")
@permits(Permission.ACCOUNT)
def choose_address(number: int) -> Any:
    """Let mail go to this one."""
    with writing() as session:
        if not mine.make_main(session, current_user.id, number):
            raise NotFound("This address is not there any more.")
        audit.note(session, "address.chosen", actor_id=current_user.id, address=number)
    flash("Your mail goes to this address from now on.", "success")
    return redirect(url_for(".my_addresses"), 303)


@bp.get("/me/addresses/<int:number>/remove")
@permits(Permission.ACCOUNT)
def leave_address(number: int) -> str:
    """Ask whether it may go."""
    there = mine.listed(db.session(), current_user.id)
    found = next((each for each in there if each.id == number), None)
    if found is None:
        raise NotFound("This address is not there any more.")
    is_last = len(there) == 1 and not _launches()
    return render_template("people/address_remove.html", address=found, is_last=is_last, form=FlaskForm())


@bp.post("/me/addresses/<int:number>/remove")
@permits(Permission.ACCOUNT)
def remove_address(number: int) -> Any:
    """Take it away."""
    with writing() as session:
        people.hold(session, [current_user.id])  # so that no platform is unlinked meanwhile
        is_gone = mine.remove(session, current_user.id, number, keeps_one=not _launches())
        if is_gone:
            audit.note(session, "address.removed", actor_id=current_user.id, address=number)
    flash(
        "The address is removed. It does not sign you in any more." if is_gone else LAST,
        "success" if is_gone else "warning",
    )
    return redirect(url_for(".my_addresses"), 303)


def _page(form: AddressForm, *, is_refused: bool = False) -> str:
    session, before = db.session(), now() - AFTER
    rows = mine.listed(session, current_user.id)
    return render_template(
        "people/addresses.html", rows=rows, form=form, is_refused=is_refused, before=before,
        welcome=domains.welcome(session), can_remove=len(rows) > 1 or _launches(),
    )  # fmt: skip


def _launches() -> bool:
    """Whether the person can come in from a learning platform."""
    return bool(db.session.scalar(_LAUNCHES, {"user": current_user.id}))
