"""What was typed into the editor: put in order, drawn, and judged."""

import re
from typing import Any

from courses.catalogue import UnitKind
from courses.drafting import pages
from courses.drafting.pages import Drawn
from courses.storage import open_storage
from learn.authoring.drafts.forms import SourceForm
from learn.config import settings
from learn.extensions import db

LONGEST = 100_000
"Characters of one page: about 60 printed ones."


def lines(text: str | None) -> str:
    """The text with one kind of line end, as the textarea counts it."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


def drawn(unit: Any, form: SourceForm) -> Drawn | None:
    """The page that was typed; None where a unit that came as HTML is left as it is, or the text is too long."""
    text = form.source.data or ""
    if len(text) > LONGEST or (not text.strip() and not unit.source and unit.body_html):
        return None
    return pages.draw(db.session(), open_storage(settings().storage), unit, text)


def is_right(unit: Any, form: SourceForm, page: Drawn | None) -> bool:
    """Whether what was typed can be saved; what is wrong stands in the form's fields."""
    is_valid = bool(form.validate())
    form.source.errors = list(form.source.errors)
    if len(form.source.data or "") > LONGEST:
        form.source.errors.append(f"Shorten the text to {LONGEST:,} characters, or make two units of it")
    elif unit.kind is UnitKind.PAGE and not (form.source.data or "").strip():
        form.source.errors.append("Write the text of the page")
    elif page is not None:
        form.source.errors += page.problems
    if unit.kind is UnitKind.REFLECTION and not form.prompt.data:
        form.prompt.errors = ["Enter what learners are asked"]
    if unit.kind is UnitKind.LINK and not is_address(form.url.data or ""):
        form.url.errors = ["Enter an address that begins with https:// or http://"]
    return is_valid and not any(field.errors for field in (form.source, form.prompt, form.url))


def is_address(text: str) -> bool:
    """Whether a link can lead there."""
    return bool(re.fullmatch(r"https?://[^\s/.][^\s/]*\.[^\s]+", text))


def columns(unit: Any, form: SourceForm, page: Drawn | None) -> dict[str, Any]:
    """The columns that are saved beside the text. A page's minutes follow its length until an author says otherwise."""
    found: dict[str, Any] = {"title": form.title.data}
    if unit.kind is UnitKind.REFLECTION:
        found["prompt"] = form.prompt.data
    if unit.kind is UnitKind.LINK:
        found["url"] = form.url.data
    if unit.kind is UnitKind.PAGE and page is not None and unit.minutes in (0, 1, pages.minutes_of(unit.body_html)):
        found["minutes"] = pages.minutes_of(page.body_html)
    return found


def put_in(text: str, shown: str, at: str | None) -> str:
    """The text with a picture after the line in which the cursor stood, else at the end."""
    place = int(at) if at and at.isascii() and at.isdigit() and len(at) < 8 else len(text)
    end = text.find("\n", min(place, len(text)))
    before, after = (text, "") if end < 0 else (text[:end], text[end:])
    return f"{before.rstrip()}\n\n{shown}\n\n{after.lstrip()}".strip() + "\n"
