"""Moodle XML: the export of a question bank, with pictures inside. What this project has no kind for is named, not guessed.

Source: Moodle's documentation "Moodle XML format", and what Moodle 3 and 4 write. Measured on exports in the wild: texts come as
CDATA or escaped, old files have texts without <text>, control characters from word processors make the XML unsound.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element

from courses.packages import xml
from courses.packages.report import Report
from courses.questions import banks
from courses.questions.banks import Bank, Found, called, category
from courses.questions.models import QuestionKind
from courses.questions.reading import moodle_answers
from courses.questions.reading.answers import NotAQuestion, checked_length, checked_number
from courses.questions.reading.moodle_parts import part, said
from courses.questions.reading.texts import Texts, words
from courses.storage import Storage

ELEMENTS = 500_000
"A question has about thirty."
FEEDBACKS = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
USUAL = re.compile(r"(your answer is (partially )?(in)?correct\.?)?", re.IGNORECASE)


def read(content: bytes, report: Report, *, storage: Storage | None = None, slug: str = "") -> list[Bank]:
    """The banks of a Moodle XML file; each question that cannot come in is named in the report with why.

    Pictures go into the storage, with addresses of the module ``slug``; without a storage they are left out, and reported.
    """
    root = _root(content, report)
    if root is None:
        return []
    if xml.local(root.tag) != "quiz":
        report.error("not_moodle", "This XML file is not a Moodle question bank: it does not begin with <quiz>.")
        return []
    found = Found(report, Texts(report, storage, slug))
    number = 0
    for element in (each for each in root if xml.local(each.tag) == "question"):
        if element.get("type", "") == "category":
            found.category(category(said(element.find("category"))))
            continue
        number += 1
        if found.is_over:
            break
        _take(element, number, found)
    return found.end()


def _root(content: bytes, report: Report) -> Element | None:
    """The root; a file with characters that XML forbids, as word processors leave them, is read once more without."""
    first = Report()
    root = xml.parse(content, first, "", size=banks.LARGEST, elements=ELEMENTS)
    if root is None and any(problem.code == "xml" for problem in first.problems) and len(content) <= banks.LARGEST:
        text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", banks.decoded(content))
        again = Report()
        root = xml.parse(text.encode(), again, "", size=2 * banks.LARGEST, elements=ELEMENTS)
        if root is not None:
            report.note("mended", "The file had characters that XML does not allow. They were left out.")
    if root is None:
        report.problems += first.problems
    return root


def _take(element: Element, number: int, found: Found) -> None:
    kind = element.get("type", "")
    title = words(said(element.find("name")) or said(element.find("questiontext")))
    name = called(number, title)
    found.texts.begin(name)
    try:
        if said(element.find("hidden")) == "1":
            raise NotAQuestion("it was deleted or replaced in Moodle.")
        found.add(_question(element, kind, found.texts))
    except NotAQuestion as why:
        found.refuse(name, str(why))


def _question(element: Element, kind: str, texts: Texts) -> dict[str, Any]:
    reader = moodle_answers.READERS.get(kind)
    if reader is None:
        raise NotAQuestion(
            f"Frontline has no questions of the kind {moodle_answers.NAMES.get(kind, kind[:40] or 'none')}."
        )
    asked = part(element.find("questiontext"))
    checked_length(asked.text)
    for name, things in (
        ("answer", "answers"),
        ("subquestion", "pairs"),
        ("dragbox", "choices"),
        ("selectoption", "choices"),
    ):
        checked_number(len(element.findall(name)), things)
    if not asked.text.strip() and not asked.files:
        raise NotAQuestion("it has no text.")
    text, made = reader(element, asked.text, texts)
    prompt_html = texts.block(text, asked.form, asked.files)
    told = part(element.find("generalfeedback"))
    explanation_html = texts.block(told.text, told.form, told.files)
    _left_out(element, texts)
    if made["kind"] is QuestionKind.CLOZE and any(
        f"[[{n}]]" not in prompt_html for n in range(1, len(made["options"]) + 1)
    ):
        raise NotAQuestion("one of its gaps stands where no text can, such as in a picture's description.")
    return {"prompt_html": prompt_html, "explanation_html": explanation_html, **made}


def _left_out(element: Element, texts: Texts) -> None:
    """What is not a reason to refuse a question, said once for the file."""
    if any(not USUAL.fullmatch(words(said(element.find(name)))) for name in FEEDBACKS):
        words_ = "Feedback for “any correct” or “any incorrect” answer was left out: there is feedback for each answer, and an explanation."
        texts.note("combined_feedback", words_)
    if element.find("hint") is not None:
        texts.note("hints", "Hints between several tries at one question were left out.")
