"""What people type as safe HTML, drawn once when it is saved: Markdown without HTML, pictures or anything that runs.

Two walls: the Markdown reader takes no HTML and no address but those of the web, and what it made is sanitised again.
Names of studies and papers become links, so do addresses. Headings keep their order below where the text stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from learn.identifiers import studies

RENDERER = 1
"Raised by whatever changes what is drawn; kept with each text, so that older ones can be drawn anew."
TOP = 4
"Level of the highest heading in a post, which stands under its writer's name."
REL = "nofollow noopener ugc"
HIDDEN = "nhsuk-u-visually-hidden"
NEW_TAB = f'<span class="{HIDDEN}"> (opens in a new tab)</span>'

LEAVES = "leaves"
"Of a link's end: whether it opens a tab of its own."

TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "span", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href", "target"}, "ol": {"start"}, "span": {"class"}}
BLOCK = re.compile(r"</?(?:p|br|hr|h[1-6]|ul|ol|li|blockquote|pre|table|tr|th|td)\b[^>]*>")
BARE = re.compile(r"https?://[^\s<>\"'\x00]{3,500}")
AFTER = ".,;:!?*_~'\""
"Signs that end a sentence rather than an address."
FIXED = frozenset("\n\t")
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"Signs that turn the direction of what follows, so that it reads as something else."

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 30}).enable(["table", "strikethrough"])


def html(markdown: str, *, top: int = TOP) -> str:
    """Markdown as safe HTML; headings begin at level ``top`` and skip none."""
    tokens = _MARKDOWN.parse(markdown)
    _settle_headings(tokens, top)
    for token in tokens:
        if token.type == "inline":
            token.children = list(_inline(token.children or []))
    drawn = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return nh3.clean(
        drawn, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_kept, url_schemes={"http", "https", "mailto"}, link_rel=REL,
        strip_comments=True,
    ).strip()  # fmt: skip


def text(drawn: str) -> str:
    """The words of what was drawn, on one line: for excerpts and the search."""
    bare = re.sub(r"<[^>]*>", "", BLOCK.sub(" ", drawn.replace(NEW_TAB, "")))
    return " ".join(unescape(bare).split())


def excerpt(drawn: str, most: int = 160) -> str:
    """The first words, cut between two of them."""
    words = text(drawn)
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + "\u2026"


def tidy(typed: str | None) -> str:
    """What was typed as it is kept: one kind of line end, no control characters, nothing that turns the direction."""
    lines = (typed or "").replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        letter for letter in lines if letter in FIXED or (letter not in TURNING and unicodedata.category(letter) not in ("Cc", "Cs"))
    )  # fmt: skip
    return unicodedata.normalize("NFC", kept).strip()


def _settle_headings(tokens: list[Token], top: int) -> None:
    """Ranks instead of levels: what is typed with # and ### becomes two levels that follow each other."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    ranks = {tag: f"h{min(top + rank, 6)}" for rank, tag in enumerate(used)}
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = ranks[token.tag]


def _inline(children: list[Token]) -> Iterator[Token]:
    opened: list[bool] = []
    for child in children:
        if child.type == "image":
            yield _text(child.content)
        elif child.type == "link_open":
            opened.append(_leaves(child))
            yield child
        elif child.type == "link_close":
            child.meta[LEAVES] = opened.pop()
            yield child
        elif child.type == "text" and not opened:
            yield from _linked(child.content)
        else:
            yield child


def _linked(words: str) -> Iterator[Token]:
    """A text with links where it names a study, a paper or an address."""
    at = 0
    for start, end, address in sorted(_addresses(words)):
        if start < at:
            continue
        yield _text(words[at:start])
        begins = Token("link_open", "a", 1, attrs={"href": address})
        ends = Token("link_close", "a", -1, meta={LEAVES: _leaves(begins)})
        yield from (begins, _text(words[start:end]), ends)
        at = end
    yield _text(words[at:])


def _addresses(words: str) -> Iterator[tuple[int, int, str]]:
    bare = []
    for match in BARE.finditer(words):
        found = match.group().rstrip(AFTER)
        if found.endswith(")") and "(" not in found:
            found = found[:-1].rstrip(AFTER)
        bare.append((match.start(), match.start() + len(found)))
        yield (*bare[-1], _MARKDOWN.normalizeLink(found))
    for study in studies(words):
        if not any(start <= study.offset < end for start, end in bare):
            yield study.offset, study.end, study.address


def _leaves(link: Token) -> bool:
    """Let a link that leaves the site open a tab of its own: in a learning platform's frame most sites show nothing."""
    leaves = str(link.attrs.get("href", "")).startswith(("http://", "https://"))
    if leaves:
        link.attrSet("target", "_blank")
    return leaves


def _text(words: str) -> Token:
    return Token("text", "", 0, content=words)


def _kept(tag: str, name: str, value: str) -> str | None:
    if tag == "span":
        return value if value == HIDDEN else None
    if name == "href":
        is_here = value.startswith("/") and not value.startswith(("//", "/\\"))
        return value if is_here or value.startswith(("http://", "https://", "mailto:")) else None
    return value


def _link_close(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    """The end of a link, with words for whoever does not see that it opens a tab."""
    return f"{NEW_TAB}</a>" if tokens[index].meta[LEAVES] else "</a>"


_MARKDOWN.add_render_rule("link_close", _link_close)
