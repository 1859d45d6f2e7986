"""The storage in an S3-compatible bucket: the same objects under the same names, for a site that runs on several hosts."""

import functools
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from courses.storage import CHUNK, Storage, StorageAway, StorageError, checked_name

PART = 8 * 1024**2
"Bytes that are sent at once; S3 takes no part under 5 MiB but the last."
AT_ONCE = 2
"Parts on their way at one time."
PIECE = 64 * 1024
TRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
PATIENCE = {"connect_timeout": "5 seconds", "timeout": "120 seconds"}


class Bucket(Storage):
    """Objects named by the SHA-256 of what is in them, under a prefix of a bucket."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def put(self, content: bytes | BinaryIO) -> str:
        """As in a folder: what is there already is not sent again, and an object is there whole or not at all."""
        with tempfile.TemporaryFile() as aside:
            digest = hashlib.sha256()
            stream = io.BytesIO(content) if isinstance(content, bytes) else content
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                aside.write(chunk)
            sha256, size = digest.hexdigest(), aside.tell()
            aside.seek(0)
            with _answering():
                if not self._has(sha256):
                    sent: Any = aside.read() if size <= PART else iter(lambda: aside.read(PART), b"")
                    obstore.put(self.store, _key(sha256), sent, chunk_size=PART, max_concurrency=AT_ONCE)
        return sha256

    def path(self, sha256: str) -> Path:
        """Nothing of a bucket lies on this computer."""
        raise StorageError("This storage has no folder.")

    def open(self, sha256: str, end: int | None = None) -> BinaryIO:
        """The object as a stream that asks for what is read, from where it is read."""
        size = self.size(sha256) if end is None else end
        return cast(BinaryIO, io.BufferedReader(_Object(self.store, _key(sha256), size), PIECE))

    def size(self, sha256: str) -> int:
        """The object's size in bytes."""
        with _answering():
            return int(obstore.head(self.store, _key(sha256))["size"])

    def names(self) -> list[str]:
        """Every object in it; for small storages only."""
        with _answering():
            return sorted(meta["path"].rpartition("/")[2] for page in obstore.list(self.store) for meta in page)

    def trouble(self) -> str:
        """What is wrong with the bucket, in words; asked of an object that is never there."""
        try:
            with _answering():
                self._has("0" * 64)
        except StorageError as wrong:
            return wrong.message
        return ""

    def _has(self, sha256: str) -> bool:
        try:
            obstore.head(self.store, _key(sha256))
        except FileNotFoundError:
            return False
        return True


class _Object(io.RawIOBase):
    """One object, read onwards from where it was put last: one request a place, however much is read there."""

    def __init__(self, store: Any, key: str, end: int) -> None:
        self.store, self.key, self.end = store, key, end
        self.at = 0
        self.waiting = memoryview(b"")
        self.pieces: Iterator[Any] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + (0, self.at, self.end)[whence]
        if at != self.at:
            self.at, self.waiting, self.pieces = at, memoryview(b""), None
        return at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer: Any) -> int:
        with _answering():
            while not self.waiting and self.at < self.end:
                if self.pieces is None:
                    options: Any = {"range": (self.at, self.end)}
                    self.pieces = iter(obstore.get(self.store, self.key, options=options).stream(PIECE))
                piece = next(self.pieces, None)
                if piece is None:
                    break
                self.waiting = memoryview(bytes(piece))
        taken = self.waiting[: len(buffer)]
        buffer[: len(taken)] = taken
        self.waiting = self.waiting[len(taken) :]
        self.at += len(taken)
        return len(taken)


@functools.cache
def open_bucket(place: str) -> Bucket:
    """The storage in ``BUCKET/PREFIX``, with the usual AWS variables; one client in a process, which keeps its connections."""
    name, _, prefix = place.rstrip("/").partition("/")
    if not name:
        raise StorageError("FRONTLINE_STORAGE_URL names no bucket: write s3://BUCKET or s3://BUCKET/PREFIX.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    options: Any = {**PATIENCE, "allow_http": endpoint.lower().startswith("http://")}
    try:
        return Bucket(S3Store(name, prefix=prefix or None, client_options=options, retry_config=TRIES))
    except BaseError as wrong:
        raise StorageError(f"The bucket of FRONTLINE_STORAGE_URL cannot be used ({type(wrong).__name__}).") from None


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{checked_name(sha256)}"


@contextmanager
def _answering() -> Iterator[None]:
    """Failures in our words: what is not there, and a bucket that is not there for us."""
    try:
        yield
    except FileNotFoundError:
        raise StorageError("This file is not in the storage.") from None
    except (BaseError, OSError) as wrong:
        raise StorageAway(
            f"The storage does not answer ({type(wrong).__name__}). Try again in a few minutes."
        ) from None
