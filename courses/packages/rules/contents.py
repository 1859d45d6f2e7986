"""Every byte of a zip is unpacked once and counted, so that a lie or a damaged part is found now and not by a learner."""

import zipfile
import zlib

from courses.packages.report import Report
from courses.packages.rules.names import shown

PIECE = 256 * 1024
DAMAGED = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)


def check(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], report: Report) -> None:
    """An error for each entry whose content is not what the directory says: length, checksum, compression."""
    for name, entry in entries.items():
        try:
            is_sound = _length(file, entry) == entry.file_size
        except DAMAGED:
            is_sound = False
        if not is_sound:
            words = "A file in the package is damaged. Make the zip again and upload it once more."
            report.error("damaged", words, shown(name))


def _length(file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    total = 0
    with file.open(entry) as stream:
        while piece := stream.read(PIECE):
            total += len(piece)
            if total > entry.file_size:
                return total
    return total
