"""A PDF as a unit: how many pages, and whether everybody will be able to read them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courses.catalogue import Rule, UnitKind
from courses.packages.content import UnitContent
from courses.packages.report import Report

SEEN = 80
"Per cent of the pages that a learner has to see."
SAMPLE = 10
"Pages whose text is looked for."
DRAWN = 100_000
"Bytes of drawing on a page whose words are counted one by one: pypdf takes 5 s for a megabyte."
PACKED = 32 * 1024
"Bytes that they may have in the file; a page that has more is a drawing, and is not looked at."
LONGEST = 5_000
"Pages that a PDF may have."
UNKNOWN = 200
"Words of a page that was not counted."
TEXT = re.compile(rb"T[jJ]\b")
"The operators that write text (ISO 32000-1, 9.4.3)."
WORDS_A_MINUTE = 200


@dataclass
class _Told:
    pages: int
    words: int
    "In the first pages."
    is_tagged: bool
    has_language: bool
    is_form: bool
    title: str


def read(path: Path, name: str, report: Report) -> list[UnitContent]:
    """One unit; empty with an error in the report when the PDF is locked, damaged or far too long."""
    try:
        told = _told(path, report)
    except Exception:  # pypdf meets broken files with whatever its code ran into
        told = None
        report.error("pdf_damaged", "The PDF is damaged or cut off. Save or print it as PDF again and upload that.")
    if told is None:
        return []
    if not 0 < told.pages <= LONGEST:
        report.error("pdf_pages", f"The PDF has {told.pages:,} pages; it needs one at least and {LONGEST:,} at most.")
        return []
    _advise(told, report)
    report.facts |= {"pages": told.pages, "is_tagged": told.is_tagged, "has_text": told.words > 0}
    title = (told.title or report.title or _words(name))[:255]
    report.title = report.title or title
    sampled = min(told.pages, SAMPLE)
    minutes = max(1, round(told.words * told.pages / sampled / WORDS_A_MINUTE))
    return [
        UnitContent(
            "pdf", UnitKind.PDF, title, minutes=minutes, rule=Rule.SEEN, threshold=SEEN,
            play={"href": file_name(name), "pages": told.pages},
        )
    ]  # fmt: skip


def file_name(name: str) -> str:
    """The name under which the PDF is served: that of the author's file, in signs that need no thought in an address."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip("-")[:80]
    return f"{stem or 'document'}.pdf"


def _told(path: Path, report: Report) -> _Told | None:
    from pypdf import PdfReader  # 16 MB and 0.4 s that only this needs

    with path.open("rb") as stream:
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            report.error("encrypted", "The PDF is locked with a password. Save it again without one.")
            return None
        root: Any = reader.root_object
        count = len(reader.pages)
        words = _words_in(reader.pages, min(SAMPLE, count)) if count <= LONGEST else 0
        form = root.get("/AcroForm")
        marks = root.get("/MarkInfo")
        return _Told(
            count, words,
            bool(marks is not None and marks.get_object().get("/Marked")) and "/StructTreeRoot" in root, "/Lang" in root,
            form is not None and "/XFA" in form.get_object(),
            " ".join(str((reader.metadata and reader.metadata.title) or "").split()),
        )  # fmt: skip


def _words_in(all_pages: Any, count: int) -> int:
    """About how many words the first pages have; after three that cannot be looked at, the others are taken to be alike."""
    words = odd = 0
    for n in range(count):
        words += (found := _words_on(all_pages[n]))
        odd += found == UNKNOWN
        if odd == 3:
            return words + (count - n - 1) * UNKNOWN
    return words


def _words_on(page: Any) -> int:
    """About how many words a page has; 0 is none at all. A page that cannot be looked at cheaply counts as having some."""
    try:
        held = page.get("/Contents")
        streams = held.get_object() if held is not None else []
        parts = streams if isinstance(streams, list) else [streams]
        if sum(len(getattr(part.get_object(), "_data", b"")) for part in parts) > PACKED:
            return UNKNOWN
        content = page.get_contents()
        drawn = content.get_data() if content is not None else b""
        if len(drawn) > DRAWN:
            return UNKNOWN if TEXT.search(drawn) else 0
        return len(page.extract_text().split())
    except Exception:  # one odd page is no reason to refuse the others
        return UNKNOWN


def _advise(told: _Told, report: Report) -> None:
    """What keeps somebody from reading it (WCAG 2.2; Accessibility Regulations 2018)."""
    report.note("pdf_pages", f"The PDF has {told.pages:,} {'page' if told.pages == 1 else 'pages'}.")
    if told.words == 0:
        words = "No text was found in the first pages: they may be scanned pictures, which screen readers and search cannot read."
        report.warn("no_text", f"{words} Run text recognition, or upload the original saved as PDF.")
    if not told.is_tagged:
        words = "The PDF is not tagged, so screen readers do not know its headings, lists and tables."
        report.warn("not_tagged", f"{words} Save it as a tagged or accessible PDF.")
    elif not told.has_language:
        report.warn("no_language", "The PDF does not say which language it is in. Set the language and save it again.")
    if not told.title:
        report.note("no_title", "The PDF has no title of its own; the unit is called after the file.")
    if told.is_form:
        words = "The PDF is a form of an old kind (XFA) that browsers cannot show. Print it as an ordinary PDF."
        report.warn("xfa", words)


def _words(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip()
    return words[:1].upper() + words[1:] or "Document"
