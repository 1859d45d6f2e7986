"""An author at work: a browser in which one is signed in, files to bring, and a worker that checks them."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from learn.accounts.models import Role
from learn.authoring.uploading import starting, sweeping
from learn.outbox.worker import Pace, Worker
from tests.modules import WHOLE, make_theme
from tests.pages import PageClient
from tests.people import make_user, sign_in

IMPATIENT = replace(Pace(), idle=0.0)


@pytest.fixture
def person(app: Flask, session: Session) -> Any:
    """Somebody to whom the role was granted."""
    make_theme(session)
    user = make_user(session, "Ola Author", roles=(Role.AUTHOR,))
    session.commit()
    return user


@pytest.fixture
def author(app: Flask, person: Any) -> PageClient:
    """A browser in which that author is signed in."""
    return sign_in(PageClient(app), person.id)


@pytest.fixture
def check(app: Flask, session: Session) -> Callable[[], None]:
    """Let a worker check all that waits; ``handlers`` may be changed before."""

    def work(**handlers: Any) -> None:
        worker = Worker(app, IMPATIENT)
        kinds = (starting.KIND, sweeping.KIND)
        worker.handlers = {**{kind: worker.handlers[kind] for kind in kinds}, **handlers}
        worker.run(once=True)
        session.rollback()

    return work


def packed(files: dict[str, Any] | None = None) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files or WHOLE).items():
            archive.writestr(name, content)
    return made.getvalue()


def script(author: PageClient) -> dict[str, str]:
    """The headers that the upload page's script sends."""
    return {"X-CSRFToken": author.get("/authoring/upload").csrf_token, "Accept": "application/json"}


def send(author: PageClient, name: str, content: bytes, *, part: int = 8 * 1024 * 1024) -> int:
    """Send a file in slices, as the page's script does; returns its number."""
    headers = script(author)
    told = author._open(
        "POST", "/authoring/uploads", 201, json={"name": name, "size": len(content)}, headers=headers
    ).json
    for offset in range(0, len(content), part):
        piece = content[offset : offset + part]
        author._open(
            "POST", f"{told['content']}?offset={offset}", 200, data=piece, headers=headers,
            content_type="application/octet-stream",
        )  # fmt: skip
    return int(told["number"])


def bring(author: PageClient, name: str, content: bytes, **form: str) -> str:
    """Send a file and have it checked; returns the path of its page."""
    number = send(author, name, content)
    answer = author.post("/authoring/uploads/check", {"number": str(number), **form})
    assert answer.headers["Location"].endswith(f"/authoring/uploads/{number}")
    return f"/authoring/uploads/{number}"
