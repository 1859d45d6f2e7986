"""What an uploaded file is, told by what is in it and never by its name, and what can be done with it today."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from courses.packages.archive import Files
from courses.packages.pages import PAGE_ENDINGS

LATER = {
    "scorm12": "This is a SCORM 1.2 package. Frontline cannot play SCORM yet: export the course as web pages or send its text as Markdown.",
    "scorm2004": "This is a SCORM 2004 package. Frontline cannot play SCORM yet: export the course as web pages or send its text as Markdown.",
    "cmi5": "This is a cmi5 package. Frontline cannot play cmi5 yet: export the course as web pages.",
    "tincan": "This is a Tin Can (xAPI) package. Frontline cannot play it yet: export the course as web pages.",
    "h5p": "This is an H5P file. Frontline cannot play H5P yet: write its text and questions as Markdown pages.",
    "common_cartridge": "This is a Common Cartridge. Frontline cannot read it yet: export the pages as a zip of HTML files.",
    "epub": "This is an EPUB book. Frontline cannot read it yet: export its chapters as HTML files in a zip.",
    "pdf": "This is a PDF. Frontline cannot show PDFs as modules yet: send the text as Markdown pages in a zip.",
    "video": "This is a video. Put it into a zip together with its captions (WebVTT) and a Markdown page that names both.",
    "gift": "This is a GIFT question bank. Frontline cannot read it yet: write the questions as a quiz page in Markdown.",
    "aiken": "This is an Aiken question bank. Frontline cannot read it yet: write the questions as a quiz page in Markdown.",
    "moodle_xml": "This is a Moodle XML question bank. Frontline cannot read it yet: write the questions as a quiz page in Markdown.",
    "qti": "This is a QTI package of questions. Frontline cannot read it yet: write the questions as a quiz page in Markdown.",
    "unknown": "Frontline does not know this kind of file. Send a zip of Markdown or HTML pages.",
}  # fmt: skip

SCORM_2004 = re.compile(rb"2004|CAM 1\.3|adlcp_v1p3|ADL SCORM 1\.3", re.IGNORECASE)


def of_files(files: Files) -> str:
    """The format of a package by the shallowest file that tells it; ``markdown`` and ``web`` can be read today."""
    names = sorted(files.names(), key=lambda name: (name.count("/"), name))
    for name in names:
        tell = _MARKERS.get(name.rsplit("/", 1)[-1].lower())
        found = tell(files, name) if tell else None
        if found:
            return found
    pages = [name.lower() for name in names if name.lower().endswith(PAGE_ENDINGS)]
    if any(name.endswith((".md", ".markdown")) for name in pages):
        return "markdown"
    return "web" if pages else "unknown"


def of_single_file(path: Path) -> str:
    """The format of a file that is not a zip."""
    with path.open("rb") as file:
        head = file.read(4096)
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head[4:8] == b"ftyp" or head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video"
    if re.search(r"<quiz[\s>]", text):
        return "moodle_xml"
    if re.search(r"<(questestinterop|assessmentItem|assessmentTest|qti-assessment)", text):
        return "qti"
    if re.search(r"^ANSWER:\s*[A-Z]\s*$", text, re.MULTILINE):
        return "aiken"
    return "gift" if re.search(r"(?<!\\)\{[^}]*(?<!\\)[=~#TF]", text) else "unknown"


def _manifest(files: Files, name: str) -> str | None:
    content = files.read(name)[: 256 * 1024]
    if b"imscc" in content.lower() or b"imsccv1" in content.lower():
        return "common_cartridge"
    if b"imsqti" in content.lower() and b"adlcp" not in content.lower():
        return "qti"
    return "scorm2004" if SCORM_2004.search(content) else "scorm12"


def _h5p(files: Files, name: str) -> str | None:
    try:
        return "h5p" if "mainLibrary" in json.loads(files.read(name)) else None
    except (ValueError, TypeError):
        return None


def _epub(files: Files, name: str) -> str | None:
    return "epub" if files.read(name)[:100].strip() == b"application/epub+zip" else None


_MARKERS: dict[str, Callable[[Files, str], str | None]] = {
    "imsmanifest.xml": _manifest,
    "cmi5.xml": lambda files, name: "cmi5",
    "tincan.xml": lambda files, name: "tincan",
    "h5p.json": _h5p,
    "mimetype": _epub,
}
