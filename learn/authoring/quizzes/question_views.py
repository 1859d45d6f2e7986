"""The questions of a draft's quiz: listed, written in fields, moved, removed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from courses.catalogue import UnitKind
from courses.drafting import asking, questions
from courses.drafting.asking import Typed
from courses.drafting.drafts import Changed
from courses.questions.models import QuestionKind
from learn.authoring.drafts import found
from learn.authoring.drafts.outline_views import DRAFT
from learn.authoring.quizzes import question_form, showing
from learn.authoring.room import bp, writes
from learn.errors import NotFound
from learn.extensions import db
from learn.web import writing

QUIZ = f"{DRAFT}/units/<int:position>/questions"
NEW = f"{QUIZ}/new/<kind>"


@bp.get(QUIZ, endpoint="questions")
@writes
def listed(slug: str, n: int, position: int) -> str:
    """Show the questions of a quiz."""
    unit = quiz(slug, n, position)
    rows = questions.listed(db.session(), unit.id)
    kinds = [(kind.value, *question_form.KINDS[kind]) for kind in asking.WRITTEN]
    shown = [showing.question(row, unit, len(rows)) for row in rows]
    return render_template(
        "authoring/quizzes/list.html", unit=unit, questions=shown, kinds=kinds, crumbs=found.crumbs(unit)
    )


@bp.get(NEW)
@writes
def new_question(slug: str, n: int, position: int, kind: str) -> str:
    """Show the form of a new question."""
    return _page(quiz(slug, n, position), question_form.new(_kind(kind)))


@bp.post(NEW)
@writes
def add_question(slug: str, n: int, position: int, kind: str) -> Any:
    """Add a question, or add rows for more answers."""
    unit, typed = quiz(slug, n, position), question_form.typed_into(_kind(kind))
    if request.form.get("act") == "more":
        return _page(unit, question_form.with_rows(typed, question_form.MORE))
    row = question_form.row(unit, typed)
    if row is None:
        return _page(unit, typed), 422
    with writing() as session:
        questions.put(session, unit.version_id, unit.id, row)
    return _back(unit, "The question is added.")


@bp.get(f"{QUIZ}/<int:number>")
@writes
def edit_question(slug: str, n: int, position: int, number: int) -> str:
    """Show a question in its form; a text with gaps as it is."""
    unit = quiz(slug, n, position)
    row = _question(unit, number)
    if row.kind not in asking.WRITTEN:
        shown = showing.question(row, unit, row.position)
        return render_template("authoring/quizzes/cloze.html", unit=unit, question=shown, crumbs=found.crumbs(unit))
    typed = asking.typed_of(row, question_form.draw_for(unit))
    return _page(unit, question_form.with_rows(typed, 0), row=row, seen=questions.mark(row))


@bp.post(f"{QUIZ}/<int:number>")
@writes
def save_question(slug: str, n: int, position: int, number: int) -> Any:
    """Save a question, or add rows for more answers."""
    unit = quiz(slug, n, position)
    there, seen = _question(unit, number), request.form.get("seen", "")
    typed = question_form.typed_into(there.kind)
    if request.form.get("act") == "more":
        return _page(unit, question_form.with_rows(typed, question_form.MORE), row=there, seen=seen)
    row = question_form.row(unit, typed) if there.kind in asking.WRITTEN else None
    if row is None:
        return _page(unit, typed, row=there, seen=seen), 422
    try:
        with writing() as session:
            questions.change(session, unit.version_id, unit.id, number, row, seen=seen)
    except Changed as error:
        typed.problems["prompt"] = error.message
        return _page(unit, typed, row=there, seen=seen), 409
    return _back(unit, "The question is saved.")


@bp.post(f"{QUIZ}/move")
@writes
def move_question(slug: str, n: int, position: int) -> Any:
    """Move a question up or down."""
    unit = quiz(slug, n, position)
    by = -1 if request.form.get("to") == "up" else 1
    with writing() as session:
        place = questions.move(session, unit.version_id, unit.id, request.form.get("question", 0, int), by)
    return _back(unit, f"It is question {place} now.", f"question-{place}")


@bp.get(f"{QUIZ}/<int:number>/remove")
@writes
def removing_question(slug: str, n: int, position: int, number: int) -> str:
    """Ask whether a question is to go."""
    unit = quiz(slug, n, position)
    shown = showing.question(_question(unit, number), unit, 0)
    return render_template("authoring/quizzes/remove.html", unit=unit, question=shown, crumbs=found.crumbs(unit))


@bp.post(f"{QUIZ}/<int:number>/remove")
@writes
def remove_question(slug: str, n: int, position: int, number: int) -> Any:
    """Take a question out of the quiz."""
    unit = quiz(slug, n, position)
    with writing() as session:
        questions.remove(session, unit.version_id, unit.id, number)
    return _back(unit, "The question is removed.")


def quiz(slug: str, n: int, position: int) -> Any:
    """The quiz at an address."""
    unit = found.unit(db.session(), slug, n, position)
    if unit.kind is not UnitKind.QUIZ:
        raise NotFound("Only a quiz has questions.")
    return unit


def _kind(name: str) -> QuestionKind:
    if name not in asking.WRITTEN:
        raise NotFound("There is no such kind of question.")
    return QuestionKind(name)


def _question(unit: Any, number: int) -> Any:
    row = next((each for each in questions.listed(db.session(), unit.id) if each.id == number), None)
    if row is None:
        raise NotFound("This question is not in the quiz any more.")
    return row


def _back(unit: Any, words: str, anchor: str | None = None) -> Any:
    flash(words, "success")
    return redirect(url_for(".questions", slug=unit.slug, n=unit.n, position=unit.position, _anchor=anchor), 303)


def _page(unit: Any, typed: Typed, *, row: Any = None, seen: str = "") -> str:
    name, about = question_form.KINDS[typed.kind]
    prompt = Markup(row.prompt_html) if row is not None else None  # noqa: S704 - sanitised
    return render_template(
        "authoring/quizzes/question.html", unit=unit, typed=typed, kind=typed.kind.value, name=name, about=about, seen=seen,
        number=row.id if row is not None else None, place=row.position if row is not None else None, prompt=prompt,
        errors=question_form.errors(typed), crumbs=[*found.crumbs(unit), showing.crumb(unit)],
    )  # fmt: skip
