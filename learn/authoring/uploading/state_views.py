"""Where an upload stands, its report once it is checked, and cancelling it."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select

from courses.catalogue import Module, ModuleVersion, VersionState
from courses.db import now
from learn import audit
from learn.authoring import showing
from learn.authoring.models import UploadState
from learn.authoring.room import bp, writes
from learn.authoring.uploading import receiving
from learn.extensions import db
from learn.notifications import notices
from learn.web import writing

_VERSION = (
    select(Module.slug, Module.title, ModuleVersion.n, ModuleVersion.state)
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(ModuleVersion.id == bindparam("version"))
)
OPEN = (UploadState.RECEIVING, UploadState.WAITING, UploadState.CHECKING)


@bp.get("/uploads/<int:number>")
@writes
def one_upload(number: int) -> str:
    """Show where it stands, or its report."""
    row = receiving.mine(db.session(), current_user.id, number)
    version = db.session.execute(_VERSION, {"version": row.version_id}).first() if row.version_id else None
    _note_as_read(number)
    return render_template(
        "authoring/upload_state.html", upload=row, where=where(row), size=showing.size(row.size), version=version,
        is_draft=version is not None and version.state is VersionState.DRAFT, **showing.reported(row.report),
    )  # fmt: skip


@bp.get("/uploads/<int:number>.json")
@writes
def state(number: int) -> Any:
    """Say where it stands, for the page's script."""
    row = receiving.mine(db.session(), current_user.id, number)
    return jsonify(**where(row), received=row.received, size=row.size)


@bp.post("/uploads/<int:number>/cancel")
@writes
def cancel(number: int) -> Any:
    """Want it no more: the file goes at once, or after the check that is running."""
    row = receiving.mine(db.session(), current_user.id, number)
    with writing() as session:
        is_gone = receiving.cancel(session, number, now())
        if is_gone:
            audit.note(session, "upload.cancelled", actor_id=current_user.id, upload=number)
    if is_gone and row.state != UploadState.CHECKING:
        receiving.remove_files(row)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(is_gone=is_gone)
    flash("The upload is cancelled, and the file is removed." if is_gone else "It was checked already.", "success")
    return redirect(url_for(".home", _anchor="uploads"), 303)


def where(row: Any) -> dict[str, Any]:
    """Where an upload stands: a code, words, and whether they change no more."""
    is_here = row.received == row.size
    words = {
        UploadState.RECEIVING: "The file is here, and waits for you to go on."
        if is_here
        else f"{showing.size(row.received) if row.received else 'Nothing'} of {showing.size(row.size)} is here.",
        UploadState.WAITING: "The file is here. Its check begins in a moment.",
        UploadState.CHECKING: "The file is being checked. This takes up to 2 minutes.",
        UploadState.DONE: "The file is checked.",
        UploadState.REFUSED: "The file was refused.",
        UploadState.FAILED: row.last_error,
        UploadState.CANCELLED: "The upload was cancelled.",
    }[row.state]
    return {"code": row.state.value, "words": words, "is_over": row.state not in OPEN}


def _note_as_read(number: int) -> None:
    """Whoever sees the page needs no notice of it any more; a GET writes only the reader's own read mark."""
    if not current_user.unread:
        return
    with writing() as session:
        notices.read_about(session, current_user.id, f"/authoring/uploads/{number}", now())
