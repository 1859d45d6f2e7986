"""The content origin: members out of a stored zip against Flask's send_from_directory, and what a SCORM commit costs."""

import json
import tempfile
import threading
import time
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
from learn.content import opening
from learn.extensions import db
from learn.web import writing
from tests.bench.measuring import Row, timed
from tests.bench.site import Site
from tests.modules import make_theme
from tests.packages import scorm, zips

LEAST_SHARE = 0.5
MOST_CPU = {"sqlite": 1.5}
LEARNERS, EVERY, FOR = 200, 10.0, 15.0
"Learners who commit, seconds between two commits of one, and seconds of it all."
MOST_P99 = 100.0
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
            _serving(site, _open(site, _unit(site, zipped)), Path(folder)),
            *_committing(site, _unit(site, scorm.scorm12(Path(folder) / "bench.zip"))),
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


def _serving(site: Site, opened: Any, folder: Path) -> Row:
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

    db.session.remove()
    spent, floor = timed(ours, 200), timed(theirs, 200)
    share = floor.cpu / spent.cpu
    rate, floor_rate = len(FILES) * 1000 / spent.cpu, len(FILES) * 1000 / floor.cpu
    bar = f">= {LEAST_SHARE} x send_from_directory"
    return Row(
        "package member", site.database, rate, spent.p50, spent.p95, floor_rate, share, bar, share >= LEAST_SHARE, "/s"
    )


def _message(n: int) -> bytes:
    changed = {"cmi": {"core": {"lesson_location": f"page-{n}"}, "suspend_data": f"{n:04d}" * 500}}
    return json.dumps({"seq": n, "changed": changed, "seconds": n}).encode()


def _post(site: Site, opened: Any, body: bytes) -> int:
    path = urlsplit(opened.address).path.removesuffix("player") + "commit"
    client = site.app.test_client(use_cookies=False)
    return int(client.post(path, data=body, base_url=opened.frame_source, content_type="text/plain").status_code)


def _committing(site: Site, unit: Any) -> list[Row]:
    plays = [_open(site, unit) for _ in range(LEARNERS)]
    counts = [0] * LEARNERS
    db.session.remove()
    turn = iter(range(10**9))

    def one() -> None:
        which = next(turn) % LEARNERS
        counts[which] += 1
        assert _post(site, plays[which], _message(counts[which])) == 200

    spent = timed(one, 400)
    bar = MOST_CPU.get(site.database)
    alone = Row(
        "SCORM commit", site.database, spent.cpu, spent.p50, spent.p95, spent.cpu, 1.0,
        f"<= {bar} ms CPU" if bar else "-", bar is None or spent.cpu <= bar,
    )  # fmt: skip
    return [alone, _at_once(site, plays, counts)]


def _at_once(site: Site, plays: list[Any], counts: list[int]) -> Row:
    """Open loop: each commit is due at its moment, and a late one is late from then on."""
    threads, waits, failed = 8, list[float](), list[int]()
    began = time.perf_counter() + 0.2

    def run(mine: range) -> None:
        due = sorted(
            (began + EVERY * n / LEARNERS + turn * EVERY, n) for n in mine for turn in range(int(FOR / EVERY) + 1)
        )
        for at, n in due:
            time.sleep(max(0.0, at - time.perf_counter()))
            counts[n] += 1
            status = _post(site, plays[n], _message(counts[n]))
            waits.append((time.perf_counter() - at) * 1000)
            if status != 200:
                failed.append(status)

    running = [threading.Thread(target=run, args=(range(first, LEARNERS, threads),)) for first in range(threads)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    waits.sort()
    p50, p95, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.95, 0.99))
    bar = f"p99 < {MOST_P99:g} ms, none refused"
    return Row(
        f"{LEARNERS} learners commit", site.database, p99, p50, p95, p99, 1.0, bar, p99 < MOST_P99 and not failed,
        note=f"p99; {len(waits)} commits, each learner every {EVERY:g} s, {len(failed)} refused",
    )  # fmt: skip
