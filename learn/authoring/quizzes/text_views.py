"""Questions pasted as text: GIFT or Aiken, told apart by what is written, with every question that does not come in named."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from courses.drafting import questions
from courses.packages.report import Report
from courses.questions import aiken, gift
from learn.authoring.drafts import found
from learn.authoring.drafts.writing_form import lines
from learn.authoring.quizzes import question_views, showing
from learn.authoring.room import bp, writes
from learn.web import writing

LONGEST = 200_000
"Characters; a bigger bank is uploaded as a file."
_AIKEN = re.compile(r"^ANSWER:[ \t]*[A-Z]\b", re.MULTILINE)


@bp.get(f"{question_views.QUIZ}/text")
@writes
def question_text(slug: str, n: int, position: int) -> str:
    """Show the box for questions as text."""
    return _page(question_views.quiz(slug, n, position))


@bp.post(f"{question_views.QUIZ}/text")
@writes
def add_from_text(slug: str, n: int, position: int) -> Any:
    """Add the questions that can be read; those that cannot come back with why, and are not lost."""
    unit, text = question_views.quiz(slug, n, position), lines(request.form.get("text"))
    if not text.strip() or len(text) > LONGEST:
        words = "Paste at least one question" if not text.strip() else f"Paste at most {LONGEST:,} characters"
        return _page(unit, text=text, wrong=words), 422
    report = Report()
    banks = (aiken if _AIKEN.search(text) else gift).read(text, report)
    rows = [question for bank in banks for question in bank.questions]
    if report.has_errors or not rows:
        return _page(unit, text=text, wrong="No question could be read. See why below", report=report), 422
    with writing() as session:
        questions.extend(session, unit.version_id, unit.id, rows)
    if report.problems:
        return _page(unit, text=text, report=report, added=len(rows))
    flash(f"{len(rows)} {'question is' if len(rows) == 1 else 'questions are'} added.", "success")
    return redirect(url_for(".questions", slug=slug, n=n, position=position), 303)


def _page(unit: Any, *, text: str = "", wrong: str = "", report: Report | None = None, added: int = 0) -> str:
    problems = [problem.message for problem in report.problems] if report else []
    return render_template(
        "authoring/quizzes/text.html", unit=unit, text="" if added else text, wrong=wrong, problems=problems, added=added,
        crumbs=[*found.crumbs(unit), showing.crumb(unit)], errors=[{"text": wrong, "href": "#text"}] if wrong else [],
    )  # fmt: skip
