"""The databases that tests run on: a migrated SQLite file copied for each test, or a PostgreSQL database emptied for each."""

import os
import shutil
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from courses.db import Base
from learn import schema
from learn.app import create_app
from learn.extensions import db

POSTGRES = os.environ.get("FRONTLINE_TEST_POSTGRES", "")
"Address of a PostgreSQL database that the tests may fill and empty; unset means SQLite."


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
        db.engine.dispose()


def _create_postgres() -> None:
    name = make_url(worker_database()).database
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}"'))
    server.dispose()


def fresh(template: Path, folder: Path) -> None:
    """Give a test its own empty, migrated database."""
    if POSTGRES:
        engine = create_engine(worker_database())
        with engine.begin() as connection:
            names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            connection.execute(text(f"truncate {names} restart identity cascade"))
        engine.dispose()
        return
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "frontline.sqlite3", folder / "frontline.sqlite3")
