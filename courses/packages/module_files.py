"""From a package's files to a module's content: front matter, pages, quizzes, reflections, videos, links, downloads.

A file is TOML front matter between two lines of ``+++`` and then Markdown; without front matter, and for HTML, it is a page.
Every problem goes into the one report; nothing is written but files into the storage, which are found again by content.
"""

import re
import tomllib
from typing import Any

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from courses.catalogue import Rule, UnitKind
from courses.packages import pages
from courses.packages.content import UnitContent
from courses.packages.pages import PAGE_ENDINGS, Place
from courses.questions.reading import front_matter

RULES = {
    UnitKind.PAGE: Rule.MARKED, UnitKind.VIDEO: Rule.WATCHED, UnitKind.QUIZ: Rule.QUIZ_PASSED,
    UnitKind.REFLECTION: Rule.WRITTEN, UnitKind.LINK: Rule.VIEWED, UnitKind.FILE: Rule.VIEWED,
}  # fmt: skip
WORDS_A_MINUTE = 200
PASS_MARK = 75
"Per cent, where a quiz does not say."
VIDEOS = {"mp4": "video/mp4", "webm": "video/webm"}
HEAD = re.compile(r"\A\ufeff?\+\+\+[ \t]*\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|\Z)(.*)\Z", re.DOTALL)
OWN_TITLE = re.compile(r"\A\s*#[ \t]+[^\r\n]*")
"The heading that a page begins with: it becomes the unit's title."


def page_names(place: Place) -> list[str]:
    """The files that become units, in order: by folder and name, numbers as numbers, index and README first."""
    found = [name for name in place.files.names() if name.lower().endswith(PAGE_ENDINGS)]
    return sorted(found, key=_order)


def read_all(place: Place) -> list[UnitContent]:
    """The units of all pages, each with a key of its own."""
    names = page_names(place)
    place.positions = {name: position for position, name in enumerate(names, 1)}
    units: list[UnitContent] = []
    for name in names:
        place.name = name
        unit = read_unit(place)
        if unit is not None:
            unit.key = unused(unit.key, {each.key for each in units})
            units.append(unit)
    if units and not any(unit.is_required for unit in units):
        words = "At least one unit has to be required, or nobody could complete the module."
        place.report.error("nothing_required", words)
    return units


def unused(key: str, taken: set[str]) -> str:
    """The key, with a number where another unit has it."""
    numbered = (f"{key[:76]}-{n}" for n in range(2, len(taken) + 3))
    return key if key not in taken else next(each for each in numbered if each not in taken)


def _order(name: str) -> tuple[Any, ...]:
    first = not re.match(r"(readme|index)\.", name.rsplit("/", 1)[-1], re.IGNORECASE)
    return (
        name.count("/"),
        name.rpartition("/")[0],
        first,
        [int(p) if p.isdigit() else p.lower() for p in re.split(r"(\d+)", name)],
    )


def read_unit(place: Place) -> UnitContent | None:
    """The unit that a file holds; None with errors in the report when it cannot be one."""
    text = place.files.read(place.name).decode("utf-8", "replace")
    head, body = _head(text, place)
    if head is None:
        return None
    is_html = not place.name.lower().endswith((".md", ".markdown"))
    place.images = {}
    h1, body_html = pages.safe(body if is_html else pages.from_markdown(body), place)
    title = head.get("title") or h1 or (pages.head_title(body) if is_html else None) or _title_from(place.name)
    kind = _kind(head, place)
    if kind is None:
        return None
    unit = UnitContent(
        key_from(place.name), kind, str(title)[:255], body_html, _minutes(head, body_html), rule=RULES[kind]
    )
    unit.source = "" if is_html else OWN_TITLE.sub("", body).strip()
    unit.is_required = bool(head.get("required", kind not in (UnitKind.LINK, UnitKind.FILE)))
    unit.weight = max(1, int(head.get("weight", 1)))
    if place.images:
        unit.media["images"] = list(place.images.values())
    _FINISH[kind](unit, head, place)
    return unit


def _head(text: str, place: Place) -> tuple[dict[str, Any] | None, str]:
    found = HEAD.match(text)
    if found is None:
        return {}, text.lstrip("\ufeff")
    try:
        return tomllib.loads(found.group(1).replace("\r\n", "\n")), found.group(2)
    except tomllib.TOMLDecodeError as error:
        place.report.error("front_matter", f"The lines between +++ are not TOML: {error}.", place.name)
        return None, ""


def _kind(head: dict[str, Any], place: Place) -> UnitKind | None:
    kind = next((each for each in RULES if each == head.get("kind", "page")), None)
    if kind is None:
        place.report.error("unknown_kind", f"The kind of a unit is one of {', '.join(RULES)}.", place.name)
    return kind


def key_from(name: str) -> str:
    """The stable key: the file's name without its number, so that a unit may move and stay the same."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    plain = re.sub(r"[^a-z0-9]+", "-", re.sub(r"^\d+[-_. ]*", "", stem).lower()).strip("-")
    return (plain or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "unit")[:80]


def _title_from(name: str) -> str:
    words = re.sub(r"[-_]+", " ", re.sub(r"^\d+[-_. ]*", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[0])).strip()
    return words[:1].upper() + words[1:] if words else "Page"


def _minutes(head: dict[str, Any], body_html: str) -> int:
    given = head.get("minutes")
    return (
        int(given)
        if isinstance(given, int) and given > 0
        else max(1, round(pages.words_in(body_html) / WORDS_A_MINUTE))
    )


def _page(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    if not unit.body_html:
        place.report.warn("empty_page", "This page says nothing.", place.name)
    if head.get("rule") == "viewed":
        unit.rule = Rule.VIEWED


def _quiz(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    unit.threshold = _share(head, "pass_mark", PASS_MARK, place)
    tries = head.get("max_attempts")
    unit.max_attempts = tries if isinstance(tries, int) and tries > 0 else None
    asked = head.get("questions", [])
    asked = asked if isinstance(asked, list) else []
    if not asked:
        place.report.error("no_questions", "A quiz needs at least one question.", place.name)
    read = (front_matter.read(n, each, place.report, place.name) for n, each in enumerate(asked, 1))
    unit.questions = [question for question in read if question]
    if "minutes" not in head:
        unit.minutes = max(1, len(unit.questions))


def _reflection(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    unit.prompt = str(head.get("prompt") or "Your reflection")[:255]


def _video(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    """A video needs its captions and a transcript (Accessibility Regulations 2018; WCAG 1.2.1 to 1.2.3): the body is the transcript."""
    unit.threshold = _share(head, "watch", 90, place)
    film, captions = _file(head, "video", place), _file(head, "captions", place)
    ending = (film or {"name": ""})["name"].rsplit(".", 1)[-1].lower()
    if film and ending not in VIDEOS:
        place.report.error("video_kind", "A video is an MP4 (H.264) or a WebM file.", place.name)
    if not captions:
        place.report.error("no_captions", "A video needs captions: name a WebVTT file as captions.", place.name)
    elif not _is_webvtt(head["captions"], place):
        place.report.error("captions", "The captions are not a WebVTT file with at least one line.", place.name)
    if pages.words_in(unit.body_html) < 3:
        place.report.error("no_transcript", "A video needs a transcript: write it as the text of the page.", place.name)
    if film and captions:
        film["media_type"] = VIDEOS.get(ending, "application/octet-stream")
        unit.media |= {
            "video": film,
            "captions": {**captions, "media_type": "text/vtt"},
            "transcript_html": unit.body_html,
        }
        unit.source = str(head.get("introduction", ""))
        unit.body_html = pages.block(unit.source)


def _is_webvtt(address: str, place: Place) -> bool:
    try:
        return bool(webvtt.from_string(place.files.read(pages.resolved(address, place)).decode("utf-8")).captions)
    except (MalformedFileError, MalformedCaptionError, UnicodeDecodeError):
        return False


def _link(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    unit.url = str(head.get("url", ""))
    if not re.match(r"https?://[^\s/]+\.[^\s]+$", unit.url) or len(unit.url) > 2000:
        place.report.error("no_address", "A link needs a url that begins with https:// or http://.", place.name)


def _download(unit: UnitContent, head: dict[str, Any], place: Place) -> None:
    kept = _file(head, "file", place)
    if kept:
        unit.media["file"] = kept


_FINISH: dict[UnitKind, Any] = {
    UnitKind.PAGE: _page, UnitKind.QUIZ: _quiz, UnitKind.REFLECTION: _reflection,
    UnitKind.VIDEO: _video, UnitKind.LINK: _link, UnitKind.FILE: _download,
}  # fmt: skip


def _file(head: dict[str, Any], role: str, place: Place) -> dict[str, Any] | None:
    """A file that the front matter names, put into the storage; an error when it is not in the package."""
    name = pages.resolved(str(head.get(role, "")), place) if head.get(role) else ""
    if name not in place.files.names():
        if role != "captions" or name:
            place.report.error(
                "missing_file",
                f"The file named as {role} is not in the package: {name or 'none is named'}.",
                place.name,
            )
        return None
    with place.files.open(name) as stream:
        sha256 = place.storage.put(stream)
    return {
        "sha256": sha256, "media_type": "application/octet-stream",
        "name": name.rsplit("/", 1)[-1], "bytes": place.files.size(name),
    }  # fmt: skip


def _share(head: dict[str, Any], name: str, default: int, place: Place) -> int:
    given = head.get(name, default)
    if not isinstance(given, int) or not 0 < given <= 100:
        place.report.error("share", f"{name} is a whole number from 1 to 100.", place.name)
        return default
    return given
