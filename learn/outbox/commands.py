"""``frontline worker``: send what waits."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from learn import schema
from learn.outbox.worker import Pace, run


@click.command("worker")
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=8, show_default=True, help="Calls at a time, each platform."
)
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
@with_appcontext
def worker(concurrency: int, once: bool) -> None:
    """Send what waits, until stopped. Stops cleanly on SIGTERM."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    schema.refuse_unless_migrated()
    settled = run(app, Pace(concurrency=concurrency), once=once)
    if once:
        click.echo(f"{settled} items settled.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(worker)
