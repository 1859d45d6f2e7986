"""Alembic's entry: run the migrations on the application's own engine, in one transaction."""

from alembic import context
from sqlalchemy import Connection

from courses.db import Base, UtcDateTime
from learn.extensions import WRITES, db
from learn.schema import is_compared


def plain_type(kind: str, item: object, _: object) -> str | bool:
    """Migrations name plain types: what they made must not change when a class of ours does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def switch_foreign_keys(connection: Connection, state: str) -> None:
    """SQLite changes a table by making it anew, which rows that point to it do not allow; it listens outside a transaction only."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys={state}")


with db.engine.connect().execution_options(**{WRITES: True}) as connection:
    switch_foreign_keys(connection, "OFF")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_name=is_compared,
        render_item=plain_type,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("A migration left rows that point to nothing; nothing was changed.")
        connection.commit()
    finally:
        connection.rollback()
        switch_foreign_keys(connection, "ON")
