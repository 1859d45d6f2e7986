"""A page of a package as safe HTML: Markdown or HTML in, sanitised once, stored, shown as it is ever after."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from courses.packages.archive import Files
from courses.packages.images import redrawn
from courses.packages.report import Report
from courses.storage import Storage

TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code", "kbd",
    "em", "strong", "b", "i", "u", "s", "sub", "sup", "small", "mark", "abbr", "cite", "q", "a", "img", "figure", "figcaption",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary", "div", "span", "section", "article",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt"}, "abbr": {"title"}, "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"}, "ol": {"start", "reversed", "type"}, "details": {"open"},
}  # fmt: skip
DROPPED = re.compile(r"<\s*(script|iframe|object|embed|form|svg|video|audio)\b", re.IGNORECASE)
PAGE_ENDINGS = (".md", ".markdown", ".html", ".htm", ".xhtml")
NEW_TAB = '<span class="nhsuk-u-visually-hidden"> (opens in a new tab)</span>'

_MARKDOWN = MarkdownIt("commonmark", {"html": True, "typographer": False}).enable(["table", "strikethrough"])


@dataclass
class Place:
    """Where a page stands, so that its links and pictures can be found."""

    name: str
    slug: str
    files: Files
    storage: Storage
    report: Report
    positions: dict[str, int] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)


def from_markdown(text: str) -> str:
    """CommonMark with tables as HTML, not safe yet."""
    return str(_MARKDOWN.render(text))


def tokens(text: str) -> list[Token]:
    """What the Markdown is made of, as it was parsed."""
    return _MARKDOWN.parse(text)


def inline(text: str) -> str:
    """One line of Markdown as safe HTML without a paragraph around it: an answer, a feedback."""
    return nh3.clean(
        str(_MARKDOWN.renderInline(text.strip())),
        tags={"em", "strong", "code", "sub", "sup", "br", "abbr"},
        attributes={},
    )


def block(text: str) -> str:
    """A few lines of Markdown as safe HTML without links to follow or pictures: a question, an explanation."""
    tags = {"p", "br", "em", "strong", "code", "ul", "ol", "li", "sub", "sup", "blockquote"}
    return nh3.clean(from_markdown(text.strip()), tags=tags, attributes={}).strip()


def safe(html: str, place: Place) -> tuple[str | None, str]:
    """The page's own title (its first h1, taken out) and its body, safe to show; what was dropped is in the report."""
    found = DROPPED.search(html)
    if found:
        words = "Scripts, forms and embedded players were left out: pages are shown without them."
        place.report.note("left_out", words, place.name)
    cleaned = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, clean_content_tags={"script", "style", "svg", "iframe", "object", "title"},
        attribute_filter=_filter(place), url_schemes={"http", "https", "mailto"}, link_rel=None, strip_comments=True,
    )  # fmt: skip
    title, cleaned = _take_title(cleaned)
    cleaned = re.sub(r"<img(?![^>]*\ssrc=)[^>]*>", "", cleaned)
    return title, _tables(_links(_pictures(_headings(cleaned), place))).strip()


def head_title(html: str) -> str | None:
    """The text of an HTML file's own <title>."""
    found = re.search(r"<title[^>]*>(.*?)</title>", html, re.IGNORECASE | re.DOTALL)
    return " ".join(unescape(found.group(1)).split()) or None if found else None


def words_in(html: str) -> int:
    """How many words a page has."""
    return len(re.sub(r"<[^>]+>", " ", html).split())


def _filter(place: Place) -> Callable[[str, str, str], str | None]:
    def decide(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return _picture(value, place)
        if tag == "a" and attribute == "href":
            return _link(value, place)
        return value

    return decide


def resolved(address: str, place: Place) -> str:
    """The package's file that a relative address means."""
    path = unquote(urlsplit(address).path)
    return normpath(join(dirname(place.name), path))


def _picture(address: str, place: Place) -> str | None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        place.report.warn(
            "outside_picture", "A picture lies on another site and is not shown. Put it into the package.", place.name
        )
        return None
    name = resolved(address, place)
    if name not in place.images:
        if name not in place.files.names():
            place.report.warn("missing_picture", f"A picture is not in the package: {name}.", place.name)
            return None
        picture = redrawn(place.files.read(name))
        if picture is None:
            place.report.warn(
                "odd_picture", f"A picture is not a PNG, JPEG, GIF or WebP that can be read: {name}.", place.name
            )
            return None
        place.images[name] = {
            "sha256": place.storage.put(picture.content), "media_type": picture.media_type, "bytes": len(picture.content),
            "address": normpath(unquote(parts.path)),
            "name": f"{name.rsplit('/', 1)[-1].rsplit('.', 1)[0]}.{picture.ending}", "width": picture.width, "height": picture.height,
        }  # fmt: skip
    kept = place.images[name]
    return f"/modules/{place.slug}/files/{kept['sha256']}.{kept['name'].rsplit('.', 1)[-1]}"


def _link(address: str, place: Place) -> str | None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or address.startswith(("#", "/")):
        return (
            address
            if parts.scheme in ("http", "https", "mailto")
            or address.startswith(("#", "/modules/", "/courses/", "/resources"))
            else None
        )
    name = resolved(address, place)
    if name in place.positions:
        return f"/modules/{place.slug}/units/{place.positions[name]}"
    place.report.warn("dead_link", f"A link leads to a file that is not a page of this module: {name}.", place.name)
    return None


def _take_title(html: str) -> tuple[str | None, str]:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    if found is None:
        return None, html
    title = " ".join(unescape(re.sub(r"<[^>]+>", " ", found.group(1))).split())
    return title or None, html[: found.start()] + html[found.end() :]


def _headings(html: str) -> str:
    """Headings begin at level 2 and skip none: the page's own h1 is its title."""
    levels = [int(level) for level in re.findall(r"<h([1-6])>", html)]
    shift = 2 - min(levels) if levels else 0
    before = 1
    opened: list[int] = []

    def renumber(match: re.Match[str]) -> str:
        nonlocal before
        if match.group(1):
            level = opened.pop() if opened else 2
            return f"</h{level}>"
        before = min(6, max(2, int(match.group(2)) + shift), before + 1)
        opened.append(before)
        return f"<h{before}>"

    return re.sub(r"<(/?)h([1-6])>", renumber, html)


def _pictures(html: str, place: Place) -> str:
    """Sizes, so that nothing moves when a picture comes; a missing description is a warning and an empty one says decoration."""
    by_hash = {kept["sha256"]: kept for kept in place.images.values()}

    def finish(match: re.Match[str]) -> str:
        tag = match.group(0)
        found = re.search(r"/files/([0-9a-f]{64})", tag)
        kept = by_hash.get(found.group(1)) if found else None
        if " alt=" not in tag:
            place.report.warn(
                "no_description", "A picture has no description. Write one, or an empty one for decoration.", place.name
            )
            tag = tag[:-1] + ' alt="">'
        size = f' width="{kept["width"]}" height="{kept["height"]}" loading="lazy">' if kept else ">"
        return tag[:-1] + size

    return re.sub(r"<img[^>]*>", finish, html)


def _links(html: str) -> str:
    """Links that leave the site open in a new tab and say so."""
    pattern = re.compile(r'<a ([^>]*href="https?://[^"]*"[^>]*)>(.*?)</a>', re.DOTALL)
    return pattern.sub(rf'<a \1 target="_blank" rel="noopener noreferrer">\2{NEW_TAB}</a>', html)


def _tables(html: str) -> str:
    """Wide tables scroll in a region of their own that the keyboard reaches."""
    count = 0

    def wrap(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        label = escape(f"Table {count}")
        return f'<div class="table" role="region" aria-label="{label}" tabindex="0">{match.group(0)}</div>'

    return re.sub(r"<table>.*?</table>", wrap, html, flags=re.DOTALL)
