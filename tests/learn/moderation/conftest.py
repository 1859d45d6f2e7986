"""Notes that wait, two themes, facilitators of all and of one, and a member who writes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import now
from learn.accounts.models import Role, RoleGrant
from learn.moderation import queue
from learn.moderation.models import Source
from tests.learn.moderation.notes import Notes
from tests.pages import PageClient
from tests.people import make_user, sign_in


@pytest.fixture
def notes(app: Flask) -> Notes:
    """The one kind of thing there is, called post as in the product."""
    made = Notes()
    app.extensions["frontline_items"] = {"post": made.kind()}
    return made


@pytest.fixture
def themes(session: Session) -> list[int]:
    """Two themes."""
    rows = [
        {"slug": slug, "title": slug.capitalize(), "summary": "", "position": n}
        for n, slug in enumerate(("care", "data"))
    ]
    numbers = [session.scalar(insert(Theme).returning(Theme.id), row) for row in rows]
    session.commit()
    return numbers


@pytest.fixture
def author(session: Session) -> Any:
    """A member who writes."""
    made = make_user(session, "Kim Roberts", profession="Research nurse")
    session.commit()
    return made


@pytest.fixture
def facilitator(session: Session) -> Any:
    """Who looks after everything."""
    made = make_user(session, "Helen Marsh", roles=(Role.FACILITATOR,))
    session.commit()
    return made


@pytest.fixture
def carer(session: Session, themes: list[int]) -> Any:
    """Who looks after the first theme alone."""
    made = make_user(session, "Cara Theme", roles=(Role.FACILITATOR,))
    session.execute(update(RoleGrant).where(RoleGrant.user_id == made.id).values(themes=["care"]))
    session.commit()
    return made


@pytest.fixture
def desk(app: Flask, facilitator: Any) -> PageClient:
    """A browser in which the facilitator of everything is signed in."""
    return sign_in(PageClient(app), facilitator.id)


@pytest.fixture
def put(session: Session, notes: Notes, author: Any) -> Any:
    """Let a new note wait; returns the number of its item."""

    def do(text: str = "You can back-date the delegation log.", **more: Any) -> int:
        given = {
            "source": Source.NEW_MEMBER, "author_id": author.id, "theme_id": None, "priority": queue.FIRST_POST, "at": now(),
        } | more  # fmt: skip
        session.rollback()
        number = notes.add(text, author_id=given["author_id"], theme_id=given["theme_id"])
        item = queue.put(session, "post", number, given.pop("source"), **given)
        session.commit()
        return item

    return do
