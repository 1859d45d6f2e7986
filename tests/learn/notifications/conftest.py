"""A mail server on loopback, and a worker that hands over what is due."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update
from sqlalchemy.orm import Session

from courses.db import now
from learn.outbox.models import OutboxItem
from learn.outbox.worker import Pace, Worker

PACE = Pace(idle=0.01, timeout=1.0, first_backoff=60.0)


class Mailbox:
    """A mail server that answers each recipient with the next of the given answers, then takes all."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[Any] = []
        self.raw: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox(free_port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def at_server(environment: dict[str, str], free_port: int) -> None:
    environment["FRONTLINE_SMTP_URL"] = f"smtp://127.0.0.1:{free_port}"


@pytest.fixture
def work(app: Any, session: Session) -> Callable[[], None]:
    """Run a worker until nothing is due."""

    def run() -> None:
        session.rollback()
        Worker(app, PACE).run(once=True)
        session.rollback()

    return run


@pytest.fixture
def make_due(session: Session) -> Callable[[], None]:
    """Let all that waits be due at once."""

    def make() -> None:
        session.rollback()
        session.execute(update(OutboxItem).values(not_before=now()))
        session.commit()

    return make
