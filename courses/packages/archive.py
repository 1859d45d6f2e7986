"""Reading an uploaded zip without trusting it: nothing is unpacked to disk, every limit is checked before and while reading.

Facts measured on CPython 3.11: overlapping entries and names with backslashes pass ``zipfile`` unnoticed, 48 kB can hold
50 MB, and names without the UTF-8 flag come out in code page 437.
"""

import lzma
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from courses.packages.report import Report

TOTAL = 2 * 1024**3
"Bytes that all entries may have together."
ENTRY = 500 * 1024**2
"Bytes that one entry may have."
ENTRIES = 20_000
RATIO = 200
"How much smaller than its content an entry may be, where that is over 10 MiB."
RATIO_FROM = 10 * 1024**2
IGNORED = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


class Files(Protocol):
    """A read-only view of files by their path with forward slashes."""

    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...


class Folder:
    """The files of a folder that this project ships."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


class Archive:
    """The files of a zip that passed ``check``."""

    def __init__(self, file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> None:
        self.file = file
        self.entries = entries

    def names(self) -> list[str]:
        return sorted(self.entries)

    def read(self, name: str) -> bytes:
        """One entry whole; more than it declared is refused while it is read."""
        entry = self.entries[name]
        with self.file.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
        if len(content) > entry.file_size:
            raise zipfile.BadZipFile("an entry is longer than it says")
        return content


def open_archive(path: Path, report: Report) -> Archive | None:
    """The zip's files under repaired names with a common root folder taken off; None and errors in the report when refused."""
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        report.error("no_file", "There is no such file.")
        return None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        report.error(
            "not_a_zip",
            "The file is not a zip, or it is damaged or cut off. Make the zip again and upload it once more.",
        )
        return None
    entries = _named(file, report)
    _check_sizes(file, entries, report)
    if not report.has_errors:
        _check_content(file, entries, report)
    if report.has_errors:
        file.close()
        return None
    return Archive(file, _without_root(entries))


def _named(file: zipfile.ZipFile, report: Report) -> dict[str, zipfile.ZipInfo]:
    """Entries by their repaired name; what could lead outside or hide another is an error."""
    entries: dict[str, zipfile.ZipInfo] = {}
    folded: dict[str, str] = {}
    for entry in file.infolist():
        name = _repaired(entry, report)
        if entry.is_dir() or name.endswith("/") or IGNORED.search(name):
            continue
        if not _is_safe(name):
            report.error(
                "unsafe_name",
                "A file's name leads outside the package or has signs that names cannot have.",
                _shown(name),
            )
            continue
        mode = entry.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
            report.error("not_a_file", "The package holds a link or a device. Put the file itself in.", _shown(name))
        elif entry.flag_bits & 0x1:
            report.error("encrypted", "The package is locked with a password. Make it again without one.", _shown(name))
        elif name.casefold() in folded:
            report.error(
                "same_name",
                f"Two files have the same name but for case: {_shown(folded[name.casefold()])}.",
                _shown(name),
            )
        folded[name.casefold()] = name
        entries[name] = entry
    if not entries and not report.has_errors:
        report.error("empty", "The zip has no files in it.")
    return entries


def _repaired(entry: zipfile.ZipInfo, report: Report) -> str:
    name = entry.orig_filename if "\0" in entry.orig_filename else entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass  # it was code page 437, or names nothing that can be told apart
    if "\\" in name:
        name = name.replace("\\", "/")
        report.note("backslashes", "Names with backslashes were read as folders.", _shown(name))
    return unicodedata.normalize("NFC", name)


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    has_drive = bool(re.match(r"[A-Za-z]:", name))
    return bool(name) and not name.startswith("/") and not has_drive and ".." not in parts and "" not in parts and all(
        character.isprintable() for character in name
    )  # fmt: skip


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)[:200]


def _check_sizes(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], report: Report) -> None:
    if len(entries) > ENTRIES:
        report.error("too_many_files", f"The package has more than {ENTRIES:,} files.")
    if sum(entry.file_size for entry in entries.values()) > TOTAL:
        report.error("too_big", "The package is bigger than 2GB when it is unpacked.")
    for name, entry in entries.items():
        if entry.file_size > ENTRY:
            report.error("file_too_big", "A file is bigger than 500MB.", _shown(name))
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size):
            report.error(
                "suspicious",
                "A file grows more than 200 times when it is unpacked, which no real content does.",
                _shown(name),
            )
    end = 0
    for entry in sorted(entries.values(), key=lambda each: each.header_offset):
        if entry.header_offset < end:
            report.error("overlapping", "Files in the package overlap. Make the zip again with another program.")
            break
        end = entry.header_offset + 30 + entry.compress_size


def _check_content(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], report: Report) -> None:
    """Read every entry once, counted, so that a lie about sizes or a damaged part is found now and not by a learner."""
    for name, entry in entries.items():
        try:
            if sum(len(chunk) for chunk in _stream(file, entry)) != entry.file_size:
                raise zipfile.BadZipFile("size")
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            zlib.error,
            lzma.LZMAError,
        ):
            report.error(
                "damaged", "A file in the package is damaged. Make the zip again and upload it once more.", _shown(name)
            )


def _stream(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    total = 0
    with file.open(entry) as stream:
        while chunk := stream.read(1024 * 1024):
            total += len(chunk)
            if total > entry.file_size:
                raise zipfile.BadZipFile("longer than it says")
            yield chunk


def _without_root(entries: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Take off one folder that everything lies in."""
    tops = {name.split("/", 1)[0] for name in entries}
    if len(tops) == 1 and all("/" in name for name in entries):
        return _without_root({name.split("/", 1)[1]: entry for name, entry in entries.items()})
    return entries
