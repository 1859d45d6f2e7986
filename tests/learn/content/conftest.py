"""Packages brought in by the product's own road, opened for a learner, and asked for on their own host."""

from contextvars import Context
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from courses import publishing
from courses.catalogue import ModuleVersion, Origin, Unit
from courses.db import now
from courses.learning.models import Mode
from courses.storage import open_storage
from learn.app import create_app
from learn.content import opening
from learn.extensions import db
from tests.modules import make_theme
from tests.packages import h5p as h5p_packages
from tests.packages import media
from tests.packages import scorm as scorm_packages
from tests.packages import web as web_packages

LMS = "https://lms.example"


@pytest.fixture
def bring(app, session, tmp_path):
    """Import and publish a file; give its units (id, kind, play, package_id, label)."""

    def go(path, **more):
        make_theme(session)
        storage = open_storage(app.config["FRONTLINE"].storage)
        chosen = {"theme": "research-culture", "origin": Origin.AUTHOR, "now": now(), "slug": path.stem, **more}
        report = publishing.import_file(session, storage, path, **chosen)
        assert report.accepted, report.problems
        version_id = session.scalar(select(ModuleVersion.id).order_by(ModuleVersion.id.desc()).limit(1))
        publishing.publish(session, version_id, now())
        session.commit()
        columns = select(
            Unit.id, Unit.kind, Unit.play, Unit.package_id, ModuleVersion.origin_label.label("label")
        ).join(ModuleVersion, ModuleVersion.id == Unit.version_id)
        return session.execute(columns.where(Unit.version_id == version_id).order_by(Unit.position)).all()

    return go


@pytest.fixture
def scorm12(bring, tmp_path):
    return bring(scorm_packages.scorm12(tmp_path / "consent-scorm.zip"))[0]


@pytest.fixture
def scorm2004(bring, tmp_path):
    return bring(scorm_packages.scorm2004(tmp_path / "consent-2004.zip"))[0]


@pytest.fixture
def h5p_unit(bring, tmp_path):
    return bring(h5p_packages.question(tmp_path / "consent-h5p.h5p"))[0]


@pytest.fixture
def pdf_unit(bring, tmp_path):
    return bring(media.pdf(tmp_path / "consent-paper.pdf"))[0]


@pytest.fixture
def web_unit(bring, tmp_path):
    return bring(web_packages.pages(tmp_path / "counter.zip"))[0]


class Opener:
    """A play and a browser on its host, which keeps no cookie."""

    def __init__(self, app: Any, opened: Any) -> None:
        self.app, self.opened = app, opened
        self.origin = opened.frame_source
        self.base = urlsplit(opened.address).path.removesuffix("/player")
        self.token = self.base.removeprefix("/c/")

    def ask(self, path: str, method: str = "GET", **more: Any) -> Any:
        """The answer; a path that does not begin with / is one of the play."""
        where = path if path.startswith("/") else f"{self.base}/{path}"
        given = {"base_url": self.origin, **more}
        http = self.app.test_client(use_cookies=False)
        return Context().run(lambda: http.open(where, method=method, buffered=True, **given))

    def post(self, path: str, told: Any, **more: Any) -> Any:
        return self.ask(path, "POST", json=told, **more)


@pytest.fixture
def opened(app, session, learner):
    """Open a unit for the learner, or otherwise as asked."""

    def go(unit, *, mode=Mode.LEARN, session_id=None, frame_origins=(LMS,), at=None):
        made = opening.open_play(
            session, unit, mode=mode, learner_id=learner.learner_id if mode is Mode.LEARN else None, session_id=session_id,
            frame_origins=frame_origins, now=at or now(),
        )  # fmt: skip
        session.commit()
        return Opener(app, made)

    return go


@pytest.fixture
def another_site(environment, app):
    """Make further sites on the same database with other settings; their connections are closed."""
    made: list[Any] = []

    def go(**changes):
        made.append(create_app({**environment, **changes}))
        made[-1].testing = True
        return made[-1]

    yield go
    for each in made:
        with each.app_context():
            db.engine.dispose()
