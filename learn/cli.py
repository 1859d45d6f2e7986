"""The commands that serve no one feature: the database and the web server."""

import os

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from learn import schema
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


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(database)
    app.cli.add_command(web)
