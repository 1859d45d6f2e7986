"""Where the pages and styles of a package point: files that are missing, addresses that leave the package, other hosts.

What is matched is bounded: a tag ends at the next angle bracket, an address at 2,000 signs, so hostile text costs linear time.
"""

import re
from collections.abc import Iterator
from html import unescape
from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

TAG = re.compile(r"<([A-Za-z][A-Za-z0-9:-]{0,40})((?:\s|/)[^<>]{0,4000})>")
ATTRIBUTE = re.compile(
    r"""(?<![\w-])(src|href|poster|data|action)\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))""",
    re.IGNORECASE,
)
STYLE = re.compile(r"""url\(\s{0,9}["']?([^"')\s]{1,2000})|@import\s{1,9}["']([^"']{1,2000})""", re.IGNORECASE)
NAMED = re.compile(r"https?:(?:\\?/){2}([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})", re.IGNORECASE)
"A host that a script names, JSON's escaped slashes included."
LEADING = ("a", "area", "form")
"Tags whose address is followed by a person; all others load it."
SPACES = {
    "www.w3.org",
    "www.adlnet.org",
    "www.imsglobal.org",
    "www.imsproject.org",
    "ns.adobe.com",
    "purl.org",
    "schema.org",
}
"Hosts that name vocabularies and are never asked."
MADE = re.compile(r"[{}<>$]|%[^0-9A-Fa-f]|['\"]\s?\+|\bundefined\b")
"Signs of an address that a script puts together."


class Link(NamedTuple):
    """One address in a page or a style sheet."""

    address: str
    is_loaded: bool
    "Whether the browser fetches it by itself; else a person follows it."


def of_page(text: str) -> Iterator[Link]:
    """Addresses in tags and in styles of a page."""
    for tag in TAG.finditer(text):
        name = tag.group(1).lower()
        if name == "base":
            continue
        for found in ATTRIBUTE.finditer(tag.group(2)):
            address = unescape(found.group(2) or found.group(3) or found.group(4) or "").strip()
            if address and not (found.group(1).lower() == "data" and name != "object"):
                yield Link(address, name not in LEADING)
    if "url(" in text or "@import" in text:
        yield from of_style(text)


def of_style(text: str) -> Iterator[Link]:
    """Addresses in a style sheet."""
    for found in STYLE.finditer(text):
        yield Link((found.group(1) or found.group(2)).strip(), True)


def hosts_named(text: str) -> set[str]:
    """Hosts that a script names; whether it asks them cannot be told."""
    return {host.lower() for host in NAMED.findall(text)} - SPACES


def host_of(address: str) -> str | None:
    """The host of an address that leaves the package; None for one that stays, or that is no address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    return host.lower() if host and parts.scheme in ("", "http", "https", "ws", "wss") and host not in SPACES else None


def target_of(address: str, page: str) -> str | None:
    """The package's file that a relative address means; None for all others."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/") or MADE.search(address):
        return None
    return normpath(join(dirname(page), unquote(parts.path)))


def is_from_root(address: str) -> bool:
    """Whether it begins at the host's root and so leaves the package's own part of it."""
    return address.startswith("/") and not address.startswith("//") and not MADE.search(address)
