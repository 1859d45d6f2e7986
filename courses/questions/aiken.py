"""Aiken, the simplest format of questions: text, answers with a letter, and ANSWER with the right letter.

Source: Moodle's documentation "Aiken format". Read besides: a question of several lines, an answer that goes on in the next
line, no blank line between questions, several right letters.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from courses.packages.report import Report
from courses.questions.banks import Bank, Found, called, is_too_long
from courses.questions.models import QuestionKind
from courses.questions.reading.answers import NotAQuestion, checked_length
from courses.questions.reading.texts import Texts, words

_OPTION = re.compile(r"([A-Z])[.)]\s*(.*)")
_ANSWER = re.compile(r"ANSWER\s*:(.*)", re.IGNORECASE)


@dataclass
class Draft:
    """A question that is being read: its lines so far, each answer as it grows, and the line it begins on."""

    line: int
    text: list[str] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)

    def take(self, line: str) -> None:
        """A line that is no ANSWER: the next letter begins an answer, all else goes on with what there is."""
        option = _OPTION.fullmatch(line)
        if option and self.text and option.group(1) == chr(ord("A") + len(self.answers)):
            self.answers.append([option.group(2).strip()])
        elif self.answers:
            self.answers[-1].append(line)
        else:
            self.text.append(line)


def read(text: str, report: Report) -> list[Bank]:
    """The bank of an Aiken file; each question that cannot come in is named in the report with its line and why."""
    found = Found(report, Texts(report))
    draft: Draft | None = None
    number = 0
    lines = [] if is_too_long(text, report) else text.split("\n")
    for at, line in enumerate((line.strip() for line in lines), 1):
        if found.is_over:
            break
        verdict = _ANSWER.fullmatch(line)
        if not line:
            continue
        if draft is None:
            draft, number = Draft(at), number + 1
        if verdict is None:
            draft.take(line)
            continue
        _finish(draft, verdict.group(1), at, number, found)
        draft = None
    if draft is not None:
        name = called(number, " ".join(draft.text[:9]), f"line {draft.line}")
        found.refuse(name, "the file ends before its ANSWER line.")
    return found.end()


def _finish(draft: Draft, verdict: str, at: int, number: int, found: Found) -> None:
    name = called(number, " ".join(draft.text[:9]), f"line {draft.line}")
    found.texts.begin(name)
    try:
        found.add(_question(draft, verdict, at, found.texts))
    except NotAQuestion as why:
        found.refuse(name, str(why))


def _question(draft: Draft, verdict: str, at: int, texts: Texts) -> dict[str, Any]:
    if not draft.text:
        raise NotAQuestion("it has no text before its ANSWER line.")
    if len(draft.answers) < 2:
        raise NotAQuestion(
            "it needs at least two answers, as lines that begin with A. and B. (or A) and B)), in order."
        )
    answers = [checked_length(" ".join(lines).strip()) for lines in draft.answers]
    if not all(answers):
        raise NotAQuestion("one of its answers is empty.")
    letters = [each for each in re.split(r"[\s,.;)]+", verdict.upper()) if each]
    known = {chr(ord("A") + n) for n in range(len(draft.answers))}
    if not letters or not set(letters) <= known:
        said = verdict.strip()[:20] or "nothing"
        raise NotAQuestion(f"line {at} says that {said} is right, but its answers are A to {max(known)}.")
    options = [
        {"text": words(html), "html": html, "is_correct": chr(ord("A") + n) in letters, "feedback_html": ""}
        for n, html in enumerate(texts.line(answer, "plain") for answer in answers)
    ]
    kind = QuestionKind.SINGLE if len(set(letters)) == 1 else QuestionKind.MULTIPLE
    prompt_html = texts.block(checked_length("\n".join(draft.text)), "plain")
    return {"kind": kind, "prompt_html": prompt_html, "explanation_html": "", "options": options}
