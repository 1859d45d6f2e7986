"""Which notices one also gets by email: on or off, by kind."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField

from learn.accounts.by_email import mine
from learn.components import draw_checkboxes
from learn.extensions import db
from learn.notifications import choices, kinds
from learn.notifications.kinds import KINDS
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing


def _kinds(group: str, first: str) -> SelectMultipleField:
    return SelectMultipleField(group, name="kinds", id=first, widget=draw_checkboxes, validate_choice=False)


class MailForm(FlaskForm):
    """The kinds that go by email, under the heading of each group."""

    account = _kinds(kinds.ACCOUNT, "account")
    writing = _kinds(kinds.WRITING, "writing")
    running = _kinds(kinds.RUNNING, "running")

    def __init__(self, wanted: set[str] | None = None) -> None:
        super().__init__(data={name: sorted(wanted or ()) for name in ("account", "writing", "running")})
        self.offered = choices.offered(current_user.roles)
        for field in self.groups:
            field.choices = [
                (name, KINDS[name].label) for name in self.offered if KINDS[name].group == field.label.text
            ]

    @property
    def groups(self) -> list[SelectMultipleField]:
        """The fields in the order of the page."""
        return [self.account, self.writing, self.running]

    @property
    def ticked(self) -> set[str]:
        """Every kind that was chosen."""
        return {kind for field in self.groups for kind in field.data or ()}


@bp.get("/me/notifications/mail")
@permits(Permission.ACCOUNT)
def choose_mail() -> str:
    """Show what is chosen."""
    session = db.session()
    form = MailForm(choices.wanted(session, current_user.id))
    addresses = mine.listed(session, current_user.id)
    main = next((each for each in addresses if each.is_main), None)
    return render_template("people/notices/mail.html", form=form, main=main)


@bp.post("/me/notifications/mail")
@permits(Permission.ACCOUNT)
def save_mail() -> Any:
    """Keep what was chosen; a kind that was not offered is none of theirs to choose."""
    form = MailForm()
    with writing() as session:
        choices.choose(session, current_user.id, form.offered, form.ticked)
    flash("Your choice is saved, and counts from now on.", "success")
    return redirect(url_for(".choose_mail"), 303)
