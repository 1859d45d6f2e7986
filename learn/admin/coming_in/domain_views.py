"""Which domains may come in: the rules, and what they say of an address."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from courses.db import now
from learn import audit
from learn.accounts.by_email import domains
from learn.accounts.by_email.forms import AddressForm
from learn.accounts.by_email.models import Admission, Match
from learn.admin.room import administers, bp
from learn.components import draw_input, draw_radios
from learn.errors import NotFound
from learn.extensions import db
from learn.web import writing

MATCHES = {
    Match.EXACT: "This domain itself, for example name@nhs.uk",
    Match.SUBDOMAIN: "The domains below it, for example name@trust.nhs.uk",
}
ACTIONS = {
    Admission.ALLOW: "They come in",
    Admission.REVIEW: "An administrator decides about each",
    Admission.DENY: "They do not come in",
}
SHORT = Length(max=255, message="Use at most 255 letters")
SAME = "There is a rule for this already. Change that one"


def _trimmed(value: str | None) -> str:
    return (value or "").strip()


def _domain(value: str | None) -> str:
    return _trimmed(value).lower()


class DomainForm(FlaskForm):
    """One rule."""

    pattern = StringField(
        "Domain", [InputRequired("Enter a domain, for example nhs.uk")], filters=[_domain], widget=draw_input,
        description="What stands after the @, for example nhs.uk",
    )  # fmt: skip
    match = RadioField(
        "Which addresses it is about", [InputRequired("Choose which addresses it is about")], widget=draw_radios,
        choices=[SelectChoice(each.value, words) for each, words in MATCHES.items()],
    )  # fmt: skip
    action = RadioField(
        "What happens to them", [InputRequired("Choose what happens to them")], widget=draw_radios,
        choices=[SelectChoice(each.value, words) for each, words in ACTIONS.items()],
    )  # fmt: skip
    organisation = StringField(
        "Who has these addresses", [Optional(), SHORT], filters=[_trimmed], widget=draw_input,
        description="Shown on the sign-in page, for example NHS Scotland",
    )  # fmt: skip
    note = StringField(
        "Note", [Optional(), SHORT], filters=[_trimmed], widget=draw_input, description="Only administrators see it"
    )

    def __init__(self, number: int | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.number = number

    def validate_pattern(self, field: Any) -> None:
        """A domain that may stand in a rule, once for each way of matching."""
        if not domains.is_pattern(field.data):
            raise ValidationError(
                "Enter a domain such as nhs.uk, without @, star or a dot before it, and in plain letters"
            )
        if self.match.data and domains.same(db.session(), field.data, Match(self.match.data)) not in (
            None,
            self.number,
        ):
            raise ValidationError(SAME)

    def told(self) -> dict[str, Any]:
        """The rule that was described."""
        return {
            "pattern": self.pattern.data, "match": Match(self.match.data), "action": Admission(self.action.data),
            "organisation": self.organisation.data, "note": self.note.data,
        }  # fmt: skip


@bp.get("/domains")
@administers
def domain_rules() -> str:
    """List the rules."""
    return _list(AddressForm())


@bp.post("/domains/try")
@administers
def try_address() -> Any:
    """Say which rule decides about an address; nothing is kept of it."""
    form = AddressForm()
    if not form.validate():
        return _list(form), 422
    return _list(form, tried=domains.decide(db.session(), form.address.domain))


@bp.get("/domains/new")
@administers
def new_domain() -> str:
    """Show the form of a new rule."""
    return _form(DomainForm())


@bp.post("/domains/new")
@administers
def add_domain() -> Any:
    """Add a rule."""
    form = DomainForm()
    if not form.validate():
        return _form(form), 422
    with writing() as session:
        number = domains.add(session, form.told(), now(), actor_id=current_user.id)
        audit.note(session, "domain.added", actor_id=current_user.id, rule=number)
    flash("The rule counts from now on.", "success")
    return redirect(url_for(".domain_rules"), 303)


@bp.get("/domains/<int:number>")
@administers
def domain(number: int) -> str:
    """Show the form that changes a rule."""
    found = _found(number)
    told = {**found._mapping, "match": found.match.value, "action": found.action.value}
    return _form(DomainForm(number, data=told), found)


@bp.post("/domains/<int:number>")
@administers
def change_domain(number: int) -> Any:
    """Change a rule."""
    found, form = _found(number), DomainForm(number)
    if not form.validate():
        return _form(form, found), 422
    with writing() as session:
        domains.change(session, number, form.told(), now(), actor_id=current_user.id)
        audit.note(session, "domain.changed", actor_id=current_user.id, rule=number)
    flash("The rule is changed, and counts from now on.", "success")
    return redirect(url_for(".domain_rules"), 303)


@bp.get("/domains/<int:number>/remove")
@administers
def leave_domain(number: int) -> str:
    """Ask whether a rule may go."""
    return render_template("admin/domain_remove.html", rule=_found(number), matches=MATCHES, form=FlaskForm())


@bp.post("/domains/<int:number>/remove")
@administers
def remove_domain(number: int) -> Any:
    """Take a rule away; people who came in by it stay, and get no new code."""
    with writing() as session:
        if not domains.remove(session, number):
            raise NotFound("This rule is not there any more.")
        audit.note(session, "domain.removed", actor_id=current_user.id, rule=number)
    flash("The rule is removed.", "success")
    return redirect(url_for(".domain_rules"), 303)


def _found(number: int) -> Any:
    found = domains.one(db.session(), number)
    if found is None:
        raise NotFound("This rule is not there any more.")
    return found


def _list(form: AddressForm, *, tried: domains.Decision | None = None) -> str:
    after, after_id = request.args.get("after", "")[:253], request.args.get("id", 0, type=int)
    rows, last = domains.listed(db.session(), after=after, after_id=after_id)
    more = url_for(".domain_rules", after=last.pattern, id=last.id) if last is not None else None
    return render_template("admin/domains.html", rows=rows, more=more, form=form, tried=tried, actions=ACTIONS)


def _form(form: DomainForm, there: Any = None) -> str:
    return render_template("admin/domain_form.html", form=form, rule=there)
