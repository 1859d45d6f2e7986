"""How a story is cited: in words (Vancouver, Harvard) and as files that reference managers read (BibTeX, RIS, CSL-JSON).

Vancouver as in NLM's Citing Medicine, https://www.ncbi.nlm.nih.gov/books/NBK7256/; RIS by its specification of 2001; CSL-JSON
by https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html. Each is made from plain text and escaped by its own rules.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from learn.components import local
from learn.stories.reading import story as reading

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOT_NAMED = "Authors' names withheld"
TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
MOST_NAMED = 6
"Authors that Vancouver names before et al."


@dataclass(frozen=True)
class Cited:
    """What there is to cite: plain text, one line each."""

    reference: str
    version: int
    title: str
    summary: str
    authors: tuple[str, ...]
    "As they want to be named; none where the names are withheld."
    site: str
    "Name of the site, which publishes it."
    address: str
    published_on: date
    read_on: date
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Style:
    """A file that somebody can download."""

    label: str
    ending: str
    media_type: str
    write: Callable[[Cited], str]


def of(row: Any, fields: Mapping[str, Any], *, site: str, address: str, read_on: date) -> Cited:
    """What there is to cite of a story's row and the fields of its text."""
    names = tuple(_line(each["name"]) for each in reading.authors(fields))
    day = local(row.n_published_at or row.published_at).date()
    title, summary = (_line(fields.get(name) or getattr(row, name)) for name in ("title", "summary"))
    return Cited(
        row.reference, row.n, title, summary, names, _line(site), address, day, read_on, tuple(reading.tags_of(fields))
    )


def vancouver(cited: Cited) -> str:
    """As in "Yusuf A, Boateng S. Title [Internet]. Frontline; 2026 [cited 2026 Nov 27]. Available from: …"."""
    names = [short(name) for name in cited.authors] or [NOT_NAMED]
    who = ", ".join(names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], "et al"])
    on, read = cited.published_on, cited.read_on
    return (
        f"{_stopped(who)} {_bare(cited.title)} [Internet]. {cited.site}; {on.year} {MONTHS[on.month - 1]} {on.day} "
        f"[cited {read.year} {MONTHS[read.month - 1]} {read.day}]. {cited.reference}, version {cited.version}. "
        f"Available from: {cited.address}"
    )


def harvard(cited: Cited) -> str:
    """As in "Yusuf, A. and Boateng, S. (2026) Title. Frontline. Available at: … (Accessed: 27 November 2026)."."""
    names = [short(name, comma=True) for name in cited.authors] or [NOT_NAMED]
    who = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    read = f"{cited.read_on.day} {cited.read_on:%B %Y}"
    return (
        f"{who} ({cited.published_on.year}) {_stopped(_bare(cited.title))} {cited.site}, {cited.reference}, version {cited.version}. "
        f"Available at: {cited.address} (Accessed: {read})."
    )


def bibtex(cited: Cited) -> str:
    """One @misc entry. Names stand in braces, so that a team is not taken for a first and a last name."""
    on = cited.published_on
    fields = {
        "author": " and ".join(_tex_name(name) for name in cited.authors) or f"{{{tex(NOT_NAMED)}}}",
        "title": f"{{{tex(cited.title)}}}",
        "howpublished": tex(cited.site),
        "year": str(on.year),
        "month": str(on.month),
        "number": f"{cited.reference}, version {cited.version}",
        "url": cited.address,
        "urldate": cited.read_on.isoformat(),
        **({"keywords": tex(", ".join(cited.tags))} if cited.tags else {}),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{cited.reference},\n{lines}\n}}\n"


def ris(cited: Cited) -> str:
    """One record of the type BLOG, which reference managers take for a page with authors and a date."""
    on = cited.published_on
    lines = [
        ("TY", "BLOG"), *(("AU", short(name, comma=True, whole=True)) for name in cited.authors), ("TI", cited.title),
        ("T2", cited.site), ("PY", str(on.year)), ("DA", f"{on:%Y/%m/%d}/"), ("AB", cited.summary), ("AN", cited.reference),
        ("ET", f"Version {cited.version}"), *(("KW", tag) for tag in cited.tags), ("UR", cited.address),
        ("Y2", f"{cited.read_on:%Y/%m/%d}/"), ("ER", ""),
    ]  # fmt: skip
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines)


def csl(cited: Cited) -> str:
    """An array of one item, as citation processors take it."""
    item = {
        "id": cited.reference, "type": "post", "title": cited.title, "abstract": cited.summary,
        "author": [_csl_name(name) for name in cited.authors], "container-title": cited.site, "number": cited.reference,
        "version": str(cited.version), "issued": {"date-parts": [_parts(cited.published_on)]},
        "accessed": {"date-parts": [_parts(cited.read_on)]}, "URL": cited.address, "keyword": ", ".join(cited.tags),
    }  # fmt: skip
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


STYLES = {
    "bibtex": Style("BibTeX", "bib", "application/x-bibtex", bibtex),
    "ris": Style("RIS", "ris", "application/x-research-info-systems", ris),
    "csl-json": Style("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", csl),
    "vancouver": Style("Vancouver", "txt", "text/plain", lambda cited: vancouver(cited) + "\n"),
    "harvard": Style("Harvard", "txt", "text/plain", lambda cited: harvard(cited) + "\n"),
}
"By the word in the address."


def short(name: str, *, comma: bool = False, whole: bool = False) -> str:
    """ "Yusuf A", with ``comma`` "Yusuf, A.", with ``whole`` too "Yusuf, Amina"; a team stays as it is."""
    split = parts(name)
    if split is None:
        return name
    first, last = split
    if whole:
        return f"{last}, {first}"
    letters = [word[0] for word in first.replace("-", " ").split() if word]
    return f"{last}, {' '.join(f'{letter}.' for letter in letters)}" if comma else f"{last} {''.join(letters)}"


def parts(name: str) -> tuple[str, str] | None:
    """First names and last name of a person; None for a team or for what has but one word."""
    words = name.split()
    if not 2 <= len(words) <= 4 or words[0].lower() in ("the", "a") or not all(word[0].isupper() for word in words):
        return None
    return " ".join(words[:-1]), words[-1]


def tex(words: str) -> str:
    """Text that TeX prints as it is."""
    return "".join(TEX.get(letter, letter) for letter in words)


def _tex_name(name: str) -> str:
    split = parts(name)
    return f"{{{tex(name)}}}" if split is None else f"{{{tex(split[1])}}}, {tex(split[0])}"


def _csl_name(name: str) -> dict[str, str]:
    split = parts(name)
    return {"literal": name} if split is None else {"family": split[1], "given": split[0]}


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _line(words: Any) -> str:
    """One line without control characters: a line break would begin a new field of RIS."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(words)).split())


def _bare(title: str) -> str:
    return title.rstrip(".")


def _stopped(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else words + "."
