"""The forms of a draft: a new module, a unit to add, what a unit is called and what completes and opens it."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from courses.catalogue import UnitKind
from learn.components import draw_checkbox, draw_input, draw_radios, draw_select, draw_textarea

TITLE = Length(max=255, message="Shorten the title to 255 letters")
SUMMARY = Length(max=2000, message="Shorten the summary to 2,000 letters")
ADDED = {
    UnitKind.PAGE: ("Page", "Text, pictures, links and tables"),
    UnitKind.QUIZ: ("Quiz", "Questions with feedback and a pass mark"),
    UnitKind.REFLECTION: ("Reflection", "A box in which learners write for themselves"),
    UnitKind.LINK: ("Link", "A page on another site"),
}


def trimmed(value: str | None) -> str:
    """The text without what is before and after it."""
    return (value or "").strip()


def title_field(words: str = "Enter a title") -> StringField:
    """A title."""
    return StringField("Title", [DataRequired(words), TITLE], filters=[trimmed], widget=draw_input)


class AboutForm(FlaskForm):
    """What a draft is called."""

    title = title_field()
    summary = TextAreaField(
        "Summary", [Optional(), SUMMARY], filters=[trimmed], widget=draw_textarea,
        description="A sentence or two on what learners get from it. It stands in lists",
    )  # fmt: skip


class ModuleForm(AboutForm):
    """A module from nothing."""

    theme = SelectField("Theme", [InputRequired("Choose a theme")], widget=draw_select)

    def __init__(self, themes: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.theme.choices = [SelectChoice("", "Choose a theme"), *(SelectChoice(*each) for each in themes.items())]


class AddForm(FlaskForm):
    """A unit to add at the end."""

    kind = RadioField(
        "What do you want to add?", [InputRequired("Choose what to add")], widget=draw_radios,
        choices=[SelectChoice(kind.value, words) for kind, (words, _) in ADDED.items()],
    )  # fmt: skip
    title = title_field("Enter a title for the new unit")

    def drawn_kind(self) -> Any:
        """The kinds, with what each is for."""
        return self.kind(about={kind.value: {"hint": {"text": hint}} for kind, (_, hint) in ADDED.items()})


class SourceForm(FlaskForm):
    """What a unit says. ``seen`` is the state it was in when the form was opened (courses.drafting.seen)."""

    seen = HiddenField()
    at = HiddenField()
    "Where the cursor stood, for a picture that is added; empty without JavaScript."
    title = title_field()
    prompt = StringField(
        "What learners are asked", [Optional(), Length(max=255, message="Shorten the question to 255 letters")],
        filters=[trimmed], widget=draw_input,
    )  # fmt: skip
    url = StringField(
        "Address of the link", [Optional(), Length(max=2000, message="The address has at most 2,000 letters")],
        filters=[trimmed], widget=draw_input, description="It begins with https://",
    )  # fmt: skip
    source = TextAreaField("Text")
    description = StringField(
        "What the picture shows", [Optional(), Length(max=500, message="Shorten the description to 500 letters")],
        filters=[trimmed], widget=draw_input, description="Read out to people who do not see it",
    )  # fmt: skip
    is_decorative = BooleanField("It is decorative: it shows nothing that a reader needs", widget=draw_checkbox)
