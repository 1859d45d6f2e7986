"""Serving from a zip that is never unpacked: where each member lies is known, and its bytes are read as they are needed."""

import json
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.packages.archive import Archive
from courses.packages.models import Package
from courses.storage import Storage, StorageError

PIECE = 64 * 1024
CACHED = 200_000
"Members that a process remembers, over all packages; about 250 bytes each."
STORED, DEFLATED = 0, 8


class Member(NamedTuple):
    """One file of a package."""

    offset: int
    "Where its data begins in the stored object."
    compressed: int
    "Bytes that it has there."
    size: int
    "Bytes that it has when it is read."
    method: int
    "0 stored, 8 deflated."


class Members:
    """The files of one package, by name."""

    def __init__(self, sha256: str, index: bytes) -> None:
        self.sha256 = sha256
        self.by_name = {name: Member(*place) for name, place in json.loads(zlib.decompress(index)).items()}
        self._folded: dict[str, str] | None = None

    def find(self, name: str) -> Member | None:
        """The member of that name; packages made on Windows write links in the wrong case, so that is forgiven."""
        found = self.by_name.get(name)
        if found is None:
            if self._folded is None:
                self._folded = {each.casefold(): each for each in self.by_name}
            found = self.by_name.get(self._folded.get(name.casefold(), ""))
        return found


_cache: OrderedDict[int, Members] = OrderedDict()
_lock = threading.Lock()


def index_of(files: Archive) -> bytes:
    """Where each file of a checked zip lies, as it is kept in ``Package.index``."""
    return packed({
        name: [files.offsets[entry.header_offset], entry.compress_size, entry.file_size, entry.compress_type]
        for name, entry in files.entries.items()
    })  # fmt: skip


def index_of_one(name: str, size: int) -> bytes:
    """The index of an object that is itself the one file."""
    return packed({name: [0, size, size, STORED]})


def packed(places: dict[str, list[int]]) -> bytes:
    """An index as it is kept."""
    return zlib.compress(json.dumps(places, ensure_ascii=False, separators=(",", ":")).encode())


def members(session: Session, package_id: int) -> Members:
    """The package's files; read once a process, as a package never changes. StorageError when there is no such package."""
    with _lock:
        if package_id in _cache:
            _cache.move_to_end(package_id)
            return _cache[package_id]
    row = session.execute(select(Package.sha256, Package.index.label("places")).where(Package.id == package_id)).first()
    if row is None:
        raise StorageError("There is no such package.")
    found = Members(row.sha256, row.places)
    with _lock:
        _cache[package_id] = found
        while len(_cache) > 1 and sum(len(each.by_name) for each in _cache.values()) > CACHED:
            _cache.popitem(last=False)
    return found


def forget() -> None:
    """Empty the cache: tests change databases within one process."""
    with _lock:
        _cache.clear()


def chunks(storage: Storage, sha256: str, member: Member, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The member's bytes from ``start`` up to, not including, ``end`` in pieces of 64 KiB at most.

    A deflated member is inflated from its beginning and what lies before ``start`` is thrown away, so a late range costs time
    but never memory. StorageError when the object is not there or is not what its index says.
    """
    stop = member.size if end is None else min(end, member.size)
    if start >= stop:
        return
    is_plain = member.method == STORED
    with storage.open(sha256, member.offset + (stop if is_plain else member.compressed)) as stream:
        if is_plain:
            stream.seek(member.offset + start)
            yield from _plain(stream, stop - start)
        else:
            stream.seek(member.offset)
            yield from _part(_inflated(stream, member.compressed), start, stop)


def _plain(stream: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0:
        piece = stream.read(min(PIECE, left))
        if not piece:
            raise StorageError("A stored file ends too early.")
        left -= len(piece)
        yield piece


def _inflated(stream: BinaryIO, left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting = b""
    while not inflate.eof:
        if not waiting:
            waiting = stream.read(min(PIECE, left))
            left -= len(waiting)
        try:
            piece = inflate.decompress(waiting, PIECE)
        except zlib.error:
            raise StorageError("A stored file is damaged.") from None
        if not piece and not waiting:
            raise StorageError("A stored file ends too early.")
        waiting = inflate.unconsumed_tail
        if piece:
            yield piece


def _part(pieces: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    at = 0
    for piece in pieces:
        wanted = piece[max(0, start - at) : max(0, stop - at)]
        at += len(piece)
        if wanted:
            yield wanted
        if at >= stop:
            return
    raise StorageError("A stored file ends too early.")
