"""``frontline passback …``: how the scores stand, and sending again what did not arrive."""

import json

import click
from flask import Flask
from flask.cli import AppGroup

from courses.db import now
from learn import audit
from learn.components import plural
from learn.extensions import db
from learn.lti.models import Registration
from learn.passback import resend, words
from learn.schema import refuse_unless_migrated
from learn.web import writing

group = AppGroup("passback", help="Scores on their way to the platforms.")

STATES = {
    "nothing_yet": "not complete yet, so nothing to send",
    "queued": "to be sent next",
    "sending": "being sent now",
    "waiting": "tried, and tried again by itself",
    "sent": "sent",
    "needs_help": "could not be sent",
    "superseded": "of columns that another took the place of",
}


@group.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Count the scores by state, and say how long the oldest has waited."""
    refuse_unless_migrated()
    found = resend.standing(db.session(), now())
    if as_json:
        click.echo(json.dumps(vars(found)))
        return
    for state, count in found.counts.items():
        click.echo(f"{count:>8}  {STATES[state]}")
    for reason, count in found.reasons.items():
        why = words.REASONS.get(reason, words.REASONS["refused"]).format(name="the platform")
        click.echo(f"{count:>8}  because {why}")
    if found.oldest_waiting_seconds is not None:
        click.echo(f"The oldest has waited for {found.oldest_waiting_seconds:.0f} seconds.")


@group.command("resend")
@click.option("--platform", "registration_id", type=int, help="Only this platform, by its number in `platform list`.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every score again, those that were sent too: after a platform was restored from a backup.",
)
def again(registration_id: int | None, everything: bool) -> None:
    """Send again what could not be sent. A running worker does the sending."""
    refuse_unless_migrated()
    if registration_id is not None and db.session.get(Registration, registration_id) is None:
        raise click.ClickException(f"There is no platform {registration_id}: see `frontline platform list`.")
    total, at = 0, now()
    after: int | None = 0
    while after is not None:
        with writing() as session:
            count, after = resend.batch(
                session, at, after=after, registration_id=registration_id, everything=everything
            )
        total += count
    with writing() as session:
        audit.note(session, "passback.resent", registration=registration_id, everything=everything, scores=total)
    click.echo(f"{plural(total, 'score')} will be sent again." if total else "There is nothing to send again.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
