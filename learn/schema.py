"""The database's state: migrate it, and tell in one line what is wrong with it."""

import click
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from courses.db import Base
from learn.extensions import db
from learn.paths import resource_dir


class SchemaError(Exception):
    """The database cannot be used as it is; the message is one line that says what to do."""


def config() -> Config:
    """Alembic's settings, without a file: the migrations lie where the templates do."""
    made = Config()
    made.set_main_option("script_location", str(resource_dir("migrations")))
    return made


def upgrade() -> None:
    """Bring the database to the newest migration."""
    command.upgrade(config(), "head")


def is_compared(name: str | None, kind: str, parents: object) -> bool:
    """Not the search's own tables: each database has others, which no model describes (migration 0008)."""
    return kind != "table" or not str(name).startswith(("search_fts", "search_vector"))


def differences() -> list[object]:
    """What models and database disagree on; empty when all is well."""
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_compared}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def refuse_unless_migrated() -> None:
    """Stop a command with one clear line when the database is out of reach or not migrated."""
    try:
        check(current_app._get_current_object())  # type: ignore[attr-defined]
    except SchemaError as error:
        raise click.ClickException(str(error)) from None


def check(app: Flask) -> None:
    """Raise SchemaError when the database is out of reach or not migrated."""
    wanted = ScriptDirectory.from_config(config()).get_current_head()
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                there = MigrationContext.configure(connection).get_current_revision()
        except SQLAlchemyError as error:
            raise SchemaError(
                f"The database cannot be reached ({type(error).__name__}): check FRONTLINE_DATABASE_URL."
            ) from None
    if there != wanted:
        raise SchemaError(f"The database is at migration {there or 'none'}, not {wanted}: run `frontline db upgrade`.")
