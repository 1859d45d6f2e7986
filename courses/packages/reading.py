"""From an uploaded file to a module's content and the one report: no database here, so it can run in a process of its own."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from courses import slugs
from courses.catalogue import UnitKind
from courses.errors import BadPackage
from courses.packages import detect, h5p, media, module_files, pages, pdf, refusals, scorm, stored, web
from courses.packages.archive import Archive, Files, open_archive
from courses.packages.content import Content, PackageContent, UnitContent
from courses.packages.facts import gathering
from courses.packages.report import Report
from courses.packages.rules import sizes
from courses.questions import aiken, banks, gift, moodle_xml
from courses.questions.banks import Bank
from courses.storage import Storage

__all__ = ["Content", "PackageContent", "UnitContent", "read", "read_files"]

PACKAGES: dict[str, Callable[[Files, Report], list[UnitContent]]] = {
    "web": web.read, "scorm12": scorm.read, "scorm2004": scorm.read, "h5p": h5p.read,
}  # fmt: skip
"Readers of zips that are played as they are, by format."
BANKS: dict[str, Callable[[bytes, Report, Storage, str], list[Bank]]] = {
    "gift": lambda content, report, storage, slug: gift.read(
        banks.decoded(content), report, storage=storage, slug=slug
    ),
    "aiken": lambda content, report, storage, slug: aiken.read(banks.decoded(content), report),
    "moodle_xml": lambda content, report, storage, slug: moodle_xml.read(content, report, storage=storage, slug=slug),
}
"Readers of question banks, by format; the slug is for the addresses of their pictures."
TOLD = (
    ("title", str, "a text in quotes"),
    ("summary", str, "a text in quotes"),
    ("theme", str, "a theme's slug in quotes"),
    ("requires", list, "a list of modules' slugs in square brackets"),
)
"What module.toml may say."
PLAYED = (UnitKind.WEB, UnitKind.SCORM, UnitKind.H5P, UnitKind.PDF)


@dataclass(frozen=True)
class Wanted:
    """What was chosen beside the file; it wins over what the file says."""

    name: str = ""
    slug: str | None = None
    title: str | None = None
    theme: str | None = None
    captions: Path | None = None
    transcript: Path | None = None
    plays_h5p: bool = True


def read(
    path: Path, storage: Storage, *, name: str = "", slug: str | None = None, title: str | None = None, theme: str | None = None,
    captions: Path | None = None, transcript: Path | None = None, plays_h5p: bool = True,
    check: Callable[[Content, Report], None] | None = None,
) -> tuple[Report, Content | None]:  # fmt: skip
    """What a file is and holds; None with errors in the report when it is refused, and nothing of it is in the storage then.

    ``name`` is the file's name on its author's computer, when ``path`` is a copy; only a title is made from it.
    ``slug``, ``title`` and ``theme`` win over the package's own. ``captions`` and ``transcript`` belong to a single video.
    ``check`` may add errors to the report of a module of pages before anything is kept.
    """
    report = Report()
    wanted = Wanted(name or path.name, slug, title, theme, captions, transcript, plays_h5p)
    with TemporaryDirectory() as folder:
        aside = Storage(Path(folder))
        try:
            content = _read(path, storage, aside, wanted, report)
        except BadPackage as refusal:
            report.error("too_big_to_read", refusal.message)
        if content is not None and check is not None and not report.has_errors:
            check(content, report)
        if report.has_errors:
            return report, None
        for kept in aside.names():
            with aside.open(kept) as stream:
                storage.put(stream)
    return report, content


def _read(path: Path, storage: Storage, aside: Storage, wanted: Wanted, report: Report) -> Content | None:
    if not path.is_file():
        report.error("no_file", "There is no such file.")
        return None
    report.facts["size"] = path.stat().st_size
    with path.open("rb") as stream:
        is_zip = stream.read(4) in (b"PK\3\4", b"PK\5\6", b"PK\7\x08")
    if not is_zip:
        return _read_single(path, storage, aside, wanted, report)
    files = open_archive(path, report)
    if files is None:
        return None
    with files.file:
        found = _detected(files, wanted, report)
        if found.format == "markdown" or report.has_errors:
            return _pages(files, aside, wanted, report)
        units = _played(files, found.format, report)
        if report.has_errors:
            return None
        content = _content(units, _package_digest(path), wanted, report)
        if not report.has_errors:
            _keep_package(path, units, True, len(files.entries), stored.index_of(files), storage)
        return content


def read_files(files: Files, storage: Storage, report: Report, **wanted: Any) -> Content | None:
    """The module that a folder's pages hold; None with errors in the report when it is refused.

    ``wanted``: slug, title, theme, name as in ``read``.
    """
    found = _detected(files, Wanted(**wanted), report)
    if found.format != "markdown" and not report.has_errors:
        report.error("not_pages", "A folder is read as pages; a package that is played has to be uploaded as a zip.")
    return _pages(files, storage, Wanted(**wanted), report)


def _detected(files: Files, wanted: Wanted, report: Report) -> detect.Found:
    """What the files are; plain web pages are read as pages of the site, like Markdown."""
    found = detect.of_files(files)
    report.format = found.format
    if found.refusal:
        report.error("not_readable", found.refusal)
    elif found.format == "h5p" and not wanted.plays_h5p:
        report.error("not_readable", refusals.NO_H5P)
    elif found.format == "web" and web.why_played(files) is None:
        return found._replace(format="markdown")
    return found


def _pages(files: Files, storage: Storage, wanted: Wanted, report: Report) -> Content | None:
    """A module of pages, quizzes and so on, each a unit of the site."""
    if report.has_errors:
        return None
    about = _about(files, report)
    report.title = wanted.title or about.get("title") or _words(wanted.name)
    report.slug = wanted.slug or slugs.from_title(report.title, "module")
    units = module_files.read_all(pages.Place("", report.slug, files, storage, report))
    content = _content(units, _digest(files), wanted, report)
    if content is not None:
        content.summary = str(about.get("summary", ""))
        content.theme = wanted.theme or about.get("theme")
        content.requires = [str(each) for each in about.get("requires", [])]
    return content


def _played(files: Archive, format: str, report: Report) -> list[UnitContent]:
    units = PACKAGES[format](files, report)
    taken: set[str] = set()
    for unit in units:
        unit.key = module_files.unused(unit.key, taken)
        taken.add(unit.key)
    gathering.gather(files, report)
    report.facts["launch"] = [str(unit.play.get("href", "")) for unit in units if unit.play.get("href")]
    if not units and not report.has_errors:
        report.error("nothing_to_play", "The package has nothing that could be opened. Export it again.")
    return units


def _read_single(path: Path, storage: Storage, aside: Storage, wanted: Wanted, report: Report) -> Content | None:
    if path.stat().st_size > sizes.TOTAL:
        report.error("too_big", "The file is bigger than 2GB.")
        return None
    found = detect.of_single_file(path)
    report.format, report.title = found.format, wanted.title
    if found.refusal:
        report.error("not_readable", found.refusal)
        return None
    if found.format == "video":
        units = media.read(path, wanted.name, wanted.captions, wanted.transcript, aside, report)
    elif found.format == "pdf":
        units = pdf.read(path, wanted.name, report)
    else:
        units = _bank(path, found.format, aside, wanted, report)
    if report.has_errors:
        return None
    digest = _package_digest(path, *(unit.media.get("captions", {}).get("sha256", "") for unit in units))
    content = _content(units, digest, wanted, report)
    if found.format == "pdf" and content is not None:
        index = stored.index_of_one(units[0].play["href"], path.stat().st_size)
        _keep_package(path, units, False, 1, index, storage)
    return content


def _bank(path: Path, format: str, aside: Storage, wanted: Wanted, report: Report) -> list[UnitContent]:
    """One quiz unit of all the questions that came in."""
    if path.stat().st_size > banks.LARGEST:
        report.error("too_big", f"The question bank is bigger than {banks.LARGEST // 1024**2}MB. Export it in parts.")
        return []
    title = wanted.title or _words(wanted.name)
    slug = wanted.slug or slugs.from_title(title, "module")
    found = BANKS[format](path.read_bytes(), report, aside, slug)
    return [banks.unit(found, title)] if found else []


def _content(units: list[UnitContent], digest: str, wanted: Wanted, report: Report) -> Content | None:
    """The module, under the title that was chosen, else the package's own, else the file's name."""
    report.title = (wanted.title or report.title or _words(wanted.name))[:255]
    report.slug = wanted.slug or report.slug or slugs.from_title(report.title, "module")
    _check_slug(report)
    report.units = [{"title": unit.title, "kind": unit.kind.value} for unit in units]
    report.questions = sum(len(unit.questions) for unit in units)
    if report.has_errors:
        return None
    return Content(report.format, report.title, report.slug, "", wanted.theme, [], units, digest)


def _keep_package(
    path: Path, units: list[UnitContent], is_zip: bool, count: int, index: bytes, storage: Storage
) -> None:
    """Put the upload into the storage as it is, and tell its units where they are played from."""
    with path.open("rb") as stream:
        package = PackageContent(storage.put(stream), is_zip, path.stat().st_size, count, index)
    for unit in units:
        if unit.kind in PLAYED:
            unit.package = package


def _check_slug(report: Report) -> None:
    """An error unless the slug can be an address."""
    if not slugs.is_slug(report.slug or ""):
        words = ", ".join(sorted(slugs.RESERVED))
        report.error(
            "slug", f"A slug has small letters, numbers and single hyphens, 80 at most, and is not one of: {words}."
        )


def _about(files: Files, report: Report) -> dict[str, Any]:
    if "module.toml" not in files.names():
        return {}
    try:
        about = tomllib.loads(files.read("module.toml").decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        report.error("module_toml", f"module.toml is not TOML: {error}.", "module.toml")
        return {}
    for name, kind, words in TOLD:
        if not isinstance(about.get(name, kind()), kind):
            report.error("module_toml", f"In module.toml, {name} is {words}.", "module.toml")
            del about[name]
    return about


def _digest(files: Files) -> str:
    digest = hashlib.sha256()
    for name in files.names():
        with files.open(name) as stream:
            digest.update(f"\0{name}\0".encode() + _hash_of(stream).digest())
    return digest.hexdigest()


def _hash_of(stream: Any) -> Any:
    return hashlib.file_digest(stream, "sha256")


def _package_digest(path: Path, *more: str) -> str:
    with path.open("rb") as stream:
        digest = _hash_of(stream)
    for each in more:
        digest.update(each.encode())
    return str(digest.hexdigest())


def _words(name: str) -> str:
    words = re.sub(r"[-_]+", " ", Path(name).stem).strip()
    return words[:1].upper() + words[1:] or "Module"
