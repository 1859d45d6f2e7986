"""Zips that mean harm, made by code: each function writes one and gives its path."""

import io
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

MEGABYTE = 1024 * 1024


def made(path: Path, files: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """An honest zip."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def with_names(path: Path, *names: str) -> Path:
    """A zip whose entries have names that zipfile would not write."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as file:
        warnings.simplefilter("ignore")  # zipfile warns of names that are there twice
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            file.writestr(info, b"text")
    return path


def with_mode(path: Path, name: str, mode: int) -> Path:
    """A zip with one entry of a Unix mode: 0o120777 is a link, 0o020666 a device."""
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        file.writestr(info, b"/etc/passwd")
    return path


def bomb(path: Path, size: int = 50 * MEGABYTE) -> Path:
    """48 kB that become 50 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("index.html", "w") as entry:
        for _ in range(size // MEGABYTE):
            entry.write(bytes(MEGABYTE))
    return path


def many_bombs(path: Path, count: int = 200) -> Path:
    """Entries that are each too small to be told apart from honest ones, and together 2 GB."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packed.compress(bytes(10 * MEGABYTE)) + packed.flush()
    check = zlib.crc32(bytes(10 * MEGABYTE))
    return _written(path, [(f"{n}.html", content, 10 * MEGABYTE, check) for n in range(count)])


def overlapping(path: Path, count: int = 1000) -> Path:
    """Entries that all point to one piece of data: 52 kB that become 1 GB (CVE-2024-0450)."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packed.compress(bytes(MEGABYTE)) + packed.flush()
    entry = ("a.html", content, MEGABYTE, zlib.crc32(bytes(MEGABYTE)))
    local = _local(*entry)
    rows = b"".join(_central(f"{n}.html", content, MEGABYTE, entry[3], 0) for n in range(count))
    path.write_bytes(local + rows + _end(count, len(rows), len(local)))
    return path


def quoted(path: Path, count: int = 300) -> Path:
    """Entries of which each holds the headers of all that follow as stored blocks: the better zip bomb."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(bytes(MEGABYTE)) + packed.flush()
    size, check = MEGABYTE, zlib.crc32(bytes(MEGABYTE))
    body, plain = data, bytes(MEGABYTE)
    places: list[tuple[str, int, bytes, int, int]] = []
    for n in reversed(range(count)):
        header = _local(f"{n:05}.html", body, size, check, with_content=False)
        places.append((f"{n:05}.html", len(header) + len(body), body, size, check))
        body = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header + body
        plain = header + plain
        size, check = len(plain), zlib.crc32(plain)
    whole = body[5:]
    rows = b"".join(
        _central(name, content, length, crc, len(whole) - back) for name, back, content, length, crc in places
    )
    path.write_bytes(whole + rows + _end(count, len(rows), len(whole)))
    return path


def lying(path: Path) -> Path:
    """An entry that says 10 bytes and holds 50 MB."""
    content = bytearray(bomb(path).read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(content)
    return path


def crowded(path: Path, count: int = 60_000) -> Path:
    """More entries than anybody writes."""
    with zipfile.ZipFile(path, "w") as file:
        for n in range(count):
            file.writestr(zipfile.ZipInfo(f"{n}"), b"")
    return path


def endless_directory(path: Path, count: int = 1_000_000) -> Path:
    """A directory of a million entries behind an end that says there is one: each would become an object."""
    row = _central("a", b"", 0, 0, 0)
    local = _local("a", b"", 0, 0)
    path.write_bytes(local + row * count + _end(1, len(row) * count, len(local)))
    return path


def locked(path: Path) -> Path:
    """An entry with the flag of a password."""
    content = bytearray(made(path, {"a.md": "x"}).read_bytes())
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    path.write_bytes(content)
    return path


def cut(path: Path, left: float = 0.5) -> Path:
    """The first part of a zip."""
    content = made(path, {f"{n}.md": f"# Page {n}\n\nText." for n in range(20)}).read_bytes()
    path.write_bytes(content[: int(len(content) * left)])
    return path


def damaged(path: Path) -> Path:
    """One byte of an entry's content turned."""
    content = bytearray(made(path, {"a.md": "text " * 1000}).read_bytes())
    content[len("PK\x03\x04") + 26 + len("a.md") + 10] ^= 0xFF
    path.write_bytes(content)
    return path


def russian_doll(path: Path, depth: int = 6) -> Path:
    """A zip in a zip in a zip."""
    content = b"# Text"
    name = "a.md"
    for n in range(depth):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(name, content)
        content, name = stream.getvalue(), f"{n}.zip"
    path.write_bytes(content)
    return path


def deep(path: Path) -> Path:
    """Folders in folders without end."""
    return with_names(path, "a/" * 30_000 + "a.md")


def laughing(path: Path, manifest: str = "imsmanifest.xml") -> Path:
    """A manifest of entities that stand for ten of the ones before."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE manifest [<!ENTITY l0 "lol">{entities}]><manifest>&l9;</manifest>'
    return made(path, {manifest: text, "index.html": "<h1>A</h1>"})


def deep_manifest(path: Path, levels: int = 200_000) -> Path:
    """A manifest of 200,000 levels."""
    return made(path, {"imsmanifest.xml": "<a>" * levels + "</a>" * levels, "index.html": "<h1>A</h1>"})


def huge_manifest(path: Path, size: int = 30 * MEGABYTE) -> Path:
    """A manifest that is bigger than any tool writes."""
    return made(path, {"imsmanifest.xml": "<manifest>" + "<item/>" * (size // 7) + "</manifest>"}, zipfile.ZIP_STORED)


def wide_manifest(path: Path) -> Path:
    """Half a million elements within the size that a manifest may have."""
    return made(path, {"imsmanifest.xml": "<manifest>" + "<a/>" * 1_000_000 + "</manifest>"})


def _local(name: str, content: bytes, size: int, check: int, *, with_content: bool = True) -> bytes:
    raw = name.encode()
    head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, check, len(content), size, len(raw), 0) + raw
    return head + content if with_content else head


def _central(name: str, content: bytes, size: int, check: int, offset: int) -> bytes:
    raw = name.encode()
    return struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, check, len(content), size, len(raw), 0, 0, 0, 0, 0, offset
    ) + raw  # fmt: skip


def _end(count: int, length: int, offset: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, length, offset, 0)


def _written(path: Path, entries: list[tuple[str, bytes, int, int]]) -> Path:
    with path.open("wb") as stream:
        rows = []
        for name, content, size, check in entries:
            rows.append(_central(name, content, size, check, stream.tell()))
            stream.write(_local(name, content, size, check))
        at, directory = stream.tell(), b"".join(rows)
        stream.write(directory + _end(len(rows), len(directory), at))
    return path


def with_zero_byte(path: Path) -> Path:
    """A name that ends early for whoever reads it as C does: page.html, in truth page.html and a program."""
    content = made(path, {"page.htmlX.exe": "x"}).read_bytes()
    path.write_bytes(content.replace(b"page.htmlX.exe", b"page.html\0.exe"))
    return path
