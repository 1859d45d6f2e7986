"""``frontline platform …``: connect a platform by hand, and see which are connected."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import db
from learn.lti import connection, keys
from learn.lti.connect import switch
from learn.lti.models import Deployment, Registration
from learn.lti.registration import origin_of
from learn.lti.services import http
from learn.schema import refuse_unless_migrated
from learn.web import writing

group = AppGroup("platform", help="Learning platforms that may launch this site.")

ADDRESSES = {"auth_url": "--auth-url", "token_url": "--token-url", "jwks_url": "--jwks-url"}

REFUSALS = {
    "bad_address": "this is not a web address.",
    "not_https": "it begins with https:// (http:// is taken in development only, for this machine).",
    "private_address": "it lies in a private network; name its host in FRONTLINE_PRIVATE_PLATFORMS to allow it.",
}


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
    _check_identifier(issuer, "--issuer", 500)
    _check_identifier(client_id, "--client-id", 255)
    for deployment_id in deployment_ids:
        _check_identifier(deployment_id, "--deployment-id", 255)
    for column, option in ADDRESSES.items():
        _check_address(addresses[column], option)
    with writing() as session:
        registration_id, is_new = _put(session, issuer, client_id, name, addresses, deployment_ids, now())
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
    if not 0 < len(value) <= longest or not value.isascii() or not value.isprintable():
        raise click.ClickException(f"{option} is 1 to {longest} printable ASCII characters.")


def _check_address(address: str, option: str) -> None:
    try:
        http.check_address(address)
    except ValueError:
        raise click.ClickException(f"{option} {address}: {REFUSALS['bad_address']}") from None
    except http.CallFailed as refusal:
        raise click.ClickException(f"{option} {address}: {REFUSALS[refusal.code]}") from None


def _put(
    session: Session,
    issuer: str,
    client_id: str,
    name: str,
    addresses: dict[str, str],
    deployment_ids: tuple[str, ...],
    at: datetime,
) -> tuple[int, bool]:
    """Add or change the registration; what was learned from launches (more origins, deployments) stays."""
    there = session.execute(
        select(Registration.id, Registration.name, Registration.frame_origins)
        .where(Registration.issuer == issuer, Registration.client_id == client_id)
    ).first()  # fmt: skip
    told = {
        **addresses, "is_pending": False, "name": name or (there.name if there else urlsplit(issuer).hostname or issuer), "is_active": True,
        "frame_origins": _origins(there.frame_origins if there else [], issuer, addresses["auth_url"]),
    }  # fmt: skip
    if there is None:
        made = insert(Registration).returning(Registration.id)
        registration_id = session.execute(made, {
            "issuer": issuer, "client_id": client_id, **told, "token_audience": None,
            "takes_new_deployments": not deployment_ids, "version": 1, "created_at": at,
        }).scalar_one()  # fmt: skip
    else:
        registration_id = there.id
        session.execute(
            update(Registration)
            .where(Registration.id == registration_id)
            .values(**told, version=Registration.version + 1)
        )
    _put_deployments(session, registration_id, deployment_ids, at)
    return registration_id, there is None


def _put_deployments(session: Session, registration_id: int, deployment_ids: tuple[str, ...], at: datetime) -> None:
    known = set(session.scalars(select(Deployment.deployment_id).where(Deployment.registration_id == registration_id)))
    new = [one for one in dict.fromkeys(deployment_ids) if one not in known]
    if new:
        rows = [{"registration_id": registration_id, "deployment_id": one, "created_at": at} for one in new]
        session.execute(insert(Deployment), rows)
    if deployment_ids:
        this = Registration.id == registration_id
        session.execute(update(Registration).where(this).values(takes_new_deployments=False))


def _origins(known: list[str], *addresses: str) -> list[str]:
    return list(dict.fromkeys([*known, *(origin for address in addresses if (origin := origin_of(address)))]))


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
    base = settings().base_url
    values = {
        "tool_url": f"{base}/lti/launch", "login_url": f"{base}/lti/login", "redirect_url": f"{base}/lti/launch",
        "jwks_url": f"{base}/lti/jwks.json",
    }  # fmt: skip
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
