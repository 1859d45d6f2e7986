"""Files by content: one object per SHA-256, in a folder or in a bucket. What is there never changes, so it may be read without
locks."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from courses.errors import CourseError

CHUNK = 1024 * 1024


class StorageError(CourseError):
    """The storage's address is not understood, or a file is not there."""

    code = "storage"


class StorageAway(StorageError):
    """The storage does not answer, or does not let us in; nothing is known about the file."""

    code = "storage_away"


class Storage:
    """A folder of objects named by the SHA-256 of what is in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes | BinaryIO) -> str:
        """Keep the content and give its SHA-256; the same content twice is kept once. Written aside, then named: never half."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{secrets.token_hex(8)}"
        digest = hashlib.sha256()
        try:
            with aside.open("wb") as file:
                for chunk in _chunks(content):
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            kept = self._place(digest.hexdigest())
            kept.parent.mkdir(exist_ok=True)
            aside.replace(kept)
        finally:
            aside.unlink(missing_ok=True)
        return digest.hexdigest()

    def path(self, sha256: str) -> Path:
        """Where the object lies; StorageError when it is not there."""
        place = self._place(sha256)
        if not place.is_file():
            raise StorageError("This file is not in the storage.")
        return place

    def open(self, sha256: str, end: int | None = None) -> BinaryIO:
        """The object's content as a stream; who knows that nothing from the byte ``end`` on will be read says so."""
        return self.path(sha256).open("rb")

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        return self.path(sha256).stat().st_size

    def names(self) -> list[str]:
        """Every object in it; for small storages only."""
        return sorted(path.name for path in self.folder.glob("??/*")) if self.folder.is_dir() else []

    def trouble(self) -> str:
        """What is wrong with the place itself, in words; empty when it can be used."""
        nearest = next(each for each in (self.folder, *self.folder.parents) if each.exists())
        return "" if nearest.is_dir() and os.access(nearest, os.W_OK) else "the folder cannot be written"

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / checked_name(sha256)


def checked_name(sha256: str) -> str:
    """The name of an object; StorageError for what can be none."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise StorageError("This is not the name of a file in the storage.")
    return sha256


def _chunks(content: bytes | BinaryIO) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return [content]
    return iter(lambda: content.read(CHUNK), b"")


def open_storage(url: str) -> Storage:
    """The storage behind ``file:/srv/data/storage`` or ``s3://bucket/prefix``; StorageError for any other kind."""
    kind, _, place = url.partition(":")
    if kind == "file" and place:
        return Storage(Path(place.removeprefix("//")))
    if kind == "s3" and place.startswith("//"):
        from courses.bucket import open_bucket  # only where there is one: its client starts threads

        return open_bucket(place.removeprefix("//"))
    raise StorageError("FRONTLINE_STORAGE_URL is file:FOLDER or s3://BUCKET/PREFIX.")
