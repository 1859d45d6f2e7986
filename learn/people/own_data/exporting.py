"""The outbox's handler that makes the file of somebody's data: one feature's part at a time, each in a transaction of its own.

The part is read by the thread that has the database and packed in one that has none, so that nobody waits for either.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.accounts.personal import Rows
from learn.components import date, moment_words
from learn.config import settings
from learn.notifications import notices
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled
from learn.people.models import DataExport, ExportState
from learn.people.own_data import packing, retention
from learn.people.own_data import requests as own_data
from learn.people.person import person_of

log = structlog.get_logger("frontline.export")

NOTICE = "export_ready"
TRIES = 5
"How often one part is tried before the file is given up."
TOO_BIG, NOT_GATHERED = "too_big", "not_gathered"
"Codes of failures, which have words on the page."

_T = table_of(DataExport)
_ROW = select(_T.c.user_id, _T.c.asked_by_id, _T.c.done, _T.c.content, _T.c.asked_at).where(
    _T.c.id == bindparam("number"), _T.c.state == ExportState.QUEUED
)


@dataclass(frozen=True)
class Step:
    """One step: a part to be added to what was gathered, or the file to be made of it."""

    number: int
    user_id: int
    asked_by_id: int
    done: int
    gathered: bytes
    files: dict[str, Rows] | None
    "The part; None when all are gathered."
    readme: Any = None
    "The template of the text that explains the file, for the last step."
    told: dict[str, Any] | None = None
    "What that text says."


class Exporting:
    """Reads, packs, keeps; the item comes back until all is done."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Step | datetime | None:
        """Read the next part; None when the file is not wanted any more or was given up."""
        number = int(taken.key)
        row = session.execute(_ROW, {"number": number}).first()
        if row is None:
            return None
        tries = taken.attempts - row.done
        if tries > TRIES:
            _fail(session, number, NOT_GATHERED)
            return None
        step = Step(number, row.user_id, row.asked_by_id, row.done, row.content or b"", None)
        wanted = own_data.parts()
        if row.done >= len(wanted):
            readme = current_app.jinja_env.get_template("people/export_readme.txt")
            return replace(step, readme=readme, told=_told(at))
        try:
            with session.begin_nested():  # what fails here must not spoil the work of others in this transaction
                files = wanted[row.done].export(session, person_of(session, row.user_id))
        except Exception as problem:  # where the database is away, settling the item says so
            log.error("export.part_failed", part=row.done, error=type(problem).__name__)
            return at + pace.backoff(tries)
        return replace(step, files=files)

    def call(self, step: Step) -> bytes | str:
        """Pack it; a code where it cannot be packed."""
        try:
            if step.files is not None:
                return packing.add(step.gathered, step.files)
            return _pack(step)
        except packing.TooBig:
            return TOO_BIG

    def settle(
        self, session: Session, taken: Taken, step: Step, outcome: bytes | str, at: datetime, pace: Pace
    ) -> Settled:
        """Keep what was gathered and go on, or hand the file out."""
        if isinstance(outcome, str):
            _fail(session, step.number, outcome)
            return Settled()
        is_last = step.files is None
        values: dict[str, Any] = {"content": outcome, "done": step.done + 1}
        if is_last:
            values |= {"state": ExportState.READY, "ready_at": at, "expires_at": at + own_data.LIVES}
        mine = (_T.c.id == step.number, _T.c.state == ExportState.QUEUED, _T.c.done == step.done)
        if not rows_met(session, update(_T).where(*mine).values(**values)):
            return Settled()  # erased meanwhile
        if is_last:
            _drop_older(session, step, at)
            _tell(session, step, at)
        return Settled(None if is_last else at)


def _fail(session: Session, number: int, code: str) -> None:
    values = {"state": ExportState.FAILED, "last_error": code, "content": None}
    session.execute(update(_T).where(_T.c.id == number).values(**values))


def _drop_older(session: Session, step: Step, at: datetime) -> None:
    """One file a person and asker: a new one takes the place of the last."""
    older = (_T.c.user_id == step.user_id, _T.c.asked_by_id == step.asked_by_id, _T.c.id < step.number)
    there = (*older, _T.c.state == ExportState.READY, _T.c.expires_at > at)
    session.execute(update(_T).where(*there).values(content=None, expires_at=at))


def _tell(session: Session, step: Step, at: datetime) -> None:
    facts = {"export": step.number}
    notices.notify(session, step.user_id, NOTICE, at, path="/me/data", facts=facts)
    if step.asked_by_id != step.user_id:
        path = f"/me/data/files/{step.number}"
        notices.notify(session, step.asked_by_id, NOTICE, at, path=path, facts=facts)


def _told(at: datetime) -> dict[str, Any]:
    """What the text in the file says, as plain words: it is drawn where there is no application."""
    chosen = settings()
    words: dict[str, str] = {}
    for part in own_data.parts():
        words |= part.words
    return {
        "site": chosen.site_name, "operator": chosen.operator, "contact": chosen.contact, "made": moment_words(at),
        "until": date(at + own_data.LIVES), "words": words, "kept": retention.rules(), "keeps": own_data.keeps(),
        "address": chosen.base_url,
    }  # fmt: skip


def _pack(step: Step) -> bytes:
    told = step.told or {}
    names = [(name, told["words"].get(name, name.replace("_", " "))) for name in packing.names(step.gathered)]
    about = {"site": told["site"], "address": told["address"], "made": told["made"]}
    return packing.pack(step.gathered, about, step.readme.render({**told, "files": names}))
