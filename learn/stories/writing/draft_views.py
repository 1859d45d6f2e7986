"""Starting a story, one's own stories, and deleting or taking along a draft."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_login import current_user

from courses.db import now
from learn.extensions import db
from learn.policy import Permission, permits
from learn.stories.models import StoryState
from learn.stories.room import bp
from learn.stories.writing import attaching, drafts, exporting
from learn.web import writing


@bp.get("/stories/new")
@permits(Permission.WRITE)
def new_story() -> str:
    """Show what a story needs, and the drafts that were begun."""
    rows = [row for row in drafts.mine(db.session(), current_user.id) if row.state in drafts.WRITTEN and row.saves > 1]
    return render_template("stories/writing/new.html", stories=[_line(row) for row in rows])


@bp.post("/stories/new")
@permits(Permission.WRITE)
def begin_story() -> Any:
    """Begin a draft."""
    with writing() as session:
        story_id = drafts.begin(session, current_user.id, now())
    return redirect(url_for(".write", story_id=story_id), 303)


@bp.get("/stories/mine")
@permits(Permission.WRITE)
def mine() -> str:
    """List one's own stories and where each stands."""
    rows = drafts.mine(db.session(), current_user.id)
    return render_template(
        "stories/writing/mine.html", stories=[_line(row) for row in rows if row.saves > 1 or row.sent_at]
    )


@bp.get("/stories/<int:story_id>/delete")
@permits(Permission.WRITE)
def deleting_draft(story_id: int) -> str:
    """Ask whether a draft is to go."""
    row = drafts.written(db.session(), story_id, current_user.id)
    return render_template(
        "stories/writing/delete.html", story=row, title=row.fields["title"], can_delete=drafts.can_delete(row)
    )


@bp.post("/stories/<int:story_id>/delete")
@permits(Permission.WRITE)
def delete_draft(story_id: int) -> Any:
    """Delete a draft that was never sent."""
    with writing() as session:
        drafts.remove(session, story_id, current_user.id)
    flash("The draft is deleted.", "success")
    return redirect(url_for(".mine"), 303)


@bp.get("/stories/<int:story_id>/draft.md")
@permits(Permission.WRITE)
def export_draft(story_id: int) -> Response:
    """Give the author what they wrote, as Markdown."""
    session = db.session()
    row = drafts.own(session, story_id, current_user.id)
    titles = {theme.slug: theme.title for theme in drafts.themes(session)}
    text = exporting.markdown(row.fields, attaching.of_draft(session, story_id), titles)
    answer = Response(text, mimetype="text/markdown")
    answer.headers["Content-Disposition"] = f'attachment; filename="story-{story_id}.md"'
    return answer


def _line(row: Any) -> dict[str, Any]:
    """Where changes were asked for, the story leads to what was asked, else to where it is written or where it stands."""
    write = url_for(".write", story_id=row.id) if row.state in drafts.WRITTEN else ""
    status = url_for(".status", story_id=row.id) if row.sent_at else ""
    is_asked = row.state is StoryState.CHANGES_REQUESTED
    return {
        "leads": (status if is_asked else write) or status, "write": write, "status": status,
        "title": row.title or "A story without a title yet", "state": drafts.STATES[row.state], "saved_at": row.saved_at,
        "sent_at": row.sent_at, "delete": url_for(".deleting_draft", story_id=row.id) if drafts.can_delete(row) else "",
        "path": f"/s/{row.reference}" if row.is_out else "",
    }  # fmt: skip
