"""The forms of uploading: files, what they are for, and which captions belong to which video."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, MultipleFileField, SelectChoice, SelectField
from wtforms.validators import Optional

from learn.authoring.uploading import pairing
from learn.components import draw_file, draw_select

BY_ITSELF = SelectChoice("", "As the file says")
NONE = SelectChoice("", "None of these")


class UploadForm(FlaskForm):
    """Files, and the theme of what they become; ``module`` is the slug of the one that gets a new version."""

    files = MultipleFileField(
        "Files", description="Hold Ctrl to choose several. Choose a video together with its captions (.vtt) and its transcript (.txt).",
        widget=draw_file,
    )  # fmt: skip
    theme = SelectField(
        "Theme", [Optional()], description="Under which theme learners find it.", widget=draw_select, default=""
    )
    module = HiddenField(default="")

    def offer(self, themes: list[Any]) -> "UploadForm":
        """Put in the themes that there are."""
        self.theme.choices = [BY_ITSELF, *(SelectChoice(row.slug, row.title) for row in themes)]
        return self


def together_form(videos: list[Any], captions: list[Any], texts: list[Any]) -> FlaskForm:
    """A form with two choices for each video, what the names tell chosen already: captions_<n> and transcript_<n>."""
    fields: dict[str, Any] = {}
    for role, label, others in (("captions", "Captions", captions), ("transcript", "Transcript", texts)):
        told = pairing.by_name(videos, others)
        for video in videos:
            choices = [NONE, *(SelectChoice(str(each.id), each.name) for each in others)]
            fields[f"{role}_{video.id}"] = SelectField(
                f"{label} of {video.name}", [Optional()], choices=choices, default=str(told.get(video.id, "")), widget=draw_select
            )  # fmt: skip
    form: FlaskForm = type("TogetherForm", (FlaskForm,), fields)()
    return form


def chosen(form: FlaskForm, videos: list[Any], role: str) -> dict[int, int]:
    """What was chosen: number of the other file by number of its video."""
    given = {video.id: form[f"{role}_{video.id}"].data for video in videos}
    return {video: int(other) for video, other in given.items() if other}
