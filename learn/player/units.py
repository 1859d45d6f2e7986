"""One unit as a page: what each kind shows, its form, and where to go after it."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from courses.catalogue import UnitKind
from courses.learning.completion import watched_percent
from courses.learning.models import Reflection, Status, UnitProgress
from learn.player import queries, quiz
from learn.player.playing import frame

LONGEST_REFLECTION = 20_000
"Characters; about ten pages, so that nobody meets it by writing."

_PROGRESS = select(UnitProgress.status, UnitProgress.watched).where(
    UnitProgress.enrolment_id == bindparam("enrolment_id"), UnitProgress.unit_id == bindparam("unit_id")
)
_REFLECTION = select(Reflection.text, Reflection.changed_at).where(
    Reflection.enrolment_id == bindparam("enrolment_id"), Reflection.unit_id == bindparam("unit_id")
)


class DoneForm(FlaskForm):
    """Only a button: the token is the form."""


class ReflectionForm(FlaskForm):
    """What the learner writes for themselves."""

    text = TextAreaField(
        validators=[
            DataRequired("Write your reflection before you save it"),
            Length(max=LONGEST_REFLECTION, message="Shorten your reflection to 20,000 characters or fewer"),
        ]
    )


def read(session: Session, row: Any, position: int) -> Any | None:
    """The unit with what its kind needs besides: questions and the last attempt, or what was written."""
    unit = queries.unit(session, row.version_id, position)
    if unit is None:
        return None
    mine = {"enrolment_id": row.enrolment_id, "unit_id": unit.id}
    extra: dict[str, Any] = {}
    if unit.kind is UnitKind.QUIZ:
        extra = quiz.read(session, unit.id, row.enrolment_id)
    elif unit.kind is UnitKind.REFLECTION and row.enrolment_id:
        extra["written"] = session.execute(_REFLECTION, mine).first()
    elif unit.kind is UnitKind.VIDEO and row.enrolment_id:
        extra["progress"] = session.execute(_PROGRESS, mine).first()
    return Asked(unit, extra)


class Asked:
    """A unit's columns with what was read for its kind."""

    def __init__(self, unit: Any, extra: dict[str, Any]) -> None:
        self.unit = unit
        self.extra = extra

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unit, name)


def form_for(asked: Any) -> FlaskForm:
    """The form that a unit's kind posts."""
    if asked.kind is UnitKind.QUIZ:
        return quiz.form_for(asked.extra["questions"])
    return ReflectionForm() if asked.kind is UnitKind.REFLECTION else DoneForm()


def show(asked: Any, context: dict[str, Any], *, form: FlaskForm | None = None, again: bool = False) -> dict[str, Any]:
    """What the unit page shows besides the module's context."""
    row, line = context["row"], context["units"][asked.position - 1]
    form = form or form_for(asked)
    shown: dict[str, Any] = {
        **closed(asked, context),
        "act_url": queries.address(row, asked.position),
        "form": form,
        "can_act": current_user.can_learn,
    }  # fmt: skip
    if asked.kind in frame.KINDS:
        return shown | frame.show(asked, row, line)
    asked.extra["tries"] = line.tries  # those in an earlier version count too
    return shown | _KINDS[asked.kind](asked, row, form, again)


def closed(asked: Any, context: dict[str, Any]) -> dict[str, Any]:
    """What is shown of any unit, be it open or not: what it is, and its neighbours."""
    row, lines = context["row"], context["units"]
    index = asked.position - 1
    return {
        "unit": {
            "position": asked.position, "count": row.unit_count, "title": asked.title, "kind": asked.kind.value,
            "page": "packaged" if asked.kind in frame.KINDS else asked.kind.value, "minutes": asked.minutes,
            "body": Markup(asked.body_html), "state": lines[index].state, "words": lines[index].words, "url": lines[index].url,
        },
        "previous": lines[index - 1] if index else None,
        "next": lines[index + 1] if index + 1 < len(lines) else None,
    }  # fmt: skip


def _page(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    return {}


def _video(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    film, captions = asked.media["video"], asked.media["captions"]
    progress = asked.extra.get("progress")
    return {"video": {
        "src": file_url(row.slug, film), "media_type": film["media_type"], "captions_src": file_url(row.slug, captions),
        "words": f"{queries.number(asked.minutes, 'minute')}, with captions", "download_words": size_words(film),
        "transcript": Markup(asked.media["transcript_html"]), "threshold": asked.threshold,
        "watched_url": url_for("player.watched", slug=row.slug, position=asked.position),
        "percent": watched_percent(progress.watched) if progress and progress.watched else 0,
    }}  # fmt: skip


def _quiz(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    return quiz.show(asked, form, again=again)


def _reflection(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    written = asked.extra.get("written")
    text = form.text.data if form.is_submitted() else (written.text if written else "")
    return {"prompt": asked.prompt, "text": text or "", "saved_at": written.changed_at if written else None}


def _link(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    return {"link": {"url": asked.url, "label": asked.title, "address_words": asked.url.split("/")[2]}}


def _file(asked: Any, row: Any, form: Any, again: bool) -> dict[str, Any]:
    kept = asked.media["file"]
    return {"file": {"url": file_url(row.slug, kept), "label": kept["name"], "size_words": size_words(kept)}}


_KINDS = {
    UnitKind.PAGE: _page, UnitKind.VIDEO: _video, UnitKind.QUIZ: _quiz,
    UnitKind.REFLECTION: _reflection, UnitKind.LINK: _link, UnitKind.FILE: _file,
}  # fmt: skip


def file_url(slug: str, kept: dict[str, Any]) -> str:
    """Where a module's file is served."""
    return url_for("files.show", slug=slug, sha256=kept["sha256"], ending=kept["name"].rsplit(".", 1)[-1].lower())


def size_words(kept: dict[str, Any]) -> str:
    """Kind and size, as in "PDF, 2MB"."""
    size = kept["bytes"]
    amount = f"{max(1, round(size / 1000))}KB" if size < 1_000_000 else f"{round(size / 1_000_000, 1):g}MB"
    return f"{kept['name'].rsplit('.', 1)[-1].upper()}, {amount}"


def start_of(row: Any, state: str, closed: Collection[int]) -> dict[str, Any] | None:
    """The one thing to do next on a module's page; ``closed`` are the units that are not open yet."""
    if state == "locked":
        return None
    if row.enrolment_id is None:
        if not current_user.can_learn:
            return {"url": queries.address(row, 1), "label": "Read this module", "is_post": False}
        return {"url": url_for("player.start", slug=row.slug), "label": "Start module", "is_post": True}
    position = queries.resume_position(row, closed)
    if row.status == Status.COMPLETED or position is None:
        return {"url": queries.address(row, 1), "label": "Look through it again", "is_post": False}
    label = "Continue" if row.done_count or row.last_position else "Start module"
    return {"url": queries.address(row, position), "label": label, "is_post": False}


def next_address(row: Any, asked: Any, recorded: Any) -> str:
    """Where to go after an act: a marked quiz stays to show its feedback, all else goes on."""
    if asked.kind is UnitKind.QUIZ:
        return queries.address(row, asked.position)
    if recorded.module_completed:
        return queries.address(row, None)
    return queries.address(row, asked.position + 1 if asked.position < row.unit_count else None)
