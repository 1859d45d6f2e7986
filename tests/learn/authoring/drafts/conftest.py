"""An author at work: signed in, with a draft of two pages, a quiz and a reflection."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion
from learn.accounts.models import Role
from tests.modules import WHOLE, bring_in
from tests.pages import PageClient
from tests.people import make_user, sign_in


@pytest.fixture
def folder(app: Flask) -> Path:
    """Where the site keeps files."""
    return Path(app.config["FRONTLINE"].storage.removeprefix("file:"))


@pytest.fixture
def author(app: Flask, session: Session) -> PageClient:
    """A browser in which an author is signed in."""
    user = make_user(session, "Wanda Writer", roles=(Role.AUTHOR,))
    session.commit()
    return sign_in(PageClient(app), user.id)


@pytest.fixture
def draft(app: Flask, session: Session, folder: Path) -> Any:
    """A draft (version_id, slug, url) that nobody has published."""
    report = bring_in(session, folder, WHOLE)
    assert report.accepted, report.problems
    session.commit()
    return found(session, report.slug, report.version)


def found(session: Session, slug: str | None, n: int | None = 1) -> Any:
    """A version by its address."""
    row = session.execute(
        select(ModuleVersion.id, ModuleVersion.module_id).join(Module, Module.id == ModuleVersion.module_id)
        .where(Module.slug == slug, ModuleVersion.n == n)
    ).one()  # fmt: skip
    url = f"/authoring/modules/{slug}/versions/{n}"
    return SimpleNamespace(version_id=row.id, module_id=row.module_id, slug=slug, n=n, url=url)
