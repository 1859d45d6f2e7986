"""Files by content: one object per SHA-256, in a folder. What is there never changes, so it may be read without locks."""

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

    def open(self, sha256: str) -> BinaryIO:
        """The object's content as a stream."""
        return self.path(sha256).open("rb")

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        return self.path(sha256).stat().st_size

    def names(self) -> list[str]:
        """Every object in it; for small storages only."""
        return sorted(path.name for path in self.folder.glob("??/*")) if self.folder.is_dir() else []

    def _place(self, sha256: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise StorageError("This is not the name of a file in the storage.")
        return self.folder / sha256[:2] / sha256


def _chunks(content: bytes | BinaryIO) -> Iterable[bytes]:
    if isinstance(content, bytes):
        return [content]
    return iter(lambda: content.read(CHUNK), b"")


def open_storage(url: str) -> Storage:
    """The storage behind an address such as ``file:/srv/data/storage``; StorageError for any other kind."""
    kind, _, place = url.partition(":")
    if kind != "file" or not place:
        raise StorageError("FRONTLINE_STORAGE_URL is file:FOLDER; other kinds of storage are not available yet.")
    return Storage(Path(place.removeprefix("//")))
