"""``frontline module …``: what there is, and the author's road from a shell."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from courses import publishing
from courses.catalogue import Module, ModuleVersion, Origin, Theme, Unit, VersionState
from courses.db import now
from courses.packages.report import Report
from courses.storage import open_storage
from learn import audit
from learn.config import settings
from learn.extensions import db
from learn.web import writing

group = AppGroup("module", help="Modules.")

_MODULES = (
    select(
        Module.id,
        Module.slug,
        Module.title,
        Theme.slug.label("theme"),
        ModuleVersion.n,
        ModuleVersion.id.label("version_id"),
    )
    .join(Theme, Theme.id == Module.theme_id)
    .outerjoin(ModuleVersion, ModuleVersion.id == Module.current_version_id)
    .order_by(Module.position, Module.id)
)
_UNITS = select(Unit.version_id, Unit.position, Unit.title, Unit.kind).order_by(Unit.version_id, Unit.position)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_all(as_json: bool) -> None:
    """List modules: slug, title, theme, version, units."""
    rows = _read()
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['slug']}  v{row['version'] or '-'}  {len(row['units'])} units  {row['theme']}  {row['title']}"
        )


@group.command("show")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(slug: str, as_json: bool) -> None:
    """Show one module."""
    found = next((row for row in _read() if row["slug"] == slug), None)
    if found is None:
        raise click.ClickException(f"There is no module {slug}. `frontline module list` shows what there is.")
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(
        f"{found['title']} ({found['slug']}), theme {found['theme']}, version {found['version'] or 'none published'}"
    )
    for number, unit in enumerate(found["units"], 1):
        click.echo(f"  {number}. {unit['title']} ({unit['kind']})")


@group.command("upload")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title", help="Title, instead of the file's own.")
@click.option("--theme", help="Slug of the theme, instead of the file's own.")
@click.option("--slug", help="Name in addresses, instead of one made from the title.")
@click.option("--publish", is_flag=True, help="Publish at once; otherwise it stays a draft.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def upload(file: Path, title: str | None, theme: str | None, slug: str | None, publish: bool, as_json: bool) -> None:
    """Upload a zip of pages as a module and print the report; exit 1 for a refused file."""
    storage = open_storage(settings().storage)
    at = now()
    with writing() as session:
        report = publishing.import_zip(
            session, storage, file, slug=slug, title=title, theme=theme, origin=Origin.AUTHOR, now=at
        )
        if report.accepted:
            version = _newest(session, report.slug)
            if publish and version.state is VersionState.DRAFT:
                publishing.publish(session, version.id, at)
            audit.note(session, "module.uploaded", module=report.slug, version=report.version, published=publish)
    click.echo(json.dumps(report.as_dict()) if as_json else _in_words(report))
    if not report.accepted:
        sys.exit(1)


def _newest(session: Any, slug: str | None) -> Any:
    return session.execute(
        select(ModuleVersion.id, ModuleVersion.state)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(Module.slug == slug)
        .order_by(ModuleVersion.n.desc())
    ).first()


def _read() -> list[dict[str, Any]]:
    units: dict[int, list[dict[str, str]]] = {}
    for unit in db.session.execute(_UNITS):
        units.setdefault(unit.version_id, []).append({"title": unit.title, "kind": unit.kind.value})
    return [
        {
            "slug": row.slug,
            "title": row.title,
            "theme": row.theme,
            "version": row.n,
            "units": units.get(row.version_id, []),
        }
        for row in db.session.execute(_MODULES)
    ]


def _in_words(report: Report) -> str:
    said = [
        f"{problem.level}: {problem.message}" + (f" ({problem.path})" if problem.path else "")
        for problem in report.problems
    ]
    if not report.accepted:
        return "\n".join(["The file was refused.", *said])
    head = f"{report.title} ({report.slug}), version {report.version}: {len(report.units)} units, {report.questions} questions."
    return "\n".join([head, *(f"  {unit['title']} ({unit['kind']})" for unit in report.units), *said])


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
