"""Changing one's own post, on a page of its own."""

from typing import Any

from flask import flash, redirect, render_template
from flask_login import current_user
from markupsafe import Markup

from courses.db import now
from learn.discussion import showing, topics
from learn.discussion.acts import drafts, editing
from learn.discussion.pages import sending, typed
from learn.discussion.pages.typed import Typed
from learn.discussion.pages.writing_views import found_words
from learn.discussion.room import bp
from learn.extensions import db
from learn.policy import Permission, permits
from learn.web import writing

WAITS = "Your change waits for a facilitator. Until then others see what was there before."


@bp.get("/posts/<int:post_id>/edit")
@permits(Permission.WRITE)
def edit(post_id: int) -> Any:
    """Show the form with the text as it is, or as it waits for a facilitator."""
    row = editing.own(db.session(), post_id, current_user.id)
    kept = drafts.pending(db.session(), post_id)
    return _page(post_id, Typed(body=kept.body if kept else row.body, revision=row.revision), 200)


@bp.post("/posts/<int:post_id>/edit")
@permits(Permission.WRITE)
def save(post_id: int) -> Any:
    """Save it, or show it, or ask about what was found in it."""
    editing.own(db.session(), post_id, current_user.id)
    sent = typed.read()
    typed.check_body(sent)

    def page(given: Typed, status: int, **more: Any) -> Any:
        return _page(post_id, given, status, **more)

    kept_back = sending.before_saving(sent, page)
    return _save(post_id, sent) if kept_back is None else kept_back


def _save(post_id: int, sent: Typed) -> Any:
    try:
        with writing() as session:
            waits = editing.change(
                session, post_id, current_user.id, sent.body, revision=sent.revision, at=now(), reason=sent.reason,
                because=sent.because,
            )  # fmt: skip
            sending.note_sure(session, sent, post_id)
    except editing.Changed as error:
        sent.refuse("body", error.message)
        return _page(post_id, sent, 409)
    flash(WAITS if waits else "Your change is saved.", "success")
    return redirect(showing.place_of(db.session(), post_id), 303)


def _page(post_id: int, given: Typed, status: int, *, preview: str = "") -> Any:
    session = db.session()
    row = editing.own(session, post_id, current_user.id)
    now_html = Markup(row.html) if status == 409 else None  # noqa: S704 - drawn by rendering
    if status == 409:
        given.revision = row.revision  # whoever saves now has seen what it became
    text = render_template(
        "discussion/edit.html", topic=topics.there(session, row.topic_id), post=row, given=given, now_html=now_html,
        preview=Markup(preview) if preview else None, **found_words(given),  # noqa: S704 - drawn by rendering
    )  # fmt: skip
    return text, status
