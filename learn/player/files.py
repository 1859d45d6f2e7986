"""A module's own files: pictures, videos, captions, downloads. Types come from our table, and nothing here can run."""

from flask import Blueprint, Response, abort, request, send_file
from flask_login import current_user
from sqlalchemy import bindparam, select

from courses.catalogue import Module, ModuleVersion, Unit, VersionState
from courses.storage import open_storage
from learn.config import settings
from learn.extensions import db
from learn.policy import Permission, allows, permits

bp = Blueprint("files", __name__)

TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "mp4": "video/mp4", "webm": "video/webm", "vtt": "text/vtt; charset=utf-8",
}  # fmt: skip
"Everything else is a download without a type that a browser would open."

_MEDIA = (
    select(Unit.media)
    .join(ModuleVersion, ModuleVersion.id == Unit.version_id)
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(Module.slug == bindparam("slug"))
)
_OF_MEMBERS = _MEDIA.where(ModuleVersion.state != VersionState.DRAFT)


@bp.get("/modules/<slug>/files/<sha256>.<ending>")
@permits(Permission.READ)
def show(slug: str, sha256: str, ending: str) -> Response:
    """Serve one file of a module, in ranges where the browser asks for them."""
    name = _name(slug, sha256)
    if name is None or name.rsplit(".", 1)[-1].lower() != ending:
        abort(404)
    storage = open_storage(settings().storage)
    size, shown = storage.size(sha256), TYPES.get(ending)
    answer = send_file(
        storage.open(sha256, size),
        mimetype=shown or "application/octet-stream",
        as_attachment=shown is None,
        download_name=name,
        etag=sha256,
        max_age=3600,
        conditional=False,
    )
    answer.content_length = size
    answer.make_conditional(request, accept_ranges=True, complete_length=size)
    answer.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
    )
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _name(slug: str, sha256: str) -> str | None:
    """The file's name if a unit of the module has it: only what is listed is served, and of a draft only to authors."""
    asked = _MEDIA if allows(current_user, Permission.AUTHOR) else _OF_MEMBERS
    for media in db.session.scalars(asked, {"slug": slug}):
        for kept in [entry for entry in media.values() if isinstance(entry, dict)] + media.get("images", []):
            if kept["sha256"] == sha256:
                return str(kept["name"])
    return None
