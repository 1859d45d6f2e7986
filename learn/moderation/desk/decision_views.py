"""Deciding and undoing, by forms of the item's page; the record of what was decided."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, stream_with_context, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from courses.db import now
from learn.errors import Forbidden, FrontlineError, NotFound
from learn.extensions import db
from learn.moderation import acts, decisions, queue, undoing
from learn.moderation.decisions import Wrong
from learn.moderation.desk import decided, exporting, showing
from learn.moderation.desk.queue_views import asked, item_page, moderates
from learn.moderation.desk.showing import Typed
from learn.moderation.room import bp
from learn.web import writing

OURS = {"csrf_token", "act", "reason", "words", "version"}
"Fields of the form that no kind of thing reads."


@bp.post("/moderation/<int:number>")
@moderates
def decide(number: int) -> Any:
    """Decide, and show the next item."""
    typed = _typed()
    try:
        with writing() as session:
            version = request.form.get("version", 0, type=int)
            done = decisions.decide(
                session, number, current_user, typed.act, typed.reason, typed.words, version, now(), typed.more
            )
    except Wrong as wrong:
        return item_page(number, Typed(typed.act, typed.reason, typed.words, typed.more, errors=wrong.errors)), 422
    except (Forbidden, NotFound):
        raise
    except FrontlineError as refused:
        return item_page(
            number, Typed(typed.act, typed.reason, typed.words, typed.more, trouble=refused.message)
        ), refused.status
    query = asked().query(decided=done.decision_id)
    if done.next_id is None:
        return redirect(url_for(".queue", **query), 303)
    return redirect(url_for(".item", number=done.next_id, **query), 303)


@bp.post("/moderation/<int:number>/words")
@moderates
def suggest(number: int) -> Any:
    """Put words to begin with into the note to the author; nothing is decided."""
    typed = _typed()
    words = acts.suggested(typed.act, typed.reason)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(words=words)
    return item_page(number, Typed(typed.act, typed.reason, words or typed.words, typed.more))


@bp.post("/moderation/decisions/<int:number>/undo")
@moderates
def undo(number: int) -> Any:
    """Take a decision back, and show the item that waits again."""
    with writing() as session:
        item = undoing.undo(session, number, current_user, now())
    flash("The decision is undone. The item waits again, and you have it open.", "success")
    return redirect(url_for(".item", number=item), 303)


@bp.get("/moderation/decided")
@moderates
def decided_page() -> str:
    """List what was decided, the newest first."""
    session = db.session()
    before = request.args.get("before", decided.FIRST, type=int)
    rows, older = decided.listed(session, showing.theirs(session), now(), before=max(0, min(before, decided.FIRST)))
    return render_template(
        "moderation/decided.html", rows=rows, older=older, is_first=before >= decided.FIRST, waiting=showing.waiting(session),
        most=queue.MOST_COUNTED, sees_all=showing.theirs(session).is_all,
    )  # fmt: skip


@bp.get("/moderation/record.csv")
@moderates
def record() -> Response:
    """Every report and every decision as a file, for the record that the Online Safety Act 2023 asks for (section 23)."""
    session = db.session()
    exporting.must_see_all(showing.theirs(session))
    headers = {"Content-Disposition": 'attachment; filename="moderation-record.csv"', "Cache-Control": "no-store"}
    return Response(stream_with_context(_read(session)), mimetype="text/csv", headers=headers)


def _read(session: Session) -> Iterator[str]:
    """The record while it is sent. The request has let go of the session by then, so whoever reads on closes it."""
    try:
        yield from exporting.record(session)
    finally:
        session.close()


def _typed() -> Typed:
    form = request.form
    more = {name: value for name, value in form.items() if name not in OURS}
    return Typed(form.get("act", ""), form.get("reason", ""), form.get("words", ""), more)
