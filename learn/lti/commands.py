"""``frontline platform …``: connect a platform by hand, and see which are connected."""

import json
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import db
from learn.lti import connection, keys
from learn.lti.connect import by_hand, switch
from learn.lti.launching import migration
from learn.lti.models import Deployment, Registration
from learn.schema import refuse_unless_migrated
from learn.web import writing

group = AppGroup("platform", help="Learning platforms that may launch this site.")

OPTIONS = {"auth_url": "--auth-url", "token_url": "--token-url", "jwks_url": "--jwks-url"}


@group.command("add")
@click.option("--issuer", required=True, help="Platform ID (Moodle) or issuer.")
@click.option("--client-id", required=True, help="Client ID that the platform gave this site.")
@click.option("--auth-url", required=True, help="Authentication request URL.")
@click.option("--token-url", required=True, help="Access token URL.")
@click.option("--jwks-url", required=True, help="Public keyset URL.")
@click.option(
    "--deployment-id",
    "deployment_ids",
    multiple=True,
    help="Deployment ID; may be given several times. Without one, the first launch names it.",
)
@click.option("--name", default="", help="What people call the platform, for example NIHR Learn.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(
    issuer: str, client_id: str, deployment_ids: tuple[str, ...], name: str, as_json: bool, **addresses: str
) -> None:
    """Connect a platform, or change the connection with the same issuer and client ID."""
    refuse_unless_migrated()
    _check_identifier(issuer, "--issuer", by_hand.LONGEST["issuer"])
    _check_identifier(client_id, "--client-id", by_hand.LONGEST["client_id"])
    for deployment_id in deployment_ids:
        _check_identifier(deployment_id, "--deployment-id", by_hand.LONGEST["deployment_id"])
    for column, option in OPTIONS.items():
        why = by_hand.why_not(addresses[column])
        if why:
            raise click.ClickException(f"{option} {addresses[column]}: {why}")
    told = by_hand.Told(issuer, client_id, name, deployment_ids=deployment_ids, **addresses)  # type: ignore[arg-type]
    with writing() as session:
        registration_id, is_new = by_hand.put(session, told, now())
        audit.note(session, "platform.added" if is_new else "platform.changed", registration=registration_id)
    _print_added(registration_id, is_new, as_json)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """List the platforms that are connected."""
    refuse_unless_migrated()
    rows = _listed(db.session())
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        state = "waits for approval" if row["is_pending"] else "on" if row["is_active"] else "paused"
        places = ", ".join(row["deployment_ids"]) or "the first launch names it"
        who = f"{row['name']}  {row['issuer']}  client {row['client_id']}"
        click.echo(f"{row['id']:>4}  {state}  {who}  deployment {places}")


@group.command("invite")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def invite(as_json: bool) -> None:
    """Print an address that connects one platform by itself (dynamic registration). It works once, for seven days."""
    refuse_unless_migrated()
    with writing() as session:
        key = tickets.give(session, TicketKind.INVITE, now(), user_id=None, target="/lti/register")
        audit.note(session, "platform.invited")
    url = f"{settings().base_url}/lti/register?invite={key}"
    click.echo(json.dumps({"url": url}) if as_json else url)


@group.command("approve")
@click.argument("number", type=int)
def approve(number: int) -> None:
    """Let a platform in that registered itself without an invitation, by its NUMBER in `platform list`."""
    _switch(number, "approve")


@group.command("pause")
@click.argument("number", type=int)
def pause(number: int) -> None:
    """Refuse launches of a platform until it is resumed; what was learned stays."""
    _switch(number, "pause")


@group.command("resume")
@click.argument("number", type=int)
def resume(number: int) -> None:
    """Let a paused platform launch again."""
    _switch(number, "resume")


def _switch(number: int, act: str) -> None:
    refuse_unless_migrated()
    try:
        with writing() as session:
            switch.switch(session, number, act)
    except FrontlineError as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(f"Platform {number} is {switch.DONE[act]}.")


@group.command("legacy")
@click.argument("number", type=int)
@click.option("--key", required=True, help="Consumer key of the platform's LTI 1.1 connection.")
@click.option("--secret", prompt=True, hide_input=True, help="Its secret; asked for when it is not given.")
def legacy(number: int, key: str, secret: str) -> None:
    """Let people come over from a platform's LTI 1.1 connection: its claim is believed when signed with this secret."""
    refuse_unless_migrated()
    if db.session.get(Registration, number) is None:
        raise click.ClickException(f"There is no platform {number}: see `frontline platform list`.")
    with writing() as session:
        migration.keep(session, number, key, secret)
        audit.note(session, "platform.legacy_key", registration=number)
    click.echo(f"Platform {number} may say who its people were under LTI 1.1.")


@group.command("test")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test(number: int, as_json: bool) -> None:
    """Try what works with a platform, by its NUMBER in `platform list`. Exit 1 if something does not."""
    refuse_unless_migrated()
    try:
        asked = connection.read(db.session(), number)
    except keys.KeyMissing as missing:
        raise click.ClickException(str(missing)) from None
    db.session.rollback()  # nothing is open while the platform is asked
    if asked is None:
        raise click.ClickException(f"There is no platform {number}: see `frontline platform list`.")
    found = connection.test(asked)
    if as_json:
        click.echo(json.dumps([vars(finding) for finding in found]))
    else:
        for finding in found:
            click.echo(f"{finding.state:<8}{finding.words}")
    if any(finding.state is connection.State.UNWELL for finding in found):
        raise click.exceptions.Exit(1)


def _check_identifier(value: str, option: str, longest: int) -> None:
    if not by_hand.is_identifier(value, longest):
        raise click.ClickException(f"{option} is 1 to {longest} printable ASCII characters.")


def _listed(session: Session) -> list[dict[str, Any]]:
    deployments: dict[int, list[str]] = {}
    for registration_id, deployment_id in session.execute(
        select(Deployment.registration_id, Deployment.deployment_id).order_by(Deployment.id)
    ):
        deployments.setdefault(registration_id, []).append(deployment_id)
    columns = (
        "id",
        "name",
        "issuer",
        "client_id",
        "auth_url",
        "token_url",
        "jwks_url",
        "is_active",
        "is_pending",
        "product",
        "scopes",
    )
    rows = session.execute(select(*(getattr(Registration, column) for column in columns)).order_by(Registration.id))
    return [{**dict(zip(columns, row, strict=True)), "deployment_ids": deployments.get(row.id, [])} for row in rows]


def _print_added(registration_id: int, is_new: bool, as_json: bool) -> None:
    values = by_hand.ours(settings().base_url)
    if as_json:
        click.echo(json.dumps({"id": registration_id, "is_new": is_new, **values}))
        return
    click.echo(f"Platform {registration_id} is {'connected' if is_new else 'changed'}. Enter these at the platform:")
    click.echo(f"  Tool URL               {values['tool_url']}")
    click.echo(f"  Initiate login URL     {values['login_url']}")
    click.echo(f"  Redirection URI        {values['redirect_url']}")
    click.echo(f"  Public keyset URL      {values['jwks_url']}")


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
