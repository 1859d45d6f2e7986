"""Text as an eye reads it, character for character at the same place as it was typed.

Digits and letters of other scripts and widths, odd spaces and dashes become plain ones. What shows nothing (markup,
zero-width characters, marks that combine) becomes FILLER. The length never changes, so an offset here is one in the text.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

FILLER = "\x00"

DASHES = "‐‑‒–—―−﹘﹣－⁃˗➖"
DOTS = "·•∙⋅․。．‧・"
LOOKALIKES = {**dict.fromkeys("ОΟ", "O"), **dict.fromkeys("оο", "o"), **dict.fromkeys("ІΙ", "I"), "і": "i", "ӏ": "l"}
CIRCLED = {chr(0x2460 + n): str(n + 1) for n in range(9)} | {"⓪": "0"}
FIXED = {
    **dict.fromkeys(DASHES, "-"), **dict.fromkeys(DOTS, "."), **LOOKALIKES, **CIRCLED,
    **dict.fromkeys("⁄∕÷⧸", "/"), **dict.fromkeys("\u2800\u3164\u115f\uffa0\x85", " "), **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("‘’‛ʼ`´", "'"), "İ": "I",
}  # fmt: skip
"Superscripts stay: they are notes beside a number, not digits of it."

DIGITS = re.compile("[0-9]+")
MARKS = bytes(ord("0") if chr(code).isascii() and chr(code).isdigit() else ord(" ") for code in range(256))
"Bytes instead of characters and one mark for all digits: a search for it is several times faster than a pattern."
WIDEST = 6
"Separators between two digits of one number."
BEFORE, AFTER = 100, 40
"Characters around digits in which a label is looked for."
DENSE = 25
"Where digits begin more often than each so many characters, nearly all is near them: not worth cutting out."
NOT_ASCII = re.compile("[^\x01-\x7f]+")
TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,300}>")
TELLING = re.compile(r"[^\W_a-zA-Z]|@|&")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});")


def _plain(character: str) -> str:
    if character in FIXED:
        return FIXED[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Mn", "Me", "Cf", "Cc"):
        return FILLER
    if category == "Zs":
        return " "
    if category == "No":
        return character
    composed = unicodedata.normalize("NFKC", character)
    return composed if len(composed) == 1 else character


class _Plain(dict[int, int]):
    """The table for ``str.translate``, filled by what turns up and never large."""

    def __missing__(self, code: int) -> int:
        if len(self) > 5000:
            self.clear()
        self[code] = ord(_plain(chr(code)))
        return self[code]


PLAIN = _Plain()


def _entity(found: re.Match[str]) -> str:
    said = unescape(found[0])
    return said + FILLER * (len(found[0]) - len(said)) if len(said) == 1 else found[0]


def plain(text: str, *, is_markup: bool = True) -> str:
    """The text as it is read, of the same length. Without ``is_markup`` what stands inside tags is read as well."""
    if "&" in text:
        text = ENTITY.sub(_entity, text)
    if is_markup and "<" in text:
        text = TAG.sub(lambda found: FILLER * len(found[0]), text)
    if text.isascii() and FILLER not in text:
        return text
    return NOT_ASCII.sub(lambda found: found[0].translate(PLAIN), text)


def readings(text: str) -> list["Reading"]:
    """As it looks on a page; and, where a tag holds a digit or an address (a picture's description), as it was typed too."""
    shown = [Reading(plain(text))]
    if "<" in text and any(TELLING.search(tag[0]) for tag in TAG.finditer(text)):
        shown.append(Reading(plain(text, is_markup=False)))
    return shown


@dataclass(frozen=True)
class Reading:
    """One text in the two forms in which detectors look at it."""

    plain: str

    @cached_property
    def low(self) -> str:
        """In small letters, still of the same length."""
        low = self.plain.lower()
        return low if len(low) == len(self.plain) else "".join(c.lower()[:1] for c in self.plain)

    @cached_property
    def numbers(self) -> list[tuple[int, int]]:
        """Where each row of digits begins and ends: sought once for all detectors, which then look only there."""
        marks = self.plain.encode("ascii", "replace").translate(MARKS)
        spans, end = [], 0
        for row in marks.split():
            start = marks.find(b"0", end)
            end = start + len(row)
            spans.append((start, end))
        return spans

    @cached_property
    def _ahead(self) -> list[int]:
        """For each of the numbers how many digits it has together with those that follow close on each other."""
        ahead, digits, following = list[int](), 0, 0
        reach = len(self.plain) if FILLER in self.plain else WIDEST
        for start, end in reversed(self.numbers):
            digits = end - start + (digits if following - end <= reach else 0)
            following = start
            ahead.append(digits)
        return ahead[::-1]

    def rows(self, least: int) -> list[tuple[int, int]]:
        """The numbers that have at least so many digits together with those close behind them."""
        return [number for number, digits in zip(self.numbers, self._ahead, strict=True) if digits >= least]

    @cached_property
    def near_numbers(self) -> tuple[str, list[int], list[int]]:
        """What stands around digits, in small letters, with where its pieces begin in there and in the text.

        Labels are looked for here alone, since most prose is far from any digits.
        """
        if len(self.numbers) * DENSE > len(self.low):
            return self.low, [0], [0]
        pieces, places, origins, begin, done, length = list[str](), [0], [0], 0, 0, 0
        for start, end in self.numbers:
            if start - BEFORE > done:
                pieces.append(self.low[begin:done])
                length += done - begin
                begin = start - BEFORE
                places.append(length)
                origins.append(begin)
            done = end + AFTER
        return "".join([*pieces, self.low[begin:done]]), places, origins

    def labels(self, word: str) -> list[int]:
        """Where a word near digits begins."""
        near, places, origins = self.near_numbers
        found: list[int] = []
        at = near.find(word)
        while at >= 0:
            piece = bisect_right(places, at) - 1
            place = origins[piece] + at - places[piece]
            if self.low.startswith(word, place):
                found.append(place)
            at = near.find(word, at + 1)
        return found

    def places(self, word: str) -> Iterator[int]:
        """Where a word in small letters begins, also inside others."""
        at = self.low.find(word)
        while at >= 0:
            yield at
            at = self.low.find(word, at + 1)

    def before(self, offset: int, count: int) -> str:
        """The small-letter text that ends at the offset, without filler."""
        return self.low[max(0, offset - count) : offset].replace(FILLER, "")

    def after(self, offset: int, count: int) -> str:
        """The small-letter text that begins at the offset, without filler."""
        return self.low[offset : offset + count].replace(FILLER, "")
