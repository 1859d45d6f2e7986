"""Reading an uploaded zip without trusting it: nothing is unpacked to disk, every limit is checked before anything is read.

Facts measured on CPython 3.11: overlapping entries and names with backslashes pass ``zipfile`` unnoticed, 48 kB can hold
50 MB, names without the UTF-8 flag come out in code page 437, and 100 MB of directory become a gigabyte of objects.
"""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from courses.errors import BadPackage
from courses.packages.report import Report
from courses.packages.rules import contents, names, sizes

WHOLE = 32 * 1024**2
"Bytes of one file that are ever held at once: a page, a manifest, a picture. Bigger ones are streamed."


class Files(Protocol):
    """A read-only view of files by their path with forward slashes."""

    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...
    def open(self, name: str) -> BinaryIO: ...
    def size(self, name: str) -> int: ...


class Folder:
    """The files of a folder that this project ships."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        return (self.root / name).open("rb")

    def size(self, name: str) -> int:
        return (self.root / name).stat().st_size


class Archive:
    """The files of a zip that passed every rule."""

    def __init__(self, file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], offsets: dict[int, int]) -> None:
        self.file = file
        self.entries = entries
        self.offsets = offsets
        "Where an entry's data begins, by where its header begins."
        self._names = sorted(entries)

    def names(self) -> list[str]:
        return self._names

    def read(self, name: str) -> bytes:
        """One entry whole; BadPackage for one that is too big to be held."""
        entry = self.entries[name]
        if entry.file_size > WHOLE:
            raise BadPackage(f"A page, manifest or picture is bigger than {WHOLE // 1024**2}MB: {names.shown(name)}.")
        with self.file.open(entry) as stream:
            return stream.read(entry.file_size)

    def open(self, name: str) -> BinaryIO:
        """One entry as a stream."""
        return cast(BinaryIO, self.file.open(self.entries[name]))

    def size(self, name: str) -> int:
        return self.entries[name].file_size


def open_archive(path: Path, report: Report) -> Archive | None:
    """The zip's files under repaired names with a common root folder taken off; None and errors in the report when refused."""
    try:
        with path.open("rb") as stream:
            if not sizes.check_directory(stream, report):
                return None
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        report.error("no_file", "There is no such file.")
        return None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        sizes.refuse_damaged(report)
        return None
    archive = _checked(file, report)
    if archive is None:
        file.close()
    return archive


def _checked(file: zipfile.ZipFile, report: Report) -> Archive | None:
    """What can be told from the directory comes first; nothing is unpacked of a file that fails there."""
    entries = names.named(file.infolist(), report)
    sizes.check(file, entries, report)
    if report.has_errors:
        return None
    offsets = sizes.data_offsets(file, entries, report)
    if not report.has_errors:
        contents.check(file, entries, report)
    return None if report.has_errors else Archive(file, names.without_root(entries), offsets)


class Single:
    """One file that is not a zip, under one name."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def names(self) -> list[str]:
        return [self.name]

    def read(self, name: str) -> bytes:
        """The file whole; BadPackage when it is too big to be held."""
        if self.size(name) > WHOLE:
            raise BadPackage(f"The file is bigger than {WHOLE // 1024**2}MB.")
        return self.path.read_bytes()

    def open(self, name: str) -> BinaryIO:
        return io.BufferedReader(self.path.open("rb", buffering=0))

    def size(self, name: str) -> int:
        return self.path.stat().st_size
