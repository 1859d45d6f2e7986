"""Where a draft leaves this room: the rules that are accepted first, the review that it is sent to, how it will look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from learn.discussion import rules
from learn.stories.reading import drawing, story
from learn.stories.review import listed, sending
from learn.stories.writing import form


def rules_to_accept(session: Session, user_id: int, back: str) -> str:
    """The page on which the community's rules are accepted, which leads back; empty when they are."""
    return "" if rules.has_accepted(session, user_id) else url_for("discussion.accept_rules", next=back)


def send(session: Session, story_id: int, author_id: int, at: datetime, version: int) -> None:
    """Hand the draft to the facilitators."""
    sending.send(session, story_id, author_id, at, version)


def looks(fields: Mapping[str, Any], files: Sequence[Any], themes: Mapping[str, str]) -> dict[str, Any]:
    """The story as its page will show it: safe HTML, what stands beside it and above; a month that is none yet is left out."""
    months = {
        name: value if form.is_month(value := str(fields.get(name) or "")) else "" for name in ("started", "ended")
    }
    shown = {**fields, **months}
    return {
        "drawn": Markup(drawing.draw(shown, files)), "glance": story.glance(shown), "byline": listed.byline(shown),  # noqa: S704
        "theme": themes.get(str(fields.get("theme") or ""), ""),
    }  # fmt: skip
