"""``frontline user …``: the first administrator's way in, and what an administrator's pages do, from a shell."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.accounts import people, tickets
from learn.accounts.decisions import suspension
from learn.accounts.models import Role, TicketKind
from learn.components import moment_words
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import db
from learn.people import granting
from learn.web import writing

group = AppGroup("user", help="People and what they may do.")
ROLES = click.Choice([role.value for role in Role])
LONGEST = 3650
"Days of a suspension."
REASON = click.option("--reason", default="", help="Why; administrators see it.")


@group.command("add")
@click.argument("email")
@click.option("--name", default="", help="Full name.")
@click.option("--role", "roles", multiple=True, type=ROLES, help="A role to grant; may be given several times.")
def add(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add a person by email address."""
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
        raise click.ClickException(f"{email} is not an email address.")
    with _acting() as session:
        user_id = people.add(session, email, name, now())
        audit.note(session, "user.added", user=user_id, roles=list(roles))
        for role in roles:
            granting.grant(session, user_id, Role(role), now())
    click.echo(f"{user_id} {email}")


@group.command("grant")
@click.argument("email_or_id")
@click.argument("role", type=ROLES)
@click.option(
    "--theme",
    "themes",
    multiple=True,
    help="Slug of a theme that a facilitator looks after; may be given several times. None means all.",
)
@REASON
def grant(email_or_id: str, role: str, themes: tuple[str, ...], reason: str) -> None:
    """Grant a role to a person."""
    person = _person(email_or_id)
    with _acting() as session:
        granting.grant(session, person.id, Role(role), now(), reason=_short(reason), themes=themes)
    click.echo(f"{person.id} is now {role}.")


@group.command("revoke")
@click.argument("email_or_id")
@click.argument("role", type=ROLES)
@REASON
def revoke(email_or_id: str, role: str, reason: str) -> None:
    """Take a role away from a person."""
    person = _person(email_or_id)
    with _acting() as session:
        is_done = granting.revoke(session, person.id, Role(role), now(), reason=_short(reason))
    click.echo(f"{person.id} {'is no longer' if is_done else 'was not'} {role}.")


@group.command("suspend")
@click.argument("email_or_id")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The day from which they may come in again, as 2026-11-24."
)
@click.option("--days", type=click.IntRange(1, LONGEST), help="For so many days from now.")
@click.option("--reason", required=True, help="Why; administrators see it.")
def suspend(email_or_id: str, until: datetime | None, days: int | None, reason: str) -> None:
    """Let a person not come in for a time."""
    if (until is None) == (days is None):
        raise click.UsageError("Give either --until or --days.")
    if not _short(reason):
        raise click.UsageError("Give a reason.")
    at, person = now(), _person(email_or_id)
    ends = at + timedelta(days=days) if days else until.replace(tzinfo=settings().zone) if until else at
    if ends > at + timedelta(days=LONGEST):
        raise click.UsageError("Give a day within the next 10 years.")
    with _acting() as session:
        suspension.suspend(session, person.id, ends, at, by_id=None, reason=_short(reason))
    click.echo(f"{person.id} may come in again on {moment_words(ends)}.")


@group.command("lift")
@click.argument("email_or_id")
def lift(email_or_id: str) -> None:
    """End a person's suspension now."""
    person = _person(email_or_id)
    with _acting() as session:
        is_done = granting.lift(session, person.id, now())
    click.echo(f"{person.id} may come in again." if is_done else f"{person.id} is not suspended.")


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """List people and their roles."""
    rows = people.listed(db.session())
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['id']:>6}  {row['email'] or '-'}  {row['name'] or '-'}  {', '.join(row['roles']) or 'learner'}"
        )


@group.command("sign-in")
@click.argument("email_or_id")
def sign_in(email_or_id: str) -> None:
    """Print a one-time address, valid ten minutes, that signs the person in."""
    person = _person(email_or_id)
    with _acting() as session:
        people.must_be_there(session, person.id)
        key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=person.id)
        audit.note(session, "sign_in.offered", user=person.id)
    click.echo(f"{settings().base_url}/sign-in/once/{key}")


def _person(email_or_id: str) -> Any:
    person = people.find(db.session(), email_or_id)
    if person is None:
        raise click.ClickException(f"Nobody here is known as {email_or_id}. `frontline user list` shows who is.")
    return person


def _short(reason: str) -> str:
    return " ".join(reason.split())[:255]


@contextmanager
def _acting() -> Iterator[Session]:
    """A transaction whose refusals are said in one line."""
    try:
        with writing() as session:
            yield session
    except FrontlineError as error:
        raise click.ClickException(" ".join((error.message, *error.next_steps))) from None


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
