"""Zips for tests, with the slips that real programs make in them."""

import struct
import zipfile
from pathlib import Path

CONTENT = Path(__file__).parent / "content"
Made = dict[str, str | bytes]
"A package's files by name; text is written as UTF-8."


def zipped(
    path: Path, files: Made, *, nested: str = "", backslashes: bool = False, without_utf8_flag: bool = False,
    mac: bool = False, stored: bool = False,
) -> Path:  # fmt: skip
    """Write a zip of files; returns its path.

    ``nested``: a folder round everything, beside a stray file, so that it is no common root. ``backslashes``: names as
    some Windows programs write them. ``without_utf8_flag``: UTF-8 names that say they are code page 437. ``mac``: the
    extra files of a Mac. ``stored``: not deflated.
    """
    named = {f"{nested}/{name}" if nested else name: content for name, content in files.items()}
    if nested:
        named["Read me first.txt"] = "The course is in the folder."
    if mac:
        named |= {f"__MACOSX/._{name}": b"\0\5\x16\7" for name in files} | {".DS_Store": b"\0"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, content in named.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0))
            entry.compress_type = file.compression
            if backslashes:
                entry.filename = name.replace("/", "\\")
            file.writestr(entry, content)
    if without_utf8_flag:
        _clear_flags(path)
    return path


def _clear_flags(path: Path) -> None:
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        local = [entry.header_offset for entry in file.infolist()]
        place = file.start_dir
    for _ in local:
        _clear(content, place + 8)
        lengths = struct.unpack_from("<HHH", content, place + 28)
        place += 46 + sum(lengths)
    for offset in local:
        _clear(content, offset + 6)
    path.write_bytes(content)


def _clear(content: bytearray, at: int) -> None:
    (flags,) = struct.unpack_from("<H", content, at)
    struct.pack_into("<H", content, at, flags & ~0x800)


def content(name: str) -> str:
    """One of the files that the made packages bring along."""
    return (CONTENT / name).read_text(encoding="utf-8")
