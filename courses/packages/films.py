"""What a video file says of itself: kind, length, codecs. Only its index is read, never its pictures.

Source: ISO/IEC 14496-12 (boxes of an MP4), RFC 9559 (WebM is Matroska with the doctype "webm").
"""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

INDEX = 32 * 1024**2
"Bytes of an index that are read."
FOURCC = {b"avc1": "H.264", b"avc3": "H.264", b"hvc1": "HEVC", b"hev1": "HEVC", b"av01": "AV1", b"vp09": "VP9",
          b"mp4v": "MPEG-4 Visual", b"mp4a": "AAC", b"ac-3": "AC-3", b"Opus": "Opus"}  # fmt: skip
MATROSKA = {b"V_VP8": "VP8", b"V_VP9": "VP9", b"V_AV1": "AV1", b"A_OPUS": "Opus", b"A_VORBIS": "Vorbis"}
NOT_EVERYWHERE = {"HEVC", "MPEG-4 Visual", "AC-3"}


@dataclass
class Film:
    """What was found."""

    media_type: str
    seconds: float = 0.0
    "0 when it cannot be told."
    codecs: set[str] = field(default_factory=set)
    is_late: bool = False
    "Whether the index comes after the pictures: a browser has to fetch the end before it can begin."
    is_damaged: bool = False
    "Whether it ends before it says."
    has_index: bool = True


def look(path: Path) -> Film:
    """The film's own account of itself."""
    with path.open("rb") as stream:
        if stream.read(4) == b"\x1a\x45\xdf\xa3":
            stream.seek(0)
            return _webm(stream.read(512 * 1024))
        return _mp4(stream, path.stat().st_size)


def _webm(head: bytes) -> Film:
    return Film("video/webm", codecs={name for sign, name in MATROSKA.items() if sign in head})


def _mp4(stream: BinaryIO, size: int) -> Film:
    """Walk the outermost boxes to moov; a file that was cut off has one that reaches beyond its end."""
    film = Film("video/mp4")
    at, has_pictures, film.has_index = 0, False, False
    for _ in range(10_000):
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        length = size - at if length == 0 else length
        if length < 8 or at + length > size:
            film.is_damaged = True
            break
        has_pictures |= kind == b"mdat"
        if kind == b"moov":
            film.is_late, film.has_index = has_pictures, True
            stream.seek(at)
            _read_index(stream.read(min(length, INDEX)), film)
        at += length
    return film


def _read_index(index: bytes, film: Film) -> None:
    film.codecs = {name for sign, name in FOURCC.items() if sign in index}
    found = re.search(rb"mvhd([\0\1])", index)
    if found is None:
        return
    place = found.end() + 3
    form, skipped = (">IQ", 16) if found.group(1) == b"\1" else (">II", 8)
    if place + skipped + struct.calcsize(form) <= len(index):
        scale, length = struct.unpack_from(form, index, place + skipped)
        film.seconds = min(length / scale, 24 * 3600) if scale else 0.0
