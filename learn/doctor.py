"""``frontline doctor``: every setting and everything the site needs, looked at once, in words."""

import json
from dataclasses import fields

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from learn import health
from learn.components import plural
from learn.config import PREFIX, Settings, settings
from learn.extensions import db
from learn.lti import connection, keys
from learn.lti.connection import Finding, State
from learn.lti.models import Registration
from learn.notifications import mail, smtp


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """List the settings, and check database, storage, worker, keys and each platform. Exit 1 if something is not well."""
    chosen = _settings(settings())
    found = {"site": _site()}
    if all(finding.state is State.WELL for finding in found["site"]):
        found |= _platforms()
    if as_json:
        checks = {place: [vars(finding) for finding in findings] for place, findings in found.items()}
        click.echo(json.dumps({"settings": chosen, "checks": checks}))
    else:
        _print(chosen, found)
    if any(finding.state is State.UNWELL for findings in found.values() for finding in findings):
        raise click.exceptions.Exit(1)


def _settings(chosen: Settings) -> dict[str, dict[str, str]]:
    """Each setting with its value and meaning; of a secret only whether it is set."""
    shown = {}
    for each in fields(chosen):
        value = str(getattr(chosen, each.name))
        if each.metadata["is_secret"]:
            value = "(set)" if value else ""
        shown[f"{PREFIX}{each.name.upper()}"] = {"value": value, "meaning": each.metadata["meaning"]}
    return shown


def _site() -> list[Finding]:
    found = []
    for name, check in health.CHECKS.items():
        words = check()
        found.append(
            Finding(name, State.WELL if words == "ok" else State.UNWELL, f"{name.capitalize()}: {words.rstrip('.')}.")
        )
    return [*found, _keys(), _mail()]


def _keys() -> Finding:
    try:
        keys.signing_key(db.session())
    except keys.KeyMissing as missing:
        return Finding("keys", State.UNWELL, f"Keys: {missing}")
    except SQLAlchemyError as error:
        return Finding("keys", State.UNWELL, f"Keys: unknown ({type(error).__name__}).")
    return Finding("keys", State.WELL, "Keys: ok.")


def _mail() -> Finding:
    """How mail goes out, and whether some did not."""
    chosen = settings()
    how = f"written into {chosen.folder / 'mail'}, since FRONTLINE_SMTP_URL is empty: nobody receives it"
    if chosen.smtp_url:
        server = smtp.server(chosen.smtp_url)
        how = f"sent by {server.host}, port {server.port}"
    try:
        count = mail.needing_help(db.session())
    except SQLAlchemyError as error:
        return Finding("mail", State.UNWELL, f"Mail: unknown ({type(error).__name__}).")
    if count:
        return Finding(
            "mail", State.UNWELL, f"Mail: {how}. {plural(count, 'mail')} could not be sent: see Admin, Mail."
        )
    return Finding("mail", State.WELL, f"Mail: {how}.")


def _platforms() -> dict[str, list[Finding]]:
    found = {}
    for number in db.session.scalars(select(Registration.id).order_by(Registration.id)).all():
        asked = connection.read(db.session(), number)
        db.session.rollback()  # nothing is open while the platform is asked
        if asked is None:
            continue
        switched_off = Finding("platform", State.UNTRIED, "It is switched off.")
        found[f"platform {number}, {asked.name}"] = connection.test(asked) if asked.is_active else [switched_off]
    return found


def _print(chosen: dict[str, dict[str, str]], found: dict[str, list[Finding]]) -> None:
    click.echo("Settings")
    for name, each in chosen.items():
        click.echo(f"  {name}={each['value']}")
        click.echo(f"      {each['meaning']}")
    for place, findings in found.items():
        click.echo(f"\n{place[0].upper()}{place[1:]}")
        for finding in findings:
            click.echo(f"  {finding.state:<8}{finding.words}")


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(doctor)
