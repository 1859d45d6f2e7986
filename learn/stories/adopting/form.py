"""The form of who tried the same: where, since when, how it went, and what they found."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from courses.db import now
from learn import identifiers
from learn.accounts import profile
from learn.accounts.profile import REGIONS
from learn.components import draw_checkbox, draw_input, draw_radios, draw_select, draw_textarea, local
from learn.discussion.rendering import tidy
from learn.identifiers import Finding
from learn.stories.adopting.adoptions import WORDS, Told
from learn.stories.around import Outcome

LONGEST = 1000
"Letters of what somebody found."
EARLIEST = 1990
FIELDS = ("organisation", "words")
"Fields that are typed freely."


def _line(value: str | None) -> str:
    return profile.clean(value or "")


class TriedForm(FlaskForm):
    """What somebody says about their try."""

    organisation = StringField(
        "Where you tried it", [DataRequired("Enter where you tried it"), Length(max=120, message="Enter where you tried it in at most 120 letters")],
        filters=[_line], widget=draw_input, description="The organisation, and the ward or team if you like",
    )  # fmt: skip
    region = SelectField(
        "Part of the country", [Optional(), AnyOf(REGIONS, "Choose one from the list")], widget=draw_select, validate_choice=False,
        choices=[SelectChoice("", "Choose one, or leave it open"), *(SelectChoice(*each) for each in REGIONS.items())],
    )  # fmt: skip
    since = StringField(
        "Since when", [DataRequired("Enter the month in which you began, for example 3 2026")], filters=[_line], widget=draw_input,
        description="Month and year, for example 3 2026",
    )  # fmt: skip
    outcome = RadioField(
        "How it went", [InputRequired("Choose how it went")], widget=draw_radios,
        choices=[SelectChoice(outcome.value, words) for outcome, words in WORDS.items()],
    )  # fmt: skip
    words = TextAreaField(
        "What you found", [Optional(), Length(max=LONGEST, message=f"Shorten what you found to {LONGEST:,} letters")],
        filters=[tidy], widget=draw_textarea,
        description="What you did in another way, what helped. Nothing that could identify a patient. You can leave it empty",
    )  # fmt: skip
    is_sure = BooleanField(
        "I have checked: it identifies no patient, and nobody who does not want it", widget=draw_checkbox
    )

    because = StringField(
        "It is not a patient\u2019s number because", [Length(max=500, message="Shorten the reason to 500 letters")],
        filters=[_line], widget=draw_input,
        description="A facilitator reads this and decides. Until then others do not see what you say here. Do not repeat the number.",
    )  # fmt: skip

    def validate_since(self, field: Any) -> None:
        """A month that was, and not before there was such work."""
        day = month(field.data or "")
        if day is None:
            raise ValidationError("Enter a month and a year, for example 3 2026")
        if day > local(now()).date():
            raise ValidationError("Enter a month that has begun")

    def told(self, found: dict[str, list[Finding]]) -> Told:
        """What was typed, of a form that is valid, with the reason why what was ``found`` in it, and is held, is none."""
        because = self._reason(found) if holds(found) else ""
        return Told(
            self.organisation.data, self.region.data or "", month(self.since.data) or date.min, Outcome(self.outcome.data),
            self.words.data or "", because,
        )  # fmt: skip

    def _reason(self, found: dict[str, list[Finding]]) -> str:
        """Without the number: a word before it may make it harmless to the detector there."""
        said = identifiers.masked(self.because.data, identifiers.find(self.because.data))
        for name, findings in found.items():
            for each in findings:
                said = said.replace(self[name].data[each.offset : each.end], "[removed]")
        return said[:500]

    def found(self, own: list[str]) -> dict[str, list[Finding]]:
        """What the detector finds in what was typed, by field."""
        found = {name: identifiers.find(self[name].data or "", own) for name in FIELDS}
        return {name: findings for name, findings in found.items() if findings}

    def mask(self, found: dict[str, list[Finding]]) -> None:
        """Take out what was found."""
        for name, findings in found.items():
            self[name].data = identifiers.masked(self[name].data, findings)


def holds(found: dict[str, list[Finding]]) -> bool:
    """Whether a facilitator has to decide before it is shown."""
    return any(identifiers.holds(findings) for findings in found.values())


def month(told: str) -> date | None:
    """The first day of a month as in "3 2026", "03/2026", "2026-03", "March 2026"; None for anything else."""
    parts = [part for part in told.replace("/", " ").replace("-", " ").replace(".", " ").split() if part]
    if len(parts) != 2:
        return None
    year, rest = (parts[0], parts[1]) if len(parts[0]) == 4 and parts[0].isdecimal() else (parts[1], parts[0])
    number = int(rest) if rest.isdecimal() and len(rest) < 3 else _named(rest)
    if not (year.isdecimal() and len(year) == 4 and number and 1 <= number <= 12 and int(year) >= EARLIEST):
        return None
    return date(int(year), number, 1)


def _named(word: str) -> int:
    names = [f"{date(2000, number, 1):%B}".lower() for number in range(1, 13)]
    fitting = [n for n, name in enumerate(names, 1) if len(word) > 2 and name.startswith(word.lower())]
    return fitting[0] if len(fitting) == 1 else 0
