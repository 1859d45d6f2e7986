"""``frontline search rebuild``: put everything that readers see into the search again."""

from collections.abc import Callable, Mapping

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from learn.schema import refuse_unless_migrated
from learn.search import index
from learn.web import HIGHEST, writing

BATCH = 200
"Things that are looked at in one transaction, so that others can write in between."

Again = Callable[[Session, int, int], list[int]]
"""``again(session, after, most)`` looks at the next things after a number, puts each into the search or takes it out, and gives
their numbers; none at the end. create_app collects them as ``frontline_findable``, by kind."""

group = AppGroup("search", help="What the search finds.")


@group.command("rebuild")
def rebuild() -> None:
    """Look at every module, story and topic anew; the search goes on answering meanwhile."""
    refuse_unless_migrated()
    kinds: Mapping[str, Again] = current_app.extensions["frontline_findable"]
    for kind, again in kinds.items():
        click.echo(f"{kind}: {_all_of(kind, again)} looked at.")


def _all_of(kind: str, again: Again) -> int:
    after = count = 0
    while True:
        with writing() as session:
            numbers = again(session, after, BATCH)
            until = numbers[-1] if numbers else HIGHEST
            index.forget_others(session, kind, after, until, numbers)
        if not numbers:
            return count
        after, count = until, count + len(numbers)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
