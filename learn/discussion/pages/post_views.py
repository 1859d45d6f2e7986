"""One post: its permanent link, thanks, and what its writer does with it; following and reading a discussion."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_login import current_user
from markupsafe import Markup

from courses.db import now
from learn.discussion import looked_after, rendering, showing, states, threads, topics
from learn.discussion.acts import editing, marks, thanking
from learn.discussion.room import bp
from learn.errors import Forbidden, NotFound
from learn.extensions import db
from learn.policy import Permission, permits
from learn.web import writing


@bp.get("/posts/<int:post_id>")
@permits(Permission.READ)
def post(post_id: int) -> Any:
    """The permanent link: leads to the page of the discussion that the post is on."""
    return redirect(_place(post_id), 303)


@bp.get("/topics/<int:topic_id>/unread")
@permits(Permission.READ)
def unread(topic_id: int) -> Any:
    """Lead to the first post that the reader has not read, or to the last."""
    session = db.session()
    row = _topic(topic_id)
    mark = marks.of(session, current_user.id, topic_id) if current_user.id is not None else None
    seq = min((mark.last_seq if mark else 0) + 1, max(row.next_seq - 1, 1))
    page = threads.page_of(seq)
    here = next(
        (
            each.id
            for each in sorted(threads.rows(session, topic_id, page), key=lambda each: each.seq)
            if each.seq >= seq
        ),
        None,
    )
    path = topics.page_of(session, row)
    return redirect(showing.address(path, seq, here) if here else path, 303)


@bp.post("/posts/<int:post_id>/thank")
@permits(Permission.WRITE)
def thank(post_id: int) -> Any:
    """Thank for a post, or take it back."""
    _seen(post_id)
    with writing() as session:
        thanking.thank(session, post_id, current_user.id, now(), wish=request.form.get("wish") != "take_back")
    return redirect(_place(post_id), 303)


@bp.post("/topics/<int:topic_id>/follow")
@permits(Permission.WRITE)
def follow(topic_id: int) -> Any:
    """Be told of answers, or no more."""
    row, follows = _topic(topic_id), request.form.get("wish") != "stop"
    with writing() as session:
        marks.follow(session, current_user.id, topic_id, follows=follows)
    flash("You follow this discussion." if follows else "You do not follow this discussion any more.", "success")
    return redirect(topics.page_of(db.session(), row), 303)


@bp.get("/posts/<int:post_id>/remove")
@permits(Permission.WRITE)
def ask_to_remove(post_id: int) -> str:
    """Ask whether one's own post is to go."""
    row = editing.own(db.session(), post_id, current_user.id)
    return render_template(
        "discussion/remove.html", post=row, html=Markup(row.html), back=_place(post_id)  # noqa: S704 - drawn by rendering
    )  # fmt: skip


@bp.post("/posts/<int:post_id>/remove")
@permits(Permission.WRITE)
def remove(post_id: int) -> Any:
    """Take one's own post back."""
    row = editing.own(db.session(), post_id, current_user.id)
    with writing() as session:
        editing.take_back(session, post_id, current_user.id, now())
    flash("Your text is removed. What others answered stays.", "success")
    topic = topics.there(db.session(), row.topic_id)
    if not topic.visible_count and row.topic_kind == "theme":
        return redirect(f"/forum/{topic.theme_slug}", 303)
    return redirect(_place(post_id), 303)


@bp.get("/posts/<int:post_id>/history")
@permits(Permission.READ)
def history(post_id: int) -> str:
    """The texts that a post had, to its author and to facilitators."""
    session = db.session()
    row = states.one(session, post_id)
    is_mine = row.author_id is not None and row.author_id == current_user.id
    if not is_mine and not looked_after.facilitates(session, current_user, row.theme_id):
        raise Forbidden("Only its author and facilitators can see what a comment said before.")
    texts = [(each, Markup(rendering.html(each.body))) for each in editing.texts(session, post_id)]  # noqa: S704
    return render_template("discussion/history.html", post=row, texts=texts, back=_place(post_id))


def _topic(topic_id: int) -> Any:
    """A discussion that the person may see."""
    row = topics.there(db.session(), topic_id)
    looks_after = looked_after.facilitates(db.session(), current_user, row.theme_id)
    showing.must_be_seen(row, current_user, looks_after=looks_after)
    return row


def _seen(post_id: int) -> Any:
    row = threads.place(db.session(), post_id)
    if row is None:
        raise NotFound("There is no such comment.")
    return _topic(row.topic_id), row


def _place(post_id: int) -> str:
    """Where a post stands on the pages of its discussion."""
    topic, row = _seen(post_id)
    return showing.address(topics.page_of(db.session(), topic), row.seq, post_id)
