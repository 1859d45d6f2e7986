"""The database's vocabulary: one declarative base and the column types that every model uses.

The registry is written out because Flask-SQLAlchemy 3.1 copies the class body of the base it is given, and a
``type_annotation_map`` on the class itself then raises at import.
"""

import enum
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so one is put back on the way out; a moment without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigKey = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")

intpk = Annotated[int, mapped_column(BigKey, primary_key=True)]
intkey = Annotated[int, mapped_column(BigKey)]
slug = Annotated[str, mapped_column(String(80))]
short = Annotated[str, mapped_column(String(255))]
long = Annotated[str, mapped_column(Text)]
moment = Annotated[datetime, mapped_column(UtcDateTime)]
bits = Annotated[bytes, mapped_column(LargeBinary)]
json_object = Annotated[dict[str, Any], mapped_column(Json)]
json_list = Annotated[list[Any], mapped_column(Json)]


def varchar_enum(kind: type[enum.StrEnum]) -> Enum:
    """A StrEnum kept as its value in a varchar, checked by Python and by the database."""
    return Enum(
        kind,
        native_enum=False,
        length=24,
        create_constraint=True,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


class Base(DeclarativeBase):
    """What every model of Frontline derives from: one metadata, one naming of constraints."""

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UtcDateTime})


def table_of(model: type[Base]) -> Table:
    """The plain table of a model: writes on hot roads go through it, without the mapper's bookkeeping."""
    return cast(Table, model.__table__)


def rows_met(session: Session, statement: Any, values: dict[str, Any] | None = None) -> int:
    """Run a delete or an update; how many rows it met."""
    return int(session.execute(statement, values).rowcount)  # type: ignore[attr-defined]


def now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)
