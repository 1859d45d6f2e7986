"""``frontline user …``: the first administrator's way in, and roles from a shell."""

import json

import click
from flask import Flask
from flask.cli import AppGroup

from courses.db import now
from learn import audit
from learn.accounts import people, tickets
from learn.accounts.models import Role, TicketKind
from learn.config import settings
from learn.extensions import db
from learn.web import writing

group = AppGroup("user", help="People and what they may do.")
ROLES = click.Choice([role.value for role in Role])


@group.command("add")
@click.argument("email")
@click.option("--name", default="", help="Full name.")
@click.option("--role", "roles", multiple=True, type=ROLES, help="A role to grant; may be given several times.")
def add(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add a person by email address."""
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
        raise click.ClickException(f"{email} is not an email address.")
    with writing() as session:
        user_id = people.add(session, email, name, now())
        for role in roles:
            people.grant(session, user_id, Role(role), now())
        audit.note(session, "user.added", user=user_id, roles=list(roles))
    click.echo(f"{user_id} {email}")


@group.command("grant")
@click.argument("email_or_id")
@click.argument("role", type=ROLES)
def grant(email_or_id: str, role: str) -> None:
    """Grant a role to a person."""
    person = _person(email_or_id)
    with writing() as session:
        people.grant(session, person.id, Role(role), now())
        audit.note(session, "role.granted", user=person.id, role=role)
    click.echo(f"{person.id} is now {role}.")


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
    with writing() as session:
        key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=person.id)
        audit.note(session, "sign_in.offered", user=person.id)
    click.echo(f"{settings().base_url}/sign-in/once/{key}")


def _person(email_or_id: str):  # type: ignore[no-untyped-def]
    person = people.find(db.session(), email_or_id)
    if person is None:
        raise click.ClickException(f"Nobody here is known as {email_or_id}. `frontline user list` shows who is.")
    return person


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
