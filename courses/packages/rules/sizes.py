"""How much a zip may hold, told from its directory alone: a bomb is refused before a byte of it is unpacked."""

import struct
import zipfile
from typing import BinaryIO

from courses.packages.report import Report
from courses.packages.rules.names import shown

TOTAL = 2 * 1024**3
"Bytes that all entries may have together."
ENTRY = 500 * 1024**2
"Bytes that one entry may have."
ENTRIES = 20_000
DIRECTORY = 6 * 1024**2
"Bytes that the list of entries may have: 300 for each of 20,000."
RATIO = 200
"How much smaller than its content an entry may be, where that is over 10 MiB."
RATIO_FROM = 10 * 1024**2
WHOLE_RATIO = 100
"How much smaller than its content the whole zip may be, where that is over 100 MiB."
WHOLE_RATIO_FROM = 100 * 1024**2
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
HEADER = struct.Struct("<4s5H3L2H")
"A local file header (APPNOTE 4.3.7)."
END = struct.Struct("<4s4H2LH")
"The end of the directory (APPNOTE 4.3.16)."
END_64 = struct.Struct("<4sQ2H2L4Q")
"The same for big files (APPNOTE 4.3.14)."
LOCATOR_64 = struct.Struct("<4sLQL")


def refuse_damaged(report: Report) -> None:
    """The file begins like a zip or should be one, and cannot be opened."""
    words = "The file is not a zip, or it is damaged or cut off. Make the zip again and upload it once more."
    report.error("not_a_zip", words)


def check_directory(stream: BinaryIO, report: Report) -> bool:
    """Whether the directory is there and small enough to be read: every entry in it becomes an object in memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_536 - END.size))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        refuse_damaged(report)
        return False
    _, disk, _, _, count, length, _, _ = END.unpack_from(tail, at)
    if at >= LOCATOR_64.size and tail[at - LOCATOR_64.size : at].startswith(b"PK\x06\x07"):
        stream.seek(min(size, LOCATOR_64.unpack_from(tail, at - LOCATOR_64.size)[2]))
        found = stream.read(END_64.size)
        if len(found) == END_64.size and found.startswith(b"PK\x06\x06"):
            count, length = END_64.unpack(found)[7:9]
    if disk not in (0, 0xFFFF):
        report.error("in_parts", "The zip is one of several parts. Make it again as one file.")
    elif count > ENTRIES or length > DIRECTORY:
        report.error("too_many_files", f"The package has more than {ENTRIES:,} files.")
    return not report.has_errors


def check(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], report: Report) -> None:
    """Counts, declared sizes, ratios and packing methods of a zip."""
    total = sum(entry.file_size for entry in entries.values())
    if len(entries) > ENTRIES:
        report.error("too_many_files", f"The package has more than {ENTRIES:,} files.")
    if total > TOTAL:
        report.error("too_big", "The package is bigger than 2GB when it is unpacked.")
    for name, entry in entries.items():
        _check_entry(name, entry, report)
    packed = sum(entry.compress_size for entry in entries.values())
    if total > WHOLE_RATIO_FROM and total > WHOLE_RATIO * max(1, packed) and not report.has_errors:
        words = f"The package grows more than {WHOLE_RATIO} times when it is unpacked, which no real content does."
        report.error("suspicious", words)


def _check_entry(name: str, entry: zipfile.ZipInfo, report: Report) -> None:
    if entry.file_size > ENTRY:
        report.error("file_too_big", "A file is bigger than 500MB.", shown(name))
    if entry.file_size > RATIO_FROM and entry.file_size > RATIO * max(1, entry.compress_size):
        words = f"A file grows more than {RATIO} times when it is unpacked, which no real content does."
        report.error("suspicious", words, shown(name))
    if entry.compress_type not in METHODS:
        words = "The zip is packed in a way that is not read here. Make it again as an ordinary zip (Deflate)."
        report.error("packing", words, shown(name))


def data_offsets(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], report: Report) -> dict[int, int]:
    """Where the data of each entry begins, by where its header begins; overlaps and broken headers are errors.

    A zip whose entries share their data passes CPython 3.11 (CVE-2024-0450).
    """
    offsets: dict[int, int] = {}
    end = 0
    for name, entry in sorted(entries.items(), key=lambda each: each[1].header_offset):
        begin = _data_offset(file, entry)
        if begin is None and entry.header_offset >= end:
            words = "A file in the package is damaged. Make the zip again and upload it once more."
            report.error("damaged", words, shown(name))
            continue
        if begin is None or entry.header_offset < end or begin + entry.compress_size > file.start_dir:
            words = "Files in the package overlap. Make the zip again with another program."
            report.error("overlapping", words, shown(name))
            break
        end = begin + entry.compress_size
        offsets[entry.header_offset] = begin
    return offsets


def _data_offset(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int | None:
    stream = file.fp
    if stream is None or entry.header_offset < 0:
        return None
    stream.seek(entry.header_offset)
    found = stream.read(HEADER.size)
    if len(found) < HEADER.size or not found.startswith(b"PK\x03\x04"):
        return None
    fields = HEADER.unpack(found)
    return entry.header_offset + HEADER.size + int(fields[9]) + int(fields[10])
