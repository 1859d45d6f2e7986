"""Mail that did not go out: which, to whom, why and since when, for whoever runs the site."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import bindparam, func, select

from courses.db import now, table_of
from learn import audit
from learn.accounts.models import User
from learn.admin.places import FIRST, PAGE, paged
from learn.admin.room import COUNTS, administers, bp
from learn.components import plural
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import db
from learn.notifications import mail, smtp
from learn.notifications.models import Mail, MailState
from learn.notifications.smtp import Handed
from learn.web import writing

KINDS = {
    "code": "A code",
    "join_approved": "Answer to a request: agreed",
    "join_refused": "Answer to a request: refused",
    "report_settled": "Answer to a report from somebody without an account",
    "notice": "A notice",
}
"What each kind of mail is."
WHY_ELSE = "The mail server did not take it."
STATES = (MailState.FAILED, MailState.WAITING)

_T, _USER = table_of(Mail), table_of(User)
_LISTED = (
    select(
        _T.c.id, _T.c.kind, _T.c.user_id, _T.c.state, _T.c.attempts, _T.c.last_error, _T.c.created_at,
        func.coalesce(func.nullif(_USER.c.display_name, ""), _USER.c.name).label("name"),
    )
    .outerjoin(_USER, _USER.c.id == _T.c.user_id)
    .where(_T.c.state == bindparam("of_state"), _T.c.id < bindparam("before"))
    .order_by(_T.c.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip

COUNTS["admin.mail_page"] = lambda: mail.needing_help(db.session())


class NotWaiting(FrontlineError):
    """It went out meanwhile, or somebody else was quicker."""

    status = 409
    code = "mail_not_waiting"
    title = "This mail does not wait any more"


@bp.get("/mail")
@administers
def mail_page() -> str:
    """List what failed, and what is tried again by itself, each the newest first."""
    lists = {}
    for state in STATES:
        before = min(request.args.get(state.value, FIRST, type=int), FIRST)
        rows = paged(db.session.execute(_LISTED, {"of_state": state, "before": before}).all())
        older = None if rows.before is None else f"{url_for('.mail_page')}?{state.value}={rows.before}"
        lists[state.value] = {"rows": [_said(row) for row in rows], "older": older}
    return render_template("admin/mail.html", **lists, how=_how())


@bp.post("/mail/<int:number>/again")
@administers
def mail_again(number: int) -> Any:
    """Try one again."""
    with writing() as session:
        if not mail.again(session, number, now()):
            raise NotWaiting("It was sent, or is no longer wanted. Load the list again.")
        audit.note(session, "mail.again", actor_id=current_user.id, mail=number)
    flash("The mail is tried again now.", "success")
    return redirect(url_for(".mail_page"), 303)


@bp.post("/mail/again")
@administers
def mails_again() -> Any:
    """Try all again that failed."""
    at, total, after = now(), 0, 0
    following = True
    while following:
        with writing() as session:
            done, reached = mail.again_all(session, MailState.FAILED, at, after=after)
        total, following, after = total + done, reached is not None, reached or 0
    with writing() as session:
        audit.note(session, "mail.again_all", actor_id=current_user.id, mails=total)
    flash(f"{plural(total, 'mail is', 'mails are')} tried again now.", "success")
    return redirect(url_for(".mail_page"), 303)


def _said(row: Any) -> dict[str, Any]:
    code = row.last_error
    whom = f"Person {row.user_id}, {row.name}" if row.name else f"Person {row.user_id}"
    return {
        "id": row.id, "kind": KINDS.get(row.kind, row.kind), "asked_at": row.created_at, "attempts": row.attempts,
        "whom": whom if row.user_id else "Whoever asked for it, who may have no account",
        "why": mail.STAFF_WHY[Handed(code)] if code in mail.STAFF_WHY else WHY_ELSE,
    }  # fmt: skip


def _how() -> str:
    """How mail goes out; the server by name, never its password."""
    url = settings().smtp_url
    return f"Mail goes out by {smtp.server(url).host}." if url else (
        "No mail server is set. Mail is written into the folder mail of the data folder, and nobody receives it."
    )  # fmt: skip
