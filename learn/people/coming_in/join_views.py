"""Asking to come in, by somebody who proved an address that an administrator decides about; and where that stands."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from courses.db import now
from learn.accounts.by_email import codes, domains
from learn.accounts.by_email.models import Admission
from learn.components import draw_input, draw_textarea
from learn.extensions import db
from learn.people.coming_in import code_page, joining
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

SHORT = Length(max=120, message="Use at most 120 letters")


def _trimmed(value: str | None) -> str:
    return " ".join((value or "").split())


class JoinForm(FlaskForm):
    """Who somebody is, who speaks for them, and why they want to come in."""

    name = StringField(
        "Your full name", [DataRequired("Enter your full name"), SHORT], filters=[_trimmed], widget=draw_input
    )
    sponsor_name = StringField(
        "Full name of your sponsor", [DataRequired("Enter the full name of your sponsor"), SHORT], filters=[_trimmed],
        description="Somebody at an NHS organisation or the NIHR who knows your work and can speak for you", widget=draw_input,
    )  # fmt: skip
    sponsor_organisation = StringField(
        "Where your sponsor works", [DataRequired("Enter the organisation of your sponsor"), SHORT], filters=[_trimmed],
        widget=draw_input,
    )  # fmt: skip
    reason = TextAreaField(
        "Why you want to come in",
        [DataRequired("Enter why you want to come in"), Length(max=1000, message="Use at most 1,000 letters")],
        description="For example, the research that you help to deliver", widget=draw_textarea,
    )  # fmt: skip

    def told(self) -> dict[str, str]:
        """What was said, as a request holds it."""
        sponsor = f"{self.sponsor_name.data}, {self.sponsor_organisation.data}"
        return {"name": str(self.name.data), "sponsor": sponsor, "reason": str(self.reason.data).strip()}


@bp.get("/sign-in/join")
@permits(Permission.ANYONE)
def join() -> Any:
    """Show the form, or where the request stands."""
    return _page(JoinForm())


@bp.post("/sign-in/join")
@permits(Permission.ANYONE)
def ask_to_join() -> Any:
    """Ask an administrator."""
    form = JoinForm()
    code = _proven()
    if code is None:
        return _begin_again()
    if not form.validate():
        return _page(form), 422
    with writing() as session:
        joining.request(session, code, form.told(), now())
    return redirect(url_for(".join"), 303)


def _proven() -> Any:
    """The code by which this browser proved an address that needs a decision."""
    code = codes.proven(db.session(), code_page.nonce(), now())
    if code is None:
        return None
    action = domains.decide(db.session(), code.address.partition("@")[2]).action
    return code if action is Admission.REVIEW else None


def _begin_again() -> Any:
    return redirect(url_for("accounts.sign_in"), 303)


def _page(form: JoinForm) -> Any:
    code = _proven()
    if code is None:
        return _begin_again()
    found = joining.of_key(db.session(), code.key)
    if found is None:
        return render_template("people/join.html", form=form, address=code.address)
    return render_template("people/joining.html", request_=found)
