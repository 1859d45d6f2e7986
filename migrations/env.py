"""Alembic's entry: run the migrations on the application's own engine, in one transaction."""

from alembic import context

from courses.db import Base, UtcDateTime
from learn.extensions import WRITES, db


def plain_type(kind: str, item: object, _: object) -> str | bool:
    """Migrations name plain types: what they made must not change when a class of ours does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


with db.engine.connect().execution_options(**{WRITES: True}) as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=plain_type,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
