"""A file on its way here: its row, its bytes on disk, and what can go wrong with them, in words.

The bytes go straight from the request into a file, 64 KiB at a time, however big the file is. No transaction is open meanwhile.
"""

import errno
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import rows_met, table_of
from learn.authoring.models import Upload, UploadState
from learn.config import settings
from learn.errors import FrontlineError, NotFound

LARGEST = 2 * 1024**3
"Bytes that one file may have."
SLICE = 8 * 1024 * 1024
"Bytes that the page's script sends at a time: below what a proxy usually takes, and all that a lost connection costs."
PIECE = 64 * 1024
"Bytes of a file that are in memory."
RESERVE = 256 * 1024 * 1024
"Bytes of the disk that no upload may use up."
AT_ONCE = 20
"Files that one person may have on their way."
LIVES = timedelta(hours=1)
"How long a file that stays unfinished is kept."

FULL = (
    "There is no room for this file on the site\u2019s disk at the moment. Tell whoever runs this site, then try again."
)
GONE = "This upload is not here any more. A file that is not finished is kept for an hour. Choose it again."

_T = table_of(Upload)
_ON_THEIR_WAY = select(func.count()).where(
    _T.c.user_id == bindparam("user"), _T.c.state == UploadState.RECEIVING, _T.c.changed_at > bindparam("since")
)
_ROW = (
    _T.c.id, _T.c.name, _T.c.size, _T.c.received, _T.c.state, _T.c.key, _T.c.wanted, _T.c.report, _T.c.last_error,
    _T.c.version_id, _T.c.began_at, _T.c.changed_at, _T.c.checked_at,
)  # fmt: skip
_MINE = select(*_ROW).where(_T.c.user_id == bindparam("user"))
_ONE = _MINE.where(_T.c.id == bindparam("number"))
_SOME = _MINE.where(_T.c.id.in_(bindparam("numbers", expanding=True)), _T.c.state == UploadState.RECEIVING)
_ARRIVED = (
    update(_T)
    .where(_T.c.id == bindparam("number"), _T.c.state == UploadState.RECEIVING, _T.c.received == bindparam("from_byte"))
    .values(received=bindparam("to_byte"), changed_at=bindparam("at"))
)
_CANCEL = (
    update(_T)
    .where(
        _T.c.id == bindparam("number"),
        _T.c.state.in_((UploadState.RECEIVING, UploadState.WAITING, UploadState.CHECKING)),
    )
    .values(state=UploadState.CANCELLED, changed_at=bindparam("at"))
)


class TooBig(FrontlineError):
    """More than one file may have."""

    status = 413
    code = "upload_too_big"
    title = "The file is too big"


class NotNow(FrontlineError):
    """An empty file, too many at once, or bytes that do not follow on those that are here."""

    status = 409
    code = "upload_not_now"
    title = "This file cannot be taken"


class DiskFull(FrontlineError):
    """No room."""

    status = 507
    code = "disk_full"
    title = "There is no room"

    def __init__(self) -> None:
        super().__init__(FULL)


def folder() -> Path:
    """Where files lie while they are received and checked."""
    place = settings().folder / "uploads"
    place.mkdir(parents=True, exist_ok=True)
    return place


def file_of(key: str) -> Path:
    """The file of an upload."""
    return folder() / key


def begin(session: Session, user_id: int, name: str, size: int, at: datetime) -> Any:
    """Note that a file comes, and make its empty file; returns its row's number and key.

    TooBig, DiskFull, or NotNow for an empty file or too many at once.
    """
    must_fit(size)
    if (session.scalar(_ON_THEIR_WAY, {"user": user_id, "since": at - LIVES}) or 0) >= AT_ONCE:
        raise NotNow(f"You have {AT_ONCE} files on their way already. Finish or cancel some of them first.")
    number, key = add(session, user_id, name, size, 0, secrets.token_hex(16), at)
    file_of(key).touch()
    return number, key


def add(session: Session, user_id: int, name: str, size: int, received: int, key: str, at: datetime) -> tuple[int, str]:
    """A row for a file, whatever of it is here."""
    row = {
        "user_id": user_id, "name": plain_name(name), "size": size, "received": received, "state": UploadState.RECEIVING,
        "key": key, "wanted": {}, "version_id": None, "began_at": at, "changed_at": at, "checked_at": None,
    }  # fmt: skip
    return int(session.execute(insert(_T).returning(_T.c.id), row).scalar_one()), key


def must_fit(size: int) -> None:
    """Refuse what is empty, too big, or more than the disk has room for."""
    if size <= 0:
        raise NotNow("This file is empty. Choose another.")
    if size > LARGEST:
        raise TooBig("A file may have 2GB at most. Make its videos or pictures smaller, or split it into two modules.")
    if shutil.disk_usage(folder()).free < size + RESERVE:
        raise DiskFull


def plain_name(name: str) -> str:
    """The last part of a file's name, in characters that can be shown."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(each for each in last if each.isprintable()).strip()[:255] or "file"


def mine(session: Session, user_id: int, number: int) -> Any:
    """One upload of a person; NotFound for anybody else\u2019s."""
    row = session.execute(_ONE, {"user": user_id, "number": number}).first()
    if row is None:
        raise NotFound(GONE)
    return row


def complete(session: Session, user_id: int, numbers: Iterable[int]) -> list[Any]:
    """Those of a person\u2019s uploads that are wholly here and were not sent to be checked yet."""
    found = session.execute(_SOME, {"user": user_id, "numbers": sorted(set(numbers))}).all()
    return sorted((row for row in found if row.received == row.size), key=lambda row: row.id)


def must_follow(row: Any, offset: int, length: int | None) -> int:
    """How many bytes come; NotNow or TooBig when they are not the next ones of this upload."""
    if row.state != UploadState.RECEIVING:
        raise NotNow("This upload was cancelled or is finished.")
    if length is None or length <= 0 or length > 2 * SLICE:
        raise TooBig("A part of a file has 16MB at most, and says how long it is.")
    if offset != row.received:
        raise NotNow("These bytes do not follow on those that are here.")
    if offset + length > row.size:
        raise TooBig("More came than the file has. Choose it again.")
    return length


def write(stream: IO[bytes], key: str, offset: int, length: int) -> None:
    """Write the next bytes of a file; what a lost connection left half-written is written again by the next try."""
    with full_disk_in_words(), file_of(key).open("r+b") as file:
        file.seek(offset)
        left = length
        while left:
            piece = stream.read(min(PIECE, left))
            if not piece:
                raise NotNow("The connection broke. The rest can be sent again.")
            file.write(piece)
            left -= len(piece)


@contextmanager
def full_disk_in_words() -> Iterator[None]:
    """Say what it means when the disk is full or the file is gone."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound(GONE) from None
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull from None
        raise


def arrived(session: Session, number: int, from_byte: int, to_byte: int, at: datetime) -> bool:
    """Note what is here now; False when another try of the same bytes was quicker, or it was cancelled."""
    given = {"number": number, "from_byte": from_byte, "to_byte": to_byte, "at": at}
    return bool(rows_met(session, _ARRIVED, given))


def cancel(session: Session, number: int, at: datetime) -> bool:
    """Want it no more; False when its report is there already."""
    return bool(rows_met(session, _CANCEL, {"number": number, "at": at}))


def forget(session: Session, numbers: Iterable[int]) -> None:
    """Remove rows alone, whose files go on under another."""
    session.execute(delete(_T).where(_T.c.id.in_(sorted(numbers))))


def files_of(row: Any) -> list[Path]:
    """The file of an upload, and those of its captions and its transcript."""
    keys = [row.key, *(row.wanted[role] for role in ("captions", "transcript") if row.wanted.get(role))]
    return [file_of(key) for key in keys]


def remove_files(row: Any) -> None:
    """Take its files away, as far as they are there."""
    for path in files_of(row):
        path.unlink(missing_ok=True)
