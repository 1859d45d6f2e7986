"""One's own profile: who one is to others. Asked for once, kindly; saved or put off, it is not asked for again."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp

from courses.db import now
from learn import identifiers
from learn.accounts import profile
from learn.accounts.profile import LONGEST, REGIONS, SETTINGS
from learn.components import draw_input, draw_select
from learn.extensions import db
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import writing

OPEN = "Choose one, or leave it open"
NAME = "Enter the name that others see, for example Sam Reed"
FROM_LIST = "Choose one from the list"


def _cleaned(value: str | None) -> str:
    return profile.clean(value or "")


def _length(field: str, what: str) -> Length:
    return Length(max=LONGEST[field], message=f"Enter {what} in at most {LONGEST[field]} letters")


def _plain(what: str) -> Regexp:
    return Regexp(r"[^<>]*$", message=f"Enter {what} without < and >")


def _nobody_in_it(form: FlaskForm, field: Any) -> None:
    """Others see it everywhere, so nothing stands in it that could be a patient's; where somebody works may be a postcode."""
    found = [each.kind for each in identifiers.find(field.data or "") if each.kind != "postcode"]
    if found:
        raise ValidationError(f"Take out what looks like this: {identifiers.WORDS[found[0]]}")


def _line(field: str, what: str) -> list[Any]:
    return [_length(field, what), _plain(what), _nobody_in_it]


def _choices(there: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice("", OPEN), *(SelectChoice(value, words) for value, words in there.items())]


class ProfileForm(FlaskForm):
    """Who somebody is; only the name has to be there."""

    display_name = StringField(
        "Name that others see", [InputRequired(NAME), *_line("display_name", "your name")], filters=[_cleaned],
        widget=draw_input, description="It stands with what you share here, and at the top of your pages",
    )  # fmt: skip
    profession = StringField(
        "What you work as", _line("profession", "what you work as"), filters=[_cleaned], widget=draw_input,
        description="For example, research nurse or physiotherapist. You can leave it empty",
    )  # fmt: skip
    organisation = StringField(
        "Where you work", _line("organisation", "where you work"), filters=[_cleaned], widget=draw_input,
        description="The organisation\u2019s full name. Names that others use are suggested while you type. You can leave it empty",
    )  # fmt: skip
    region = SelectField(
        "Part of the country", [Optional(), AnyOf(REGIONS, FROM_LIST)], choices=_choices(REGIONS), widget=draw_select,
        validate_choice=False, description="As the research delivery networks have it",
    )  # fmt: skip
    setting = SelectField(
        "Kind of place", [Optional(), AnyOf(SETTINGS, FROM_LIST)], choices=_choices(SETTINGS), widget=draw_select,
        validate_choice=False,
    )  # fmt: skip

    def validate_display_name(self, field: Any) -> None:
        """A name that can be read aloud has a letter in it."""
        if not any(letter.isalpha() for letter in field.data):
            raise ValidationError(NAME)

    def told(self) -> dict[str, str]:
        """What was said, as a profile holds it."""
        return {name: self[name].data or "" for name in (*LONGEST, "region", "setting")}


@bp.get("/me/profile")
@permits(Permission.ACCOUNT)
def my_profile() -> str:
    """Show it, filled in with what is known."""
    there = profile.of(db.session(), current_user.id)
    return _page(ProfileForm(data={**there._mapping, "display_name": there.display_name or there.name}), there)


@bp.post("/me/profile")
@permits(Permission.ACCOUNT)
def save_profile() -> Any:
    """Save it."""
    form = ProfileForm()
    if not form.validate():
        return _page(form, profile.of(db.session(), current_user.id)), 422
    with writing() as session:
        profile.save(session, current_user.id, form.told(), now())
    flash("Your profile is saved.", "success")
    return redirect(url_for(".my_profile"), 303)


@bp.post("/me/profile/later")
@permits(Permission.ACCOUNT)
def put_off_profile() -> Any:
    """Not now: it is not asked for again, and waits in the account."""
    with writing() as session:
        profile.put_off(session, current_user.id, now())
    return redirect(url_for("hub.home"), 303)


def _page(form: ProfileForm, there: Any) -> str:
    shown = profile.byline(there.display_name or there.name, there.profession, there.organisation)
    organisations = profile.suggestions(db.session())
    return render_template("people/profile.html", form=form, shown=shown, organisations=organisations)
