"""Where a manifest's addresses lead in the package: manifest folder, xml:base chain, href, percent signs, query.

Source: SCORM 2004 4th edition CAM 3.4.3.1 and 3.4.1.8 (parameters), RFC 3986. Real manifests also have backslashes, spaces,
wrong case, a leading slash and an xml:base without its last slash; each is mended when the file is there.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

ROOT = "http://package.invalid/"


@dataclass(frozen=True)
class Place:
    """Where an address leads."""

    name: str
    "The file's name in the package; empty for another site."
    query: str = ""
    "With its ? or #, else empty."
    host: str = ""
    "The other site that it leads to, else empty."
    is_there: bool = False


class Places:
    """The names of a package, to be found as manifests write them."""

    def __init__(self, names: list[str]) -> None:
        self._names = set(names)
        self._folded = {name.casefold(): name for name in names}

    def find(self, bases: list[str], href: str) -> Place:
        """Where ``href`` leads from ``bases``, a chain from the manifest's folder down to the resource."""
        href = unicodedata.normalize("NFC", href.strip().replace("\\", "/"))
        if host := other_site(href) or next(filter(None, map(other_site, bases)), ""):
            return Place("", host=host)
        strict, query = _resolved(bases, href)
        slashed, _ = _resolved([f"{base}/" if base and not base.endswith("/") else base for base in bases], href)
        whole = _joined(bases[:1], href)
        for name in (strict, slashed, whole, href.lstrip("/")):
            if found := self.named(name):
                return Place(found, "" if found == whole and found != strict else query, is_there=True)
        return Place(strict, query)

    def named(self, name: str) -> str | None:
        """The name as the package has it, whatever its case; None when there is no such file."""
        return name if name in self._names else self._folded.get(name.casefold())


def other_site(address: str) -> str:
    """The host of an address that leads out of the package; empty for one that stays."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    if parts.scheme in ("http", "https", "ftp") or (not parts.scheme and parts.netloc):
        return parts.hostname or parts.netloc or parts.scheme
    return parts.scheme if parts.scheme in ("javascript", "data", "mailto", "file") else ""


def with_parameters(query: str, parameters: str) -> str:
    """A query or fragment with an item's ``parameters`` added (CAM 3.4.1.8), the query before the fragment."""
    asked, _, fragment = query.partition("#")
    parameters = parameters.strip().lstrip("&?")
    if parameters.startswith("#"):
        fragment = fragment or parameters[1:]
    elif parameters:
        more, _, beyond = parameters.partition("#")
        asked = f"{asked}&{more}" if asked else f"?{more}"
        fragment = fragment or beyond
    return asked + (f"#{fragment}" if fragment else "")


def _resolved(bases: list[str], href: str) -> tuple[str, str]:
    address = ROOT
    for part in [*bases, href]:
        try:
            address = urljoin(address, part.strip().replace("\\", "/").lstrip("/") or address)
        except ValueError:
            continue
    path, query = re.match(r"([^?#]*)(.*)", address.removeprefix(ROOT), re.DOTALL).groups()  # type: ignore[union-attr]
    return unicodedata.normalize("NFC", unquote(path)), query


def _joined(bases: list[str], href: str) -> str:
    """The address taken as a file's name, sign by sign, in the manifest's folder."""
    return "".join(unquote(base) for base in bases) + href.lstrip("/")
