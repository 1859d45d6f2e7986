"""From the HTML of a question back to Markdown, so that it can be edited: exact, or the HTML itself, which Markdown allows."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

AROUND = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`"}
AS_TAG = {"sub", "sup", "u", "s", "small", "kbd", "abbr"}
_SIGNS = re.compile(r"([\\`*_\[\]])")
_BEGIN = re.compile(r"(?m)^(\s*)([#>+-]|\d+[.)])")


def markdown_of(html: str, draw: Callable[[str], str]) -> str:
    """The Markdown that ``draw`` makes this HTML of; the HTML itself where there is none."""
    reader = _Reader()
    reader.feed(html)
    text = reader.text()
    drawn = draw(text).strip()
    if drawn.split() == html.split() or drawn == f"<p>{html.strip()}</p>":
        return text
    # An empty line would end a block of HTML within Markdown, but for <pre>.
    return html.strip() if "<pre" in html else re.sub(r"\n\s*\n", "\n", html.strip())


class _Reader(HTMLParser):
    """Writes what it reads as Markdown; what it does not know it writes as it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lists: list[int] = []
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in AROUND:
            self.parts.append(AROUND[tag])
            self.is_code = tag == "code" or self.is_code
        elif tag == "br":
            self.parts.append("<br>")
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._item()
        elif tag != "p":
            self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in AROUND:
            self.parts.append(AROUND[tag])
            self.is_code = tag != "code" and self.is_code
        elif tag in ("ul", "ol"):
            self.lists = self.lists[:-1]
            self.parts.append("\n")
        elif tag == "p":
            self.parts.append("\n\n")
        elif tag not in ("br", "li"):
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.is_code:
            self.parts.append(data)
            return
        written = escape(_SIGNS.sub(r"\\\1", data), quote=False)
        self.parts.append(_BEGIN.sub(r"\1\\\2", written) if self._is_new_line() and not data[:1].isdigit() else written)

    def text(self) -> str:
        """All that was read."""
        return re.sub(r"\n{3,}", "\n\n", "".join(self.parts)).strip()

    def _item(self) -> None:
        kind = self.lists[-1] if self.lists else -1
        if kind >= 0:
            self.lists[-1] = kind + 1
        self.parts.append(f"{kind + 1}. " if kind >= 0 else "- ")

    def _is_new_line(self) -> bool:
        said = "".join(self.parts[-2:])
        return not said or said.endswith("\n")
