"""The commands that serve no one feature: the database, the web server and the identifier detector."""

import codecs
import json
import os
from collections.abc import Iterator
from typing import BinaryIO

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from learn import identifiers, schema
from learn.lti import keys
from learn.web import writing

database = AppGroup("db", help="The database.")


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest migration."""
    try:
        schema.upgrade()
        with writing() as session:
            keys.ensure_tool_key(session)
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"The database cannot be reached ({type(error).__name__}): check FRONTLINE_DATABASE_URL."
        ) from None
    click.echo("The database is up to date.")


@database.command("check")
def check() -> None:
    """Exit 1 if models and database differ."""
    schema.refuse_unless_migrated()
    found = schema.differences()
    for difference in found:
        click.echo(str(difference))
    if found:
        raise click.ClickException(f"Models and database differ in {len(found)} places.")
    click.echo("Models and database agree.")


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Threads a process.")
@with_appcontext
def web(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the site. Stops cleanly on SIGTERM."""
    from granian import Granian
    from granian.constants import Interfaces

    schema.refuse_unless_migrated()
    metrics = current_app.config["FRONTLINE"].folder / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    for left_over in metrics.glob("*.db"):
        left_over.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    Granian(
        "learn.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        log_access=False,
    ).serve()


@click.command("identifiers")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--jsonl",
    "as_lines",
    is_flag=True,
    help="Read and print a JSON object a line: id and text in, id and findings out.",
)
def find_identifiers(file: BinaryIO, as_json: bool, as_lines: bool) -> None:
    """Find patient identifiers in FILE, or in standard input. Exit 1 if one would hold a post. What was found is not printed."""
    is_held = False
    if as_lines:
        for name, text in _texts(file):
            found = identifiers.recognised(text)
            is_held = is_held or identifiers.holds(found)
            click.echo(json.dumps({"id": name, "findings": [finding.as_dict() for finding in found]}))
    else:
        found = identifiers.recognised(_decoded(file.read()))
        is_held = identifiers.holds(found)
        if as_json:
            click.echo(json.dumps({"findings": [finding.as_dict() for finding in found]}))
        for finding in () if as_json else found:
            click.echo(f"{finding.response:<6}  {finding.kind:<18}  offset {finding.offset}  length {finding.length}")
    if is_held:
        raise SystemExit(1)


def _texts(file: BinaryIO) -> Iterator[tuple[object, str]]:
    """Each line's id and text. What cannot be read ends with 2, since 1 has a meaning, and is not repeated."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(_decoded(line))
            name, text = row["id"], row["text"]
        except (ValueError, KeyError, TypeError):
            raise click.UsageError(f'Line {number} is not {{"id": …, "text": "…"}}.') from None
        if not isinstance(text, str):
            raise click.UsageError(f"Line {number}: text is not a string.")
        yield name, text


def _decoded(content: bytes) -> str:
    """Text by its byte order mark, else UTF-8. Bytes that are neither count as one character each, so that nothing is skipped."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(database)
    app.cli.add_command(web)
    app.cli.add_command(find_identifiers)
