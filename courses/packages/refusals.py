"""What is said of a file that cannot become a module: what it is, and what to send instead."""

import re

CMI5 = "This is a cmi5 package, which cannot be played here yet. Publish the course as SCORM 1.2 or SCORM 2004 and upload that."
TIN_CAN = "This is a Tin Can (xAPI) package, which cannot be played here yet. Publish the course as SCORM 1.2 and upload that."
AICC = "This is an AICC package, which cannot be played here. Publish the course as SCORM 1.2 and upload that."
COMMON_CARTRIDGE = (
    "This is a Common Cartridge, which cannot be read here yet. Upload its pages as a zip of HTML files, and its questions as "
    "Moodle XML or GIFT."
)
EPUB = (
    "This is an EPUB book, which cannot be read here yet. Upload it as a PDF, or its chapters as a zip of HTML files."
)
QTI = "This is a set of QTI questions, which cannot be read here yet. Export the questions as Moodle XML or GIFT."
OFFICE = {
    "word": "This is a Word document. Save it as PDF, or write its text as Markdown pages, and upload that.",
    "ppt": "This is a PowerPoint presentation. Save it as PDF and upload that, or publish it as SCORM with your authoring tool.",
    "xl": "This is an Excel workbook. Save it as PDF and upload that, or offer it as a file to download in a zip of Markdown pages.",
}
OPEN_DOCUMENT = "This is an OpenDocument file. Save it as PDF and upload that."
OLD_OFFICE = "This is a document of an old Office program. Save it as PDF and upload that."
MOODLE_BACKUP = (
    "This is a backup of a Moodle course. Export its questions as Moodle XML, and its SCORM or H5P files one by one."
)
EMPTY = "The file is empty."
TEXT = "This is a text file without questions. Put Markdown pages into a zip; a question bank is GIFT, Aiken or Moodle XML."
NO_H5P = "This is an H5P file. The administrator of this site has switched H5P off: publish the course as SCORM or as web pages."
UNKNOWN = (
    "It is not known what this file is. Upload a SCORM package, an H5P file, a zip of Markdown or HTML pages, a PDF, a video with "
    "captions, or a question bank (GIFT, Aiken or Moodle XML)."
)
_PICTURE = "This is a picture. Put it into a zip together with a Markdown page that shows it."
_SOUND = "This is a sound recording. Make a video of it with captions (MP4), or write its text as Markdown pages."
_ARCHIVE = "This is an archive, but not a zip. Unpack it and make a zip of the same files."
_PROGRAM = (
    "This is a program, which is never taken. Upload what it was made with: SCORM, H5P, web pages, PDF or a video."
)
_FILM = "This is a video that browsers cannot play everywhere. Save it as MP4 (H.264) or WebM and upload that with its captions."

ROOTS: dict[str, tuple[str, str, str]] = {
    "html": ("web", "", "This is one web page. Put it into a zip with its pictures and scripts, even if there are none."),
    "svg": ("unknown", "", _PICTURE),
    "manifest": ("unknown", "", "This is the manifest of a package alone. Upload the whole package as the zip that was exported."),
    "tincan": ("tincan", "", TIN_CAN),
    "package": ("unknown", "", "This is the contents page of an EPUB book alone. Save the book as PDF and upload that."),
}  # fmt: skip
"By the root of a single XML file: format, name, refusal."

_MAGIC: list[tuple[int, bytes, str]] = [
    (0, b"MZ", _PROGRAM), (0, b"\x7fELF", _PROGRAM), (0, b"\xcf\xfa\xed\xfe", _PROGRAM), (0, b"\xca\xfe\xba\xbe", _PROGRAM),
    (0, b"#!", _PROGRAM), (0, b"\x89PNG", _PICTURE), (0, b"\xff\xd8\xff", _PICTURE), (0, b"GIF8", _PICTURE), (8, b"WEBP", _PICTURE),
    (0, b"BM", _PICTURE), (0, b"II*\0", _PICTURE), (0, b"MM\0*", _PICTURE), (4, b"ftypheic", _PICTURE), (4, b"ftypavif", _PICTURE),
    (0, b"ID3", _SOUND), (0, b"\xff\xfb", _SOUND), (0, b"OggS", _SOUND), (0, b"fLaC", _SOUND), (8, b"WAVE", _SOUND),
    (4, b"ftypM4A", _SOUND), (4, b"ftypM4B", _SOUND), (4, b"ftypqt", _FILM), (8, b"AVI ", _FILM), (0, b"FLV", _FILM),
    (0, b"\x30\x26\xb2\x75", _FILM), (0, b"\0\0\1\xba", _FILM), (0, b"\x1f\x8b", _ARCHIVE), (0, b"7z\xbc\xaf", _ARCHIVE),
    (0, b"Rar!", _ARCHIVE), (0, b"\xfd7zXZ", _ARCHIVE), (0, b"BZh", _ARCHIVE), (257, b"ustar", _ARCHIVE),
    (0, b"\xd0\xcf\x11\xe0", OLD_OFFICE), (0, b"{\\rtf", OLD_OFFICE),
    (0, b"FWS", "This is a Flash film, which no browser plays any more. Publish the course anew as SCORM with HTML5."),
    (0, b"CWS", "This is a Flash film, which no browser plays any more. Publish the course anew as SCORM with HTML5."),
]  # fmt: skip


def of_magic(head: bytes) -> str | None:
    """The refusal of a file by its first bytes; None when they tell nothing."""
    if not head:
        return EMPTY
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" not in head[:64]:
        return _FILM
    is_binary = b"\0" in head
    signs = (each for each in _MAGIC if is_binary or len(each[1]) > 3 or each[1][0] > 127)
    return next((words for at, sign, words in signs if head[at : at + len(sign)] == sign), None)


def of_names(names: list[str]) -> str:
    """The refusal of a zip that has no page in it, by what is there."""
    lower = [name.lower() for name in names]
    if len(names) == 1:
        return f"The zip holds one file, {names[0][:200]}. Upload that file itself."
    if any(re.search(r"\.(zip|h5p)$", name) for name in lower):
        return "The zip holds other packages. Upload each of them by itself."
    if any(name.endswith((".mp4", ".webm")) for name in lower):
        return "The zip holds a video and no page. Upload the video itself with its captions, or add a Markdown page that names both."
    if any(name == "story/story.xml" or name.endswith("/story.xml") for name in lower):
        return "This is a project of an authoring tool. Publish it for an LMS as SCORM 1.2 and upload what comes out."
    if any(name.endswith(".pdf") for name in lower):
        return "The zip holds PDFs and no page. Upload each PDF by itself."
    if any(name.endswith((".js", ".class", ".exe")) for name in lower):
        return "The zip has no page that could be opened. If it is a course, publish it as SCORM 1.2 and upload what comes out."
    return UNKNOWN
