"""The course engine needs no web: a session on a real database, and a folder for files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from learn.extensions import settle_sqlite
from tests import databases


@pytest.fixture
def engine(template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty database of the kind that this run is for."""
    databases.fresh(template, tmp_path)
    url = databases.worker_database() if databases.POSTGRES else f"sqlite:///{tmp_path / 'frontline.sqlite3'}"
    made = create_engine(url).execution_options(w=True)
    settle_sqlite(made)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as made:
        yield made


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    return tmp_path / "storage"
