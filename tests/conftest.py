"""Fixtures that every room of the tests uses: a site with a real database, a client that looks at each page it opens."""

import gc
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.packages import stored
from learn.app import create_app
from learn.content import lately, rates
from learn.extensions import db
from tests import databases, once
from tests.modules import make_module
from tests.pages import PageClient
from tests.people import make_user, sign_in

LONGEST = [
    f"tests/journeys/test_{name}.py"
    for name in ("shared_computer", "pages", "uploading", "versions_road", "formats", "people")
]
"Files of journeys by the time they take; the other journeys are shorter, and every other file is shorter still."


def _turn(item: pytest.Item) -> int:
    """When a test's file has its turn."""
    place = item.nodeid.partition("::")[0]
    if place in LONGEST:
        return LONGEST.index(place)
    return len(LONGEST) + (not place.startswith("tests/journeys/"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long ones at full length")


def pytest_configure() -> None:
    once.work_out_once()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Journeys first, the longest of them before the others: whoever runs them late runs them alone.

    On PostgreSQL only what may touch the database; what asks for none was run with SQLite and would find out the same.
    """
    items.sort(key=_turn)
    if not databases.POSTGRES:
        return
    left = [item for item in items if isinstance(item, pytest.Function) and not databases.has_one(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches further than this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Databases change between tests, a process that serves one site never sees that: what it remembers by id is forgotten."""
    stored.forget()
    rates.forget()
    lately.forget()
    once.KEYS.begin_again()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A migrated, empty database to copy."""
    folder = tmp_path_factory.mktemp("template")
    databases.make_template(folder)
    yield folder
    databases.close()


@pytest.fixture
def environment(template: Path, tmp_path: Path) -> dict[str, str]:
    """Settings of this test's site, with its own fresh database; change them before asking for ``app``."""
    folder = tmp_path / "var"
    databases.fresh(template, folder)
    return databases.environment(folder)


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """The site, with an application context open."""
    made = create_app(environment)
    made.testing = True
    with made.app_context():
        yield made
        db.session.remove()
        left = db.engine.pool.checkedout()  # type: ignore[attr-defined]
        db.engine.dispose()
    assert left == 0, "a connection to the database was left open"


@pytest.fixture
def session(app: Flask) -> Session:
    """The database session of the open application context; commit what a request is to see."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser nobody is signed in to."""
    return PageClient(app)


@pytest.fixture
def learner(app: Flask, session: Session) -> Any:
    """A person with an account."""
    user = make_user(session)
    session.commit()
    return user


@pytest.fixture
def member(app: Flask, learner: Any) -> PageClient:
    """A browser in which that person is signed in."""
    return sign_in(PageClient(app), learner.id)


@pytest.fixture
def new_client(app: Flask) -> Callable[[], PageClient]:
    """As many further browsers as a test needs."""
    return lambda: PageClient(app)


@pytest.fixture
def module(app: Flask, session: Session, tmp_path: Path) -> Any:
    """A published module of two pages, a quiz and a reflection."""
    made = make_module(session, Path(app.config["FRONTLINE"].storage.removeprefix("file:")))
    session.commit()
    return made


@pytest.fixture
def community(app: Flask, session: Session) -> Any:
    """The starter content, loaded."""
    from courses.db import now
    from courses.storage import open_storage
    from learn.community import load

    loaded = load.load(session, open_storage(app.config["FRONTLINE"].storage), now())
    assert loaded.problems == []
    session.commit()
    return loaded
