"""Where a facilitator should look: what the detector points to in a text, what it took out of it, and what reporters quoted of it."""

import re
from collections.abc import Iterable
from html import unescape

from markupsafe import Markup, escape

from learn import identifiers
from learn.moderation.room import bp

TAKEN_OUT = re.compile(r"\[[\w&' ]{3,40} removed\]")
TAG = re.compile(r"(<(?:\"[^\"]*\"|[^\">])*>)")
"One tag of HTML that was sanitised, so that what splits by it has texts and tags in turn."
QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d]{8,300})[\"\u201d]|'([^']{8,300})'|\u2018([^\u2019]{8,300})\u2019")
SHORTEST = 8
"Letters of something quoted: shorter ones stand everywhere."


def quotes(words: Iterable[str]) -> list[str]:
    """What reporters put in quotation marks."""
    return [next(part for part in found.groups() if part) for each in words for found in QUOTED.finditer(each)]


@bp.app_template_filter("marked")
def marked(text: str, quoted: Iterable[str] = ()) -> Markup:
    """A plain text as HTML, in which everything to look at is marked."""
    spans = [(each.offset, each.end) for each in identifiers.find(text)]
    spans += [found.span() for found in TAKEN_OUT.finditer(text)]
    for quote in quoted:
        at = text.find(quote)
        if at >= 0:
            spans.append((at, at + len(quote)))
    pieces, done = list[str](), 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        start = max(start, done)
        pieces += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        done = end
    return Markup("").join([*pieces, escape(text[done:])])


@bp.app_template_filter("marked_inside")
def marked_inside(drawn: str, quoted: Iterable[str] = ()) -> Markup:
    """HTML that was sanitised, in whose texts everything to look at is marked; its tags stay as they are."""
    parts = TAG.split(str(drawn))
    return Markup("").join(
        Markup(part) if n % 2 else marked(unescape(part), quoted)  # noqa: S704 - a tag of what was sanitised
        for n, part in enumerate(parts)
    )
