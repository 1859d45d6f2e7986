"""Question banks: what every reader of one gives back, how it reports what it could not read, and the quiz that comes of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from courses.catalogue import Rule, UnitKind
from courses.packages.content import UnitContent
from courses.packages.report import Report
from courses.questions.models import QuestionKind
from courses.questions.reading.texts import Texts

LARGEST = 20 * 1024**2
"Bytes of a Moodle XML file; the pictures in it count."
LONGEST = 5_000_000
"Characters of a text file: a question has some 300."
QUESTIONS = 500
"In one quiz: it is one page, and a learner has one evening."
LISTED = 200
"Questions that a report names."
STOP = 2_000
"Questions that cannot come in after which reading stops: such a file is no bank."
PASS_MARK = 75

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass
class Bank:
    """A category with its questions: rows of Question without unit and position."""

    title: str
    questions: list[dict[str, Any]] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    "The pictures of all its questions, for the unit's media."


@dataclass
class Found:
    """What a reader has found so far."""

    report: Report
    texts: Texts
    banks: dict[str, Bank] = field(default_factory=dict)
    "By title, in the order of their first questions."
    current: str = ""
    refused: int = 0

    def category(self, title: str) -> None:
        """The questions that follow belong to this category."""
        self.current = title[:255]

    def add(self, question: dict[str, Any]) -> None:
        """A question came in."""
        self.banks.setdefault(self.current, Bank(self.current)).questions.append(question)
        self.report.questions += 1

    def refuse(self, name: str, why: str) -> None:
        """A question did not: name it and say why."""
        self.refused += 1
        if self.refused <= LISTED:
            self.report.warn("question", f"{name} was not imported: {why}")

    @property
    def is_over(self) -> bool:
        """Whether there is no sense in reading on."""
        return self.report.questions > QUESTIONS or self.refused > STOP

    def end(self) -> list[Bank]:
        """The banks that have questions; an error in the report when there are none, or more than a quiz can hold."""
        report, banks = self.report, list(self.banks.values())
        if self.refused > LISTED:
            report.warn("question", f"{self.refused - LISTED:,} more questions were not imported.")
        if not banks:
            report.error("no_questions", "No question of this file could be imported.")
        if report.questions > QUESTIONS:
            message = f"This bank has more than {QUESTIONS} questions, which is what a quiz can have. Export one category at a time."
            report.error("too_many_questions", message)
        if self.refused > STOP:
            report.error("not_a_bank", f"More than {STOP:,} questions could not be imported, so the rest was not read.")
        if len(banks) > 1:
            parts = ", ".join(f"{bank.title or 'no category'} ({len(bank.questions)})" for bank in banks)
            report.note("categories", f"The categories became one quiz, in this order: {parts[:2000]}.")
        if banks:
            banks[0].images = list(self.texts.images.values())
        return banks


def unit(banks: Iterable[Bank], title: str) -> UnitContent:
    """One quiz of all the banks' questions, in their order."""
    banks = list(banks)
    questions = [question for bank in banks for question in bank.questions]
    images = [image for bank in banks for image in bank.images]
    minutes = sum(question["kind"] is not QuestionKind.DESCRIPTION for question in questions)
    return UnitContent(
        "questions", UnitKind.QUIZ, title[:255], minutes=max(1, minutes), rule=Rule.QUIZ_PASSED, threshold=PASS_MARK,
        questions=questions, media={"images": images} if images else {},
    )  # fmt: skip


def is_too_long(text: str, report: Report) -> bool:
    """Whether a text file is longer than any bank; then there is an error in the report."""
    if len(text) > LONGEST:
        report.error(
            "too_long", f"This file has more than {LONGEST // 10**6} million characters. Export one category at a time."
        )
    return len(text) > LONGEST


def decoded(content: bytes) -> str:
    """A text file's text, with \\n between lines: UTF-8 or UTF-16, with or without a byte-order mark, else Windows-1252.

    UTF-16 without a mark is told by its zero bytes: English text has one in every second place.
    """
    text = content.decode(_encoding(content), "replace").removeprefix("\ufeff")
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))


def _encoding(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = content[:4000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) > 1 and max(even, odd) * 2 > len(head) // 2 and min(even, odd) * 4 < max(even, odd):
        return "utf-16-be" if even > odd else "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def called(number: int, title: str, place: str = "") -> str:
    """How a report calls a question: Question 3, “Consent” (line 12)."""
    title = " ".join(title.split())
    short = title if len(title) <= 80 else title[:79].rstrip() + "…"
    return f"Question {number}" + (f", “{short}”" if short else "") + (f" ({place})" if place else "")


def category(path: str) -> str:
    """A category's path as a title: $course$/top/Consent/Basics is "Consent / Basics"; // is a slash in a name."""
    parts = [part.strip().replace("\0", "/") for part in path.strip().replace("//", "\0").split("/")]
    return " / ".join(part for part in parts if part and part != "top" and not re.fullmatch(r"\$[^$]*\$", part))
