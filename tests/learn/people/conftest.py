"""Somebody who signs in by email: what the mail says without sending it, and a worker that sends it into the data folder."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from learn.accounts.by_email import codes
from learn.accounts.by_email.models import EmailCode
from learn.outbox.worker import Pace, Worker
from tests.pages import PageClient
from tests.people import NURSE


@pytest.fixture
def code_of(session: Session) -> Callable[[str], str]:
    """The digits that the last mail to an address holds."""

    def find(address: str = NURSE) -> str:
        session.rollback()
        asked = select(EmailCode.id, EmailCode.salt).where(EmailCode.address == address)
        row = session.execute(asked.order_by(EmailCode.id.desc())).first()
        assert row is not None, f"no code was sent to {address}"
        return codes.digits(row.id, row.salt)

    return find


@pytest.fixture
def age(session: Session) -> Callable[..., None]:
    """Let every code be so much older."""

    def make(**by: int) -> None:
        session.rollback()
        for row in session.execute(select(EmailCode.id, EmailCode.created_at, EmailCode.expires_at)).all():
            older = {"created_at": row.created_at - timedelta(**by), "expires_at": row.expires_at - timedelta(**by)}
            session.execute(update(EmailCode).where(EmailCode.id == row.id).values(**older))
        session.commit()

    return make


@pytest.fixture
def come(session: Session, code_of: Callable[[str], str]) -> Callable[..., Any]:
    """Sign in with a browser by an address; returns what the code led to."""

    def go(browser: PageClient, address: str = NURSE, status: int = 303, **more: Any) -> Any:
        browser.get("/sign-in")
        browser.post("/sign-in/code", {"email": address, **more})
        browser.get("/sign-in/code")
        answer = browser.post("/sign-in/code/check", {"code": code_of(address)}, status)
        session.rollback()
        return answer

    return go


@pytest.fixture
def mails(app: Flask, session: Session) -> Callable[[], list[EmailMessage]]:
    """Run a worker until nothing is due, and read what it put into the data folder, the oldest first."""

    def send() -> list[EmailMessage]:
        session.rollback()
        Worker(app, Pace(idle=0.01)).run(once=True)
        folder = Path(app.config["FRONTLINE"].folder) / "mail"
        files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]  # type: ignore[misc]

    return send
