"""A person's notices, mails and choices, for export, erasure and merging; and what is removed because it is old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.accounts import people
from learn.accounts.personal import Person, PersonalData, Rows
from learn.config import settings
from learn.notifications import kinds, mail, notices
from learn.notifications.models import Mail, MailChoice, Notification

READ_KEPT = timedelta(days=90)
"How long a notice stays after it was read."
KEPT = timedelta(days=365)
"How long one stays that nobody read."
BATCH = 500
"People whose old notices go in one statement."
FILES = (
    "Emails with codes that this site wrote into its data folder, because it has no mail server, stay there for up to "
    "90 days: nothing says there whose they are."
)

_NOTICE, _MAIL, _CHOICE = (table_of(each) for each in (Notification, Mail, MailChoice))
_NOTICES = select(_NOTICE.c.kind, _NOTICE.c.facts, _NOTICE.c.path, _NOTICE.c.created_at, _NOTICE.c.read_at)
_MAILS = select(
    _MAIL.c.kind, _MAIL.c.about, _MAIL.c.state, _MAIL.c.attempts, _MAIL.c.last_error, _MAIL.c.created_at, _MAIL.c.settled_at
)  # fmt: skip
_CHOICES = select(_CHOICE.c.kind, _CHOICE.c.is_wanted)


def _export(session: Session, person: Person) -> dict[str, Rows]:
    user_id = person.user_id
    told = session.execute(_NOTICES.where(_NOTICE.c.user_id == user_id).order_by(_NOTICE.c.id)).all()
    said = kinds.said(session, user_id, told)
    mails = session.execute(_MAILS.where(_MAIL.c.user_id == user_id).order_by(_MAIL.c.id)).mappings()
    chosen = session.execute(_CHOICES.where(_CHOICE.c.user_id == user_id).order_by(_CHOICE.c.kind)).mappings()
    return {
        "notices": [{**row._asdict(), "words": words} for row, words in zip(told, said, strict=True)],
        "emails_sent_to_you": [{**row, "state": row["state"].value} for row in mails],
        "emails_chosen": [dict(row) for row in chosen],
    }


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    people.hold(session, [person.user_id])
    session.execute(delete(_NOTICE).where(_NOTICE.c.user_id == person.user_id))
    session.execute(delete(_CHOICE).where(_CHOICE.c.user_id == person.user_id))
    gone = session.scalars(delete(_MAIL).where(_MAIL.c.user_id == person.user_id).returning(_MAIL.c.id)).all()
    notices.count_anew(session, person.user_id)
    return _erase_files(gone)


def _erase_files(numbers: Sequence[int]) -> list[str]:
    """Mail lies in the data folder only where no server is set; what is left there has nobody's number on it."""
    folder = settings().folder / "mail"
    for number in numbers:
        (folder / f"{number}.eml").unlink(missing_ok=True)
    return [FILES] if any(folder.glob("*.eml")) else []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    people.hold(session, [source.user_id, into.user_id])
    for table in (_NOTICE, _MAIL):
        session.execute(update(table).where(table.c.user_id == source.user_id).values(user_id=into.user_id))
    theirs = select(_CHOICE.c.kind).where(_CHOICE.c.user_id == into.user_id)
    session.execute(delete(_CHOICE).where(_CHOICE.c.user_id == source.user_id, _CHOICE.c.kind.in_(theirs)))
    session.execute(update(_CHOICE).where(_CHOICE.c.user_id == source.user_id).values(user_id=into.user_id))
    for user_id in (source.user_id, into.user_id):
        notices.count_anew(session, user_id)


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove notices that were read more than 90 days ago, and those that are older than a year; and old mails."""
    gone = rows_met(session, delete(_NOTICE).where(_NOTICE.c.read_at < at - READ_KEPT))
    is_old: Any = (_NOTICE.c.created_at < at - KEPT,)
    while whose := session.scalars(select(_NOTICE.c.user_id).where(*is_old).distinct().limit(BATCH)).all():
        people.hold(session, whose)
        gone += rows_met(session, delete(_NOTICE).where(*is_old, _NOTICE.c.user_id.in_(whose)))
        for user_id in whose:
            notices.count_anew(session, user_id)
    return {"notices": gone, **mail.prune(session, at)}


PERSONAL = PersonalData(
    tables=frozenset(each.__tablename__ for each in (Mail, MailChoice, Notification)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "notices": "what this site told you",
        "emails_sent_to_you": "the emails about your account: of which kind, and what became of them",
        "emails_chosen": "which emails you switched on or off",
    },
)
