"""The content origin: members out of a stored zip against Flask's send_from_directory, and commits."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, send_from_directory
from sqlalchemy import select

from courses import publishing
from courses.catalogue import ModuleVersion, Origin, Unit
from courses.db import now
from courses.learning import learners
from courses.learning.models import Mode
from courses.storage import open_storage
from learn.content import lately, opening
from learn.extensions import db
from learn.web import writing
from tests.bench import commits
from tests.bench.measuring import Row, Timing, timed
from tests.bench.site import Site
from tests.modules import make_theme
from tests.packages import scorm, zips

LEAST_SHARE = 0.5
LEARNERS = 200
"Learners who commit."
FILES = {
    "index.html": "<!doctype html><script></script>" + "<p>Consent.</p>" * 200,
    "script.js": "const a = 1;\n" * 2_000,
    "picture.png": bytes(range(256)) * 400,
}


def rows(site: Site) -> list[Row]:
    """Serving, one commit after the other, and many learners at once."""
    with site.app.app_context(), tempfile.TemporaryDirectory() as folder:
        zipped = zips.zipped(Path(folder) / "files.zip", dict(FILES))
        return [
            *_serving(site, _open(site, _unit(site, zipped)), Path(folder)),
            *commits.rows(site, _players(site, _unit(site, scorm.scorm12(Path(folder) / "bench.zip")))),
        ]


def _unit(site: Site, path: Path) -> Any:
    with writing() as session:
        make_theme(session)
        report = publishing.import_file(
            session, open_storage(site.app.config["FRONTLINE"].storage), path, theme="research-culture", origin=Origin.AUTHOR,
            slug=f"bench-{path.stem}", now=now(),
        )  # fmt: skip
        assert report.accepted, report.problems
        version_id = session.scalar(select(ModuleVersion.id).order_by(ModuleVersion.id.desc()).limit(1))
        publishing.publish(session, version_id, now())
        return session.execute(select(Unit.id, Unit.kind).where(Unit.version_id == version_id)).first()


def _open(site: Site, unit: Any) -> Any:
    """A player of a learner of its own."""
    with writing() as session:
        return opening.open_play(
            session, unit, mode=Mode.LEARN, learner_id=learners.add(session, now()), session_id=None, frame_origins=(), now=now()
        )  # fmt: skip


def _players(site: Site, unit: Any) -> list[Any]:
    return [_open(site, unit) for _ in range(LEARNERS)]


def _serving(site: Site, opened: Any, folder: Path) -> list[Row]:
    base = urlsplit(opened.address).path.removesuffix("/player")
    client, bare = site.app.test_client(use_cookies=False), Flask("bare")
    for name, content in FILES.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    @bare.get("/<path:name>")
    def unpacked(name: str) -> Any:
        return send_from_directory(folder, name)

    plain = bare.test_client()

    def ours() -> None:
        for name in FILES:
            assert client.get(f"{base}/f/{name}", base_url=opened.frame_source, buffered=True).status_code == 200

    def theirs() -> None:
        for name in FILES:
            assert plain.get(f"/{name}", buffered=True).status_code == 200

    def cold() -> None:
        for name in FILES:
            lately.forget()
            assert client.get(f"{base}/f/{name}", base_url=opened.frame_source, buffered=True).status_code == 200

    db.session.remove()
    floor = timed(theirs, 200)
    bar = f">= {LEAST_SHARE} x send_from_directory"
    return [
        _rate("package member", site, timed(ours, 200), floor, bar, LEAST_SHARE),
        _rate(
            "package member, first",
            site,
            timed(cold, 200),
            floor,
            "-",
            0.0,
            "its play read from the database each time",
        ),
    ]


def _rate(name: str, site: Site, spent: Timing, floor: Timing, bar: str, least: float, note: str = "") -> Row:
    share = floor.cpu / spent.cpu
    rate, floor_rate = len(FILES) * 1000 / spent.cpu, len(FILES) * 1000 / floor.cpu
    return Row(name, site.database, rate, spent.p50, spent.p95, floor_rate, share, bar, share >= least, "/s", note)
