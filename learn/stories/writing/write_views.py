"""The writing page: one form that saves part by part, by itself and by every button; previewed and sent from there."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from courses.db import now
from learn import audit
from learn.components import moment_words
from learn.errors import FrontlineError
from learn.extensions import db
from learn.policy import Permission, permits
from learn.stories.fields import DECLARATIONS, LICENCES
from learn.stories.review import targets
from learn.stories.room import bp
from learn.stories.writing import (
    accepting,
    acting,
    attaching,
    checking,
    declaring,
    drafts,
    form,
    passing_on,
    saving,
    showing,
)
from learn.stories.writing.acting import Done
from learn.stories.writing.form import Read
from learn.web import writing

WITH_FILES = {"stories.save_story", "stories.autosave"}
"Views whose form is bigger than others."


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, values: Any) -> None:
    """Before the form's token is read: what comes here may be bigger than other forms."""
    if endpoint in WITH_FILES:
        request.max_content_length = acting.LARGEST_FORM
        request.max_form_memory_size = acting.LARGEST_TEXTS


@bp.get("/stories/<int:story_id>/write")
@permits(Permission.WRITE)
def write(story_id: int) -> str:
    """Show the story as it was saved last."""
    row = drafts.written(db.session(), story_id, current_user.id)
    return _page(showing.page(db.session(), row, more=request.args.get("more", "")))


@bp.post("/stories/<int:story_id>/write")
@permits(Permission.WRITE)
def save_story(story_id: int) -> Any:
    """Save what was typed, and do what the pressed button says; what cannot be saved comes back as it was typed."""
    act = request.form.get("act", "save")
    read = _read(act)
    if wrong := form.too_long(read.texts()):
        return _back(story_id, read, [(where, "Shorten this: it is too long to be saved") for where in wrong])
    try:
        columns = acting.upload(act)
        with writing() as session:
            done = acting.run(session, story_id, current_user.id, read, act, columns)
    except accepting.Refused as refused:
        return _unadded(story_id, read, act, refused.words)
    except saving.Elsewhere as elsewhere:
        return _elsewhere(elsewhere, read)
    if done.problems:
        return _back(story_id, read, done.problems, done.typed)
    return _send(story_id) if act == "send" else _go_on(story_id, act, done)


@bp.post("/stories/<int:story_id>/save")
@permits(Permission.WRITE)
def autosave(story_id: int) -> Any:
    """Save what was typed, for the page's script; answers what is to be said of it."""
    read = _read("save")
    try:
        if form.too_long(read.texts()):
            return jsonify(words="This is too long to be saved. Shorten the text that you changed last."), 422
        with writing() as session:
            done = acting.run(session, story_id, current_user.id, read, "save", None)
        return jsonify(_told(story_id, read, done.typed))
    except saving.Elsewhere as elsewhere:
        changed = ", ".join(showing.labels(elsewhere.changed))
        return jsonify(
            words=f"This story was saved in another window. It differs in: {changed}. Press Save to choose."
        ), 409
    except FrontlineError as refusal:
        return jsonify(words=refusal.message), refusal.status


@bp.get("/stories/<int:story_id>/preview")
@permits(Permission.WRITE)
def preview(story_id: int) -> str:
    """Show the story as readers would see it."""
    session = db.session()
    row = drafts.own(session, story_id, current_user.id)
    themes = {theme.slug: theme.title for theme in drafts.themes(session)}
    looks = passing_on.looks(row.fields, attaching.of_draft(session, story_id), themes)
    can_write = row.state in drafts.WRITTEN
    return render_template("stories/writing/preview.html", story=row, can_write=can_write, **looks)


def _read(act: str) -> Read:
    posted: form.Posted = MultiDict(request.form.items(multi=True))
    name, about = acting.split(act)
    posted = acting.without_row(posted, about) if name == "drop" and about else posted
    return Read(posted, {theme.slug for theme in drafts.themes(db.session())})


def _page(shown: showing.Shown, *, is_elsewhere: bool = False) -> str:
    boxes = {where: Markup(html) for where, html in _boxes(shown).items()}  # noqa: S704 - drawn by a template
    return render_template(
        "stories/writing/write.html", shown=shown, form=shown, boxes=boxes,
        parts=(*showing.PARTS, showing.LAST), row_names=showing.ROWS, licences=LICENCES, declarations=DECLARATIONS,
        can_delete=drafts.can_delete(shown.row), is_elsewhere=is_elsewhere, first_days=targets.FIRST_DAYS,
    )  # fmt: skip


def _boxes(shown: showing.Shown) -> dict[str, str]:
    return {where: render_template("stories/writing/finding.html", box=box) for where, box in shown.boxes.items()}


def _told(story_id: int, read: Read, typed: dict[str, str]) -> dict[str, Any]:
    """What the page's script shows; places are those of the open page, in which empty rows still stand."""
    row = drafts.written(db.session(), story_id, current_user.id)
    shown = showing.page(db.session(), row, typed=typed, stood=read.stood)
    guides = showing.guides(row.fields)
    return {
        "saves": row.saves,
        "words": shown.saved_words(),
        "guides": guides,
        "boxes": _boxes(shown),
        "left": shown.left,
    }


def _typed(row: Any, read: Read) -> dict[str, Any]:
    return saving.merged(row.fields, read, drafts.addresses(db.session(), current_user.id))


def _back(story_id: int, read: Read, problems: list[checking.Problem], typed: dict[str, str] | None = None) -> Any:
    """The page as it was typed, with what is wrong."""
    row = drafts.written(db.session(), story_id, current_user.id)
    return _page(showing.page(db.session(), row, fields=_typed(row, read), problems=problems, typed=typed)), 422


def _unadded(story_id: int, read: Read, act: str, words: str) -> Any:
    """A picture or a file that was refused; what else was typed is saved."""
    try:
        with writing() as session:
            done = acting.run(session, story_id, current_user.id, read, "save", None)
    except saving.Elsewhere as elsewhere:
        return _elsewhere(elsewhere, read)
    return _back(story_id, read, [*done.problems, (act, words)], done.typed)


def _elsewhere(found: saving.Elsewhere, read: Read) -> Any:
    """Another window saved since: what is typed here stays on the page, with what it is there."""
    shown = showing.page(db.session(), found.row, fields=_typed(found.row, read))
    names = dict(zip(found.changed, showing.labels(found.changed), strict=True))
    flash(
        f"This story was saved in another window on {moment_words(found.row.saved_at)}. What you typed here is below and is not "
        f"saved. It differs in: {', '.join(names.values())}. Save it to keep this window\u2019s text, or open the page again "
        "to take the other.", "warning",
    )  # fmt: skip
    return _page(shown, is_elsewhere=True), 409


def _go_on(story_id: int, act: str, done: Done) -> Any:
    if act == "later":
        flash("Your draft is saved. It waits for you here.", "success")
        return redirect(url_for(".mine"), 303)
    if act == "preview":
        return redirect(url_for(".preview", story_id=story_id), 303)
    if done.words or acting.split(act)[0] == "save":
        flash(done.words or _saved_words(done), "success")
    return redirect(url_for(".write", story_id=story_id, more=done.more or None, _anchor=done.anchor or None), 303)


def _saved_words(done: Done) -> str:
    return showing.saved_words(done.saved.saves, done.saved.at) + "." if done.saved else ""


def _send(story_id: int) -> Any:
    """Send what was just saved, where nothing is missing and the community's rules are accepted."""
    read = db.session()
    if problems := checking.problems(read, story_id):
        row = drafts.written(read, story_id, current_user.id)
        return _page(showing.page(read, row, problems=problems)), 422
    if accept := passing_on.rules_to_accept(read, current_user.id, url_for(".write", story_id=story_id)):
        flash("Your story is saved. Accept the community rules first, then send it.", "warning")
        return redirect(accept, 303)
    with writing() as session:
        row = drafts.written(session, story_id, current_user.id, to_write=True)
        if checking.problems(session, story_id):
            raise drafts.NotNow(
                "The story was changed in another window meanwhile. Open it again, look at it, and send it."
            )
        files, at = attaching.of_draft(session, story_id), now()
        declaring.declare(session, row, files, current_user.id, at)
        audit.note(
            session,
            "story.checked",
            actor_id=current_user.id,
            story=story_id,
            found=checking.counted(row.fields, files),
        )
        passing_on.send(session, story_id, current_user.id, at, row.version)
    flash("Your story is sent. A facilitator reads it before anyone else can.", "success")
    return redirect(url_for(".status", story_id=story_id), 303)
