"""What a facilitator looks at before a story is approved: eight points, each with what can be counted about it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from learn.components import plural
from learn.identifiers import find
from learn.stories import fields as template
from learn.stories.models import FileKind
from learn.stories.review import listed, revising, rounds

CHECKS = {
    "learning": "Others can learn from it and do the same",
    "plain": "It is in plain English",
    "evidence": "What changed is shown, with numbers or a reason why not",
    "anonymity": "Nobody can be identified who did not agree",
    "permissions": "Permissions for people, quotes and pictures are there",
    "alt": "Each picture has a description that says what it shows",
    "links": "Studies, links and references are right",
    "declarations": "The declarations are complete",
}
FOR_SMALL = ("plain", "anonymity", "declarations")
"Those that a small correction is looked at for."
SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
VOWELS = re.compile(r"[aeiouy]+")
LINK = re.compile(r"https?://\S+")
YOUNGEST, OLDEST = 6, 22


@dataclass(frozen=True)
class Point:
    """One point of the list."""

    key: str
    label: str
    fact: str
    "What can be counted about it, as a sentence."


def points(fields: dict[str, Any], files: Any, declared: Collection[str]) -> list[Point]:
    """The points for a round, those of a small correction only where it is one; ``declared`` are keys of declarations."""
    facts = {
        "learning": _learning(fields),
        "plain": _plain(fields),
        "evidence": _evidence(fields),
        "anonymity": _anonymity(fields),
        "permissions": _permissions(fields, files),
        "alt": _alt(files),
        "links": _links(fields),
        "declarations": f"{plural(len(declared), 'declaration')} made.",
    }
    keys = FOR_SMALL if is_small(fields) else tuple(CHECKS)
    return [Point(key, CHECKS[key], facts[key]) for key in keys]


def is_small(fields: dict[str, Any]) -> bool:
    """Whether the author calls it a small correction."""
    return bool(fields.get(revising.SMALL))


def reading_age(text: str) -> int | None:
    """Years of age at which a text is read with ease, by Flesch and Kincaid's grade; None for fewer than 30 words.

    A rough measure that counts letters alone: long words that everybody knows make a text seem harder than it is.
    """
    words = WORD.findall(text)
    if len(words) < 30:
        return None
    sentences = max(1, len([part for part in SENTENCE.split(text) if WORD.search(part)]))
    grade = 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59
    return max(YOUNGEST, min(OLDEST, round(grade) + 5))


def _syllables(word: str) -> int:
    low = word.lower()
    count = len(VOWELS.findall(low))
    if low.endswith("e") and not low.endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(1, count)


def _prose(fields: dict[str, Any]) -> str:
    names = [name for name, field in template.FIELDS.items() if field.kind in (template.TEXT, template.LINES)]
    kept = [text for where, text in template.texts(fields).items() if where.split(".")[0] in names]
    return ". ".join(text.rstrip(". ") for text in kept)


def _learning(fields: dict[str, Any]) -> str:
    return f"{plural(len(fields.get('steps') or []), 'step')} and {plural(len(fields.get('tips') or []), 'tip')}."


def _plain(fields: dict[str, Any]) -> str:
    age, count = reading_age(_prose(fields)), plural(listed.word_count(fields), "word")
    return f"{count}. Reading age about {age}." if age else f"{count}, too few for a reading age."


def _evidence(fields: dict[str, Any]) -> str:
    if fields.get("measures"):
        return f"{plural(len(fields['measures']), 'measure')}."
    return "Too early for numbers, or not to be counted." if fields.get("too_early") else "No measures, only words."


def _anonymity(fields: dict[str, Any]) -> str:
    masked = sum(text.count(" removed]") for text in rounds.texts(fields).values())
    asked = sum(1 for text in template.texts(fields).values() for found in find(text) if found.response == "nudge")
    if not masked and not asked:
        return "The check for patient information found nothing. It cannot see everything."
    return f"{plural(masked, 'passage')} masked, {asked} to look at."


def _permissions(fields: dict[str, Any], files: Any) -> str:
    shown = sum(1 for each in files if each.shows_people)
    quote = "There is a quote" if fields.get("quote") else "There is no quote"
    agreed = " with permission" if fields.get("quote") and fields.get("quote_permission") else ""
    return f"{quote}{agreed}. People can be recognised in {plural(shown, 'picture')}."


def _alt(files: Any) -> str:
    pictures = [each for each in files if each.kind is FileKind.PICTURE]
    described = sum(1 for each in pictures if each.alt.strip())
    return f"{described} of {plural(len(pictures), 'picture')} described." if pictures else "There are no pictures."


def _links(fields: dict[str, Any]) -> str:
    links = sum(len(LINK.findall(text)) for text in template.texts(fields).values())
    names = (
        plural(len(fields.get("studies") or []), "study", "studies"),
        plural(len(fields.get("references") or []), "reference"),
    )
    return f"{names[0]}, {names[1]} and {plural(links, 'link')}."
