"""Mail: put in the transaction of the fact that it is about, asked where it stands, tried again, and gone after a while."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.config import settings
from learn.notifications.models import Mail, MailState
from learn.notifications.smtp import Handed
from learn.outbox import queue

KIND = "mail"
LANE = "mail"
KEPT = timedelta(days=90)
"How long a mail's row, and its file where no server is set, stay after it was settled."
MOST = 1000
"Mails that need help are counted up to here."
BATCH = 500
"Mails that are tried again in one transaction."

STAFF_WHY = {
    Handed.AWAY: "The mail server could not be reached. Check FRONTLINE_SMTP_URL, and whether the server runs.",
    Handed.LATER: "The mail server is busy, or does not take this mail for the moment.",
    Handed.LOGIN: "The mail server does not accept the user name and password in FRONTLINE_SMTP_URL.",
    Handed.TLS: "No encrypted connection came about. Check the mail server\u2019s certificate and FRONTLINE_SMTP_URL.",
    Handed.REFUSED: "The mail server refused the mail for good. Check FRONTLINE_MAIL_FROM, and what the server\u2019s log says.",
    Handed.BOUNCED: "The mail server knows no such address. It was mistyped, or is closed.",
}  # fmt: skip
"Why a mail could not be sent, for whoever runs the site."

_T: Any = table_of(Mail)
_ADD = insert(Mail).returning(Mail.id)
_STATE = (
    select(Mail.state, Mail.last_error, Mail.attempts, Mail.created_at, Mail.settled_at)
    .where(Mail.kind == bindparam("of_kind"), Mail.about == bindparam("of_about"))
    .order_by(Mail.id.desc())
    .limit(1)
)
_NEEDING_HELP = select(func.count()).select_from(
    select(_T.c.id)
    .where(_T.c.state == MailState.FAILED, _T.c.last_error != Handed.BOUNCED.value)
    .limit(MOST)
    .subquery()
)
_IS_TROUBLED = or_(_T.c.state == MailState.FAILED, _T.c.state == MailState.WAITING)
_AGAIN = update(_T).where(_T.c.id == bindparam("number"), _IS_TROUBLED).values(state=MailState.QUEUED, settled_at=None)
_NEXT = (
    select(_T.c.id)
    .where(_T.c.state == bindparam("of_state"), _T.c.id > bindparam("after"))
    .order_by(_T.c.id)
    .limit(BATCH)
)


def put(
    session: Session, kind: str, about: str, at: datetime, *, user_id: int | None = None, not_before: datetime | None = None
) -> int:  # fmt: skip
    """Put a mail in the caller's transaction; its words and address are looked up when it is sent."""
    row = {"kind": kind, "about": about, "user_id": user_id, "state": MailState.QUEUED, "attempts": 0,
           "last_error": "", "created_at": at, "settled_at": None}  # fmt: skip
    number = int(session.execute(_ADD, row).scalar_one())
    queue.put(session, KIND, str(number), at, not_before, lane=LANE)
    return number


def state_of(session: Session, kind: str, about: str) -> Any | None:
    """Where the last mail about something stands; None when there is none."""
    return session.execute(_STATE, {"of_kind": kind, "of_about": about}).first()


def needing_help(session: Session) -> int:
    """How many mails could not be sent for a reason that is the site's and no mistyped address, up to a thousand."""
    return session.scalar(_NEEDING_HELP) or 0


def again(session: Session, number: int, at: datetime) -> bool:
    """Try a mail again at once; False when it needs that no more."""
    is_due = bool(session.execute(_AGAIN, {"number": number}).rowcount)  # type: ignore[attr-defined]
    if is_due:
        queue.put(session, KIND, str(number), at, lane=LANE)
    return is_due


def again_all(session: Session, state: MailState, at: datetime, *, after: int = 0) -> tuple[int, int | None]:
    """Try the next ones of a state again; returns how many, and the number to go on after, None at the end."""
    numbers = session.scalars(_NEXT, {"of_state": state, "after": after}).all()
    if numbers:
        session.execute(_AGAIN, [{"number": number} for number in numbers])
        queue.put_all(session, KIND, [(str(number), LANE) for number in numbers], at)
    return len(numbers), numbers[-1] if len(numbers) == BATCH else None


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove mails that were settled more than 90 days ago, and files that were written instead of sending so long ago."""
    gone = rows_met(session, delete(_T).where(_T.c.settled_at < at - KEPT))
    files = (settings().folder / "mail").glob("*.eml")
    old = [path for path in files if path.stat().st_mtime < (at - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return {"emails": gone, "files_of_emails": len(old)}
