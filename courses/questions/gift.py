"""GIFT, Moodle's text format of questions: the whole grammar, and what people write who never read it.

Source: Moodle's documentation "GIFT format". A blank line ends a question; here not one between braces that close later.
Time grows with the file's length and no faster, whatever is in it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from courses.packages.report import Report
from courses.questions.banks import Bank, Found, called, category, is_too_long
from courses.questions.models import QuestionKind
from courses.questions.reading import gift_answers
from courses.questions.reading.answers import NotAQuestion, checked_length, checked_number
from courses.questions.reading.gift_escapes import formatted, meant, put_aside
from courses.questions.reading.texts import Texts, words
from courses.storage import Storage

_CATEGORY = re.compile(r"\s*\$CATEGORY:(.*)")
GAP = "_____"


@dataclass
class Chunk:
    """The lines of one question, and where they begin."""

    line: int
    lines: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0
    "Braces so far."

    def add(self, *lines: str) -> None:
        self.lines += lines
        self.opened += sum(line.count("{") for line in lines)
        self.closed += sum(line.count("}") for line in lines)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def is_open(self) -> bool:
        return self.opened > self.closed

    @property
    def is_whole(self) -> bool:
        """Whether the next title or category begins another question even without a blank line before it."""
        return not self.is_open and (self.closed > 0 or _CATEGORY.match(self.lines[0]) is not None)


def read(text: str, report: Report, *, storage: Storage | None = None, slug: str = "") -> list[Bank]:
    """The banks of a GIFT file; each question that cannot come in is named in the report with why.

    ``slug`` is the module's, for pictures; GIFT brings none, so both may be left out.
    """
    found = Found(report, Texts(report, storage, slug))
    number = 0
    for chunk in [] if is_too_long(text, report) else _chunks(text):
        if found.is_over:
            break
        body = _categories(chunk.text, found)
        if not body.strip():
            continue
        number += 1
        title = ""
        try:
            checked_length(body)
            title, rest = _title(body)
            name = called(number, title or words(meant(rest.split("{")[0])), f"line {chunk.line}")
            found.texts.begin(name)
            found.add(_question(rest, found))
        except NotAQuestion as why:
            found.refuse(called(number, title or meant(body[:200]), f"line {chunk.line}"), str(why))
    return found.end()


def _chunks(text: str) -> list[Chunk]:
    """The file cut into questions; comments go first."""
    chunks: list[Chunk] = []
    is_between = True
    for number, line in enumerate(put_aside(text).split("\n"), 1):
        said = line.lstrip()
        if said.startswith("//"):
            continue
        if said:
            if is_between or (said.startswith(("::", "$CATEGORY:")) and chunks[-1].is_whole):
                chunks.append(Chunk(number))
            chunks[-1].add(line)
        is_between = not said
    return _rejoined(chunks)


def _rejoined(cut: list[Chunk]) -> list[Chunk]:
    """Blank lines between braces do not part a question: an open one takes what comes before its }, if no other { does."""
    chunks: list[Chunk] = []
    at = 0
    while at < len(cut):
        chunk, end = cut[at], at + 1
        if chunk.is_open:
            while end < len(cut) and not cut[end].opened and not cut[end].closed and "::" not in cut[end].lines[0]:
                end += 1
            if end < len(cut) and cut[end].closed and "{" not in cut[end].text.partition("}")[0]:
                chunk.add(*(line for other in cut[at + 1 : end + 1] for line in other.lines))
                at = end
        chunks.append(chunk)
        at += 1
    return chunks


def _categories(text: str, found: Found) -> str:
    """Take ``$CATEGORY:`` lines off the front, and give the rest."""
    while (line := _CATEGORY.match(text)) is not None:
        found.category(category(meant(line.group(1))))
        text = text[line.end() :]
    return text


def _title(body: str) -> tuple[str, str]:
    body = body.strip()
    if not body.startswith("::"):
        return "", body
    title, colons, rest = body[2:].partition("::")
    if not colons:
        raise NotAQuestion("its title has no :: at its end.")
    return words(meant(title)), rest


def _question(rest: str, found: Found) -> dict[str, Any]:
    before, opening, after = rest.partition("{")
    if not opening:
        return _description(before, found)
    block, closing, after = after.partition("}")
    if not closing:
        raise NotAQuestion("its { has no }.")
    if "{" in block or "{" in after or "}" in after:
        raise NotAQuestion(
            "it has more than one pair of { }. Write one question for each, or put \\ before a brace that is text."
        )
    form, prompt = formatted(before, "moodle")
    if after.strip():
        prompt = f"{prompt.rstrip()} {GAP}{'' if after[0] in '.,;:?!' else ' '}{meant(after.strip())}"
    prompt_html = found.texts.block(prompt, form)
    if not prompt_html:
        raise NotAQuestion("it has no text.")
    block, _, general = block.partition("####")
    explanation_html = found.texts.block(meant(general), form)
    checked_number(len(re.findall("[=~]", block)), "answers")
    answered = gift_answers.read(block, found.texts, form)
    return {"prompt_html": prompt_html, "explanation_html": explanation_html, **answered}


def _description(text: str, found: Found) -> dict[str, Any]:
    if "}" in text:
        raise NotAQuestion("its } has no {.")
    form, said = formatted(text, "moodle")
    prompt_html = found.texts.block(said, form)
    if not prompt_html:
        raise NotAQuestion("it has no text.")
    return {"kind": QuestionKind.DESCRIPTION, "prompt_html": prompt_html, "explanation_html": "", "options": []}
