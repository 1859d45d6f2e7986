"""Pages of a platform's service: where the next one is, by the Link header (RFC 8288).

Moodle writes curly quotes and ``&amp;`` into it (recorded on 4.4), and case matters in an address, so it is read here.
"""

import html
import re
from urllib.parse import urljoin, urlsplit

from learn.lti.services.http import Answer

_LINK = re.compile(r"<([^<>]+)>([^<]*)")
_REL = re.compile(r"""rel\s*=\s*["'\u201c\u201d]?([\w .-]+)""")
_AS_LATIN = {"\u00e2\u0080\u009c": "\u201c", "\u00e2\u0080\u009d": "\u201d"}
"Quotes in UTF-8 that were read as Latin-1, as headers are."


def following(answer: Answer, asked: str, rel: str = "next") -> str | None:
    """The address of the next page, or of another relation; None when there is none, or it is of another site."""
    header = str(answer.headers.get("Link", ""))
    for wrong, right in _AS_LATIN.items():
        header = header.replace(wrong, right)
    for found in _LINK.finditer(header):
        said = _REL.search(found[2])
        if said is not None and rel in said[1].split():
            return _of_the_same_site(urljoin(asked, html.unescape(found[1].strip())), asked)
    return None


def _of_the_same_site(address: str, asked: str) -> str | None:
    there, here = urlsplit(address), urlsplit(asked)
    return address if (there.scheme, there.netloc.lower()) == (here.scheme, here.netloc.lower()) else None
