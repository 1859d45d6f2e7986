"""Files come in: chosen on a page, sent by its script in slices or by a plain form, and handed on to be checked."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn.authoring.room import bp, writes
from learn.authoring.uploading import forms, landing, pairing, receiving, starting
from learn.authoring.uploading.forms import UploadForm
from learn.extensions import csrf, db
from learn.web import HIGHEST, writing

NOTHING = "Choose at least one file"
ONE_ALONE = "A new version of a module is one file. Choose one, and a video with its captions and its transcript"


@bp.get("/upload")
@writes
def upload() -> str:
    """Show where files are chosen."""
    return _page(_form(), starting.module(db.session(), request.args.get("module", "")))


@bp.post("/upload")
@writes
@csrf.exempt  # type: ignore[untyped-decorator]
def take_form() -> Any:
    """Take files from a plain form, without a script."""
    try:
        landing.let_in(receiving.LARGEST + landing.FORM)
        found = starting.module(db.session(), request.form.get("module", ""))
        form, files = _form(), landing.landed()
        words = NOTHING if not files else None
        if not form.validate() or words:
            form.files.errors = [words] if words else form.files.errors
            landing.clear_away()
            return _page(form, found), 422
        numbers = _take(files)
    except BaseException:
        landing.clear_away()
        raise
    return _go_on(numbers, found, form.theme.data or "")


@bp.post("/uploads")
@writes
def begin() -> Any:
    """Say that a file comes: its name and size; answers where its slices go."""
    told = request.get_json(silent=True)
    told = told if isinstance(told, dict) else {}
    size = told.get("size")
    with writing() as session:
        number, _ = receiving.begin(
            session, current_user.id, str(told.get("name", "")), size if isinstance(size, int) else 0, now()
        )  # fmt: skip
    return jsonify(
        number=number, slice=receiving.SLICE, content=url_for(".content", number=number),
        state=url_for(".state", number=number), cancel=url_for(".cancel", number=number),
    ), 201  # fmt: skip


@bp.post("/uploads/<int:number>/content")
@writes
@csrf.exempt  # type: ignore[untyped-decorator]
def content(number: int) -> Any:
    """Take the next slice of a file; 409 with what is here when it is not the next."""
    landing.let_in(2 * receiving.SLICE)
    row = receiving.mine(db.session(), current_user.id, number)
    db.session.rollback()  # nothing is open while the bytes come
    offset = request.args.get("offset", -1, type=int)
    length = receiving.must_follow(row, offset, request.content_length)
    receiving.write(request.stream, row.key, offset, length)
    with writing() as session:
        if not receiving.arrived(session, number, offset, offset + length, now()):
            raise receiving.NotNow("This upload was cancelled, or these bytes are here already.")
    return jsonify(received=offset + length)


@bp.post("/uploads/check")
@writes
def check() -> Any:
    """Hand on what is here; ask first where names do not tell which captions belong to which video."""
    found = starting.module(db.session(), request.form.get("module", ""))
    numbers = [min(number, HIGHEST) for number in request.form.getlist("number", type=int)]
    return _go_on(numbers, found, request.form.get("theme", ""))


@bp.get("/upload/together")
@writes
def together() -> Any:
    """Ask which captions and which transcript belong to which video."""
    found = starting.module(db.session(), request.args.get("module", ""))
    videos, captions, texts, _ = pairing.split(_here(_numbers()))
    if not videos:
        return redirect(url_for(".home"), 303)
    form = forms.together_form(videos, captions, texts)
    return _together_page(form, videos, found)


@bp.post("/upload/together")
@writes
def join() -> Any:
    """Join them as chosen, and hand all of it on."""
    found = starting.module(db.session(), request.args.get("module", ""))
    rows = _here(_numbers())
    videos, captions, texts, _ = pairing.split(rows)
    form = forms.together_form(videos, captions, texts)
    if not form.validate():
        return _together_page(form, videos, found), 422
    pairs = (forms.chosen(form, videos, "captions"), forms.chosen(form, videos, "transcript"))
    return _start(rows, found, request.args.get("theme", ""), *pairs)


def _take(files: list[tuple[str, str, int]]) -> list[int]:
    """Rows for files that landed whole."""
    for _, _, size in files:
        receiving.must_fit(size)
    at = now()
    with writing() as session:
        return [receiving.add(session, current_user.id, name, size, size, key, at)[0] for name, key, size in files]


def _go_on(numbers: list[int], found: Any | None, theme: str) -> Any:
    rows = _here(numbers)
    videos, captions, texts, _ = pairing.split(rows)
    if not rows:
        flash("No file is here. A file that is not finished is kept for an hour. Choose it again.", "warning")
        return redirect(_upload_page(found), 303)
    if not pairing.is_clear(videos, captions, texts):
        return redirect(url_for(".together", number=numbers, theme=theme, module=found.slug if found else ""), 303)
    return _start(rows, found, theme, pairing.by_name(videos, captions), pairing.by_name(videos, texts))


def _start(rows: list[Any], found: Any | None, theme: str, captions: dict[int, int], texts: dict[int, int]) -> Any:
    joined = len({*captions.values(), *texts.values()})
    if found is not None and len(rows) - joined > 1:
        flash(f"{ONE_ALONE}.", "warning")
        return redirect(_upload_page(found), 303)
    known = {row.slug for row in starting.themes(db.session())}
    with writing() as session:
        what = starting.wanted(found, theme if theme in known else "")
        left = starting.start(session, current_user.id, rows, what, captions, texts, now())
    if len(left) == 1:
        return redirect(url_for(".one_upload", number=left[0]), 303)
    return redirect(url_for(".home", _anchor="uploads"), 303)


def _numbers() -> list[int]:
    return [min(number, HIGHEST) for number in request.args.getlist("number", type=int)]


def _here(numbers: list[int]) -> list[Any]:
    return receiving.complete(db.session(), current_user.id, numbers[: receiving.AT_ONCE])


def _form() -> UploadForm:
    return UploadForm(data={"module": request.args.get("module", "")}).offer(starting.themes(db.session()))


def _upload_page(found: Any | None) -> str:
    return url_for(".upload", module=found.slug if found else None)


def _page(form: UploadForm, found: Any | None) -> str:
    return render_template("authoring/upload.html", form=form, module=found, largest=receiving.LARGEST)


def _together_page(form: Any, videos: list[Any], found: Any | None) -> str:
    return render_template("authoring/together.html", form=form, videos=videos, module=found)
