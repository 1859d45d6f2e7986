"""Where a story stands, for its author: its state in words, its place in line, what was asked, and what they can do."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from courses.db import now
from learn.errors import Forbidden
from learn.extensions import db
from learn.moderation.decisions import Wrong
from learn.policy import Permission, permits
from learn.stories.models import StoryState
from learn.stories.review import acting, door, due, remarks, revising, rounds, showing, targets, withdrawing
from learn.stories.room import bp
from learn.web import writing

READ = "Only its author and facilitators of its theme see where a story stands."
NO_TITLE = "A story without a title"
WAITS = (StoryState.SUBMITTED, StoryState.IN_REVIEW)


@bp.get("/stories/<int:story_id>/status")
@permits(Permission.WRITE)
def status(story_id: int) -> str:
    """Show where a story stands."""
    return _page(story_id)


@bp.post("/stories/<int:story_id>/answers")
@permits(Permission.WRITE)
def answer_remarks(story_id: int) -> Any:
    """Keep what the author says to remarks."""
    prefix = "answer."
    said = {int(name.removeprefix(prefix)): words for name, words in request.form.items() if _is_number(name, prefix)}
    try:
        with writing() as session:
            _must_be_author(session, story_id)
            for number, words in said.items():
                remarks.answer(session, story_id, number, words)
    except Wrong as wrong:
        return _page(story_id, errors=wrong.errors), 422
    flash("Your answers are saved. The facilitator reads them when you send the story again.", "success")
    return _back(story_id)


@bp.post("/stories/<int:story_id>/change")
@permits(Permission.WRITE)
def begin_change(story_id: int) -> Any:
    """Begin to change a story that is out, or write on one that is not."""
    is_small = request.form.get("is_small") == "y"
    with writing() as session:
        revising.begin(session, story_id, current_user.id, now(), _version(), is_small=is_small)
    return redirect(f"/stories/{story_id}/write", 303)


@bp.post("/stories/<int:story_id>/drop")
@permits(Permission.WRITE)
def drop_change(story_id: int) -> Any:
    """Forget a change that was begun."""
    with writing() as session:
        revising.drop(session, story_id, current_user.id, now(), _version())
    flash("The change is dropped. Readers see the story as it was published.", "success")
    return _back(story_id)


@bp.get("/stories/<int:story_id>/withdraw")
@permits(Permission.WRITE)
def withdrawing_story(story_id: int) -> str:
    """Say what withdrawing means, and ask."""
    story = _must_be_author(db.session(), story_id)
    return _withdraw_page(story, [], "")


@bp.post("/stories/<int:story_id>/withdraw")
@permits(Permission.WRITE)
def withdraw_story(story_id: int) -> Any:
    """Take a story back."""
    reason = request.form.get("reason", "").strip()
    try:
        remarks.short("reason", reason)
        with writing() as session:
            withdrawing.withdraw(session, story_id, current_user.id, now(), _version(), reason)
    except Wrong as wrong:
        return _withdraw_page(_must_be_author(db.session(), story_id), wrong.errors, reason), 422
    flash("The story is withdrawn. Your text is kept.", "success")
    return _back(story_id)


@bp.post("/stories/<int:story_id>/confirm")
@permits(Permission.WRITE)
def confirm_story(story_id: int) -> Any:
    """Say that a story is still right."""
    with writing() as session:
        due.confirm(session, story_id, current_user.id, now(), _version())
    flash("Thank you. You are asked again in 24 months.", "success")
    return _back(story_id)


def _page(story_id: int, errors: list[tuple[str, str]] | None = None) -> str:
    session = db.session()
    story = door.one(session, story_id)
    part = door.part(session, story, current_user.id)
    sent = rounds.of(session, story_id)
    if part is None or (part is not door.Who.AUTHOR and not sent and story.published_n is None):
        raise Forbidden(READ)
    is_waiting = story.state in WAITS and bool(sent)
    is_read = part is door.Who.AUTHOR or story.published_n is not None
    title = (
        _title(story) if is_read else sent[-1].fields.get("title") or NO_TITLE
    )  # what they write since is the author's alone
    return render_template(
        "stories/review/status.html", story=story, title=title, state=showing.state_words(story),
        next_step=acting.next_step(story), wait=targets.of(session, story_id, sent[-1].at) if is_waiting else None,
        most_counted=targets.MOST_COUNTED, rounds=showing.history(sent, remarks.of(session, story_id)),
        happened=showing.happened(session, story_id), offered=acting.offered(session, story, current_user.id),
        is_author=part is door.Who.AUTHOR, errors=errors or [], summary=_summary(errors or []), wrong={name for name, _ in errors or []},
        typed=request.form,
    )  # fmt: skip


def _withdraw_page(story: Any, errors: list[tuple[str, str]], typed: str) -> str:
    return render_template(
        "stories/review/withdraw.html", story=story, title=_title(story), errors=errors, summary=_summary(errors), typed=typed,
    )  # fmt: skip


def _summary(errors: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"text": words, "href": f"#{name}"} for name, words in errors]


def _must_be_author(session: Session, story_id: int) -> Any:
    story = door.one(session, story_id)
    if story.author_id != current_user.id:
        raise Forbidden("Only its author can do this.")
    return story


def _title(story: Any) -> str:
    return door.safe(story.title) or NO_TITLE


def _version() -> int:
    return request.form.get("version", 0, type=int)


def _is_number(name: str, prefix: str) -> bool:
    number = name.removeprefix(prefix)
    return name.startswith(prefix) and number.isdecimal() and len(number) < 19


def _back(story_id: int) -> Any:
    return redirect(url_for("stories.status", story_id=story_id), 303)
