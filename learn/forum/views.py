"""The forum: the themes with what was said last, a theme's topics, a topic. GET shows; reading writes the reader's own mark."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn.discussion import looked_after, showing, topics
from learn.discussion.models import TopicKind
from learn.extensions import db
from learn.forum import listing
from learn.forum.room import bp
from learn.policy import Permission, permits


@bp.get("/forum")
@permits(Permission.READ)
def themes() -> str:
    """Show the themes, each with the topics in which something was said last."""
    session = db.session()
    there = listing.themes(session)
    latest = listing.latest(session, [each.id for each in there], current_user.id, now())
    return render_template("forum/themes.html", themes=[(each, latest[each.id]) for each in there])


@bp.get("/forum/<slug>")
@permits(Permission.READ)
def theme(slug: str) -> str:
    """Show a theme's topics, a page at a time."""
    session = db.session()
    found = listing.theme(session, slug) or abort(404)
    after = listing.place(request.args.get("after"))
    pinned, lines, more = listing.of_theme(session, found.id, current_user.id, now(), after)
    return render_template(
        "forum/theme.html", theme=found, pinned=pinned, lines=lines, more=more, is_first=after is None
    )


@bp.get("/topics/<int:topic_id>-<slug>")
@permits(Permission.READ)
def topic(topic_id: int, slug: str) -> Any:
    """Show a topic; another name than its own leads to its own."""
    session = db.session()
    row = topics.opened(session, topic_id, current_user.id)
    path = topics.page_of(session, row)
    if path != request.path:
        _must_be_seen(row)
        query = request.query_string.decode()
        return redirect(path + (f"?{query}" if query else ""), 303)
    shown = showing.thread(session, topic_id, current_user, request.args.get("page", type=int), topic=row, path=path)
    about = topics.subject(session, row) if row.kind is TopicKind.MODULE else None
    text = render_template("forum/topic.html", topic=row, thread=shown, about=about)
    showing.seen(shown, current_user, now())
    return text


@bp.get("/topics/<int:topic_id>")
@permits(Permission.READ)
def topic_by_number(topic_id: int) -> Any:
    """Lead to the topic under its name."""
    row = topics.there(db.session(), topic_id)
    _must_be_seen(row)
    return redirect(url_for(".topic", topic_id=topic_id, slug=row.slug), 303)


def _must_be_seen(row: Any) -> None:
    """Before an address is told that has the words of a title in it."""
    looks_after = looked_after.facilitates(db.session(), current_user, row.theme_id)
    showing.must_be_seen(row, current_user, looks_after=looks_after)
