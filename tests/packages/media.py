"""A PDF, a film and captions, made by hand: nothing in them is anybody else's."""

import struct
from base64 import b64decode
from pathlib import Path

FRAMES = (
    "8AMAnQEqQAAkAABHCIWFiJmEiAGiEBOt0SQD+AP6AghZJ3pO2j98tAD+/W7z/+7B0h73P/dhf/7qF+C40/7o+5c2kfA=",
    "cAMAnQEqQAAkAAAHCIWFiJmEiAEkEBOtUB/AEDhG5hBTGzwsAP76xD//Z3fp3fp3f4GP/53K/O5X53K/86eA",
    "kAMAnQEqQAAkAAAHCIWFiJmEiAEkEA7AP4A/oCCFkZuACD986ID+/nJV///x5Z7Yckn/8eW///tn/hSDF/9sinkTDQA=",
    "sAMAnQEqQAAkAAAHCIWFiJmEiAEkEBOtUB/AH9AQOdww6Y2eLMgA/v31Qf/itYdZxf+K3//xy56dccH/8bwA",
)
"VP8 key frames of 64 by 36 pixels, each one colour that a canvas was filled with: blue, green, yellow, red."


def pdf(path: Path, pages: int = 3, *, title: str = "Consent, on paper", text: str = "Ask first.") -> Path:
    """Write a PDF of A4 pages, each with a line that names its number; its text can be searched and read aloud."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for n in range(1, pages + 1):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects) + 2} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        drawn = f"BT /F1 24 Tf 72 740 Td ({_pdf_text(title)}) Tj 0 -48 Td (Page {n}. {_pdf_text(text)}) Tj ET".encode(
            "cp1252"
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    objects.append(f"<< /Title ({_pdf_text(title)}) /Producer (Frontline tests) >>".encode("cp1252"))
    path.write_bytes(_pdf_file(objects))
    return path


def _pdf_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _pdf_file(objects: list[bytes]) -> bytes:
    """The objects with their cross-reference table (ISO 32000-1, 7.5)."""
    made, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for n, each in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (n, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(objects), len(made),
    )  # fmt: skip


def webm(path: Path, seconds: int = 4) -> Path:
    """Write a silent film that Chromium and Firefox play and can seek in: one colour a second (WebM container guidelines)."""
    frames = [b64decode(each) for each in FRAMES]
    clusters = [
        _element(0x1F43B675, _element(0xE7, _number(n * 1000)) + _element(0xA3, b"\x81\0\0\x80" + frames[n % len(frames)]))
        for n in range(seconds)
    ]  # fmt: skip
    about = _element(
        0x1549A966,
        _element(0x2AD7B1, _number(1_000_000))
        + _element(0x4D80, b"frontline")
        + _element(0x5741, b"frontline")
        + _element(0x4489, struct.pack(">d", seconds * 1000.0)),
    )
    shape = _element(0xE0, _element(0xB0, _number(64)) + _element(0xBA, _number(36)))
    named = _element(0xD7, _number(1)) + _element(0x73C5, _number(1)) + _element(0x83, _number(1))
    tracks = _element(0x1654AE6B, _element(0xAE, named + _element(0x86, b"V_VP8") + shape))
    cues = _element(0x1C53BB6B, b"".join(_cue(n, 0) for n in range(seconds)))
    at = len(about) + len(tracks) + len(cues)
    places = []
    for cluster in clusters:
        places.append(at)
        at += len(cluster)
    cues = _element(0x1C53BB6B, b"".join(_cue(n, place) for n, place in enumerate(places)))
    head = _element(0x1A45DFA3, _element(0x4282, b"webm") + _element(0x4287, _number(2)) + _element(0x4285, _number(2)))
    path.write_bytes(head + _element(0x18538067, about + tracks + cues + b"".join(clusters)))
    return path


def _cue(n: int, place: int) -> bytes:
    where = _element(0xF7, _number(1)) + _element(0xF1, place.to_bytes(8, "big"))
    return _element(0xBB, _element(0xB3, _number(n * 1000)) + _element(0xB7, where))


def _element(name: int, content: bytes) -> bytes:
    """An EBML element; its length in eight bytes, so that lengths never change (RFC 8794, 5)."""
    length = (len(content) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + length + content


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def captions(path: Path, lines: tuple[str, ...] = ("Ask first.", "Then listen.", "Then write it down.")) -> Path:
    """Write WebVTT captions, a line a second."""
    said = "".join(f"\n00:00:{n:02}.000 --> 00:00:{n + 1:02}.000\n{line}\n" for n, line in enumerate(lines))
    path.write_text(f"WEBVTT\n{said}", encoding="utf-8")
    return path


def mp4_head(path: Path) -> Path:
    """Write the beginning of an MP4 file: enough to be told, not enough to be played."""
    path.write_bytes(
        struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp41") + struct.pack(">I4s", 8, b"mdat")
    )
    return path
