"""What is left of uploads: files cut in the middle go after an hour, without a trace; the rows of finished ones after 90 days."""

import shutil
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.authoring.models import Upload, UploadState
from learn.authoring.uploading import receiving
from learn.outbox.queue import Taken

KIND = "uploads_sweep"
EVERY = timedelta(minutes=10)
SOON = timedelta(seconds=5)
KEPT = timedelta(days=90)
"How long it is told what an upload was, after it was finished."
BATCH = 200
"Uploads in one transaction."

_T = table_of(Upload)
_CUT = (
    select(_T.c.id, _T.c.key, _T.c.wanted)
    .where(_T.c.state.in_((UploadState.RECEIVING, UploadState.CANCELLED)), _T.c.changed_at < bindparam("before"))
    .order_by(_T.c.changed_at)
    .limit(BATCH)
)
_KNOWN = select(_T.c.key, _T.c.wanted).where(_T.c.state.in_((
    UploadState.RECEIVING, UploadState.WAITING, UploadState.CHECKING
)))  # fmt: skip
_OVER = delete(_T).where(
    _T.c.state.in_((UploadState.DONE, UploadState.REFUSED, UploadState.FAILED)), _T.c.changed_at < bindparam("before")
)


class Sweeping:
    """The outbox's handler for the hour: calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Remove what was cut, and files that no upload knows; come again soon while there is more."""
        removed = sweep(session, at)
        return at + (SOON if removed == BATCH else EVERY)

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError


def sweep(session: Session, at: datetime) -> int:
    """Remove the next ones that nothing came to for an hour, rows and files; returns how many."""
    before = at - receiving.LIVES
    rows = session.execute(_CUT, {"before": before}).all()
    for row in rows:
        receiving.remove_files(row)
    session.execute(delete(_T).where(_T.c.id.in_([row.id for row in rows])))
    _clear_folder(session, before)
    return len(rows)


def _clear_folder(session: Session, before: datetime) -> None:
    """Files that no open upload knows: a process that died between the two leaves one."""
    old = [path for path in receiving.folder().iterdir() if path.stat().st_mtime < before.timestamp()]
    if not old:
        return
    known = {path for row in session.execute(_KNOWN) for path in receiving.files_of(row)}
    for path in old:
        if path.is_dir():  # what a check had aside
            shutil.rmtree(path, ignore_errors=True)
        elif path not in known:
            path.unlink(missing_ok=True)


def prune(session: Session, at: datetime) -> dict[str, int]:
    """Remove the rows of uploads that were finished more than 90 days ago; what came of them stays."""
    return {"uploads": rows_met(session, _OVER, {"before": at - KEPT})}


KEPT_WORDS = (
    ("A file that you upload, while it is on its way and checked", receiving.LIVES, "after nothing more came of it"),
    ("That you uploaded a file, and its report", KEPT, "after it was checked"),
)
"For the privacy page: what, how long, and after what."
