"""What an uploaded file is, told by what is in it and never by its name (chamilo-lms#3722)."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from courses.errors import BadPackage
from courses.packages import refusals, xml
from courses.packages.archive import Files
from courses.packages.report import Report

HEAD = 256 * 1024
"Bytes of a single file that are looked at."
PAGE_ENDINGS = (".md", ".markdown", ".html", ".htm", ".xhtml")
ABOUT = re.compile(r"(^|/)(readme|licen[cs]e|change(s|log)|contributing|notice)[^/]*\.(md|markdown)$")
"Markdown that comes along with web pages and is none of the module's."
GIFT_ANSWERS = re.compile(r"(?<!\\)\{\s*([=~#%]|(?i:T(RUE)?|F(ALSE)?)\s*[}#])|^\$CATEGORY:|^::[^:\n]+::", re.MULTILINE)
GIFT_ESSAY = re.compile(r"^[^\n{};=]{12,}\{\s*\}\s*$", re.MULTILINE)
AIKEN = re.compile(r"^[ \t]*ANSWER[ \t]*:[ \t]*[A-Z]([ \t,.;)]+[A-Z])*[ \t.;)]*$", re.MULTILINE | re.IGNORECASE)


class Found(NamedTuple):
    """What a file is."""

    format: str
    "One of the names in Report.format."
    name: str = ""
    "The file that told it: a manifest, with its folder."
    refusal: str = ""
    "Why it cannot be read and what to send instead; empty when a reader may try."


def of_files(files: Files) -> Found:
    """What a package is, by the shallowest file that tells it; a manifest may lie in a folder (devianl2/laravel-scorm#18)."""
    names = sorted(files.names(), key=lambda name: (name.count("/"), _RANKS.get(_last(name), 99), name))
    for name in names:
        tell = _MARKERS.get(_last(name))
        found = tell(files, name) if tell else None
        if found:
            return found
    lower = [name.lower() for name in names]
    if any(name.endswith(".crs") for name in lower) and any(name.endswith(".au") for name in lower):
        return Found("unknown", refusal=refusals.AICC)
    pages = [name for name in lower if name.endswith(PAGE_ENDINGS)]
    written = [name for name in pages if name.endswith((".md", ".markdown"))]
    if written and (len(written) == len(pages) or not all(ABOUT.search(name) for name in written)):
        return Found("markdown")
    return Found("web") if pages else Found("unknown", refusal=refusals.of_names(names))


def of_single_file(path: Path) -> Found:
    """What a file is that is not a zip."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"%PDF-") or b"%PDF-" in head[:1024]:
        return Found("pdf")
    binary = refusals.of_magic(head)
    if binary is not None:
        return Found("unknown", refusal=binary)
    if head[4:8] == b"ftyp" or head.startswith(b"\x1a\x45\xdf\xa3"):
        return Found("video")
    text = _text(head)
    return Found("unknown", refusal=refusals.UNKNOWN) if text is None else _of_text(text)


def _of_text(text: str) -> Found:
    tag = _root(text)
    if tag == "quiz":
        return Found("moodle_xml")
    if tag.startswith(("questestinterop", "assessmentitem", "assessmenttest", "qti-assessment")):
        return Found("qti", refusal=refusals.QTI)
    if tag == "coursestructure":
        return Found("cmi5", refusal=refusals.CMI5)
    if tag in refusals.ROOTS:
        return Found(*refusals.ROOTS[tag])
    if AIKEN.search(text):
        return Found("aiken")
    if GIFT_ANSWERS.search(text) or GIFT_ESSAY.search(text):
        return Found("gift")
    return Found("unknown", refusal=refusals.TEXT if text.strip() else refusals.EMPTY)


def _root(text: str) -> str:
    """The name of the root of what looks like XML or HTML; comments before it are passed over. Empty for other text."""
    if not text.lstrip().startswith("<"):
        return ""
    bare = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text[:8192], flags=re.DOTALL)
    found = re.search(r"<([A-Za-z][\w.:-]*)", bare)
    return found.group(1).rpartition(":")[2].lower() if found else ""


def _text(head: bytes) -> str | None:
    """The text of a file's beginning; None when it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").replace("\r", "\n")
    if b"\0" in head:
        return None
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = head.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _last(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()


def _manifest(files: Files, name: str) -> Found:
    """By namespaces, then by the version that the manifest names, then by the types of its resources."""
    if files.size(name) > xml.SIZE:
        return Found("scorm12", name)
    content = files.read(name)
    found = xml.parse_with_namespaces(content, Report(), name)
    if found is None:
        return Found("scorm2004" if re.search(rb"adlcp_v1p3|2004|CAM 1\.3", content) else "scorm12", name)
    root, declared = found
    spaces = " ".join(sorted(declared)).lower()
    types = " ".join(node.get("type", "") for node in root.iter() if xml.local(node.tag) == "resource").lower()
    versions = [(node.text or "").strip().lower() for node in root.iter() if xml.local(node.tag) == "schemaversion"]
    schemas = " ".join((node.text or "").lower() for node in root.iter() if xml.local(node.tag) == "schema")
    if "imscc" in spaces or "common cartridge" in schemas:
        return Found("common_cartridge", name, refusals.COMMON_CARTRIDGE)
    has_old, has_new = "adlcp_rootv1p2" in spaces, "adlcp_v1p3" in spaces or "adlseq" in spaces
    if ("imsqti" in spaces + types or "qti" in schemas) and not (has_old or has_new):
        return Found("qti", name, refusals.QTI)
    if has_old != has_new:
        return Found("scorm2004" if has_new else "scorm12", name)
    is_new = any(re.search(r"2004|1\.3", version) for version in versions[:1])
    return Found("scorm2004" if is_new else "scorm12", name)


def _cmi5(files: Files, name: str) -> Found:
    return Found("cmi5", name, refusals.CMI5)


def _tin_can(files: Files, name: str) -> Found:
    return Found("tincan", name, refusals.TIN_CAN)


def _h5p(files: Files, name: str) -> Found | None:
    try:
        about = json.loads(files.read(name).decode("utf-8-sig"))
        return Found("h5p", name) if isinstance(about, dict) and "mainLibrary" in about else None
    except (ValueError, RecursionError, BadPackage):
        return Found("h5p", name) if "/" not in name and "content/content.json" in files.names() else None


def _mimetype(files: Files, name: str) -> Found | None:
    told = files.read(name)[:200].strip() if files.size(name) < 200 else b""
    if told == b"application/epub+zip":
        return Found("epub", name, refusals.EPUB)
    return Found("unknown", name, refusals.OPEN_DOCUMENT) if b"opendocument" in told else None


def _office(files: Files, name: str) -> Found | None:
    tops = {each.split("/", 1)[0].lower() for each in files.names()}
    kind = next((kind for kind in ("word", "ppt", "xl") if kind in tops), None)
    return Found("unknown", name, refusals.OFFICE[kind]) if kind else None


def _container(files: Files, name: str) -> Found | None:
    return Found("epub", name, refusals.EPUB) if name.lower().endswith("meta-inf/container.xml") else None


def _backup(files: Files, name: str) -> Found:
    return Found("unknown", name, refusals.MOODLE_BACKUP)


_MARKERS: dict[str, Callable[[Files, str], Found | None]] = {
    "imsmanifest.xml": _manifest,
    "cmi5.xml": _cmi5,
    "tincan.xml": _tin_can,
    "h5p.json": _h5p,
    "mimetype": _mimetype,
    "container.xml": _container,
    "[content_types].xml": _office,
    "moodle_backup.xml": _backup,
}
_RANKS = {name: rank for rank, name in enumerate(_MARKERS)}
"What wins at one depth: a package that is both SCORM and Tin Can is played as SCORM."
