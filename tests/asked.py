"""What an act asks of the database, for tests that hold a page to so many statements."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from learn.extensions import db

CLAMPS = ("BEGIN", "COMMIT", "ROLLBACK")


def statements(act: Callable[[], Any]) -> list[str]:
    """The statements that an act sends, without BEGIN and its like."""
    return [statement for statement, _ in with_values(act)]


def with_values(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The same, each with its values."""
    found: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if not statement.startswith(CLAMPS):
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return found
