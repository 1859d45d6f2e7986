"""The one way to read XML that came from outside: no entities, nothing fetched, and limits on size, depth and number.

Measured on CPython 3.11 with expat 2.5: entity bombs are stopped by expat already, 200,000 levels are not. A byte-order
mark and comments before the root are ordinary. Exporters write space before the declaration and Windows-1252 under a
declared UTF-8; both are read.
"""

import io
import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from courses.packages.report import Report

SIZE = 5 * 1024**2
"Bytes that a manifest may have."
DEPTH = 64
"Levels that it may have."
ELEMENTS = 100_000
"Elements that it may have."


def parse(content: bytes, report: Report, path: str, *, size: int = SIZE, elements: int = ELEMENTS) -> Element | None:
    """The root; None and one error in the report when the file is too big, too deep, not XML or has entities."""
    found = parse_with_namespaces(content, report, path, size=size, elements=elements)
    return found[0] if found else None


def parse_with_namespaces(
    content: bytes, report: Report, path: str, *, size: int = SIZE, elements: int = ELEMENTS
) -> tuple[Element, set[str]] | None:
    """The root and every namespace that is declared anywhere in the file; None as in ``parse``."""
    if len(content) > size:
        report.error("xml_too_big", f"This XML file is bigger than {size // 1024**2}MB.", path)
        return None
    try:
        return _built(content.lstrip(b" \t\r\n"), elements)
    except _TooMuch as limit:
        report.error("xml_too_deep", str(limit), path)
    except DefusedXmlException:
        report.error("xml_entities", "This XML file defines entities, which is not allowed. Export it again.", path)
    except ParseError as wrong:
        mended = _mended(content)
        if mended is not None:
            return parse_with_namespaces(mended, report, path, size=2 * size, elements=elements)
        line, column = getattr(wrong, "position", (1, 0))
        report.error("xml", f"This file is not sound XML: line {line}, column {column}. Export it again.", path)
    except (ValueError, LookupError):
        report.error("xml", "This file is not sound XML: its encoding is not known. Export it as UTF-8.", path)
    return None


def local(name: str) -> str:
    """A tag's or an attribute's name without its namespace, in small letters."""
    return name.rpartition("}")[2].lower()


class _TooMuch(Exception):
    """A limit was met; the message is for the author."""


def _built(content: bytes, elements: int) -> tuple[Element, set[str]]:
    root: Element | None = None
    namespaces: set[str] = set()
    depth = count = 0
    for event, value in iterparse(io.BytesIO(content), events=("start", "end", "start-ns"), forbid_dtd=False):
        if event == "start-ns":
            namespaces.add(value[1])
        elif event == "end":
            depth -= 1
        else:
            root = value if root is None else root
            depth, count = depth + 1, count + 1
            if depth > DEPTH:
                raise _TooMuch(f"This XML file is nested more than {DEPTH} levels deep.")
            if count > elements:
                raise _TooMuch(f"This XML file has more than {elements:,} elements.")
    if root is None:
        raise ParseError("there is no root")
    return root, namespaces


def _mended(content: bytes) -> bytes | None:
    """The same text as UTF-8 where it is Windows-1252 in truth; None where its encoding was right."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return None
        text = content.removeprefix(b"\xef\xbb\xbf").decode("cp1252", "replace").lstrip()
        return re.sub(r"\A<\?xml[^>]*\?>", "", text).encode()
    return None
