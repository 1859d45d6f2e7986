"""How a module is used: numbers by version and unit, the courses that hold it, the links that open it. Nobody's name."""

from typing import Any

from flask import render_template, request
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion
from courses.learning import usage
from learn.authoring.drafts.found import KINDS
from learn.authoring.room import bp, writes
from learn.errors import NotFound
from learn.extensions import db
from learn.lti.models import Deployment, Registration, ResourceLink

_MODULE = select(Module.id, Module.slug, Module.title, Module.current_version_id).where(
    Module.slug == bindparam("slug")
)
_VERSIONS = (
    select(ModuleVersion.id, ModuleVersion.n)
    .where(ModuleVersion.module_id == bindparam("module_id"))
    .order_by(ModuleVersion.n.desc())
)
_LINKS = (
    select(Registration.name, func.count().label("links"), func.count(ResourceLink.context_pk.distinct()).label("courses"))
    .select_from(ResourceLink)
    .join(Deployment, Deployment.id == ResourceLink.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
    .where(or_(ResourceLink.target == bindparam("path"), ResourceLink.target.like(bindparam("within"))))
    .group_by(Registration.id, Registration.name)
    .order_by(Registration.name)
)  # fmt: skip


@bp.get("/modules/<slug>/usage", endpoint="usage")
@writes
def show(slug: str) -> str:
    """Show how a module is used."""
    session = db.session()
    row = session.execute(_MODULE, {"slug": slug}).first()
    if row is None:
        raise NotFound("There is no such module.")
    numbers = {each.n: each.id for each in session.execute(_VERSIONS, {"module_id": row.id})}
    n = request.args.get("version", 0, int)
    shown = (
        n if n in numbers else next((n for n, key in numbers.items() if key == row.current_version_id), max(numbers))
    )
    return render_template(
        "authoring/usage.html", module=row, versions=usage.versions(session, row.id), shown=shown, kinds=KINDS,
        units=usage.units(session, row.id, numbers[shown]), courses=usage.courses(session, row.id), links=_links(session, slug),
    )  # fmt: skip


def _links(session: Session, slug: str) -> list[Any]:
    """By platform, how many links open the module and in how many of its courses. A slug has no sign that LIKE knows."""
    path = f"/modules/{slug}"
    return list(session.execute(_LINKS, {"path": path, "within": f"{path}/%"}))
