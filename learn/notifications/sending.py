"""The outbox's handler for mail: the letter is drawn when its time has come, and handed to the mail server.

What a server refuses for the moment is tried again with the worker's back-off, as long as the letter is still wanted; a
recipient that it refuses for good marks the address, to which no more is sent until it is proved again.
"""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learn.accounts.by_email import mine
from learn.config import settings
from learn.notifications import choices, notices, smtp
from learn.notifications.letters import Letter
from learn.notifications.models import Mail, MailState
from learn.notifications.smtp import Handed
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled

log = structlog.get_logger("frontline.mail")

FOR_GOOD = {Handed.REFUSED, Handed.BOUNCED}
OVER = {MailState.SENT, MailState.DROPPED}
NOTICE = "address_bounced"
ONE_CLICK = "List-Unsubscribe=One-Click"


class WholeHeader(UnstructuredHeader, BaseHeader):
    """A header on one line: folded, a long address would become an encoded word, which no mail program reads as one."""

    def fold(self, *, policy: Any) -> str:
        """The line."""
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Any:
    headers = HeaderRegistry()
    headers.map_to_type("list-unsubscribe", WholeHeader)
    return policy.default.clone(header_factory=headers)


POLICY = _policy()


@dataclass(frozen=True)
class Job:
    """One mail, drawn."""

    number: int
    to: str
    message: EmailMessage
    timeout: float


class MailHandler:
    """Draws in the thread that has the database, hands over in one that has none."""

    def __init__(self) -> None:
        chosen = settings()
        self.server = smtp.server(chosen.smtp_url) if chosen.smtp_url else None
        self.folder = chosen.folder / "mail"

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | None:
        """Look up the letter; None when it is not wanted any more."""
        number = int(taken.key)
        row = session.execute(select(Mail.kind, Mail.about, Mail.user_id, Mail.state).where(Mail.id == number)).first()
        if row is None or row.state in OVER:  # erased, or put again while it went out
            return None
        letter = current_app.extensions["frontline_letters"][row.kind](session, row.about, row.user_id)
        if letter is None:
            _note(session, number, state=MailState.DROPPED, settled_at=at)
            return None
        return Job(number, letter.to, draw(letter, number, at), pace.timeout)

    def call(self, job: Job) -> Handed:
        """Hand it over, or write the file where no server is set."""
        if self.server is not None:
            return smtp.hand_over(self.server, job.message, job.timeout)
        handed = smtp.put_aside(self.folder, job.number, job.message)
        log.info("mail.written", file=f"mail/{job.number}.eml")
        return handed

    def settle(self, session: Session, taken: Taken, job: Job, outcome: Handed, at: datetime, pace: Pace) -> Settled:
        """Write what came of it, and when it is tried again."""
        if outcome is Handed.TAKEN:
            _note(session, job.number, state=MailState.SENT, last_error="", attempts=taken.attempts, settled_at=at)
            return Settled()
        if outcome is Handed.BOUNCED:
            _tell_owner(session, job.to, at)
        is_over = outcome in FOR_GOOD or (at - taken.put_at).total_seconds() > pace.give_up_after
        state = MailState.FAILED if is_over else MailState.WAITING
        _note(
            session, job.number, state=state, last_error=outcome.value, attempts=taken.attempts,
            settled_at=at if is_over else None,
        )  # fmt: skip
        return Settled(None if is_over else at + pace.backoff(taken.attempts), outcome is not Handed.AWAY)


def _tell_owner(session: Session, address: str, at: datetime) -> None:
    """Mark an address that mail was refused at for good, and say so to whose it is, here: mail does not reach them."""
    owner = mine.mark_bounced(session, address, at)
    if owner is not None:
        numbers = [each.id for each in mine.listed(session, owner) if each.address == address]
        notices.notify(session, owner, NOTICE, at, path="/me/addresses", facts={"address": numbers[0]})


def _note(session: Session, number: int, **values: object) -> None:
    session.execute(update(Mail).where(Mail.id == number).values(**values))


def draw(letter: Letter, number: int, at: datetime) -> EmailMessage:
    """The letter as a message. A second try carries the same Message-ID, so that it is the same mail to its reader."""
    chosen = settings()
    message = EmailMessage(POLICY)
    message["Date"] = format_datetime(at)
    message["From"], message["To"] = chosen.mail_from, letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = f"<frontline-{number}@{urlsplit(chosen.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    stop = ""
    if letter.stops is not None:
        stop = f"{chosen.base_url}/mail/stop/{choices.stop_token(*letter.stops)}"
        message["List-Unsubscribe"], message["List-Unsubscribe-Post"] = f"<{stop}>", ONE_CLICK  # RFC 8058 §3.1
    body = current_app.jinja_env.get_template(f"email/{letter.template}.txt").render(letter.names)
    parts = {
        "body": body.strip(), "why": letter.why, "site": chosen.site_name, "operator": chosen.operator, "stop": stop,
    }  # fmt: skip
    message.set_content(current_app.jinja_env.get_template("email/layout.txt").render(parts))
    html = current_app.jinja_env.get_template("email/layout.html").render(
        **parts, subject=letter.subject, home=f"{chosen.base_url}/"
    )
    message.add_alternative(html, subtype="html")
    return message
