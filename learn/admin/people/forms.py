"""The forms of these pages: a role with its reason, a suspension with its end, the other account of a merge."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from learn.accounts.models import Role
from learn.components import draw_checkboxes, draw_date, draw_input, draw_radios, local
from learn.config import settings

SOME = "facilitator_of_some"
ROLES = {
    Role.FACILITATOR.value: ("Facilitator of every theme", "Answers in the forum and decides about what was reported"),
    SOME: ("Facilitator of some themes", "The same, for the themes that you tick below"),
    Role.AUTHOR.value: ("Author", "Uploads and publishes modules"),
    Role.ADMINISTRATOR.value: ("Administrator", "Connects platforms, decides who may do what, and sees every account"),
}
DAY = "day"
LENGTHS = {"1": "1 day", "7": "1 week", "30": "30 days", DAY: "Until the day that you enter below"}
YEARS = 10
SHORT = Length(max=255, message="Use at most 255 letters")
WHEN = "Enter a day that there is, as numbers, for example 24 11 2026"


def _trimmed(value: str | None) -> str:
    return " ".join((value or "").split())


def _reason(words: str) -> StringField:
    return StringField(
        "Why", [DataRequired(words), SHORT], filters=[_trimmed], widget=draw_input,
        description="Administrators read it on this person\u2019s page. It is also part of the file with their own data",
    )  # fmt: skip


class ReasonForm(FlaskForm):
    """Why a role is taken away."""

    reason = _reason("Enter why you take this role away")


class GrantForm(FlaskForm):
    """Which role, for which themes, and why."""

    role = RadioField(
        "What they may do", [InputRequired("Choose what they may do")], widget=draw_radios,
        choices=[SelectChoice(value, words) for value, (words, _) in ROLES.items()],
    )  # fmt: skip
    themes = SelectMultipleField(
        "Themes", widget=draw_checkboxes, validate_choice=False, description="Only for a facilitator of some themes"
    )
    reason = _reason("Enter why you grant this role")

    def __init__(self, titles: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.themes.choices = [SelectChoice(slug, title) for slug, title in titles.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Some themes means one at least, and nobody gets more than was ticked by the wrong choice above."""
        is_right = bool(super().validate(extra_validators))
        if self.role.data == SOME and not self.themes.data:
            self.themes.errors = ["Choose one theme or more"]
        elif self.role.data != SOME and self.themes.data and not self.role.errors:
            self.role.errors = ["Choose facilitator of some themes, or leave every theme out"]
        return is_right and not self.themes.errors and not self.role.errors

    def granted(self) -> tuple[Role, tuple[str, ...]]:
        """Role and themes."""
        if self.role.data == SOME:
            return Role.FACILITATOR, tuple(self.themes.data or ())
        return Role(self.role.data), ()

    def drawn_role(self) -> Markup:
        """The choice, with what each of them means."""
        return Markup(self.role(about={value: {"hint": {"text": hint}} for value, (_, hint) in ROLES.items()}))  # noqa: S704 - drawn by the macros, which escape


class SuspendForm(FlaskForm):
    """For how long, and why."""

    length = RadioField(
        "For how long", [InputRequired("Choose for how long")], widget=draw_radios,
        choices=[SelectChoice(value, words) for value, words in LENGTHS.items()],
    )  # fmt: skip
    day = StringField("Day", filters=[_trimmed])
    month = StringField("Month", filters=[_trimmed])
    year = StringField("Year", filters=[_trimmed])
    reason = _reason("Enter why you suspend this account")

    def ends(self, at: datetime) -> datetime | None:
        """When it ends; None where the form is not complete, which its fields then say."""
        is_right = self.validate()
        if self.length.data != DAY:
            if any(field.data for field in (self.day, self.month, self.year)) and not self.length.errors:
                self.length.errors = ["Choose until the day that you enter, or leave the day empty"]
            return at + timedelta(days=int(self.length.data)) if is_right and not self.length.errors else None
        day = self._day(local(at).date())
        return datetime(day.year, day.month, day.day, tzinfo=settings().zone) if day and is_right else None

    def _day(self, today: date) -> date | None:
        typed = [str(field.data or "") for field in (self.year, self.month, self.day)]
        try:
            numbers = [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) <= 4]
            day = date(*numbers)
        except (TypeError, ValueError):
            self.day.errors = [WHEN]
            return None
        if day <= today:
            self.day.errors = ["Enter a day after today"]
        elif day.year > today.year + YEARS:
            self.day.errors = [f"Enter a day in the next {YEARS} years"]
        return None if self.day.errors else day

    def drawn_day(self) -> Markup:
        """The day as three numbers."""
        return draw_date(
            self.day, self.month, self.year, id="until", legend="The day from which they may come in again",
            hint="Only if you do not choose a length. For example 24 11 2026",
        )  # fmt: skip


class MergeForm(FlaskForm):
    """The account that goes on."""

    into = StringField(
        "Number of the account that goes on", [DataRequired("Enter the number of the other account")],
        filters=[_trimmed], widget=draw_input, description="It is on that person\u2019s page here",
    )  # fmt: skip

    def number(self) -> int | None:
        """The number; None where none was typed, which the field then says."""
        text = str(self.into.data or "")
        if self.validate() and text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text)
        self.into.errors = self.into.errors or ["Enter a number, for example 12"]
        return None
