"""Which notices one also gets by email: on or off, by kind."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField

from learn.accounts.by_email import mine
from learn.components import draw_checkboxes
from learn.extensions import db
from learn.notifications import choices
from learn.notifications.kinds import KINDS
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing


class MailForm(FlaskForm):
    """The kinds that go by email."""

    kinds = SelectMultipleField(
        "Which notices you also get by email", widget=draw_checkboxes, validate_choice=False,
        description="You find all of them on this site, whatever you choose here",
    )  # fmt: skip

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.offered = choices.offered(is_administrator="administrator" in current_user.roles)
        self.kinds.choices = [(name, KINDS[name].label) for name in self.offered]


@bp.get("/me/notifications/mail")
@permits(Permission.ACCOUNT)
def choose_mail() -> str:
    """Show what is chosen."""
    session = db.session()
    form = MailForm(data={"kinds": sorted(choices.wanted(session, current_user.id))})
    addresses = mine.listed(session, current_user.id)
    main = next((each for each in addresses if each.is_main), None)
    return render_template("people/notices/mail.html", form=form, main=main)


@bp.post("/me/notifications/mail")
@permits(Permission.ACCOUNT)
def save_mail() -> Any:
    """Keep what was chosen; a kind that was not offered is none of theirs to choose."""
    form = MailForm()
    with writing() as session:
        choices.choose(session, current_user.id, form.offered, set(form.kinds.data or ()))
    flash("Your choice is saved, and counts from now on.", "success")
    return redirect(url_for(".choose_mail"), 303)
