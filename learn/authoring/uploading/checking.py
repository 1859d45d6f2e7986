"""The outbox's handler that has an upload read, in a process of its own with a time limit, and keeps what came of it.

A worker that is killed loses nothing: the lease ends and another begins again. What a check leaves on disk goes after the
commit of its result, when the item comes once more.
"""

import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses import publishing
from courses.catalogue import Module, ModuleVersion
from courses.db import table_of
from courses.packages.content import Content
from courses.packages.report import Report
from courses.storage import Storage, open_storage
from learn import audit
from learn.authoring.models import Upload, UploadState
from learn.authoring.uploading import child, handed, receiving
from learn.config import settings
from learn.notifications import notices
from learn.outbox import queue
from learn.outbox.queue import Taken
from learn.outbox.worker import Pace, Settled

log = structlog.get_logger("frontline.upload")

NOTICE = "upload_checked"
SECONDS = 120
"So long a check may take."
MEMORY = 1024**3
"Bytes of addresses that the process which checks may have."
LARGEST_ANSWER = 64 * 1024 * 1024
TRIES = 3
"How often a check is begun that never came to an end."
AT_ONCE = 2
"Checks that one worker has running."
SOON = timedelta(seconds=1)
SLOW, BIG, BROKEN, MISSING = "slow", "big", "broken", "missing"
SAID = {
    SLOW: "Checking took longer than 2 minutes, so it was stopped. Make the file smaller, or split it into two modules, then upload that.",
    BIG: "Checking needed more memory than it may have. Make the file smaller, or split it into two modules, then upload that.",
    BROKEN: "Something went wrong here while the file was checked. Upload it again. If it fails once more, tell whoever runs this site.",
    MISSING: "The file is not here any more. Upload it again.",
}  # fmt: skip
"What is said where a check has no result, and what to do."
_MEANS = {child.TOO_MUCH_MEMORY: BIG, -signal.SIGKILL: BIG, -signal.SIGXCPU: SLOW}
"What an exit status means: whatever takes the memory of all is killed by the system."

_T = table_of(Upload)
_BY_KEY = select(
    _T.c.id, _T.c.user_id, _T.c.name, _T.c.key, _T.c.state, _T.c.wanted, _T.c.tries
).where(_T.c.key == bindparam("key"))  # fmt: skip
_OPEN = (UploadState.WAITING, UploadState.CHECKING)
_CHECKING = (
    update(_T)
    .where(_T.c.id == bindparam("number"))
    .values(state=UploadState.CHECKING, tries=_T.c.tries + 1, changed_at=bindparam("at"))
)
_DONE = (
    update(_T)
    .where(_T.c.id == bindparam("number"))
    .values(
        state=bindparam("new_state"), report=bindparam("told"), last_error=bindparam("error"), version_id=bindparam("version"),
        checked_at=bindparam("at"), changed_at=bindparam("at"),
    )
)  # fmt: skip
_VERSION = (
    select(ModuleVersion.id)
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(Module.slug == bindparam("slug"), ModuleVersion.n == bindparam("n"))
)


@dataclass(frozen=True)
class Job:
    """A file to be read."""

    token: str
    "The lease under which it is read."
    asked: dict[str, Any]
    "What the child is told; see ``child.answer``."


class Checking:
    """Has a file read; keeps the draft version; tells its author."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self.storage, self.plays_h5p = settings().storage, settings().h5p == "on"
        self.folder = receiving.folder()
        self.running: dict[str, datetime] = {}

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Job | datetime | None:
        """What is to be read; for one that is settled, its files go, and that is all."""
        row = session.execute(_BY_KEY, {"key": taken.key}).first()
        if row is None:
            return None
        if row.state not in _OPEN:
            receiving.remove_files(row)
            return None
        if row.tries >= TRIES or not all(path.is_file() for path in receiving.files_of(row)):
            self._settled(session, row, MISSING if row.tries < TRIES else BROKEN, at)
            return at
        for token, until in list(self.running.items()):
            if until <= at:
                self.running.pop(token, None)
        if len(self.running) >= AT_ONCE:
            return at + SOON
        until = at + timedelta(seconds=self.seconds + pace.lease)
        queue.lengthen(session, taken, until)
        self.running[taken.token] = until
        session.execute(_CHECKING, {"number": row.id, "at": at})
        return Job(taken.token, self._asked(row))

    def call(self, job: Job) -> tuple[Report, Content | None] | str:
        """Let a child read it; a code where there is no answer."""
        try:
            return self._read(job.asked)
        finally:
            self.running.pop(job.token, None)

    def settle(
        self, session: Session, taken: Taken, job: Job, outcome: tuple[Report, Content | None] | str, at: datetime, pace: Pace
    ) -> Settled:  # fmt: skip
        """Keep what came of it, unless it was cancelled meanwhile; come again for the files."""
        row = session.execute(_BY_KEY, {"key": taken.key}).first()
        if row is not None and row.state == UploadState.CHECKING:
            self._settled(session, row, outcome, at)
        return Settled(at)

    def _asked(self, row: Any) -> dict[str, Any]:
        beside = {
            role: str(receiving.file_of(row.wanted[role])) for role in ("captions", "transcript") if role in row.wanted
        }
        return {
            **row.wanted, **beside, "path": str(receiving.file_of(row.key)), "name": row.name,
            "plays_h5p": self.plays_h5p, "memory": self.memory, "seconds": math.ceil(self.seconds),
        }  # fmt: skip

    def _read(self, asked: dict[str, Any]) -> tuple[Report, Content | None] | str:
        # Nothing of our environment: the child needs no secret.
        plain = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        command = [sys.executable, "-m", child.__name__]
        with TemporaryFile() as answer, TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as aside:
            kept = self._place_of_child(aside)
            told = {**asked, "storage": kept}
            try:
                run = subprocess.run(  # noqa: S603 - our own program and nothing of the file
                    command, input=json.dumps(told).encode(), stdout=answer, stderr=subprocess.DEVNULL, timeout=self.seconds,
                    env={**plain, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": aside}, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return SLOW
            if run.returncode:
                log.warning("upload.not_read", status=run.returncode)
                return _MEANS.get(run.returncode, BROKEN)
            if answer.tell() > LARGEST_ANSWER or answer.seek(0, os.SEEK_END) > LARGEST_ANSWER:
                return BIG
            answer.seek(0)
            outcome = handed.unpacked(answer.read())
            if kept != self.storage:
                _move(Storage(Path(kept.removeprefix("file:"))), open_storage(self.storage))
            return outcome

    def _place_of_child(self, aside: str) -> str:
        """Where the child keeps what it accepts: a bucket's keys are not for it."""
        return self.storage if self.storage.startswith("file:") else f"file:{aside}/kept"

    def _settled(self, session: Session, row: Any, outcome: Any, at: datetime) -> None:
        told: dict[str, Any] = {"number": row.id, "at": at, "told": {}, "error": "", "version": None}
        slug = None
        if isinstance(outcome, str):
            state = UploadState.FAILED
            told["error"] = SAID[outcome]
        else:
            report, content = outcome
            if content is not None and not report.has_errors:
                publishing.keep_brought(session, content, report, now=at, is_chosen="slug" in row.wanted)
            state = UploadState.DONE if report.accepted else UploadState.REFUSED
            slug = report.slug if report.accepted else None
            told |= {"told": report.as_dict(), "version": _version(session, report)}
        session.execute(_DONE, {**told, "new_state": state})
        audit.note(session, f"upload.{state.value}", user=row.user_id, upload=row.id, version=told["version"])
        facts = {"upload": row.id, "state": state.value, "module": slug}
        notices.notify(session, row.user_id, NOTICE, at, path=f"/authoring/uploads/{row.id}", facts=facts)


def _move(kept: Storage, storage: Storage) -> None:
    for name in kept.names():
        with kept.open(name) as stream:
            storage.put(stream)


def _version(session: Session, report: Report) -> int | None:
    if not report.accepted:
        return None
    found: int | None = session.scalar(_VERSION, {"slug": report.slug, "n": report.version})
    return found
