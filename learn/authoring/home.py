"""The authors' first page: every module that can be worked on, and what one brought lately."""

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from courses.catalogue import Module, ModuleVersion, Origin, Theme, VersionState
from courses.db import table_of
from learn.authoring import showing
from learn.authoring.models import Upload
from learn.authoring.room import bp, writes
from learn.authoring.uploading import state_views
from learn.extensions import db

PAGE = 25
UPLOADS = 10
FIRST = 2**62

_U = table_of(Upload)
_UPLOADS = (
    select(_U.c.id, _U.c.name, _U.c.size, _U.c.received, _U.c.state, _U.c.last_error, _U.c.version_id, _U.c.began_at)
    .where(_U.c.user_id == bindparam("user"))
    .order_by(_U.c.id.desc())
    .limit(UPLOADS)
)
_CURRENT = aliased(ModuleVersion)
_DRAFT = (
    select(func.max(ModuleVersion.n))
    .where(ModuleVersion.module_id == Module.id, ModuleVersion.state == VersionState.DRAFT)
    .scalar_subquery()
)
_NEWEST = (
    select(ModuleVersion.title)
    .where(ModuleVersion.module_id == Module.id)
    .order_by(ModuleVersion.n.desc())
    .limit(1)
    .scalar_subquery()
)
_MODULES = (
    select(
        Module.id, Module.slug, func.coalesce(_NEWEST, Module.title).label("title"), Module.origin, Theme.title.label("theme"),
        _CURRENT.n.label("current"), _DRAFT.label("draft"),
    )
    .join(Theme, Theme.id == Module.theme_id)
    .outerjoin(_CURRENT, _CURRENT.id == Module.current_version_id)
    .where(Module.id < bindparam("before"), Module.origin == bindparam("origin"))
    .order_by(Module.id.desc())
    .limit(PAGE + 1)
)  # fmt: skip


@bp.get("")
@writes
def home() -> str:
    """Show modules, and one's own uploads."""
    wanted = Origin.STARTER if request.args.get("of") == "starter" else Origin.AUTHOR
    before = min(request.args.get("before", FIRST, type=int), FIRST)
    rows = db.session.execute(_MODULES, {"before": before, "origin": wanted}).all()
    shown = rows[:PAGE]
    older = url_for(".home", of=request.args.get("of"), before=shown[-1].id) if len(rows) > PAGE else None
    uploads = db.session.execute(_UPLOADS, {"user": current_user.id}).all()
    return render_template(
        "authoring/home.html", modules=[_module(row) for row in shown], older=older, is_starter=wanted is Origin.STARTER,
        uploads=[{"row": row, "size": showing.size(row.size), **state_views.where(row)} for row in uploads],
    )  # fmt: skip


def _module(row: Any) -> dict[str, Any]:
    said = []
    if row.current:
        said.append({"words": f"Version {row.current} is published", "tag": "is-good"})
    if row.draft:
        said.append({"words": f"Version {row.draft} is a draft", "tag": ""})
    if not said:
        said.append({"words": "Retired", "tag": ""})
    return {"slug": row.slug, "title": row.title, "theme": row.theme, "said": said}
