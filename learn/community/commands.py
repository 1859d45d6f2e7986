"""``frontline community load``: bring in the starter content. A second time changes nothing."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from courses.db import now
from courses.storage import open_storage
from learn.community import load
from learn.config import settings
from learn.schema import refuse_unless_migrated
from learn.web import writing

group = AppGroup("community", help="The community's starter content.")


@group.command("load")
def load_command() -> None:
    """Bring in themes, starter modules, their course and the starter stories; idempotent."""
    refuse_unless_migrated()
    with writing() as session:
        loaded = load.load(session, open_storage(settings().storage), now())
        stories = current_app.extensions["frontline_starter_stories"](session, now())
    if loaded.problems:
        raise click.ClickException("; ".join(loaded.problems))
    brought = f"{loaded.themes} themes, {loaded.modules} modules ({loaded.new_versions} new versions), 1 course"
    click.echo(f"{brought}, {stories} new stories.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
