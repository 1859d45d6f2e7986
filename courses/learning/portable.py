"""Inserts that mind what is there already: SQLite and PostgreSQL spell them alike, SQLAlchemy builds them apart."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def both(make: Any) -> dict[str, Any]:
    """One prebuilt statement per database: ``make`` gets that database's ``insert``."""
    return {name: make(insert) for name, insert in INSERTS.items()}


def here(session: Session, statements: dict[str, Any]) -> Any:
    """The statement of the session's own database."""
    return statements[session.get_bind().dialect.name]


def has_row_locks(session: Session) -> bool:
    """Whether rows can be locked one by one."""
    return session.get_bind().dialect.name != "sqlite"
