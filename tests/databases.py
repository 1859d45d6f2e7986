"""The databases that tests run on: a migrated SQLite file copied for each test, or a PostgreSQL database emptied for each."""

import os
import shutil
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

from courses.db import Base
from learn import schema
from learn.app import create_app
from learn.extensions import db

COMES_ALONG: dict[str, list[dict[str, object]]] = {}
"Rows that the migrations bring, by table: emptying a PostgreSQL database takes them away, so they are put back."

KEPT_BY_TRIGGERS = ("search_vector",)
"Tables of PostgreSQL alone: what keeps them in step sleeps while the others are emptied."

POSTGRES = os.environ.get("FRONTLINE_TEST_POSTGRES", "")
"Address of a PostgreSQL database that the tests may fill and empty; unset means SQLite."


_IS_ALMIGHTY = text("select rolsuper from pg_roles where rolname = current_user")
_BEGIN_AGAIN = (
    "select setval(format('%I', sequencename)::regclass, 1, false) from pg_sequences where last_value is not null"
)


def has_one(test: Any) -> bool:
    """Whether a test may touch the database: all come from ``template``, and one that takes ``request`` may ask for it late."""
    return "template" in test.fixturenames or "request" in signature(test.function).parameters


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Settings of a site for tests, with its data in a folder of its own."""
    chosen = {
        "FRONTLINE_DATA_DIR": str(folder),
        "FRONTLINE_SECRET_KEY": "a key for tests that protects nothing at all",
        "FRONTLINE_BASE_URL": "http://frontline.localhost:5000",
        "FRONTLINE_CONTACT": "help@frontline.example",
    }
    if POSTGRES:
        chosen["FRONTLINE_DATABASE_URL"] = worker_database()
    return {**chosen, **more}


def worker_database() -> str:
    """The address of this worker's own database; tests side by side do not share one."""
    name = f"frontline_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    return make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def make_template(folder: Path) -> None:
    """Migrate an empty database once: a file to copy, or this worker's PostgreSQL database."""
    if POSTGRES:
        _create_postgres()
    app = create_app(environment(folder))
    with app.app_context():
        schema.upgrade()
        with db.engine.connect() as connection:
            rules = Base.metadata.tables["domain_rule"]
            COMES_ALONG["domain_rule"] = [dict(row._mapping) for row in connection.execute(rules.select())]
        db.engine.dispose()


def _create_postgres() -> None:
    close()
    name = make_url(worker_database()).database
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}"'))
        # Nothing of it is wanted after the machine has stopped, so no commit waits for the disk.
        connection.execute(text(f'alter database "{name}" set synchronous_commit = off'))
    server.dispose()


@cache
def _kept() -> Engine:
    """A connection of this process that stays from test to test: what is asked before each is then known to the server."""
    return create_engine(worker_database(), pool_size=1, max_overflow=0)


def close() -> None:
    """Hang up, when the last test is over."""
    if POSTGRES:
        _kept().dispose()


def _empty(connection: Connection) -> None:
    """Take away what the test before left: few rows in few tables, for which truncating all fifty takes far too long."""
    names = [*KEPT_BY_TRIGGERS, *(table.name for table in Base.metadata.sorted_tables)]
    if not connection.execute(_IS_ALMIGHTY).scalar():
        connection.execute(text(f"truncate {', '.join(map(_quoted, names))} restart identity cascade"))
        return
    asked = " union all ".join(f"select '{name}' where exists (select 1 from {_quoted(name)})" for name in names)
    filled = connection.execute(text(asked)).scalars().all()
    deleted = "".join(f"delete from {_quoted(name)}; " for name in filled)
    with connection.connection.cursor() as cursor:  # the driver's own takes several statements in one message
        cursor.execute(
            f"set local session_replication_role = replica; {deleted}"  # whatever points to whatever
            f"set local session_replication_role = origin; {_BEGIN_AGAIN}"
        )


def _quoted(name: str) -> str:
    return f'"{name}"'


def fresh(template: Path, folder: Path) -> None:
    """Give a test its own empty, migrated database."""
    if POSTGRES:
        with _kept().begin() as connection:
            _empty(connection)
            for name, rows in COMES_ALONG.items():
                anew = [{column: value for column, value in row.items() if column != "id"} for row in rows]
                connection.execute(Base.metadata.tables[name].insert(), anew)
        return
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "frontline.sqlite3", folder / "frontline.sqlite3")
