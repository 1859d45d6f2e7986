"""A picture that comes with the editor's form: read, redrawn, kept under a name of its own, or refused in words."""

from typing import Any

from flask import request

from courses.drafting import pages
from courses.storage import Storage
from learn.authoring.drafts.forms import SourceForm

LARGEST = 10 * 1024**2
"Bytes of one picture as it is uploaded."
LARGEST_FORM = LARGEST + 2 * 1024**2


def received(unit: Any, form: SourceForm, storage: Storage) -> dict[str, Any] | None:
    """The picture as a unit's media names it; None where something is wrong, which the description's field then says."""
    words = _wrong(form)
    if words is None:
        sent = request.files["picture"]
        taken = {kept.get("address", kept["name"]) for kept in unit.media.get("images", [])}
        content = sent.read(LARGEST + 1)
        kept = pages.picture(storage, content, sent.filename or "", taken) if len(content) <= LARGEST else None
        if kept is not None:
            return kept
        words = "Choose a picture that is a PNG, JPEG, GIF or WebP file of 10MB at most"
    form.description.errors = [words]
    return None


def _wrong(form: SourceForm) -> str | None:
    sent = request.files.get("picture")
    if sent is None or not sent.filename:
        return "Choose the file of the picture"
    if not form.description.data and not form.is_decorative.data:
        return "Describe what the picture shows, or say that it is decorative"
    if form.description.data and form.is_decorative.data:
        return "A decorative picture has no description. Take one of the two away"
    if len(form.description.data or "") > 500:
        return "Shorten the description to 500 letters"
    return None
