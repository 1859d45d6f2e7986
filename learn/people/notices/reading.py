"""One's own notices: listed, opened one by one, or all marked as read. Looking at the list marks none."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn.components import plural
from learn.errors import NotFound
from learn.extensions import db
from learn.notifications import notices
from learn.people.room import bp
from learn.policy import Permission, permits
from learn.web import local_path, writing

HERE = "/me/notifications"


@bp.get(HERE)
@permits(Permission.ACCOUNT)
def my_notices() -> str:
    """List them, the newest first."""
    before = request.args.get("before", notices.FIRST, type=int)
    rows, after = notices.listed(db.session(), current_user.id, min(before, notices.FIRST))
    older = url_for(".my_notices", before=after) if after is not None else None
    return render_template("people/notices/list.html", rows=rows, older=older, is_first=before >= notices.FIRST)


@bp.post(f"{HERE}/<int:number>/open")
@permits(Permission.ACCOUNT)
def open_notice(number: int) -> Any:
    """Mark one as read and lead to what it is about."""
    with writing() as session:
        path = notices.read(session, current_user.id, number, now())
    if path is None:
        raise NotFound("This notice is not there any more. Notices are kept for 90 days after you read them.")
    return redirect(local_path(path, HERE), 303)


@bp.post(f"{HERE}/read")
@permits(Permission.ACCOUNT)
def read_notices() -> Any:
    """Mark all as read that were there when the list was opened."""
    newest = request.form.get("newest", 0, type=int)
    with writing() as session:
        count = notices.read_all(session, current_user.id, min(newest, notices.FIRST), now())
    if count:
        flash(f"{plural(count, 'notice')} marked as read.", "success")
    return redirect(url_for(".my_notices"), 303)
