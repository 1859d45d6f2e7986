"""Packages on the player's pages: plays are real, and what a package would tell is told here."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from courses.db import now
from courses.learning import attempts, plays
from courses.learning.attempts import Commit
from learn.content.opening import open_play
from tests.courses.learning.played import make_played


class Players:
    """Remembers what was opened, and tells what the packages would."""

    def __init__(self):
        self.opened = []

    def __call__(self, session, unit, **given):
        opened = open_play(session, unit, **given)
        self.opened.append(SimpleNamespace(token=opened.address.split("/c/")[1].split("/")[0], unit=unit, **given))
        return opened

    def tell(self, session, changed, *, seq=1, token=None, **more):
        session.rollback()
        at = now()
        play = plays.find(session.connection(), token or self.opened[-1].token, at)
        committed = attempts.commit(session, play, Commit(seq, changed, **more), at)
        session.commit()
        return committed


@pytest.fixture
def players(app):
    made = app.extensions["frontline_play"] = Players()
    return made


@pytest.fixture
def folder(app):
    """Where this site keeps files."""
    return Path(app.config["FRONTLINE"].storage.removeprefix("file:"))


@pytest.fixture
def make(session, folder):
    """A module whose first units are played, by what each of them is."""

    def made(*units, **wanted):
        return make_played(session, folder, *units, **wanted)

    return made


@pytest.fixture
def count(app):
    """How many statements opening a page takes."""
    from learn.extensions import db

    def counted(browser, path, status=200):
        found = []

        def hear(connection, cursor, statement, *rest):
            found.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            browser.get(path, status)
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        return len(found)

    return counted
