"""Starting a topic under a theme: a title, a text, a preview, a draft that saves itself."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, url_for
from flask_login import current_user
from markupsafe import Markup

from courses.db import now
from learn.components import clock
from learn.discussion import posting, topics
from learn.discussion.acts import drafts
from learn.discussion.acts.drafts import Place
from learn.discussion.pages import sending, typed
from learn.discussion.pages.typed import Typed
from learn.discussion.pages.writing_views import HELD, found_words
from learn.extensions import db
from learn.forum import listing
from learn.forum.room import bp
from learn.policy import Permission, permits
from learn.web import writing

NAMES = ("title", "body")


@bp.get("/forum/<slug>/new")
@permits(Permission.WRITE)
def new(slug: str) -> Any:
    """Show the form, with whatever was typed here before."""
    theme = _theme(slug)
    kept = drafts.find(db.session(), Place(current_user.id, theme_id=theme.id))
    given = Typed(title=kept.title, body=kept.body, because=kept.because) if kept else Typed()
    return _page(theme, given, 200)


@bp.post("/forum/<slug>/new")
@permits(Permission.WRITE)
def start(slug: str) -> Any:
    """Start it; or keep it as a draft, show it, or ask about what was found in it."""
    theme, sent = _theme(slug), typed.read()
    typed.check_title(sent)
    typed.check_body(sent)
    here = url_for(".new", slug=slug)

    def page(given: Typed, status: int, **more: Any) -> Any:
        return _page(theme, given, status, **more)

    kept_back = sending.before_posting(sent, Place(current_user.id, theme_id=theme.id), here, page, NAMES)
    return _start(theme, sent) if kept_back is None else kept_back


@bp.post("/forum/<slug>/draft")
@permits(Permission.WRITE)
def save_draft(slug: str) -> Any:
    """Keep what is being typed; the page's script asks for this."""
    theme, given, at = _theme(slug), typed.read(), now()
    with writing() as session:
        drafts.save(
            session,
            Place(current_user.id, theme_id=theme.id),
            at,
            body=given.body[: posting.LONGEST],
            title=given.title,
        )
    return jsonify(saved=clock(at))


def _start(theme: Any, sent: Typed) -> Any:
    at = now()
    with writing() as session:
        posted = posting.twice(
            session, current_user.id, sent.body, at, theme_id=theme.id, title=sent.title
        ) or posting.start(session, theme.id, current_user.id, sent.title, sent.body, at=at, because=sent.because)
        sending.note_sure(session, sent, posted.post_id)
    flash(HELD if posted.is_held else "Your topic is there. You are told when somebody answers.", "success")
    return redirect(topics.own_page(topics.there(db.session(), posted.topic_id)), 303)


def _theme(slug: str) -> Any:
    return listing.theme(db.session(), slug) or abort(404)


def _page(theme: Any, given: Typed, status: int, *, preview: str = "", retry_after: int | None = None) -> Any:
    text = render_template(
        "forum/new.html", theme=theme, given=given, action=url_for(".start", slug=theme.slug), keep=url_for(".save_draft", slug=theme.slug),
        preview=Markup(preview) if preview else None, **found_words(given),  # noqa: S704 - drawn by rendering
    )  # fmt: skip
    return text, status, ({"Retry-After": str(retry_after)} if retry_after else {})
