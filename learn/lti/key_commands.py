"""``frontline keys …``: replace the key that signs what this site sends to platforms."""

import json

import click
from flask import Flask
from flask.cli import AppGroup

from courses.db import now
from learn import audit
from learn.components import moment_words
from learn.extensions import db
from learn.lti import keys
from learn.schema import refuse_unless_migrated
from learn.web import writing

group = AppGroup("keys", help="The keys that sign what this site sends to platforms.")

STATES = {"signs": "signs, made", "next": "signs next, made", "served": "signs no more, served until"}


@group.command("rotate")
@click.option(
    "--at-once",
    is_flag=True,
    help="For a key that others may know: remove it now. Platforms that hold the old key set refuse this site until "
    "they read the new one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rotate(at_once: bool, as_json: bool) -> None:
    """Make a new signing key. It is served for a day before it signs, so that no platform notices."""
    refuse_unless_migrated()
    with writing() as session:
        kid = keys.rotate(session, now(), at_once=at_once)
        audit.note(session, "keys.rotated", kid=kid, at_once=at_once)
    if as_json:
        click.echo(json.dumps({"kid": kid, "at_once": at_once}))
    elif at_once:
        click.echo(f"Key {kid} signs from now on. Every other key is gone.")
    else:
        click.echo(
            f"Key {kid} is served from now on and signs in a day. The key before it is served for two weeks more."
        )


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """List the keys in the key set, with what each does."""
    refuse_unless_migrated()
    standing = keys.standing(db.session(), now())
    if as_json:
        click.echo(json.dumps([{"kid": kid, "state": state, "at": at.isoformat()} for kid, state, at in standing]))
        return
    for kid, state, at in standing:
        click.echo(f"{kid}  {STATES[state]} {moment_words(at)}")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
