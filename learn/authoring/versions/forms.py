"""The forms of versions: publishing with what it means for learners, and a copy as a module of its own."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectChoice, StringField
from wtforms.validators import AnyOf, DataRequired, Length, Regexp

from courses.catalogue import Switch
from learn.components import draw_checkbox, draw_input, draw_radios

SWITCHES = (
    SelectChoice(Switch.STAY.value, "They stay on the version that they began with"),
    SelectChoice(Switch.OFFER.value, "They are asked at their next visit, and may stay"),
    SelectChoice(Switch.MUST.value, "They are moved at their next visit"),
)
HINTS = {
    Switch.STAY.value: {"hint": {"text": "Best for most changes. Only new learners get this version."}},
    Switch.OFFER.value: {"hint": {"text": "They see what changed, and what they keep."}},
    Switch.MUST.value: {"hint": {"text": "For a version that nobody should learn from any more. Units that are the same stay completed."}},
}  # fmt: skip


class PublishForm(FlaskForm):
    """What publishing means for learners on an earlier version, and whether packages can go on."""

    switch = RadioField(
        "Learners who are in the middle of an earlier version",
        [AnyOf([each.value for each in Switch], "Select what happens to learners on an earlier version")],
        choices=SWITCHES, default=Switch.STAY.value, widget=draw_radios, validate_choice=False,
    )  # fmt: skip
    is_compatible = BooleanField(
        "Packages can go on where a learner left off in the version before",
        description="Tick it only after small mends, such as spelling. Otherwise whoever switches begins a package anew, and keeps their results.",
        widget=draw_checkbox,
    )  # fmt: skip


class CopyForm(FlaskForm):
    """A module of its own."""

    title = StringField(
        "Title", [DataRequired("Enter a title"), Length(max=255, message="Shorten the title to 255 characters")], widget=draw_input
    )  # fmt: skip
    slug = StringField(
        "Name in its address",
        [DataRequired("Enter a name for its address"), Length(max=80, message="Shorten the name to 80 characters"),
         Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message="Use small letters, numbers and single hyphens, as in consent-in-practice")],
        description="Small letters, numbers and hyphens. It cannot be changed later.", widget=draw_input,
    )  # fmt: skip


class PressForm(FlaskForm):
    """Only a button: the token is the form."""
