"""The texts of a Moodle XML question: with their format, and with the files that lie beside them in base64."""

import base64
import binascii
import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, tostring

FORMS = {"markdown": "markdown", "plain_text": "plain", "moodle_auto_format": "moodle", "html": "html"}

_DATA = re.compile(
    r"""(<img\b[^<>]*?\bsrc\s*=\s*["'])data:image/[a-z+.-]{1,20};base64,([^"'<>]*)(["'])""", re.IGNORECASE
)


class Part(NamedTuple):
    """A text of a question."""

    text: str
    form: str
    "html, markdown, plain or moodle: see texts.as_html."
    files: dict[str, bytes]


def said(element: Element | None) -> str:
    """What an element says, in its <text> or, as old files have it, by itself."""
    if element is None:
        return ""
    inner = element.find("text")
    inner = element if inner is None else inner
    if inner is element or not len(inner):
        return (inner.text or "").strip()
    return ((inner.text or "") + "".join(tostring(each, encoding="unicode") for each in inner)).strip()


def part(element: Element | None) -> Part:
    """A text with its format and the files that came with it; pictures that are written into it become such files."""
    if element is None:
        return Part("", "html", {})
    files: dict[str, bytes] = {}
    for each in element.findall("file"):
        path = f"{each.get('path', '/')}/{each.get('name', '')}".replace("//", "/").strip("/")
        files[path] = _from_base64(each.text or "")

    def lift(match: re.Match[str]) -> str:
        name = f"inline-{len(files)}"
        files[name] = _from_base64(match.group(2))
        return f"{match.group(1)}{name}{match.group(3)}"

    return Part(_DATA.sub(lift, said(element)), FORMS.get(element.get("format", "html"), "html"), files)


def _from_base64(text: str) -> bytes:
    """The content; nothing, which is no picture, when it is not base64."""
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
