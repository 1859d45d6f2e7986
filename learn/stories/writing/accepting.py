"""What may come with a story: pictures, drawn anew and made smaller; files of a few kinds, told by their content.

A picture keeps nothing but what it shows. A file is kept as it is, so its text is looked through for patient numbers where
it can be read: text, tables and the newer Office kinds.
"""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Any

from courses.packages.images import fitted, redrawn
from courses.storage import Storage
from learn import identifiers
from learn.accounts.profile import clean
from learn.stories.models import FileKind

LARGEST_PICTURE = 10 * 1024**2
LARGEST_FILE = 20 * 1024**2
"Bytes of one as it is uploaded."
WIDEST = 1600
"Pixels that a picture is made to be at most, in either direction."
MOST_TEXT = 2 * 1024**2
"Bytes of a file's text that are looked through."
MOST_PARTS = 5_000
"Parts that an Office file may have."

PDF, TABLE, TEXT = "application/pdf", "text/csv; charset=utf-8", "text/plain; charset=utf-8"
_OFFICE = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "docx": ("word/", _OFFICE + "wordprocessingml.document"),
    "pptx": ("ppt/", _OFFICE + "presentationml.presentation"),
    "xlsx": ("xl/", _OFFICE + "spreadsheetml.sheet"),
}
"By ending: where its parts lie, and its type."
READ = re.compile(
    r"(word/(document|comments|header\d*|footer\d*)|ppt/(slides|notesSlides)/[^/]+|xl/(sharedStrings|worksheets/[^/]+))\.xml"
)
TAG = re.compile(r"<(/?)(?:\w+:)?([\w]+)[^>]*>")
BREAKS = {"p", "br", "tab", "c", "row", "si", "tc", "tr"}
"Elements after which a new piece of text begins."

PICTURE_WORDS = "Choose a picture that is a JPEG, PNG, WebP or GIF file of 10MB at most"
SHRINK = "The picture has too many pixels or is damaged. Save it smaller, then upload it again"
FILE_WORDS = "Choose a PDF, Word, PowerPoint, Excel, CSV or text file of 20MB at most"
OLD_OFFICE = "Save the file in the newer form (.docx, .pptx or .xlsx), then upload it again"
MACROS = "This file holds macros. Save it without them, then upload it again"
OTHER = "The file is not what its name says. Save it again as PDF, Word, PowerPoint, Excel, CSV or text"
HOLDS = "This file holds what looks like {}. Take it out, then upload the file again"
_START = {b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF"}


class Refused(Exception):
    """It cannot be taken; the words say what to do."""

    def __init__(self, words: str) -> None:
        super().__init__("refused")
        self.words = words


def picture(storage: Storage, content: bytes, name: str) -> dict[str, Any]:
    """The columns of a picture that is kept now; Refused with a sentence."""
    if not content or len(content) > LARGEST_PICTURE:
        raise Refused(PICTURE_WORDS)
    drawn = redrawn(content)
    if drawn is None:
        raise Refused(SHRINK if any(content.startswith(start) for start in _START) else PICTURE_WORDS)
    try:
        drawn = fitted(drawn, WIDEST)
    except (OSError, ValueError):
        raise Refused(SHRINK) from None
    return {
        "kind": FileKind.PICTURE, "sha256": storage.put(drawn.content), "media_type": drawn.media_type,
        "name": named(name, drawn.ending, "picture"), "size": len(drawn.content), "width": drawn.width, "height": drawn.height,
    }  # fmt: skip


def file(storage: Storage, content: bytes, name: str) -> dict[str, Any]:
    """The columns of a file that is kept now; Refused with a sentence."""
    if not content or len(content) > LARGEST_FILE:
        raise Refused(FILE_WORDS)
    ending, media_type, text = _kind(content, PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip("."))
    held = [each for each in identifiers.find(text) if each.response == "hold"]
    if held:
        raise Refused(HOLDS.format(" and ".join(dict.fromkeys(identifiers.WORDS[each.kind] for each in held))))
    return {
        "kind": FileKind.FILE, "sha256": storage.put(content), "media_type": media_type, "name": named(name, ending, "file"),
        "size": len(content), "width": 0, "height": 0,
    }  # fmt: skip


def _kind(content: bytes, ending: str) -> tuple[str, str, str]:
    """Its ending, type and text, by what is in it."""
    if content.startswith(b"%PDF-"):
        return "pdf", PDF, ""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(OLD_OFFICE)
    if content.startswith(b"PK"):
        return _office(content)
    if ending not in ("csv", "txt"):
        raise Refused(OTHER if ending in ("pdf", *OFFICE) else FILE_WORDS)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\0" in text:
        raise Refused(OTHER)
    return ending, TABLE if ending == "csv" else TEXT, text[:MOST_TEXT]


def _office(content: bytes) -> tuple[str, str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            if "[Content_Types].xml" not in names or len(names) > MOST_PARTS:
                raise Refused(FILE_WORDS)
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused(MACROS)
            for ending, (folder, media_type) in OFFICE.items():
                if any(name.startswith(folder) for name in names):
                    return ending, media_type, _text(packed)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error):
        raise Refused(OTHER) from None
    raise Refused(FILE_WORDS)


def _text(packed: zipfile.ZipFile) -> str:
    """The words of an Office file, up to MOST_TEXT bytes of its parts."""
    left, pieces = MOST_TEXT, list[str]()
    for name in packed.namelist():
        if READ.fullmatch(name) and left > 0:
            with packed.open(name) as part:
                raw = part.read(left)
            left -= len(raw)
            # Letters of one number may lie in several runs, so only what ends a piece of text becomes a space.
            pieces.append(TAG.sub(lambda met: "\n" if met[2] in BREAKS else "", raw.decode("utf-8", "replace")))
    return "\n".join(pieces)


def named(name: str, ending: str, default: str) -> str:
    """The name under which it is offered: cleaned, without what looks like anybody's data, with the ending of what it is."""
    stem = clean(PurePosixPath(name.replace("\\", "/")).name)
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    found = identifiers.find(stem) or identifiers.find(re.sub(r"[_.]+", " ", stem))
    if found:
        stem = identifiers.masked(re.sub(r"[_.]+", " ", stem), identifiers.find(re.sub(r"[_.]+", " ", stem)))
        stem = stem if not identifiers.find(stem) else default
    stem = re.sub(r"[^\w \-.()\u2019]+", " ", stem)
    # Signs that became spaces may have brought a number together.
    stem = default if identifiers.find(stem) else stem
    return f"{' '.join(stem.split()).strip('. ')[:140] or default}.{ending}"
