"""A row of every table about one person, made from the metadata alone, in which each text is a mark of its own.

A table that comes later is filled too, so whoever adds one with a person is told by the tests of export and erasure.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, LargeBinary, String, Table, insert, select
from sqlalchemy.orm import Session

from courses.db import Base, UtcDateTime, now
from courses.runtime import kept
from learn.accounts.by_email import limits

RANDOM = {
    "login_session.key_hash", "ticket.key_hash", "email_code.nonce_hash", "email_code.salt", "learner.key",
    "deep_link_request.key_hash", "play.token_hash",
}  # fmt: skip
"Random names and their hashes: they say nothing about anybody."
PACKED = {"attempt.state"}
"Columns that are kept as compressed JSON."
SAME = {
    "email_code.key": "email_address.key",
    "join_request.key": "email_address.key",
    "roster_entry.sub": "platform_user.sub",
}
"Columns that find a row by the same text as another."


@dataclass
class Filled:
    """One person's rows."""

    mark: str
    "What each of their texts begins with."
    keys: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    "Primary key of the row in each table."

    @property
    def user_id(self) -> int:
        return int(self.keys["user"][0])

    def text(self, column: str) -> str:
        """The mark of a column."""
        return f"{self.mark}{_NUMBERS[SAME.get(column, column)]:03d}"

    def columns(self, tables: set[str]) -> dict[str, str]:
        """Every column of these tables that holds a mark, by its mark."""
        return {self.text(name): name for name in _NUMBERS if name.split(".")[0] in tables and name not in SAME}

    def row(self, session: Session, name: str) -> dict[str, Any] | None:
        """The person's row in a table as it is now."""
        table = Base.metadata.tables[name]
        mine = [column == value for column, value in zip(table.primary_key, self.keys[name], strict=True)]
        found = session.execute(select(table).where(*mine)).mappings().first()
        return dict(found) if found else None


def _holds_text(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String | JSON | LargeBinary) and not isinstance(column.type, Enum)
    return is_text and str(column) not in RANDOM and str(column) != "tally.who"


_NUMBERS = {
    str(column): number
    for number, column in enumerate(
        column for name in sorted(Base.metadata.tables) for column in Base.metadata.tables[name].columns
    )
    if _holds_text(column)
}


def fill(session: Session, tables: set[str], mark: str) -> Filled:
    """A row in each of these tables; rows of others that they point to are made once, for everybody."""
    filled = Filled(mark)
    for table in sorted(Base.metadata.sorted_tables, key=lambda each: each.name not in ("learner", "user")):
        if table.name in tables:
            filled.keys[table.name] = _put(session, table, filled)
    return filled


def _put(session: Session, table: Table, filled: Filled | None) -> tuple[Any, ...]:
    row = {}
    for column in table.columns:
        value = _value(session, column, filled)
        if value is not None:
            row[column.name] = value
    key = session.execute(insert(table), row).inserted_primary_key
    assert key is not None
    return tuple(key)


def _value(session: Session, column: Column[Any], filled: Filled | None) -> Any:
    name = str(column)
    for foreign in column.foreign_keys:
        target = foreign.column.table
        if filled is not None and target.name in filled.keys:
            return filled.keys[target.name][0]
        if target is column.table and column.nullable:
            return None
        return _shared(session, target) if filled is not None or not column.nullable else None
    if filled is not None and (column.name == "actor_id" or column.name.endswith("_by_id")):
        return filled.user_id
    if name == "tally.who" and filled is not None:
        return limits.hashed(filled.text("email_address.key"))
    if name in RANDOM and filled is not None:
        return f"{filled.mark[0]}{column.table.name}"[:32].encode().hex()[:32]
    if name in _NUMBERS:
        return _text(column, filled.text(name) if filled else "shared")
    return None if column.nullable else _plain(column)


def _text(column: Column[Any], mark: str) -> Any:
    if isinstance(column.type, JSON):
        return {mark: mark}
    if str(column) in PACKED:
        return kept.pack({mark: mark})[0]
    return mark.encode() if isinstance(column.type, LargeBinary) else mark


def _plain(column: Column[Any]) -> Any:
    match column.type:
        case Enum():
            return list(column.type.enum_class)[-1]  # the last: what is over, so that nothing begins to work on it
        case Boolean():
            return True
        case UtcDateTime():
            return now() + timedelta(days=1)
        case Date():
            return now().date()
        case Integer():
            return None if column.primary_key and len(column.table.primary_key) == 1 else 1
    raise AssertionError(f"{column} is of a kind that this factory does not know: teach it, so that it is tested")


def _shared(session: Session, table: Table) -> Any:
    """A row for everybody, made when it is first needed."""
    key = next(iter(table.primary_key))
    found = session.scalar(select(key).limit(1))
    return found if found is not None else _put(session, table, None)[0]
