"""``frontline module …``: what there is, and the author's road from a shell."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from courses import publishing
from courses.catalogue import Module, ModuleVersion, Theme, Unit, VersionState
from courses.db import now
from courses.packages.report import Report, in_words
from courses.storage import open_storage
from learn import audit
from learn.config import settings
from learn.extensions import db
from learn.search import modules
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
@click.option("--captions", type=click.Path(path_type=Path), help="A video's captions (WebVTT or SRT).")
@click.option("--transcript", type=click.Path(path_type=Path), help="A video's transcript (text, Markdown or WebVTT).")
@click.option("--publish", is_flag=True, help="Publish at once; otherwise it stays a draft.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def upload(file: Path, publish: bool, as_json: bool, **wanted: Any) -> None:
    """Upload FILE as a module and print the report; exit 1 for a refused file.

    FILE is a SCORM package, an H5P file, a zip of Markdown or web pages, a PDF, a video with captions, or a question bank
    (GIFT, Aiken, Moodle XML).
    """
    storage, at = open_storage(settings().storage), now()
    plays_h5p = settings().h5p == "on"
    report, content = publishing.examine(db.session(), storage, file, plays_h5p=plays_h5p, **wanted)
    db.session.rollback()
    if content is not None:
        with writing() as session:
            is_chosen = wanted["slug"] is not None
            publishing.keep_brought(session, content, report, now=at, is_chosen=is_chosen, may_take_over=True)
            if report.accepted:
                _finish(session, report, publish, at)
    click.echo(json.dumps(report.as_dict()) if as_json else "\n".join(in_words(report)))
    if report.lacks_captions and not as_json:
        click.echo("Name its captions with --captions FILE.", err=True)
    if not report.accepted:
        sys.exit(1)


def _finish(session: Any, report: Report, publish: bool, at: datetime) -> None:
    version = _version(session, report)
    if publish and version.state is VersionState.DRAFT:
        publishing.publish(session, version.id, at)
        modules.keep(session, version.id)
    audit.note(session, "module.uploaded", module=report.slug, version=report.version, published=publish)


def _version(session: Any, report: Report) -> Any:
    """The version of this very content, which need not be the newest."""
    return session.execute(
        select(ModuleVersion.id, ModuleVersion.state)
        .join(Module, Module.id == ModuleVersion.module_id)
        .where(Module.slug == report.slug, ModuleVersion.n == report.version)
    ).one()


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


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
